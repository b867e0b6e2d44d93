"""How much one answer has: lines, and messages of a history.

What a client asks for stays well below what may wait for it, as on every other wire;
and what takes long to put together is done in portions, between which others have their
turns of the reactor.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from twisted.internet.defer import Deferred

from twisted_chat.clients.answers import MAX_ANSWER, newest_that_fit
from twisted_chat.core.events import Stored
from twisted_chat.core.limits import MAX_WELCOME
from twisted_chat.core.runtime import Runtime

from .message import MAX_BODY, Message
from .raw import is_irc

T = TypeVar("T")

MAX_NAMES_BYTES = MAX_WELCOME
"""Bytes of the list of those who are in a room, which has to be complete."""

PORTION = 250
"""Members or rooms that are looked at before others have a turn: a few ms."""

_HEAD = 100
"""Bytes of a line beside its parameters: the server, the nickname, the numeric; and of
a line of a message beside its text, its author and its room."""

_TAGS = 200
"""Bytes of the tags that the server gives a message."""


def lines_that_fit(lines: Iterable[Message], limit: int = MAX_ANSWER) -> list[Message]:
    """The first lines, as many as are sent at once.

    :param limit: the bytes of all of them.
    """
    fitting: list[Message] = []
    for line in lines:
        limit -= _HEAD + len(" ".join(line.params).encode())
        if limit < 0:
            break
        fitting.append(line)
    return fitting


def messages_that_fit(
    found: Sequence[Stored], *, first: bool = False, limit: int = MAX_ANSWER
) -> tuple[Stored, ...]:
    """The last messages of a history, as many as are sent at once, in their order.

    :param first: the first ones instead.
    :param limit: the bytes of all of them.
    """
    if first:
        return tuple(newest_that_fit(found, _size_of, limit)[::-1])
    return tuple(newest_that_fit(reversed(found), _size_of, limit))


def _size_of(stored: Stored) -> int:
    """About how many bytes the lines of an event have."""
    event: Any = stored.event
    text: str = getattr(event, "text", None) or ""
    raw: str | None = getattr(event, "raw", None)
    names = f"{getattr(event, 'nick', '')}{getattr(event, 'room', '')}"
    head = _HEAD + len(names.encode())
    size = len(text.encode()) + (len(raw.encode()) if raw and is_irc(raw) else 0)
    count = 1 + text.count("\n") + size // (MAX_BODY - head)
    return _TAGS + size + head * count


async def in_portions(runtime: Runtime, items: Sequence[T]) -> AsyncIterator[T]:
    """Each of them; after a portion, others have a turn of the reactor."""
    for number, item in enumerate(items, 1):
        yield item
        if number % PORTION == 0:
            turn: Deferred[None] = Deferred()
            runtime.call_later(0, partial(turn.callback, None))
            await turn
