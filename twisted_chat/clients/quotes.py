"""Messages that would read as an event on a line, and are shown in quotes there.

``bob: left the chat`` is what a line client sees when bob leaves.  Where only the words
tell a message from an event, bob's message with these words is shown as
``bob: "left the chat"``.
"""

from __future__ import annotations

import re
import unicodedata

from twisted_chat.core.lookalikes import letter_skeleton
from twisted_chat.core.sanitize import IGNORABLE

# What follows the nickname in the line of each event; see ``text_lines.event_text``.
_WORDS = re.compile(
    r"""\s*(?:
    (?:joined|left)\ the\ chat[\s.!]*\Z
    |is\ now\ known\ as\s
    |is\ away\s*\(
    |is\ back[\s.!]*\Z
    |set\ the\ topic\ to\s*:
    |cleared\ the\ topic[\s.!]*\Z
    )""".replace("i", "[il]").replace("w", "(?:w|vv)"),
    re.IGNORECASE | re.VERBOSE,
)
_BLANKS = re.compile(r"\s+")
_UNSEEN = re.compile(f"[{IGNORABLE}]+")
_LONGEST = 64
"""Characters in which an event shows its words, not counting those of its text."""


def reads_as_event(text: str) -> bool:
    """Whether a message begins with the words of an event, or with look-alikes."""
    if not text.isascii():
        text = _UNSEEN.sub("", text).replace("\u2800", " ").lstrip()[:_LONGEST]
        text = letter_skeleton(unicodedata.normalize("NFKC", text))
    if "  " in text or "\t" in text:
        text = _BLANKS.sub(" ", text)
    return _WORDS.match(text) is not None
