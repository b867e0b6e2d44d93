"""Messages of one line or several: what is accepted, and how many lines it counts as.

A codec whose wire has texts of several lines accepts a text before it makes a request
of it, so that a refused one costs a single token.  The chat accepts every text that it
posts, whatever its codec did.
"""

from __future__ import annotations

from twisted_chat.core.limits import MAX_LINE, MAX_TEXT, MAX_TEXT_LINES, TOKEN_BYTES
from twisted_chat.core.replies import Refused

from .sanitize import LINE_END, sanitize_label, sanitize_text

_AUTHOR = 64
"""Characters before a line, of its author and its room, if they are long."""

_MAX_RECEIVED = 4 * MAX_TEXT
"""Characters of a text that is sanitized at all."""


def accepted_text(text: str) -> str:
    """A message or a direct message as it may be posted; empty if nothing is left.

    :raises Refused: ``too_long``.
    """
    if len(text) > _MAX_RECEIVED:
        raise _too_many_bytes()
    text = sanitize_text(text)
    if len(text) * 4 > MAX_TEXT and _size(text) > MAX_TEXT:
        raise _too_many_bytes()
    if text.count("\n") >= MAX_TEXT_LINES:
        raise Refused(
            "too_long", f"the message has more than {MAX_TEXT_LINES} lines: not sent"
        )
    return text


def accepted_label(text: str, limit: int = MAX_LINE) -> str:
    """A topic or an away text, likewise; it is one line.

    :param limit: its bytes.
    :raises Refused: ``too_long``.
    """
    text = sanitize_label(text)
    if _size(text) > limit:
        raise Refused("too_long", f"the text is longer than {limit} bytes: not sent")
    return text


def cut_text(text: str) -> str:
    """As much of a text, from its beginning, as is accepted."""
    lines = sanitize_text(text[:_MAX_RECEIVED]).split("\n")[:MAX_TEXT_LINES]
    encoded = "\n".join(lines).encode()[:MAX_TEXT]
    return sanitize_text(encoded.decode(errors="ignore"))


def check_line(line: str) -> None:
    """Check that a line, or what is as short as one, is not too long.

    :raises Refused: ``too_long``.
    """
    if len(line) * 4 > MAX_LINE and _size(line) > MAX_LINE:
        raise line_too_long()


def line_too_long() -> Refused:
    """The refusal of a line longer than ``MAX_LINE``."""
    return Refused("too_long", f"the line is longer than {MAX_LINE} bytes: not sent")


def count_lines(text: str) -> int:
    """The lines of a text for the rate limit, at least 1 and at most the limit."""
    if text.isprintable():
        return 1
    return min(len(LINE_END.findall(text.rstrip())) + 1, MAX_TEXT_LINES)


def tokens_for(text: str, raw: str | None = None) -> int:
    """The tokens of the rate limit that a message takes: one for each line, or one for
    each ``TOKEN_BYTES``, if those are more.

    :param raw: the ``chat`` value that the text came from.
    """
    lines = count_lines(text)
    if raw is None and len(text) * 4 <= TOKEN_BYTES:
        return lines
    size = max(_size(text), _size(raw or ""))
    return max(lines, -(-size // TOKEN_BYTES))


def characters_shown(event: object) -> int:
    """About how many characters of text an event shows to those who see most of it.

    With the name before each further line, and the ``chat`` value that it came from.
    """
    text: str = getattr(event, "text", "")
    raw: str | None = getattr(event, "raw", None)
    size = len(text) + (len(raw) if raw else 0)
    return size + _AUTHOR * text.count("\n") if "\n" in text else size


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _too_many_bytes() -> Refused:
    return Refused("too_long", f"the message is longer than {MAX_TEXT} bytes: not sent")
