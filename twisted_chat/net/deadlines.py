"""Many waits of the same length with one timer.

Rules of this file: all waits of one object are equally long, so that the oldest
is always the first to be due.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from twisted.internet.interfaces import IDelayedCall, IReactorTime

T = TypeVar("T")


class Deadlines(Generic[T]):
    """Calls ``due`` with each item that was not cleared in time.

    :param delay: seconds between ``set`` and ``due``.
    """

    __slots__ = ("_clock", "_delay", "_due", "_items", "_timer")

    def __init__(
        self, clock: IReactorTime, delay: float, due: Callable[[T], object]
    ) -> None:
        self._clock = clock
        self._delay = delay
        self._due = due
        self._items: dict[T, float] = {}
        self._timer: IDelayedCall | None = None

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def set(self, item: T) -> None:
        """Begin to wait for an item, or begin anew."""
        self._items.pop(item, None)
        self._items[item] = self._clock.seconds() + self._delay
        if self._timer is None:
            self._timer = self._clock.callLater(self._delay, self._turn)

    def clear(self, item: T) -> None:
        """Wait for it no more; harmless if nothing waits."""
        if self._items.pop(item, None) is not None and not self._items:
            self._stop()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _turn(self) -> None:
        self._timer = None
        now = self._clock.seconds()
        late = []
        for item, when in self._items.items():
            if when > now:
                break
            late.append(item)
        for item in late:
            if self._items.pop(item, None) is not None:
                self._due(item)
        if self._items and self._timer is None:
            wait = next(iter(self._items.values())) - now
            self._timer = self._clock.callLater(max(wait, 0.0), self._turn)
