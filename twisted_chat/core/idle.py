"""Calls that wait until something is idle."""

from __future__ import annotations

from collections.abc import Callable

Call = Callable[[], None]


class IdleCalls:
    """Functions to call once there is nothing left to do."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls: list[Call] = []

    def __bool__(self) -> bool:
        return bool(self._calls)

    def add(self, call: Call) -> None:
        """Make this call at the next ``run``; once, however often it is added."""
        if call not in self._calls:
            self._calls.append(call)

    def run(self) -> None:
        """Make the calls; those added meanwhile wait for the next time."""
        calls, self._calls = self._calls, []
        for call in calls:
            call()
