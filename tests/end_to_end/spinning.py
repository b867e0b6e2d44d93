"""A private reactor, for tests that await real connections."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.epollreactor import EPollReactor

from tests.end_to_end.waiting import TIMEOUT, NotSeen

T = TypeVar("T")


class Spinner:
    """A reactor that runs only while a test waits for something."""

    def __init__(self) -> None:
        self.reactor: Any = EPollReactor()

    def result(self, awaitable: Awaitable[T]) -> T:
        """Run until an awaitable has finished; return its result or raise its error."""

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
        """Run until a condition holds."""
        deadline = time.monotonic() + TIMEOUT
        while not look():
            if time.monotonic() > deadline:
                raise NotSeen(f"not within {TIMEOUT:g} s: {what}")
            self.reactor.iterate(0.01)

    def close(self) -> None:
        """Close the reactor's own file descriptors."""
        for reader in self.reactor.removeAll():
            close = getattr(reader, "connectionLost", None)
            if close is not None:
                from twisted.internet.error import ConnectionDone
                from twisted.python.failure import Failure

                close(Failure(ConnectionDone()))
        self.reactor._poller.close()
