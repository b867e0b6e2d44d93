"""The last messages of a history, as many as are sent at once.

What a client asks for, or is shown when it joins, stays well below what may wait for
it: the server must not disconnect a client for what it sends itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

MAX_HISTORY_BYTES = 256 * 1024
"""Bytes of messages in one reply: a quarter of what may wait for a client."""


def newest_that_fit(newest_first: Iterable[T], size: Callable[[T], int]) -> list[T]:
    """The messages that fit into one reply, oldest first.

    :param newest_first: the messages in any form; no more are made than needed.
    :param size: the bytes that one of them takes.
    """
    fitting: list[T] = []
    left = MAX_HISTORY_BYTES
    for message in newest_first:
        left -= size(message)
        if left < 0:
            break
        fitting.append(message)
    fitting.reverse()
    return fitting
