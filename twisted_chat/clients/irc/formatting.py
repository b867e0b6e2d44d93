"""Formatting codes: bold, colours and the like, as clients send them in texts.

They are kept between IRC clients; everyone else is shown the text without them (see
https://modern.ircdocs.horse/formatting).
"""

from __future__ import annotations

import re

from twisted_chat.core.texts.sanitize import sanitize_text

CUT = "\x10"
"""A mark where a line was cut that is part of a longer one; see ``multiline``."""

CODES = f"\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f{CUT}"
"""Bold, colour, hexadecimal colour, reset, monospace, reverse, italic, strikethrough,
underline; and the mark, which is kept as they are."""

# Stand for the codes while the text is sanitized; no text has these code points.
_STAND_INS = {ord(code): 0xFDD0 + index for index, code in enumerate(CODES)}
_CODES = {stand_in: code for code, stand_in in _STAND_INS.items()}
_NEVER_SENT = dict.fromkeys(_CODES)
_ANY = re.compile(f"[{CODES}]")


def formatted(text: str) -> str | None:
    """The text, sanitized, with its formatting codes; ``None`` if it has none."""
    if not _ANY.search(text):
        return None
    held = text.translate(_NEVER_SENT).translate(_STAND_INS)
    return sanitize_text(held).translate(_CODES)


def unformatted(text: str) -> str:
    """The text without formatting codes, as everyone else is shown it."""
    return sanitize_text(text)
