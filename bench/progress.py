"""What is being done, for one who waits: a line for each step, and the time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO


class Progress:
    """Counts steps and tells of them.

    :param total: how many steps there will be.
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
        """Tells that the next step begins."""
        self._done += 1
        self._tell(f"{self._done:3} of {self._total}", what)

    def skip(self, steps: int) -> None:
        """Steps that will not be taken."""
        self._done += steps

    def note(self, what: str) -> None:
        """Tells something beside the steps."""
        self._tell("", what)

    def _tell(self, where: str, what: str) -> None:
        elapsed = int(self._clock() - self._started)
        print(
            f"[{elapsed // 60:2}:{elapsed % 60:02}] {where:10} {what}",
            file=self._out,
            flush=True,
        )
