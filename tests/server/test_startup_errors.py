"""A start that fails."""

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
from twisted_chat.server import startup_errors as failing
from twisted_chat.server.startup_errors import CannotStart, FailedService, end, report


class FailingTestCase(SynchronousTestCase):
    """A process that only seems to end.

    :ivar at_exit: what it would do last of all.
    :ivar statuses: those with which it would have ended.
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
        self.patch(failing, "_is_daemon", lambda: is_one)


class ReportTests(FailingTestCase):
    """Where an operator reads why."""

    def test_both(self) -> None:
        """The same line is on standard error and in the log, as a grave one."""
        report("cannot listen on port 3000: Address in use")
        line = "server error: cannot listen on port 3000: Address in use"
        self.assertEqual(self.stderr.getvalue(), f"{line}\n")
        self.assertEqual(self.log.lines(), [line])
        self.assertEqual(self.log.events[0]["log_level"], LogLevel.error)

    def test_braces(self) -> None:
        """A file may be called whatever it likes."""
        report("no file {x}")
        self.assertEqual(self.log.lines(), ["server error: no file {x}"])

    def test_no_standard_error(self) -> None:
        """Without one, as under some supervisors, there is still the log."""
        self.patch(sys, "__stderr__", None)
        report("x")
        self.assertEqual(len(self.log.lines()), 1)


class EndTests(FailingTestCase):
    """How the process ends."""

    def test_in_the_foreground(self) -> None:
        """In an orderly way as soon as it runs, with status 1 in the very end."""
        end("x", self.reactor)
        self.assertFalse(self.reactor.hasStopped)
        self.reactor.run()
        self.assertTrue(self.reactor.hasStopped)
        self.assertEqual(self.statuses, [])
        for last in self.at_exit:
            last()
        self.assertEqual(self.statuses, [1])

    def test_a_daemon(self) -> None:
        """Who started it is told the reason, and sees no traceback."""
        self.daemon(True)
        with self.assertRaises(CannotStart) as caught:
            end("the reason", self.reactor)
        # What twistd passes on, which knows no more than the exception.
        (told,) = traceback.format_exception_only(caught.exception)
        self.assertEqual(told, "server error: the reason\n")
        sys.excepthook(CannotStart, caught.exception, None)
        self.assertEqual(self.stderr.getvalue(), "")
        self.assertEqual(self.at_exit, [])

    def test_a_daemon_that_runs_already(self) -> None:
        """Who started it is gone: it ends like one in the foreground."""
        self.daemon(True)
        self.reactor.running = True
        end("x", self.reactor)
        self.assertTrue(self.reactor.hasStopped)
        self.assertEqual(len(self.at_exit), 1)


class FailedServiceTests(FailingTestCase):
    """What runs in place of a chat that could not be made."""

    def test_start(self) -> None:
        """It says why as soon as there is a log to say it in, and ends."""
        service = FailedService("--history: 'many' is no number", self.reactor)
        self.assertEqual(self.log.lines(), [])
        service.startService()
        self.assertIn("--history: 'many'", self.stderr.getvalue())
        self.assertEqual(len(self.log.lines()), 1)
        self.reactor.run()
        self.assertTrue(self.reactor.hasStopped)


class IsDaemonTests(SynchronousTestCase):
    """Whether anyone can read what is written to standard error."""

    def standard_error(self, fstat: Callable[[int], object]) -> bool:
        """What is found out, when this is what the system says of it."""
        changed = self.patch(os, "fstat", fstat)
        try:
            return failing._is_daemon()
        finally:
            # The test runner asks, too.
            changed.restore()

    def test_nowhere(self) -> None:
        """A daemon's goes where nothing is kept."""
        nowhere = SimpleNamespace(st_rdev=os.stat(os.devnull).st_rdev)  # noqa: PTH116
        self.assertTrue(self.standard_error(lambda _: nowhere))

    def test_a_terminal_or_a_file(self) -> None:
        """In the foreground there is someone, or a file that is read later."""
        self.assertFalse(self.standard_error(lambda _: SimpleNamespace(st_rdev=0)))

    def test_closed(self) -> None:
        """A closed one is like none."""

        def closed(_number: int) -> object:
            raise OSError

        self.assertTrue(self.standard_error(closed))
