"""Masks words that an operator does not want to be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from .sanitize import IGNORABLE

MASK = "*"

_IGNORED = re.compile(f"[{IGNORABLE}]+")


class WordFilter:
    """Whole words of a list, in any case, also full-width or in composed letters.

    Invisible characters do not count, and Turkish ``ı`` and ``İ`` equal ``i``.  An
    underscore ends a word.  A phrase may begin on one line and end on the next.

    :param words: one word or phrase each; empty ones are left out.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        plain = {_plain(word.strip()) for word in words}
        plain.discard("")
        self._pattern = (
            re.compile(
                r"(?<![^\W_])(?:"
                + "|".join(
                    r"\s+".join(map(re.escape, phrase.split()))
                    for phrase in sorted(plain, key=len, reverse=True)
                )
                + r")(?![^\W_])"
            )
            if plain
            else None
        )

    @classmethod
    def parse(cls, text: str) -> WordFilter:
        """One word a line; ``#`` begins a comment."""
        return cls(line.partition("#")[0] for line in text.splitlines())

    def mask(self, text: str) -> str:
        """The text with each such word replaced by as many ``*``; line ends stay."""
        pattern = self._pattern
        if pattern is None:
            return text
        hidden = list(text)
        if text.isascii():
            for found in pattern.finditer(text.lower()):
                _cover(hidden, *found.span())
            return "".join(hidden)
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
        for found in pattern.finditer("".join(folded)):
            _cover(hidden, starts[found.start()], ends[found.end() - 1])
        return "".join(hidden)


def _cover(hidden: list[str], start: int, end: int) -> None:
    for at in range(start, end):
        if hidden[at] != "\n":
            hidden[at] = MASK


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
