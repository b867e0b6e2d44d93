"""The rules for names: which are valid, which are equal, which look alike.

A nickname has 1 to 32 letters, digits, ``_``, ``-`` and ``.`` of any script.  Two names
are equal if PRECIS enforcement (the Nickname profile, RFC 8266) and case folding give
the same result.  They are confusable if their skeletons, made with a small table of
look-alike letters, are the same.  A name that mixes Latin, Cyrillic and Greek letters
is refused.
"""

from __future__ import annotations

import functools
import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from .replies import Refused

MAX_NAME = 32
"""Characters in a nickname or a room name."""

_PLAIN = re.compile(rf"[A-Za-z0-9_.-]{{1,{MAX_NAME}}}\Z")
_GUEST = re.compile(r"guest_\d+\Z")
_RULE = f'a nickname has 1 to {MAX_NAME} characters: letters, digits, "_", "-" and "."'


# Look-alikes among the letters and digits that a name may contain.
def _lookalikes() -> dict[int, str]:
    pairs = {
        # ASCII: capital I looks like small l; small i does not.
        "0": "o", "O": "o", "1": "l", "I": "l",
        # Cyrillic.
        "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "һ": "h", "і": "l",
        "ј": "j", "к": "k", "ӏ": "l", "м": "m", "н": "h", "о": "o", "р": "p",
        "ԛ": "q", "г": "r", "ѕ": "s", "т": "t", "ѵ": "v", "ԝ": "w", "х": "x",
        "у": "y", "ү": "y", "з": "3", "б": "6",
        # Greek.
        "α": "a", "β": "b", "ε": "e", "η": "n", "ι": "l", "κ": "k", "ν": "v",
        "ο": "o", "ρ": "p", "σ": "o", "τ": "t", "υ": "u", "χ": "x", "γ": "y",
        "ω": "w", "ϲ": "c", "ϳ": "j", "ζ": "z", "μ": "u",
        # Latin letters that look like others.
        "ı": "l", "ɑ": "a", "ɡ": "g", "ℓ": "l", "ǀ": "l", "ɩ": "l", "ȷ": "j",
        "ʋ": "u", "ɪ": "l", "ł": "l", "ø": "o", "đ": "d",
        # Armenian and others.
        "օ": "o", "ո": "n", "ս": "u", "հ": "h", "ց": "g", "զ": "q", "ɯ": "w",
        "٠": "o", "۰": "o", "१": "l", "०": "o", "೦": "o", "೧": "l", "๐": "o",
        "١": "l", "۱": "l", "ଠ": "o", "ഠ": "o", "ჿ": "y",
    }  # fmt: skip
    return {ord(looks): like for looks, like in pairs.items()}


_LOOKALIKES = _lookalikes()
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")


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
    if not 1 <= len(name) <= MAX_NAME:
        raise Refused("nick_invalid", _RULE)
    try:
        folded = _precis()(name).casefold()
    except UnicodeEncodeError:
        raise Refused("nick_invalid", _RULE) from None
    # Case folding may leave the text unnormalized.
    folded = unicodedata.normalize("NFKC", folded)
    if not 1 <= len(folded) <= MAX_NAME or not all(map(_allowed, name + folded)):
        raise Refused("nick_invalid", _RULE)
    if unicodedata.category(name[0])[0] == "M":
        raise Refused(
            "nick_invalid",
            "a nickname cannot begin with an accent: begin with a letter or a digit",
        )
    scripts = {
        script
        for letter in folded
        if letter.isalpha()
        for script in _SCRIPTS
        if unicodedata.name(letter, "").startswith(script)
    }
    if len(scripts) > 1:
        raise Refused(
            "nick_invalid",
            "a nickname cannot mix Latin, Cyrillic and Greek letters: use one script",
        )
    return folded


def fold_or_none(name: str) -> str | None:
    """The folded form for a look-up; ``None`` for an invalid name."""
    try:
        return fold(name)
    except Refused:
        return None


def _allowed(letter: str) -> bool:
    return (
        letter in "_-."
        or unicodedata.category(letter)[0] in "LM"
        or (unicodedata.category(letter) == "Nd")
    )


def skeleton(name: str) -> str:
    """The skeleton of a name: equal for two names that look alike.

    It is made of the name as it is written: ``Ian`` looks like ``lan``, ``ian`` does
    not.
    """
    if not name.isascii():
        # Look-alikes are found letter by letter; the accents stay, since an accent
        # tells two letters apart.
        name = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name))
    alike = name.translate(_LOOKALIKES).casefold().translate(_LOOKALIKES)
    return alike if alike.isascii() else unicodedata.normalize("NFC", alike)


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
        if skeleton(text) == "error":
            # Its messages would look like error replies.
            raise Refused(
                "nick_reserved", f"{text} is reserved for the server: choose another"
            )
        return cls(text, folded)

    @classmethod
    def guest(cls, number: int) -> Name:
        """The name of a guest."""
        return cls(f"guest_{number}", f"guest_{number}")

    @property
    def keys(self) -> tuple[str, ...]:
        """Its registry keys: ``=FOLDED`` (no equal name), ``~SKELETON`` (none alike).

        An owner holds both.
        """
        return ("=" + self.folded, "~" + skeleton(self.text))


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
