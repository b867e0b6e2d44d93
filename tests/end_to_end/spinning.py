"""Real connections within a test that is one plain function."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.epollreactor import EPollReactor

from tests.end_to_end.waiting import PATIENCE, NotSeen

T = TypeVar("T")


class Spinner:
    """A reactor of the test's own, which turns only while something is awaited."""

    def __init__(self) -> None:
        self.reactor: Any = EPollReactor()

    def result(self, awaitable: Awaitable[T]) -> T:
        """What comes of it; raises what it raises."""

        async def wait() -> T:
            return await awaitable

        done: list[Any] = []
        waiting = Deferred.fromCoroutine(wait())
        waiting.addBoth(done.append)
        self.until("an answer", lambda: bool(done))
        found = done[0]
        if hasattr(found, "raiseException"):
            found.raiseException()
        result: T = found
        return result

    def until(self, what: str, look: Callable[[], bool]) -> None:
        """Turn until something is so."""
        deadline = time.monotonic() + PATIENCE
        while not look():
            if time.monotonic() > deadline:
                raise NotSeen(f"not within {PATIENCE:g} s: {what}")
            self.reactor.iterate(0.01)

    def spin(self, seconds: float) -> None:
        """Turn for a while."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.reactor.iterate(0.01)

    def close(self) -> None:
        """Let go of what the reactor itself has open."""
        for reader in self.reactor.removeAll():
            close = getattr(reader, "connectionLost", None)
            if close is not None:
                from twisted.internet.error import ConnectionDone
                from twisted.python.failure import Failure

                close(Failure(ConnectionDone()))
        self.reactor._poller.close()
