"""The SQLite journal's threads: each runs the calls it is given one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

T = TypeVar("T")

PoolFactory = Callable[[str], ThreadPool]
"""Makes a thread pool of this name."""


def single_thread(name: str) -> ThreadPool:
    """A thread pool of one thread."""
    return ThreadPool(1, 1, name)


class WorkerThread:
    """One thread.

    :param reactor: only ``callFromThread`` of it is used.
    """

    def __init__(self, reactor: IReactorFromThreads, pool: ThreadPool) -> None:
        self._reactor = reactor
        self._pool = pool

    def start(self) -> None:
        """Start the thread."""
        self._pool.start()

    def stop(self) -> None:
        """Finish all calls, and end the thread."""
        self._pool.stop()

    def run(self, function: Callable[..., T], *arguments: Any) -> Deferred[T]:
        """Call a function in the thread, after all earlier calls."""
        return deferToThreadPool(self._reactor, self._pool, function, *arguments)
