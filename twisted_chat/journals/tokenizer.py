"""The tokenizer of the search: words in any script, and how texts match them.

A message matches if each word of the search is the beginning of one of its words,
regardless of case, accents, Unicode composition and character width.  In scripts
without spaces between words (Chinese, Japanese, Thai, ...) and among symbols such as
emoji each character is a word, so that any part of a text is found.

Invariants: pure functions of text, the same for messages and searches; no text makes
them fail.
"""

from __future__ import annotations

import re
import unicodedata

MAX_TOKENS = 64
"""Tokens of one search that count: words, or characters of a script without spaces."""

_SINGLE_CHARACTER_WORDS = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u2190-\u2bff"  # arrows, signs, dingbats
    "\u2e80-\u312f\u3190-\u9fff"  # Han, kana, bopomofo
    "\uf900-\ufaff"  # Han, compatibility
    "\U0001f000-\U0001ffff"  # emoji
    "\U00020000-\U0003ffff"  # Han, rare
)
_VARIATION_SELECTORS = "\ufe00-\ufe0f"
"""They select how the character before them is drawn, as emoji or as text."""

_SINGLE = re.compile(f"([{_SINGLE_CHARACTER_WORDS}])")
_DROPPED = re.compile(f"[{_VARIATION_SELECTORS}]")
_COMPATIBILITY_WIDTH = re.compile("[\uf900-\ufaff\uff00-\uffef]+")
_DECOMPOSED = re.compile(".[\u0300-\u036f]+", re.DOTALL)
_CHANGED = re.compile(
    f"[{_SINGLE_CHARACTER_WORDS}{_VARIATION_SELECTORS}\u0300-\u036f\uff00-\uffef]"
)
_WORD_CATEGORIES = frozenset({"Co", "Mn", "Mc", "Me", "So"})
"""Unicode's general categories of the characters in words, besides alphanumeric."""


def spaced(text: str) -> str:
    """The text with spaces around each single-character word, composed, of plain width.

    Most texts are returned as the same object, which takes no further space.
    """
    if text.isascii() or not _CHANGED.search(text):
        return text
    # Only the characters that need it are changed: a word must come out the same alone
    # as within a text, or it would not be found there.
    text = _DROPPED.sub("", text)
    text = _DECOMPOSED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    text = _COMPATIBILITY_WIDTH.sub(
        lambda found: unicodedata.normalize("NFKC", found[0]), text
    )
    return _SINGLE.sub(r" \1 ", text)


def phrases_in(words: str) -> list[str]:
    """Each word of a search as a phrase: its tokens, separated by spaces."""
    phrases = []
    left = MAX_TOKENS
    for word in words.split():
        tokens = _tokens(spaced(word))[:left]
        left -= len(tokens)
        if tokens:
            phrases.append(" ".join(tokens))
    return phrases


def matches(text: str, phrases: list[str]) -> bool:
    """Whether each of the phrases begins at a word of the text."""
    haystack = _folded(text)
    return all(_folded(phrase) in haystack for phrase in phrases)


def _folded(text: str) -> str:
    """The tokens of a text, folded, each with a space before it."""
    if text.isascii():
        plain = text.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", spaced(text))
        bare = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
        plain = unicodedata.normalize("NFC", bare).casefold()
    return "".join(" " + token for token in _tokens(plain))


def _tokens(text: str) -> list[str]:
    return "".join(c if _is_in_words(c) else " " for c in text).split()


def _is_in_words(character: str) -> bool:
    """Whether words consist of it: letters, marks, digits, symbols such as emoji."""
    return character.isalnum() or unicodedata.category(character) in _WORD_CATEGORIES
