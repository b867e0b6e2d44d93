"""A bounded queue of bytes that wait to be sent to one peer.

Invariant: at most ``limit`` bytes wait; what to do beyond that is up to the owner.
"""

from __future__ import annotations

from collections import deque

MAX_QUEUED = 8 * 1024 * 1024
"""Bytes that may wait for one client; with more it is disconnected as too slow.

It is more than 64 clients can say at once, in both dialects of Socket.IO.  An eighth of
it may wait for long, see ``slow_readers``."""

LONG_FRACTION = 8
"""The part of the limit that may wait for long."""


class SendQueue:
    """Chunks of bytes, first in, first out.

    :param limit: bytes that may wait.
    :ivar size: bytes that wait.
    :ivar taken: bytes that have waited and were removed.
    """

    __slots__ = ("_chunks", "_limit", "size", "taken")

    def __init__(self, limit: int = MAX_QUEUED) -> None:
        self._chunks: deque[bytes | memoryview] = deque()
        self._limit = limit
        self.size = 0
        self.taken = 0

    def __bool__(self) -> bool:
        return bool(self._chunks)

    @property
    def is_long(self) -> bool:
        """Whether more waits than may wait for long."""
        return self.size > self._limit // LONG_FRACTION

    def push(self, data: bytes | memoryview) -> bool:
        """Append a chunk; false, and nothing is appended, if it exceeds the limit."""
        size = self.size + len(data)
        if size > self._limit:
            return False
        self.size = size
        self._chunks.append(data)
        return True

    def pop(self, size: int) -> bytes:
        """Remove whole chunks from the front, until they have this many bytes.

        :return: the chunks, joined; empty if nothing waits.
        """
        chunks: list[bytes | memoryview] = []
        popped = 0
        while self._chunks and popped < size:
            chunk = self._chunks.popleft()
            chunks.append(chunk)
            popped += len(chunk)
        self.size -= popped
        self.taken += popped
        return b"".join(chunks)

    def pop_all(self) -> bytes:
        """Remove all chunks; the chunks, joined."""
        data = b"".join(self._chunks)
        self.clear()
        return data

    def clear(self) -> None:
        """Discard all chunks."""
        self._chunks.clear()
        self.taken += self.size
        self.size = 0
