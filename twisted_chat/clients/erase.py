"""The keys that erase what was typed, for clients that send each key.

Backspace and DEL erase the last character, with the marks on it and what is joined to
it; Ctrl-U erases the line.
"""

from __future__ import annotations

import unicodedata

BACKSPACE = 0x08
CTRL_U = 0x15

_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


def erase(text: str) -> str:
    """The text that is left after the keys in it."""
    if "\x08" not in text and "\x7f" not in text and "\x15" not in text:
        return text
    # What a person sees as one character each.
    left: list[str] = []
    for letter in text:
        if letter in "\x08\x7f":
            if left:
                left.pop()
        elif letter == "\x15":
            left.clear()
        elif left and _belongs_to(left[-1], letter):
            left[-1] += letter
        else:
            left.append(letter)
    return "".join(left)


def _belongs_to(character: str, letter: str) -> bool:
    """Whether a letter belongs to the character before it."""
    return (
        unicodedata.category(letter)[0] == "M"
        or letter == _JOINER
        or ord(letter) in _SKIN_TONES
        or character[-1] == _JOINER
        or (
            len(character) == 1
            and ord(character) in _FLAG_LETTERS
            and ord(letter) in _FLAG_LETTERS
        )
    )
