"""A limit for the tracebacks in the log, whatever causes them.

A traceback has some kilobytes; a client that finds a bug could fill a disk with them.
"""

from __future__ import annotations

from typing import Any

from twisted.logger import LogEvent

from .log_filter import PERIOD, LogFilter

MAX_TRACEBACKS = 10
"""Tracebacks in one period; further ones are counted.  A period starts with its first
traceback."""


class TracebackLimit(LogFilter):
    """Passes on some tracebacks, and all other events."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._count = 0

    def wants(self, event: LogEvent) -> bool:
        """Whether it is not a traceback too many; see ``LogFilter``."""
        if self._period_is_over():
            self._end_period()
        if event.get("log_failure") is None:
            return True
        if not self._count:
            self._begin_period()
        self._count += 1
        return self._count <= MAX_TRACEBACKS

    def _end_period(self) -> None:
        left_out, self._count = self._count - MAX_TRACEBACKS, 0
        if left_out > 0:
            self._log.warn(
                "{count} more tracebacks in {seconds:g} s are not logged",
                count=left_out,
                seconds=PERIOD,
            )
