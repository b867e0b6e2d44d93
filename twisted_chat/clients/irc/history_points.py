"""Points of a history, as CHATHISTORY has them: the id of a message, or a time."""

from __future__ import annotations

from dataclasses import dataclass

from twisted_chat.core.interfaces import History
from twisted_chat.core.limits import MAX_HISTORY
from twisted_chat.core.replies import Refused

from .times import parse_time

MAX_MESSAGES = MAX_HISTORY
"""Messages in one answer."""

TYPES = "timestamp,msgid"
"""The kinds of points, the preferred one first."""


@dataclass(frozen=True, slots=True)
class Point:
    """One of them.

    :ivar msgid: the id of a message; empty for a time.
    :ivar time: in milliseconds since 1970.
    """

    msgid: str = ""
    time: int = 0

    async def position(self, history: History) -> str | None:
        """The position of that message, or of the first event not before that time.

        ``None`` if all events are before it.
        """
        return self.msgid or await history.position_at(self.time)

    async def next_position(self, history: History) -> str | None:
        """The position from which on messages are after the point.

        A message itself is not after it, and has that position.
        """
        return self.msgid or await history.position_at(self.time + 1)


def parse_point(text: str) -> Point:
    """A point: ``msgid=ID`` or ``timestamp=TIME``.

    :raises Refused: ``invalid_params``.
    """
    kind, equals, value = text.partition("=")
    if kind == "msgid" and equals and value:
        return Point(msgid=value)
    return Point(time=parse_time(text))


def parse_limit(text: str) -> int:
    """The number of messages, at most ``MAX_MESSAGES``; 0 stands for that.

    :raises Refused: ``invalid_params``.
    """
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Refused("invalid_params", f"{text} is not a number of messages")
    return min(int(text) or MAX_MESSAGES, MAX_MESSAGES)
