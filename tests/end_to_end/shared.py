"""What is slow to start and serves many tests.

Each is started by the first test that asks for it, and ended with the test runner.
(A ``setUpClass`` will not do: trial passes it over.)
"""

from __future__ import annotations

import atexit
from collections.abc import Callable
from typing import Any, Protocol, TypeVar


class Endable(Protocol):
    """A program, or more than one."""

    def is_running(self) -> bool:
        """Whether it can be used; if not, the next test is given another one."""

    def end(self) -> None:
        """End it, and leave nothing behind; also if it has ended by itself."""


T = TypeVar("T", bound=Endable)

_running: dict[str, Any] = {}


def shared(name: str, start: Callable[[], T]) -> T:
    """The one of this name, which all tests of this run have in common."""
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
