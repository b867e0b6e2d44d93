"""The keys that erase what was typed, for clients that send each key.

Backspace and DEL erase the last character, with the marks on it and what is joined to
it; Ctrl-U erases the line.
"""

from __future__ import annotations

import re
import unicodedata

BACKSPACE = 0x08
CTRL_U = 0x15

_KEYS = re.compile("[\x08\x15\x7f]")
_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


def erase(text: str) -> str:
    """The text that is left after the keys in it."""
    if _KEYS.search(text) is None:
        return text
    left: list[str] = []
    for letter in text:
        if letter in "\x08\x7f":
            _erase_last(left)
        elif letter == "\x15":
            left.clear()
        else:
            left.append(letter)
    return "".join(left)


def _erase_last(left: list[str]) -> None:
    while left:
        letter = left.pop()
        if _extends(letter):
            continue
        if ord(letter) in _FLAG_LETTERS and _flag_letters_at_end(left) % 2:
            left.pop()
        if not left or left[-1] != _JOINER:
            return


def _extends(letter: str) -> bool:
    """Whether it belongs to the character before it."""
    return (
        unicodedata.category(letter)[0] == "M"
        or letter == _JOINER
        or ord(letter) in _SKIN_TONES
    )


def _flag_letters_at_end(left: list[str]) -> int:
    count = 0
    while count < len(left) and ord(left[-1 - count]) in _FLAG_LETTERS:
        count += 1
    return count
