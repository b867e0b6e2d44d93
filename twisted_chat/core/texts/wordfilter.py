"""Masks words that an operator does not want to be read.

A text is split into pieces: words, white space, single signs.  What begins with a piece
is looked up, so that the time does not depend on the number of words to mask.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import accumulate

from .sanitize import IGNORABLE

MASK = "*"

_IGNORED = re.compile(f"[{IGNORABLE}]+")
_PIECE = re.compile(r"[^\W_]+|\s+|[\W_]")

_BLANK = " "
"""The piece of a phrase that stands for any white space."""


class _Node:
    """The pieces that a phrase may go on with, and whether one ends here."""

    __slots__ = ("ends", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.ends = False

    def step(self, piece: str) -> _Node | None:
        return self.next.get(_BLANK if piece.isspace() else piece)


class WordFilter:
    """Whole words of a list, in any case, also full-width or in composed letters.

    Invisible characters do not count, and Turkish ``ı`` and ``İ`` equal ``i``.  An
    underscore ends a word.  A phrase may begin on one line and end on the next.

    :param words: one word or phrase each; empty ones are left out.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._root = _Node()
        for word in words:
            node = self._root
            for piece in _PIECE.findall(_BLANK.join(_plain(word).split())):
                node = node.next.setdefault(piece, _Node())
            node.ends = True

    @classmethod
    def parse(cls, text: str) -> WordFilter:
        """One word a line; ``#`` begins a comment."""
        return cls(line.partition("#")[0] for line in text.splitlines())

    def mask(self, text: str) -> str:
        """The text with each such word replaced by as many ``*``; line ends stay."""
        if not self._root.next:
            return text
        if text.isascii():
            spans = self._find(text.lower())
            return _covered(text, spans) if spans else text
        # Each letter on its own may fold to several, or with an accent that
        # follows it to one: remember which came from where.
        folded: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for start, end in _clusters(text):
            letters = _plain(text[start:end])
            folded.append(letters)
            starts += [start] * len(letters)
            ends += [end] * len(letters)
        spans = self._find("".join(folded))
        return _covered(text, [(starts[start], ends[end - 1]) for start, end in spans])

    def _find(self, text: str) -> list[tuple[int, int]]:
        """Where the words of the list are in a folded text."""
        pieces: list[str] = _PIECE.findall(text)
        first = self._root.next
        if first.keys().isdisjoint(pieces):
            return []
        bounds = [0, *accumulate(map(len, pieces))]
        spans = []
        end = 0
        for at, piece in enumerate(pieces):
            if piece in first and at >= end:
                end = max(end, self._end(pieces, at))
                if end > at:
                    spans.append((bounds[at], bounds[end]))
        return spans

    def _end(self, pieces: list[str], at: int) -> int:
        """Behind the longest phrase that begins with this piece; 0 if none does."""
        if at and pieces[at - 1][-1].isalnum() and not pieces[at][0].isalnum():
            return 0
        found = 0
        node: _Node | None = self._root
        for end in range(at, len(pieces)):
            node = node.step(pieces[end]) if node else None
            if node is None:
                break
            if node.ends and not _goes_on(pieces, end):
                found = end + 1
        return found


def _goes_on(pieces: list[str], at: int) -> bool:
    """Whether a word follows a sign without a blank."""
    is_sign = not pieces[at][0].isalnum()
    return is_sign and at + 1 < len(pieces) and pieces[at + 1][0].isalnum()


def _covered(text: str, spans: Iterable[tuple[int, int]]) -> str:
    parts = []
    shown = 0
    for start, end in spans:
        parts.append(text[shown:start])
        # A letter that folds to several may be part of two words.
        hidden = text[max(start, shown) : end]
        parts.append("\n".join(MASK * len(line) for line in hidden.split("\n")))
        shown = max(end, shown)
    parts.append(text[shown:])
    return "".join(parts)


def _plain(text: str) -> str:
    visible = _IGNORED.sub("", text)
    folded = unicodedata.normalize("NFKC", visible).casefold()
    # The dot of Turkish capital I stays behind it.
    folded = folded.replace("ı", "i").replace("i\u0307", "i")
    return unicodedata.normalize("NFKC", folded)


def _clusters(text: str) -> Iterable[tuple[int, int]]:
    """The bounds of each letter together with what is written as a part of it."""
    start = 0
    for i in range(1, len(text)):
        if not _continues(text[i]):
            yield start, i
            start = i
    yield start, len(text)


def _continues(letter: str) -> bool:
    """An accent, the vowel or the end of a Korean syllable, what is invisible."""
    return (
        bool(unicodedata.combining(letter))
        or "\u1160" <= letter <= "\u11ff"
        or _IGNORED.match(letter) is not None
    )
