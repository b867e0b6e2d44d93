"""Which names people and rooms may have, and when two names are the same.

A nickname has 1 to 32 letters, digits, ``_``, ``-`` and ``.`` of any script.
Two names are the same if they are after PRECIS preparation (RFC 8265, width
and compatibility mapping) and case folding; they are confusable if they look
the same: a small table of look-alike letters decides, and a name that mixes
Latin, Cyrillic and Greek letters is refused outright.
"""

from __future__ import annotations

import functools
import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .interfaces import Names
from .replies import Refused

MAX_NICK = 32
"""Characters in a nickname, and in a room's name."""

_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,32}\Z")
_GUEST = re.compile(r"guest_\d+\Z")
_RULE = (
    f"a nickname has 1 to {MAX_NICK} letters, digits, _ - or ., "
    "and no space or other sign"
)


# Letters and digits that look like another, as far as a nickname may have them.
def _lookalikes() -> dict[int, str]:
    pairs = {
        # Within ASCII: a capital I is the twin of a small l, a small i is not.
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
        # Latin letters that pass for others.
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
    """The PRECIS profile, loaded when the first name needs it."""
    import precis_i18n

    profile = precis_i18n.get_profile("NicknameCaseMapped")
    return lambda name: str(profile.enforce(name))


def fold(name: str) -> str:
    """What two names have in common if they are the same name.

    :raises Refused: ``nick_invalid``, for what can be nobody's name.
    """
    if _PLAIN.match(name):
        return name.lower()
    if not 1 <= len(name) <= MAX_NICK:
        raise Refused("nick_invalid", _RULE)
    try:
        folded = _precis()(name).casefold()
    except UnicodeEncodeError:
        raise Refused("nick_invalid", _RULE) from None
    # Case folding can undo the normal form.
    folded = unicodedata.normalize("NFKC", folded)
    if not 1 <= len(folded) <= MAX_NICK or not all(map(_allowed, name + folded)):
        raise Refused("nick_invalid", _RULE)
    if unicodedata.category(name[0])[0] == "M":
        raise Refused("nick_invalid", "a nickname cannot begin with an accent alone")
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
            "a nickname cannot mix Latin, Cyrillic and Greek letters",
        )
    return folded


def fold_or_none(name: str) -> str | None:
    """The same, for looking somebody up: ``None`` for what is no name."""
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
    """What two names have in common if they look alike.

    Made of the name as it is written: ``Ian`` looks like ``lan``, ``ian``
    does not.
    """
    if not name.isascii():
        # Letter by letter without their accents, which are kept: an accent is
        # what tells two letters apart.
        name = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name))
    alike = name.translate(_LOOKALIKES).casefold().translate(_LOOKALIKES)
    return alike if alike.isascii() else unicodedata.normalize("NFC", alike)


@dataclass(frozen=True, slots=True)
class Name:
    """A name that someone may have, and what makes it unique.

    :ivar folded: by this its owner is looked up.
    """

    text: str
    folded: str

    @classmethod
    def of(cls, text: str) -> Name:
        """Check a name that someone wants.

        :raises Refused: ``nick_invalid`` or ``nick_reserved``.
        """
        folded = fold(text)
        if _GUEST.match(folded):
            raise Refused("nick_reserved", f"{text} is kept for guests: choose another")
        if skeleton(text) == "error":
            # What it says would look like a refusal of the server's.
            raise Refused(
                "nick_reserved", f"{text} is kept for the server: choose another"
            )
        return cls(text, folded)

    @classmethod
    def guest(cls, number: int) -> Name:
        """The name of a guest."""
        return cls(f"guest_{number}", f"guest_{number}")

    @property
    def keys(self) -> tuple[str, ...]:
        """What its owner must own, so that nobody has this name or one like it."""
        return ("=" + self.folded, "~" + skeleton(self.text))


def room_name(text: str) -> str:
    """A room's one spelling: with or without ``#``, in any case.

    :raises Refused: ``room_invalid``.
    """
    try:
        return fold(text.removeprefix("#"))
    except Refused:
        raise Refused(
            "room_invalid",
            f"a room's name has 1 to {MAX_NICK} letters, digits, _ - or . and no space",
        ) from None


async def release(names: Names, owner: str, nick: str, *, kept: str = "") -> None:
    """Free a name, as far as the name that its owner keeps does not need it."""
    keys = Name(nick, fold(nick)).keys
    if kept:
        needed = Name(kept, fold(kept)).keys
        keys = tuple(key for key in keys if key not in needed)
    if keys:
        await names.release(keys, owner)


def guest_number(chance: random.Random, people: int) -> int:
    """A number for a guest, rarely taken however many people there are."""
    return chance.randrange(1000, max(10_000, 100 * people))


class LocalNames:
    """The names in use when there is but one server; see ``interfaces.Names``."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    async def claim(self, keys: Sequence[str], owner: str) -> bool:
        """Take all of these keys, or none."""
        owners = self._owners
        if any(owners.get(key, owner) != owner for key in keys):
            return False
        for key in keys:
            owners[key] = owner
        return True

    async def release(self, keys: Sequence[str], owner: str) -> None:
        """Let go of those that are the owner's."""
        for key in keys:
            if self._owners.get(key) == owner:
                del self._owners[key]
