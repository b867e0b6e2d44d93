"""What the log says when the server runs out of file descriptors.

Twisted closes each new connection then, and logs it with its address.  A client that
keeps connecting could fill a disk with these lines.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from twisted.logger import ILogObserver, LogEvent, Logger
from zope.interface import implementer

PERIOD = 60.0
"""Seconds between two lines."""

NAMESPACE = "twisted.internet.tcp.Port"
"""Of Twisted's lines about connections that it could not accept."""


@implementer(ILogObserver)
class AcceptErrors:
    """Passes events on to another observer, with one line for many of those of Twisted.

    :param seconds: a monotonic clock.
    """

    _log = Logger()

    def __init__(
        self, observer: ILogObserver, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._observer = observer
        self._seconds = seconds
        self._logged = float("-inf")

    def __call__(self, event: LogEvent) -> None:
        """Log an event, unless it is one of those."""
        text = event.get("log_format") or ""
        if event.get("log_namespace") != NAMESPACE or "EMFILE" not in text:
            self._observer(event)
        elif self._seconds() - self._logged >= PERIOD:
            self._logged = self._seconds()
            self._log.warn(
                "no file descriptors are left (EMFILE), so new connections are closed: "
                "raise the limit of open files, or lower --max-clients"
            )
