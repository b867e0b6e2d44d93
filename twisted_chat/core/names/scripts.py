"""Scripts within a name: which may be mixed, and where a joiner may stand."""

from __future__ import annotations

import unicodedata

from .unicode_data import unicode_data

JOINERS = "\u200c\u200d"
"""ZERO WIDTH NON-JOINER and ZERO WIDTH JOINER."""

_ANY = frozenset({"Zyyy", "Zinh"})
_MIXES = (
    frozenset({"Latn", "Hani", "Hira", "Kana"}),
    frozenset({"Latn", "Hani", "Bopo"}),
    frozenset({"Latn", "Hani", "Hang"}),
)
_VIRAMA = 9
"""The canonical combining class of a virama."""


def is_mixed(name: str) -> bool:
    """Whether a name mixes scripts beyond UTS 39's level "highly restrictive".

    That is one script, or Latin with those of Chinese, of Japanese or of Korean.
    """
    scripts_of = unicode_data().scripts
    found = {scripts_of(c) for c in name if c.isalnum() or c > "\x7f"}
    found = {scripts for scripts in found if not scripts & _ANY}
    if not found or frozenset.intersection(*found):
        return False
    return not any(all(scripts & mix for scripts in found) for mix in _MIXES)


def joiners_fit(name: str) -> bool:
    """Whether each joiner stands where the script needs it (RFC 5892, A.1, A.2)."""
    return all(_fits(name, at) for at, letter in enumerate(name) if letter in JOINERS)


def _fits(name: str, at: int) -> bool:
    if at and unicodedata.combining(name[at - 1]) == _VIRAMA:
        return True
    if name[at] != JOINERS[0]:
        return False
    before = _joining(name[at - 1 :: -1] if at else "")
    return before in ("L", "D") and _joining(name[at + 1 :]) in ("R", "D")


def _joining(letters: str) -> str:
    """The joining type of the first letter that is not transparent."""
    joining = unicode_data().joining
    for letter in letters:
        if unicodedata.category(letter) not in ("Mn", "Me", "Cf"):
            return joining.get(ord(letter), "U")
    return "U"
