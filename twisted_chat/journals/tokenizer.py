"""The tokenizer of the search: words in any script, and how texts match them.

A message matches if each word of the search is the beginning of one of its words,
regardless of case, accents, vowel points, Unicode composition and character width.
In scripts without spaces between words (Chinese, Japanese, Thai, ...) and among symbols
such as emoji each character is a word, so that any part of a text is found.

Invariants: pure functions of text, the same for messages and searches; no text makes
them fail.
"""

from __future__ import annotations

import re
import unicodedata

from twisted_chat.core.texts.sanitize import IGNORABLE

MAX_WORDS = 8
"""Words of one search that count: the first ones, without those that others imply."""

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
_SINGLE = re.compile(f"([{_SINGLE_CHARACTER_WORDS}])")
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8"
    "\u06ea-\u06ed\u08ca-\u08e1\u08e3-\u08ff\u0711\u0730-\u074a"  # Arabic, Syriac
)
"""What is written or left out at will: accents, vowel points, the Arabic stretcher.
The vowel signs of Indic scripts are not."""

_DROPPED = re.compile(f"[{_MARKS}{IGNORABLE}]+")
_ASCII_TOKEN = re.compile("[0-9A-Za-z]+")
_SIMPLE = re.compile("[\0-\u017f\u0370-\u052f]*\\Z")
"""Texts in Latin, Greek and Cyrillic letters, which FTS5 makes lower case as we do."""

_WORD_CATEGORIES = frozenset({"Co", "Mn", "Mc", "Me", "So"})
"""Unicode's general categories of the characters in words, besides alphanumeric."""


def folded(text: str) -> str:
    """The text as all stores compare it.

    Without case, accents, vowel points, invisible characters and differences of width
    or composition, and with spaces around each single-character word.  A word comes
    out the same alone as within a text.
    """
    if text.isascii():
        return text.lower()
    bare = _DROPPED.sub("", unicodedata.normalize("NFKD", text)).casefold()
    # Case folding may leave the text composed.
    bare = _DROPPED.sub("", unicodedata.normalize("NFKD", bare)).replace("ı", "i")
    return _SINGLE.sub(r" \1 ", unicodedata.normalize("NFC", bare))


def indexed_form(text: str) -> str:
    """What FTS5 is given to index.

    Many texts are returned as the same object, which takes no further space: FTS5 makes
    them lower case itself.
    """
    if text.isascii():
        return text
    form = folded(text)
    if form == text.lower() and _SIMPLE.match(text):
        return text
    # As tokens, since FTS5 does not know the letters of later versions of Unicode.
    return " ".join(_tokens(form))


def phrases_in(words: str) -> list[str]:
    """Each word of a search as a phrase: its tokens, folded, separated by spaces.

    A phrase that another one begins with is left out: what matches that matches it.
    """
    phrases: list[str] = []
    left = MAX_TOKENS
    for word in words.split():
        tokens = _tokens(folded(word))[:left]
        phrase = " ".join(tokens)
        if not tokens or any(other.startswith(phrase) for other in phrases):
            continue
        left -= len(tokens)
        phrases = [other for other in phrases if not phrase.startswith(other)]
        phrases.append(phrase)
        if len(phrases) == MAX_WORDS or not left:
            break
    return phrases


def matches(text: str, phrases: list[str]) -> bool:
    """Whether each of these phrases begins at a word of the text."""
    form = folded(text)
    for phrase in phrases:
        # Far faster than to split the text into tokens, and true of most texts.
        if any(token not in form for token in phrase.split(" ")):
            return False
    haystack = "".join(" " + token for token in _tokens(form))
    return all(" " + phrase in haystack for phrase in phrases)


def _tokens(text: str) -> list[str]:
    if text.isascii():
        return _ASCII_TOKEN.findall(text)
    return "".join(c if _is_in_words(c) else " " for c in text).split()


def _is_in_words(character: str) -> bool:
    """Whether words consist of it: letters, marks, digits, symbols such as emoji."""
    return character.isalnum() or unicodedata.category(character) in _WORD_CATEGORIES
