"""The rules for names: which are valid, which are equal, which look alike.

A nickname has 1 to 32 letters, digits, ``_``, ``-`` and ``.`` of any script.  Two names
are equal if PRECIS enforcement (the Nickname profile, RFC 8266) and case folding give
the same result, joiners apart.  They are confusable if they have a skeleton in common
(see ``lookalikes``).  A name that mixes scripts is refused.
"""

from __future__ import annotations

import functools
import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from twisted_chat.core.replies import Refused
from twisted_chat.core.texts.sanitize import limit_marks

from .lookalikes import skeletons
from .scripts import JOINERS, is_mixed, joiners_fit

MAX_NAME = 32
"""Characters in a nickname or a room name."""

FOLDED_NAMES = 16_384
"""Names whose folded form is remembered: all members, with their rooms."""

MAX_MARKS = 4
"""Combining marks on one letter of a name."""

_PLAIN = re.compile(rf"[A-Za-z0-9_.-]{{1,{MAX_NAME}}}\Z")
_NO_JOINERS = dict.fromkeys(map(ord, JOINERS))
_GUEST = re.compile(r"guest_\d+\Z")
_RULE = f'a nickname has 1 to {MAX_NAME} characters: letters, digits, "_", "-" and "."'

SERVICES = {"nickserv": "NickServ", "chanserv": "ChanServ"}
"""What people send commands to from habit, by the folded name; nobody has these."""

_RESERVED = frozenset({"error", *SERVICES})
"""Names of the server, as skeletons: such messages would look like its own."""


@functools.cache
def _precis() -> Callable[[str], str]:
    """The PRECIS profile, imported when the first name needs it."""
    import precis_i18n

    profile = precis_i18n.get_profile("NicknameCaseMapped")
    return lambda name: str(profile.enforce(name))


def fold(name: str) -> str:
    """The folded form of a name: equal for two names that are the same name.

    :raises Refused: ``nick_invalid``.
    """
    if _PLAIN.match(name):
        return name.lower()
    return _fold_unicode(name)


@functools.lru_cache(maxsize=FOLDED_NAMES)
def _fold_unicode(name: str) -> str:
    if len(name.split()) > 1:
        raise Refused("nick_invalid", "a nickname has no spaces")
    if not 1 <= len(name) <= MAX_NAME or not joiners_fit(name):
        raise Refused("nick_invalid", _RULE)
    # Joiners only select how the letters around them are drawn.
    bare = name.translate(_NO_JOINERS)
    try:
        folded = _precis()(bare).casefold()
    except UnicodeEncodeError:
        raise Refused("nick_invalid", _RULE) from None
    # Case folding may leave the text unnormalized.
    folded = unicodedata.normalize("NFKC", folded)
    if not 1 <= len(folded) <= MAX_NAME or not all(map(_allowed, bare + folded)):
        raise Refused("nick_invalid", _RULE)
    if unicodedata.category(name[0])[0] == "M":
        raise Refused(
            "nick_invalid",
            "a nickname cannot begin with an accent: begin with a letter or a digit",
        )
    decomposed = unicodedata.normalize("NFD", bare)
    if limit_marks(decomposed, MAX_MARKS) != decomposed:
        raise Refused(
            "nick_invalid",
            f"a letter of a nickname has at most {MAX_MARKS} accents: use fewer",
        )
    if is_mixed(folded) and not is_guest(folded):
        raise Refused(
            "nick_invalid",
            "a nickname cannot mix scripts such as Latin and Cyrillic: use one",
        )
    return folded


def fold_or_none(name: str) -> str | None:
    """The folded form for a look-up; ``None`` for an invalid name."""
    try:
        return fold(name)
    except Refused:
        return None


def folded_name(name: str) -> str:
    """A folded name; what could not be a nickname stays as it is."""
    return fold_or_none(name) or name


def _allowed(letter: str) -> bool:
    return (
        letter in "_-."
        or unicodedata.category(letter)[0] in "LM"
        or (unicodedata.category(letter) == "Nd")
    )


@dataclass(frozen=True, slots=True)
class Name:
    """A valid nickname.

    :ivar folded: the form by which its owner is looked up.
    """

    text: str
    folded: str

    @classmethod
    def of(cls, text: str) -> Name:
        """Check a requested nickname.

        :raises Refused: ``nick_invalid`` or ``nick_reserved``.
        """
        folded = fold(text)
        if is_guest(folded):
            raise Refused(
                "nick_reserved", f"{text} is reserved for guests: choose another"
            )
        if not _RESERVED.isdisjoint(skeletons(text, folded)):
            raise Refused(
                "nick_reserved", f"{text} is reserved for the server: choose another"
            )
        return cls(text, folded)

    @classmethod
    def guest(cls, number: int) -> Name:
        """The name of a guest."""
        name = f"guest_{number}"
        return cls(name, name)

    @property
    def keys(self) -> tuple[str, ...]:
        """Its registry keys: ``=FOLDED`` (no equal name), ``~SKELETON`` (none alike).

        An owner holds all of them.
        """
        alike = skeletons(self.text, self.folded)
        return ("=" + self.folded, *["~" + skeleton for skeleton in alike])


def service_named(text: str) -> str | None:
    """The service that a text names, perhaps with its host; ``None`` if it is none."""
    return SERVICES.get(text.partition("@")[0].lower())


def room_name(text: str) -> str:
    """The canonical name of a room, which may be given with ``#`` and in any case.

    :raises Refused: ``room_invalid``.
    """
    try:
        return fold(text.removeprefix("#"))
    except Refused:
        raise Refused(
            "room_invalid",
            f"a room name has 1 to {MAX_NAME} characters: "
            'letters, digits, "_", "-" and "."',
        ) from None


def is_guest(folded: str) -> bool:
    """Whether a folded nickname is one that the server assigns to guests."""
    return _GUEST.match(folded) is not None


def guest_number(rng: random.Random, members: int) -> int:
    """A random guest number.

    The range grows with the number of members, so that collisions stay rare.
    """
    return rng.randrange(1000, max(10_000, 100 * members))
