"""What a search compares: words, in whatever script they are written.

A message matches when each word asked for begins one of its words, in any case,
with or without accents, composed or not, full width or not.  Scripts that put no
spaces between words (Chinese, Japanese, Thai, ...) and symbols such as emoji are
taken letter by letter, so there any part of a text is found.

Rules of this file: pure functions of text, the same for messages and for what is
asked; no text makes them fail.
"""

from __future__ import annotations

import re
import unicodedata

MAX_PARTS = 64
"""Words, or letters of a script without spaces, of one search that count."""

_LETTER_BY_LETTER = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u2190-\u2bff"  # arrows, signs, dingbats
    "\u2e80-\u312f\u3190-\u9fff"  # Han, kana, bopomofo
    "\uf900-\ufaff"  # Han, compatibility
    "\U0001f000-\U0001ffff"  # emoji
    "\U00020000-\U0003ffff"  # Han, rare
)
_VARIANTS = "\ufe00-\ufe0f"
"""What asks for another look of the sign before it, as emoji or as text."""

_ALONE = re.compile(f"([{_LETTER_BY_LETTER}])")
_DROPPED = re.compile(f"[{_VARIANTS}]")
_OTHER_WIDTH = re.compile("[\uf900-\ufaff\uff00-\uffef]+")
_APART = re.compile(".[\u0300-\u036f]+", re.DOTALL)
_TO_SPELL_OUT = re.compile(
    f"[{_LETTER_BY_LETTER}{_VARIANTS}\u0300-\u036f\uff00-\uffef]"
)
_PARTS = frozenset({"Co", "Mn", "Mc", "Me", "So"})
"""Unicode's general categories of what a word is made of, besides letters."""


def spelled_out(text: str) -> str:
    """The text with a space wherever a word may begin, composed, of plain width.

    Most texts come back as the very same object, which costs nothing to keep.
    """
    if text.isascii() or not _TO_SPELL_OUT.search(text):
        return text
    # Only what needs it is changed: a word must come out the same on its own as
    # in a text, or it would not be found there.
    text = _DROPPED.sub("", text)
    text = _APART.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    text = _OTHER_WIDTH.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return _ALONE.sub(r" \1 ", text)


def asked(words: str) -> list[str]:
    """Each word of a search as a phrase: its parts, with a space between."""
    phrases = []
    left = MAX_PARTS
    for word in words.split():
        parts = _parts(spelled_out(word))[:left]
        left -= len(parts)
        if parts:
            phrases.append(" ".join(parts))
    return phrases


def matches(text: str, phrases: list[str]) -> bool:
    """Whether each of the phrases begins somewhere in the text."""
    haystack = _folded(text)
    return all(_folded(phrase) in haystack for phrase in phrases)


def _folded(text: str) -> str:
    """The parts of a text with a space before each, however they were typed."""
    if text.isascii():
        plain = text.lower()
    else:
        apart = unicodedata.normalize("NFKD", spelled_out(text))
        bare = "".join(c for c in apart if not "\u0300" <= c <= "\u036f")
        plain = unicodedata.normalize("NFC", bare).casefold()
    return "".join(" " + part for part in _parts(plain))


def _parts(text: str) -> list[str]:
    return "".join(c if _is_part(c) else " " for c in text).split()


def _is_part(character: str) -> bool:
    """Whether a word may hold it: letters, marks, digits, symbols such as emoji."""
    return character.isalnum() or unicodedata.category(character) in _PARTS
