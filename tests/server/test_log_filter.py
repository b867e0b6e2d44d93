"""Log observers that leave some events out."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.logger import LogEvent, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.log_filter import PERIOD, LogFilter


class OnceInAPeriod(LogFilter):
    """Passes on one line about bugs in each period."""

    def wants(self, event: LogEvent) -> bool:
        if "bug" not in event["log_format"]:
            return True
        is_over = self._period_is_over()
        if is_over:
            self._begin_period()
        return is_over


class LogFilterTests(SynchronousTestCase):
    """What reaches the observer behind it."""

    def test_only_what_is_wanted_is_passed_on(self) -> None:
        """A period is over as soon as it has lasted for its time, and at first."""
        clock = Clock()
        events: list[LogEvent] = []
        append: Any = events.append
        observer = OnceInAPeriod(append, clock.seconds)
        for text, seconds in (
            ("bug 1", 0.0),
            ("alice joined", 0.0),
            ("bug 2", PERIOD - 1),
            ("bug 3", 1.0),
            ("bug 4", 0.0),
        ):
            clock.advance(seconds)
            observer({"log_format": text})
        lines = [formatEvent(event) for event in events]
        self.assertEqual(lines, ["bug 1", "alice joined", "bug 3"])
