"""The SQLite journal's threads: each runs the calls it is given one by one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.failure import Failure

T = TypeVar("T")


class Thread(Protocol):
    """A thread that makes calls."""

    def start(self) -> None:
        """Start it; called once, first."""

    def stop(self) -> None:
        """Make all calls, then end it; called once, last."""

    def call(self, function: Callable[[], None]) -> None:
        """Call a function that raises nothing, after all earlier calls."""


ThreadFactory = Callable[[str], Thread]
"""Makes a thread of this name."""


class QueueThread:
    """A thread with a queue.

    There is little between those who call and the thread, as every message passes
    here: measured, a call and its result take 15 microseconds of CPU time, and 25 by a
    ``ThreadPool``, and about three times as long each beside a busy reactor.
    """

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name)

    def start(self) -> None:
        """See ``Thread``."""
        self._thread.start()

    def stop(self) -> None:
        """See ``Thread``."""
        self._calls.put(None)
        self._thread.join()

    def call(self, function: Callable[[], None]) -> None:
        """See ``Thread``."""
        self._calls.put(function)

    def _run(self) -> None:
        while (function := self._calls.get()) is not None:
            function()
            # Freed: the next call may be long in coming.
            del function


class WorkerThread:
    """Has a thread call functions, and passes their results to the reactor's thread.

    :param reactor: only ``callFromThread`` of it is used.
    """

    def __init__(self, reactor: IReactorFromThreads, thread: Thread) -> None:
        self._reactor = reactor
        self._thread = thread

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finish all calls, and end the thread."""
        self._thread.stop()

    def run(self, function: Callable[..., T], *arguments: Any) -> Deferred[T]:
        """Call a function in the thread, after all earlier calls."""
        result: Deferred[T] = Deferred()
        reactor = self._reactor

        def call() -> None:
            try:
                returned = function(*arguments)
            except BaseException:  # noqa: BLE001 - it is the caller's to handle
                reactor.callFromThread(result.errback, Failure())
            else:
                reactor.callFromThread(result.callback, returned)

        self._thread.call(call)
        return result
