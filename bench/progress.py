"""Progress output: one line for each step, with the elapsed time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO


class Progress:
    """Counts steps and prints them.

    :param total: the number of steps.
    """

    def __init__(
        self, total: int, out: TextIO, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total = total
        self._out = out
        self._clock = clock
        self._started = clock()
        self._done = 0

    def step(self, what: str) -> None:
        """Print the beginning of the next step."""
        self._done += 1
        self._print(f"{self._done:3} of {self._total}", what)

    def skip(self, steps: int) -> None:
        """Count steps that are left out."""
        self._done += steps

    def note(self, what: str) -> None:
        """Print a remark."""
        self._print("", what)

    def _print(self, where: str, what: str) -> None:
        elapsed = int(self._clock() - self._started)
        print(
            f"[{elapsed // 60:2}:{elapsed % 60:02}] {where:10} {what}",
            file=self._out,
            flush=True,
        )
