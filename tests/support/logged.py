"""What a server says in its log, for tests."""

from __future__ import annotations

from typing import Any

from twisted.logger import ILogObserver, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer


def logged_lines(case: SynchronousTestCase) -> list[str]:
    """The ``line`` of whatever is logged from now on, until the test is over."""
    lines: list[str] = []

    @implementer(ILogObserver)
    def observe(event: Any) -> None:
        if "line" in event:
            lines.append(event["line"])

    globalLogPublisher.addObserver(observe)
    case.addCleanup(globalLogPublisher.removeObserver, observe)
    return lines
