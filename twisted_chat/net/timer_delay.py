"""How late the timers of a reactor are, which shows how long it is busy at a time."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

SAMPLE_INTERVAL = 0.5
"""Seconds between two samples."""


class TimerDelay:
    """Measures again and again how late a timer is.

    :param observe: called with the seconds of each sample.
    """

    def __init__(self, clock: IReactorTime, observe: Callable[[float], object]) -> None:
        self._clock = clock
        self._observe = observe
        self._due = 0.0
        self._timer: IDelayedCall | None = None

    def start(self) -> None:
        """Begin to measure."""
        self._due = self._clock.seconds() + SAMPLE_INTERVAL
        self._timer = self._clock.callLater(SAMPLE_INTERVAL, self._sample)

    def stop(self) -> None:
        """Measure no more; it may be stopped already."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _sample(self) -> None:
        self._observe(max(self._clock.seconds() - self._due, 0.0))
        self.start()
