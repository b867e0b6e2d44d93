"""Look-alikes: names that people would take for each other.

Two names look alike if they have a skeleton in common.  Skeletons are those of UTS 39,
regardless of case, with rules that UTS 39 lacks: small capitals, a dot above an i,
strokes through letters, ``m`` like ``rn``, ``w`` like ``vv``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from .unicode_data import unicode_data

# Capital I looks like small l; small i does not.
_ASCII = {"0": "o", "O": "o", "1": "l", "I": "l"}
_MULTIPLE = (("m", "rn"), ("w", "vv"))
# Look-alikes at the size of a chat's text that UTS 39 does not list.
_MORE = {
    # Small capitals.
    "ᴀ": "a", "ʙ": "b", "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ꜰ": "f", "ɢ": "g", "ʜ": "h",
    "ɪ": "i", "ᴊ": "j", "ᴋ": "k", "ʟ": "l", "ᴍ": "m", "ɴ": "n", "ᴏ": "o", "ᴘ": "p",
    "ꞯ": "q", "ʀ": "r", "ꜱ": "s", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w", "ʏ": "y",
    "ᴢ": "z", "ĸ": "k",
    # Cyrillic and Greek; the small palochka is drawn like the capital.
    "ӏ": "l", "в": "b", "к": "k", "м": "m", "н": "h", "т": "t", "з": "3", "ѵ": "v",
    "β": "b", "ε": "e", "η": "n", "κ": "k", "τ": "t", "υ": "u", "χ": "x", "ω": "w",
    "ζ": "z", "μ": "u",
    # Coptic.
    "ⲁ": "a", "ⲃ": "b", "ⲉ": "e", "ⲓ": "i", "ⲕ": "k", "ⲙ": "m", "ⲛ": "n", "ⲣ": "p",
    "ⲧ": "t", "ⲩ": "y", "ⲭ": "x",
    # A capital I of Cherokee, whose small letters fold to capitals.
    "Ꮖ": "l",
    # Latin, Armenian; digits.
    "ȷ": "j", "ɩ": "i", "ʋ": "u", "ɯ": "w", "ց": "g", "զ": "q", "१": "l", "೧": "l",
}  # fmt: skip
# NFKD would make these another letter.
_BEFORE_NFKD = str.maketrans({"ϲ": "c", "Ϲ": "C", "ſ": "f"})
_DOTTED = re.compile("([IiJj\u0131\u0237][\u0300-\u036f]*?)\u0307")
# Lines below, through and across a letter, and what is invisible.
_DROPPED = re.compile(
    "[\u0332-\u0338\xad\u034f\u180b-\u180f\u200b-\u200f\u2060-\u206f\ufe00-\ufe0f]"
)


@cache
def _table() -> dict[int, str]:
    table = dict(unicode_data().skeletons)
    table.update((ord(looks), like) for looks, like in (_MORE | _ASCII).items())
    return table


_ASCII_TABLE = str.maketrans(_ASCII)


@lru_cache(maxsize=1024)
def skeletons(name: str, folded: str) -> tuple[str, ...]:
    """All skeletons of a name, for comparison with those of other names.

    :param name: as it is written: ``Ian`` looks like ``lan``, ``ian`` does not.
    :param folded: the same name in small letters.
    """
    found = {skeleton(name): None}
    if folded != name:
        found[skeleton(folded)] = None
    if not folded.isascii():
        found[skeleton(_capitals(folded))] = None
    return tuple(found)


def skeleton(text: str) -> str:
    """The skeleton of a text: equal for two that look alike."""
    text = letter_skeleton(text)
    for letter, drawn in _MULTIPLE:
        text = text.replace(letter, drawn)
    return text


def letter_skeleton(text: str) -> str:
    """The skeleton by single letters only: ``m`` and ``w`` stay as they are."""
    if text.isascii():
        text = text.translate(_ASCII_TABLE).lower()
    else:
        # Marks stay, since an accent tells two letters apart.
        text = unicodedata.normalize("NFKD", text.translate(_BEFORE_NFKD))
        previous = ""
        while text != previous:
            previous = text
            text = _DOTTED.sub(r"\1", _DROPPED.sub("", text)).translate(_table())
            text = unicodedata.normalize("NFKD", text.casefold())
    return text


def _capitals(folded: str) -> str:
    """What looks like a capital I in a script without small letters, as a small i.

    To those who know ``alice``, six letters of Lisu read ``ALICE``.
    """
    table = _table()
    return "".join(
        "i" if table.get(ord(c)) == "l" and c.upper() == c and c > "\x7f" else c
        for c in folded
    )
