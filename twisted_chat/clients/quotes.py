"""Messages that would read as an event on a line, and are shown in quotes there.

``bob: left the chat`` is what a line client sees when bob leaves.  Where only the words
tell a message from an event, bob's message with these words is shown as
``bob: "left the chat"``.
"""

from __future__ import annotations

import re
import unicodedata

from twisted_chat.core.names.lookalikes import letter_skeleton
from twisted_chat.core.texts.sanitize import IGNORABLE

# What follows the nickname in the line of each event, see ``text_lines.event_text``, as
# a skeleton: small letters, with an l for a capital I.  Of the signs, those that look
# like a colon or a parenthesis (UTS 39).
_WORDS = re.compile(
    r"""(?:joined|left)\ the\ chat[\s.!]*\Z
    |is\ now\ known\ as\s
    |is\ away\s*[(\u2768\u2772\u3014\ufd3e]
    |is\ back[\s.!]*\Z
    |set\ the\ topic\ to\s*[:\u02d0\u02f8\u0589\u05c3\u205a\u2236\ua4fd\ua789]
    |cleared\ the\ topic[\s.!]*\Z
    |deleted\ \S{1,9}\ messages?(?:\ of\s|[\s.!]*\Z)
    |corrected\s*[:\u02d0\u02f8\u0589\u05c3\u205a\u2236\ua4fd\ua789]
    |(?:un)?(?:kicked|muted|banned)\s\S
    |made\ \S+\ (?:private|public|quiet|open|hidden|listed|a\ room\ operator)\b
    |set\ (?:a\ key\ for|the\ limit\ of)\ \#
    |removed\ (?:the\ key\ of|the\ limit\ of|voice\ from)\s
    |removed\ \S+\ as\ a\ room\ operator\b
    |let\ (?:only\ operators|all)\ set\ the\ topic\b
    |let\ (?:those\ outside|only\ those\ inside)\ talk\ in\s
    |gave\ voice\ to\s
    |excepted\ \S+\ from\s
    |removed\ the\ exception\ for\s
    |let\ \S+\ into\ \#
    """.replace("i", "[il|]")
    .replace("w", "(?:w|vv)")
    .replace("m", "(?:m|rn)"),
    re.VERBOSE,
)
_FIRST = re.compile(r"\s*[JjLlIiSsCc1|DdKkMmBbUuRrGgEe]")
_BLANKS = re.compile(r"\s+")
_UNSEEN = re.compile(f"[{IGNORABLE}]+")
# Blanks that are no white space: of Braille, and of Korean, which not every program
# leaves out.
_BRAILLE = "\u2800"
_FILLERS = re.compile("[\u115f\u1160\u3164\uffa0]+")
_LONGEST = 64
"""Characters in which an event shows its words, not counting those of its text."""


def reads_as_event(text: str) -> bool:
    """Whether a message begins with the words of an event, or with look-alikes."""
    if text.isascii():
        return _FIRST.match(text) is not None and _has_words(text)
    text = text.replace(_BRAILLE, " ")
    spaced = _FILLERS.sub(" ", text)
    return _has_words(_seen(text)) or (spaced != text and _has_words(_seen(spaced)))


def _seen(text: str) -> str:
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text))


def _has_words(text: str) -> bool:
    words = _BLANKS.sub(" ", text.lstrip()[:_LONGEST])
    return _WORDS.match(letter_skeleton(words)) is not None
