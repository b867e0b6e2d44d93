"""Sanitizing: removing from a text what could do harm on a screen.

Nobody's text can move a cursor or forge a line.  Control characters (C0, C1, DEL),
bidirectional embeddings, overrides and isolates, and line and paragraph separators are
removed, whatever the client; so are the sequences that a terminal sends for arrow and
function keys.
"""

from __future__ import annotations

import re

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
# What a terminal sends for an arrow or a function key: removing only the ESC would
# leave the rest in the text.
_KEYS = re.compile("\x1b(?:O[A-Za-z]|\\[(?:[A-HPQRSZ]|[0-9;]*~|1;[0-9]+[A-HPQRS]))")
# White space and invisible characters (Unicode's Default_Ignorable_Code_Point and the
# blank Braille pattern).
_INVISIBLE = re.compile(
    "[\\s\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]*\\Z"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def is_blank(text: str) -> bool:
    """Whether a text has nothing visible."""
    return _INVISIBLE.match(text) is not None


def sanitize(text: str) -> str:
    """The text without characters that could do harm.

    Lone surrogates, which JSON can spell and UTF-8 cannot, become U+FFFD.
    """
    if text.isprintable():
        return text
    return _SURROGATES.sub("\ufffd", _UNSAFE.sub("", _KEYS.sub("", text)))
