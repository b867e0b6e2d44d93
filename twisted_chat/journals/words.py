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

MAX_WORDS = 32
"""Words of one search that count; a longer search is answered for the first."""

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
_ALONE = re.compile(f"([{_LETTER_BY_LETTER}])")
_TO_SPELL_OUT = re.compile(f"[{_LETTER_BY_LETTER}\u0300-\u036f\uff00-\uffef]")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def spelled_out(text: str) -> str:
    """The text with a space wherever a word may begin, composed, of plain width.

    Most texts come back as the very same object, which costs nothing to keep.
    """
    if text.isascii() or not _TO_SPELL_OUT.search(text):
        return text
    return _ALONE.sub(r" \1 ", unicodedata.normalize("NFKC", text))


def asked(words: str) -> list[str]:
    """Each word of a search as a phrase: its parts, with a space between."""
    plain = _UNPRINTABLE.sub(" ", words)
    phrases = (" ".join(_tokens(word)) for word in plain.split())
    return [phrase for phrase in phrases if phrase][:MAX_WORDS]


def matches(text: str, phrases: list[str]) -> bool:
    """Whether each of the phrases begins somewhere in the text."""
    haystack = " " + " ".join(_tokens(text))
    return all(" " + phrase in haystack for phrase in phrases)


def _tokens(text: str) -> list[str]:
    if text.isascii():
        folded = text.lower()
    else:
        apart = unicodedata.normalize("NFKD", spelled_out(text))
        bare = "".join(c for c in apart if not "\u0300" <= c <= "\u036f")
        folded = unicodedata.normalize("NFC", bare).casefold()
    return "".join(c if _is_part(c) else " " for c in folded).split()


def _is_part(character: str) -> bool:
    """Whether a word may hold it: letters, marks, digits, symbols such as emoji."""
    return character.isalnum() or unicodedata.category(character) in _PARTS


_PARTS = frozenset({"Co", "Mn", "Mc", "Me", "So"})
"""Unicode's general categories of what else a word is made of."""
