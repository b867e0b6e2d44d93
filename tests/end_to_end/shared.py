"""Programs that many tests share because they are slow to start.

The first test that needs a program starts it, and the end of the test runner stops it.
(Trial does not support ``setUpClass``.)
"""

from __future__ import annotations

import atexit
from collections.abc import Callable
from typing import Any, Protocol, TypeVar


class Endable(Protocol):
    """A running program, or several."""

    def is_running(self) -> bool:
        """Whether it can be used; if not, the next test starts another one."""

    def end(self) -> None:
        """Stop it and remove its files; also if it has already ended."""


T = TypeVar("T", bound=Endable)

_running: dict[str, Any] = {}


def shared(name: str, start: Callable[[], T]) -> T:
    """The program of this name, started if necessary."""
    found: T | None = _running.get(name)
    if found is not None and found.is_running():
        return found
    if found is not None:
        found.end()
    found = _running[name] = start()
    return found


@atexit.register
def _end_all() -> None:
    while _running:
        _running.popitem()[1].end()
