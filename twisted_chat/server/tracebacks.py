"""A limit for the tracebacks in the log, whatever causes them.

A traceback has some kilobytes; a client that finds a bug could fill a disk with them.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from twisted.logger import ILogObserver, LogEvent, Logger
from zope.interface import implementer

MAX_TRACEBACKS = 10
"""Tracebacks in one period; further ones are counted."""

PERIOD = 60.0
"""Seconds; a period starts with its first traceback."""


@implementer(ILogObserver)
class TracebackLimit:
    """Passes events on to another observer, but only some tracebacks.

    :param seconds: a monotonic clock.
    """

    _log = Logger()

    def __init__(
        self, observer: ILogObserver, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._observer = observer
        self._seconds = seconds
        self._start = float("-inf")
        self._count = 0

    def __call__(self, event: LogEvent) -> None:
        """Log an event, unless it has a traceback too many."""
        if self._seconds() - self._start >= PERIOD:
            self._end_period()
        if event.get("log_failure") is not None:
            if not self._count:
                self._start = self._seconds()
            self._count += 1
            if self._count > MAX_TRACEBACKS:
                return
        self._observer(event)

    def _end_period(self) -> None:
        left_out, self._count = self._count - MAX_TRACEBACKS, 0
        if left_out > 0:
            self._log.warn(
                "{count} more tracebacks in {seconds:g} s are not logged",
                count=left_out,
                seconds=PERIOD,
            )
