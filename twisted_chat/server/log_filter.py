"""A log observer that stands before another one, and leaves some events out.

What a peer causes again and again, such as a traceback, could fill a disk.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from twisted.logger import ILogObserver, LogEvent, Logger
from zope.interface import implementer

PERIOD = 60.0
"""Seconds for which limits hold, and after which a line is repeated."""


@implementer(ILogObserver)
class LogFilter:
    """Passes on the events that it ``wants``.  Subclass it.

    :param observer: gets the others.
    :param seconds: a monotonic clock.
    """

    _log = Logger()

    def __init__(
        self, observer: ILogObserver, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._observer = observer
        self._seconds = seconds
        self._started = float("-inf")

    def __call__(self, event: LogEvent) -> None:
        """Log an event, unless it is left out."""
        if self.wants(event):
            self._observer(event)

    def wants(self, event: LogEvent) -> bool:
        """Whether to pass on an event; may log another line instead."""
        raise NotImplementedError

    def _period_is_over(self) -> bool:
        """Whether the period is over that began with ``_begin_period``."""
        return self._seconds() - self._started >= PERIOD

    def _begin_period(self) -> None:
        self._started = self._seconds()
