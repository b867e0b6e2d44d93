"""Messages as lines: their text with its formatting, cut to what a line holds.

A line has 512 bytes with its end and without its tags; a text that is longer is several
lines, cut between characters.  Each line of a message is a line of its own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from .formatting import CUT
from .message import MAX_BODY

CTCP = "\x01"
"""What stands before and after an action, and other requests between clients."""


def text_lines(text: str, head: int) -> Iterator[str]:
    """The texts of the lines that show a text.

    :param head: the bytes of a line before its text.
    """
    most = MAX_BODY - head
    for line in text.replace(CUT, "\n").split("\n"):
        # A line without a text is none for most clients.
        if line:
            yield from cut(line, most)


def cut(text: str, most: int) -> Iterator[str]:
    """Parts of a text, each of which has at most so many bytes."""
    while len(text) * 4 > most and len(encoded := text.encode()) > most:
        part = encoded[:most].decode(errors="ignore")
        end = _boundary(text, len(part))
        yield text[:end]
        text = text[end:]
    yield text


def _boundary(text: str, end: int) -> int:
    """The last place up to this one between two characters as a person sees them."""
    for place in range(end, max(end - 16, 0), -1):
        if not _joins(text[place]) and not _joins_next(text[place - 1]):
            return place
    return end


def _joins(letter: str) -> bool:
    """Whether a code point belongs to the character before it."""
    return not letter.isascii() and (
        unicodedata.category(letter)[0] == "M" or letter == "\u200d"
    )


def _joins_next(letter: str) -> bool:
    return letter == "\u200d"
