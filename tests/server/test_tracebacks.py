"""The limit for tracebacks in the log."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.logger import LogEvent, LogLevel, formatEvent, globalLogPublisher
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.log_filter import PERIOD
from twisted_chat.server.tracebacks import MAX_TRACEBACKS, TracebackLimit


class TracebackLimitTests(SynchronousTestCase):
    """Ten a minute, then a count."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.events: list[LogEvent] = []
        append: Any = self.events.append
        self.limit = TracebackLimit(append, self.clock.seconds)
        globalLogPublisher.addObserver(self.limit)
        self.addCleanup(globalLogPublisher.removeObserver, self.limit)

    def fail(self, count: int) -> None:  # type: ignore[override]
        failure = Failure(RecursionError())
        for _ in range(count):
            self.limit(
                {
                    "log_format": "unexpected exception",
                    "log_failure": failure,
                    "log_level": LogLevel.critical,
                }
            )

    def line(self, text: str) -> None:
        self.limit({"log_format": text, "log_level": LogLevel.info})

    def lines(self) -> list[str]:
        lines = [formatEvent(event) for event in self.events]
        self.events.clear()
        return lines

    def test_further_tracebacks_are_counted(self) -> None:
        """Other lines are logged as ever; the count follows when the minute is over."""
        self.fail(MAX_TRACEBACKS + 1000)
        self.assertEqual(self.lines(), ["unexpected exception"] * MAX_TRACEBACKS)
        self.line("alice joined")
        self.clock.advance(PERIOD - 1)
        self.fail(1)
        self.assertEqual(self.lines(), ["alice joined"])
        self.clock.advance(1)
        self.line("alice quit")
        self.assertEqual(
            self.lines(), ["1001 more tracebacks in 60 s are not logged", "alice quit"]
        )

    def test_next_minute_has_its_own_tracebacks(self) -> None:
        """It starts with the first of them."""
        self.fail(MAX_TRACEBACKS)
        self.clock.advance(PERIOD * 1.5)
        self.fail(1)
        self.clock.advance(PERIOD - 1)
        self.fail(MAX_TRACEBACKS)
        self.assertEqual(self.lines(), ["unexpected exception"] * MAX_TRACEBACKS * 2)

    def test_few_tracebacks_are_not_counted(self) -> None:
        """Nothing is left out, so nothing says so."""
        self.fail(MAX_TRACEBACKS)
        self.clock.advance(PERIOD)
        self.line("alice quit")
        self.assertEqual(self.lines()[MAX_TRACEBACKS:], ["alice quit"])
