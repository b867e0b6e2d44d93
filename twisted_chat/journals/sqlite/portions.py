"""The size of portions, adapted to the time that they take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

TARGET = 0.002
"""Seconds that a portion is to take: a batch may have to wait for one."""


class PortionSize:
    """How much one portion does.

    :param first: the size of the first portion.
    :param most: the size of the largest.
    :param seconds: a monotonic clock; ``None`` for portions of one size.
    :ivar size: that of the next portion.
    """

    def __init__(
        self, first: int, most: int, seconds: Callable[[], float] | None
    ) -> None:
        self.size = first
        self._most = most
        self._seconds = seconds

    @contextmanager
    def measure(self) -> Iterator[int]:
        """Do a portion of this size."""
        if self._seconds is None:
            yield self.size
            return
        start = self._seconds()
        yield self.size
        took = self._seconds() - start
        if took > 2 * TARGET:
            self.size = max(1, self.size // 2)
        elif took < TARGET / 2:
            self.size = min(self._most, self.size + self.size // 2 + 1)
