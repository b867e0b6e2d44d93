"""Startup errors."""

from __future__ import annotations

import atexit
import os
import sys
import traceback
from collections.abc import Callable
from io import StringIO
from types import SimpleNamespace
from typing import Any

from twisted.internet.testing import MemoryReactorClock
from twisted.logger import LogLevel
from twisted.trial.unittest import SynchronousTestCase

from tests.support.logs import Log
from twisted_chat.server import startup_errors
from twisted_chat.server.log_file import twistd_log
from twisted_chat.server.startup_errors import (
    StartupError,
    StartupErrorService,
    exit_with_failure,
    log_startup_error,
)


class StartupErrorTestCase(SynchronousTestCase):
    """A process whose exit is recorded.

    :ivar at_exit: what it would call on exit.
    :ivar statuses: the statuses with which it would have exited.
    """

    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()
        self.at_exit: list[Callable[[], Any]] = []
        self.statuses: list[int] = []
        self.stderr = StringIO()
        self.patch(atexit, "register", self.at_exit.append)
        self.patch(os, "_exit", self.statuses.append)
        self.patch(sys, "__stderr__", self.stderr)
        self.patch(sys, "excepthook", sys.excepthook)
        self.daemon(False)
        self.log = Log(self)

    def daemon(self, is_one: bool) -> None:
        self.patch(startup_errors, "_is_daemon", lambda: is_one)


class LogTests(StartupErrorTestCase):
    """Where the error is reported."""

    def test_standard_error_and_log_have_the_same_line(self) -> None:
        """In the log at the level ``error``."""
        log_startup_error("cannot listen on port 3000: Address in use")
        line = "server error: cannot listen on port 3000: Address in use"
        self.assertEqual(self.stderr.getvalue(), f"{line}\n")
        self.assertEqual(self.log.lines(), [line])
        self.assertEqual(self.log.events[0]["log_level"], LogLevel.error)

    def test_braces_are_logged_as_they_are(self) -> None:
        """A reason may hold the name of any file."""
        log_startup_error("no file {x}")
        self.assertEqual(self.log.lines(), ["server error: no file {x}"])

    def test_reason_is_one_line_whatever_it_names(self) -> None:
        """The name of a file may have a line end."""
        log_startup_error("cannot open a\nb")
        self.assertEqual(self.log.lines(), [r"server error: cannot open a\nb"])

    def test_log_is_enough_without_standard_error(self) -> None:
        """Some supervisors close it."""
        self.patch(sys, "__stderr__", None)
        log_startup_error("x")
        self.assertEqual(len(self.log.lines()), 1)

    def test_error_appears_once_where_both_are_one_terminal(self) -> None:
        """Or it would be there twice, with a time and without."""
        self.patch(type(twistd_log), "is_on_standard_error", True)
        log_startup_error("x")
        self.assertEqual(self.stderr.getvalue(), "server error: x\n")
        self.assertEqual(self.log.lines(), [])


class ExitTests(StartupErrorTestCase):
    """How the process exits."""

    def test_foreground_process_stops_the_reactor_and_exits_with_1(self) -> None:
        """Twistd shuts down first."""
        exit_with_failure("x", self.reactor)
        self.assertFalse(self.reactor.hasStopped)
        self.reactor.run()
        self.assertTrue(self.reactor.hasStopped)
        self.assertEqual(self.statuses, [])
        for last in self.at_exit:
            last()
        self.assertEqual(self.statuses, [1])

    def test_parent_of_a_daemon_gets_the_reason_without_a_traceback(self) -> None:
        """Twistd formats the exception for it."""
        self.daemon(True)
        with self.assertRaises(StartupError) as caught:
            exit_with_failure("the reason", self.reactor)
        # As twistd formats it.
        (report,) = traceback.format_exception_only(caught.exception)
        self.assertEqual(report, "server error: the reason\n")
        sys.excepthook(StartupError, caught.exception, None)
        self.assertEqual(self.stderr.getvalue(), "")
        self.assertEqual(self.at_exit, [])

    def test_running_daemon_exits_like_a_foreground_process(self) -> None:
        """Its parent has exited."""
        self.daemon(True)
        self.reactor.running = True
        exit_with_failure("x", self.reactor)
        self.assertTrue(self.reactor.hasStopped)
        self.assertEqual(len(self.at_exit), 1)


class StartupErrorServiceTests(StartupErrorTestCase):
    """The service that runs if the chat could not be made."""

    def test_start_reports_the_error_and_exits(self) -> None:
        """Not before: the log is not open."""
        service = StartupErrorService("--history: 'many'", self.reactor)
        self.assertEqual(self.log.lines(), [])
        service.startService()
        self.assertIn("--history: 'many'", self.stderr.getvalue())
        self.assertEqual(len(self.log.lines()), 1)
        self.reactor.run()
        self.assertTrue(self.reactor.hasStopped)


class IsDaemonTests(SynchronousTestCase):
    """Whether standard error is discarded."""

    def standard_error(self, fstat: Callable[[int], object]) -> bool:
        """The result, if ``os.fstat`` is this."""
        changed = self.patch(os, "fstat", fstat)
        try:
            return startup_errors._is_daemon()
        finally:
            # The test runner calls it too.
            changed.restore()

    def test_process_that_discards_it_is_a_daemon(self) -> None:
        """Twistd opens ``/dev/null`` in its place."""
        null = SimpleNamespace(st_rdev=os.stat(os.devnull).st_rdev)  # noqa: PTH116
        self.assertTrue(self.standard_error(lambda _: null))

    def test_process_with_a_terminal_or_a_file_is_not_a_daemon(self) -> None:
        """Someone reads it, now or later."""
        self.assertFalse(self.standard_error(lambda _: SimpleNamespace(st_rdev=0)))

    def test_process_that_has_closed_it_is_a_daemon(self) -> None:
        """Nobody can read it."""

        def closed(_number: int) -> object:
            raise OSError

        self.assertTrue(self.standard_error(closed))
