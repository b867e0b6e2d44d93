"""Threads that are none, and disks that are quick: what a unit test gives a journal."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine
from queue import Queue
from typing import Any, TypeVar, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool
from zope.interface import implementer

T = TypeVar("T")

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where a file takes no time to be on the disk, if the system has such a place."""


@implementer(IReactorFromThreads)
class Caller:
    """The side of a reactor that threads see.

    :ivar waiting: what was to be called, if ``hold`` is set; ``pump`` does so.
    """

    def __init__(self) -> None:
        self.hold = False
        self.waiting: list[Callable[[], object]] = []

    def callFromThread(
        self,
        callable: Callable[..., Any],  # noqa: A002 -- as Twisted has it
        *args: object,
        **kwargs: object,
    ) -> None:
        """Call it now, or when the test says so."""
        self.waiting.append(lambda: callable(*args, **kwargs))
        if not self.hold:
            self.pump()

    def pump(self) -> None:
        """Call what waits, and from now on at once."""
        self.hold = False
        while self.waiting:
            self.waiting.pop(0)()


class AtOnce:
    """A thread pool whose work is done before the asking returns.

    :ivar hold: the work waits for ``work``.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.running = False
        self.hold = False
        self.waiting: list[Callable[[], object]] = []

    def start(self) -> None:
        """Nothing runs, but it is counted."""
        self.running = True

    def stop(self) -> None:
        """As above."""
        self.running = False

    def callInThreadWithCallback(
        self,
        on_result: Callable[[bool, Any], object],
        func: Callable[..., Any],
        *args: object,
        **kwargs: object,
    ) -> None:
        """Do it."""

        def do() -> None:
            try:
                result = func(*args, **kwargs)
            except BaseException:  # noqa: BLE001 -- as a thread pool does
                on_result(False, Failure())
            else:
                on_result(True, result)

        self.waiting.append(do)
        if not self.hold:
            self.work()

    def work(self) -> None:
        """Do what waits, and from now on at once."""
        self.hold = False
        while self.waiting:
            self.waiting.pop(0)()


class Pools:
    """Makes such pools and remembers them."""

    def __init__(self) -> None:
        self.made: list[AtOnce] = []

    def __call__(self, name: str) -> ThreadPool:
        """One more."""
        self.made.append(AtOnce(name))
        return cast("ThreadPool", self.made[-1])

    def running(self) -> list[str]:
        """The names of those that were started and not stopped."""
        return [pool.name for pool in self.made if pool.running]


@implementer(IReactorFromThreads)
class Pumped:
    """The side of a reactor that threads see; the test is its loop."""

    def __init__(self) -> None:
        self.calls: Queue[Callable[[], object]] = Queue()

    def callFromThread(
        self,
        callable: Callable[..., Any],  # noqa: A002 -- as Twisted has it
        *args: object,
        **kwargs: object,
    ) -> None:
        """From any thread."""
        self.calls.put(lambda: callable(*args, **kwargs))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Turn until it is done."""
        results: list[T] = []
        failures: list[BaseException] = []
        done = Deferred.fromCoroutine(work)
        done.addCallbacks(results.append, lambda f: failures.append(f.value))
        while not results and not failures:
            self.calls.get(timeout=30)()
        if failures:
            raise failures[0]
        return results[0]
