"""A start that fails: one line for the operator, and a status that is not 0.

twistd has no way for a service to say that it could not start, other than an
exception with its traceback.  Rules of this file: it is the only one that knows
how twistd ends; the line is on standard error and in the log, with no traceback,
also for a daemon, whose parent waits to be told.
"""

from __future__ import annotations

import atexit
import os
import sys
from types import TracebackType
from typing import Any

from twisted.application.service import Service
from twisted.logger import Logger

log = Logger()


class CannotStart(Exception):
    """Leaves the start of a daemon; twistd tells who started it its name and words."""

    # Of both together it passes on 98 bytes, so the name is what there is to say.
    __module__ = "builtins"
    __qualname__ = "server error"


class FailedService(Service):
    """Takes the place of a service that could not be made.

    :param reason: one line that says what to do.
    """

    def __init__(self, reason: str, reactor: Any) -> None:
        self.reason = reason
        self.reactor = reactor

    def startService(self) -> None:
        """Twisted: the log is there now, so it can be said."""
        super().startService()
        report(self.reason)
        end(self.reason, self.reactor)


def report(reason: str) -> None:
    """Say why it cannot start: in the log, and on standard error."""
    line = f"server error: {reason}"
    # As a field, so that a log in JSON holds the very words, too.  Not as critical:
    # before its log is open, Twisted itself writes that to standard error.
    log.error("{line}", line=line)
    # Not sys.stderr: twistd has put that into its log.
    if sys.__stderr__ is not None:
        sys.__stderr__.write(f"{line}\n")
        sys.__stderr__.flush()


def end(reason: str, reactor: Any) -> None:
    """Have the process end in an orderly way, with status 1.

    :raises CannotStart: a daemon's start goes no further.
    """
    if not reactor.running and _is_daemon():
        sys.excepthook = _without_traceback
        raise CannotStart(reason)
    # Nothing that the reactor calls can change the status with which twistd ends.
    atexit.register(_leave)
    reactor.callWhenRunning(reactor.stop)


def _is_daemon() -> bool:
    """Whether nobody can read what is written to standard error."""
    try:
        return os.fstat(2).st_rdev == os.stat(os.devnull).st_rdev  # noqa: PTH116
    except OSError:
        return True


def _without_traceback(
    _kind: type[BaseException], _error: BaseException, _where: TracebackType | None
) -> None:
    """The line has been said already."""


def _leave() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)
