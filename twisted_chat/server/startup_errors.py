"""Startup errors: one line for the operator, and an exit status that is not 0.

The line goes to standard error and to the log, without a traceback, also from a daemon,
whose parent waits for its report.  Only this module knows how twistd exits: a service
can report that it could not start only by an exception, which twistd logs with a
traceback.
"""

from __future__ import annotations

import atexit
import os
import sys
from types import TracebackType
from typing import Any

from twisted.application.service import Service
from twisted.logger import Logger

from twisted_chat.core.texts.sanitize import one_line

from .log_file import twistd_log

log = Logger()


class StartupError(Exception):
    """Aborts the start of a daemon; twistd reports its name and text to the parent."""

    # Twistd passes on 98 bytes of both together, so the name is part of the message.
    __module__ = "builtins"
    __qualname__ = "server error"


class StartupErrorService(Service):
    """Takes the place of a service that could not be made.

    :param reason: one line that says what to do.
    """

    def __init__(self, reason: str, reactor: Any) -> None:
        self.reason = reason
        self.reactor = reactor

    def startService(self) -> None:
        """Twisted: the log is open now."""
        super().startService()
        log_startup_error(self.reason)
        exit_with_failure(self.reason, self.reactor)


def log_startup_error(reason: str) -> None:
    """Write why the server cannot start to the log and to standard error.

    Where both appear on one terminal, once.
    """
    line = one_line(f"server error: {reason}")
    # Not sys.stderr, which twistd redirects to its log.
    stderr = sys.__stderr__
    if stderr is None or not twistd_log.is_on_standard_error:
        # As a field, so that a log in JSON has the line as it is, too.  Not critical:
        # before its log is open, Twisted itself writes that to standard error.
        log.error("{line}", line=line)
    if stderr is not None:
        stderr.write(f"{line}\n")
        stderr.flush()


def exit_with_failure(reason: str, reactor: Any) -> None:
    """Stop the reactor, and have the process exit with status 1.

    :raises StartupError: in a daemon, to abort its start.
    """
    if not reactor.running and _is_daemon():
        sys.excepthook = _without_traceback
        raise StartupError(reason)
    # Nothing that the reactor calls can change the status with which twistd exits.
    atexit.register(_exit)
    reactor.callWhenRunning(reactor.stop)


def _is_daemon() -> bool:
    """Whether standard error is discarded."""
    try:
        return os.fstat(2).st_rdev == os.stat(os.devnull).st_rdev  # noqa: PTH116
    except OSError:
        return True


def _without_traceback(
    _kind: type[BaseException], _error: BaseException, _where: TracebackType | None
) -> None:
    """The error has been reported already."""


def _exit() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)
