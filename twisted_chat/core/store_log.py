"""The state of the store in the log: one line when it fails, one when it works again.

This is the one place that logs either, for every store.  The committer reports what
became of its batches; a journal may report what happens between two of them.
"""

from __future__ import annotations

from collections.abc import Callable

from .interfaces import StoreError

Report = Callable[[StoreError | None], object]
"""Is called with an error when the store fails, and with ``None`` when it works."""


class StoreLog:
    """Logs changes of the store's state.

    :param log_line: logs one line for the operator.
    :ivar failing: the last line says that the store fails.
    :ivar reason: why, for the operator, at the last failure.
    """

    def __init__(self, log_line: Callable[[str], None]) -> None:
        self._log_line = log_line
        self.failing = False
        self.reason = ""

    def report(self, error: StoreError | None) -> None:
        """The store fails now, or works (``None``); logged if that is new."""
        if error is not None and not self.failing:
            self._log_line(f"store error: {error.operator_text}")
        elif error is None and self.failing:
            self._log_line("storing works again")
        self.failing = error is not None
        self.reason = "" if error is None else error.operator_text
