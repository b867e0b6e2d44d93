"""Fakes of threads and reactors, and a fast directory, for tests of journals."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine
from queue import Queue
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.failure import Failure
from zope.interface import implementer

T = TypeVar("T")

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""A directory in memory, where files are synchronized at once, if there is one."""


@implementer(IReactorFromThreads)
class FakeReactorFromThreads:
    """A reactor for threads, which makes calls at once.

    :ivar hold: collect the calls in ``waiting`` until ``pump``.
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
        """Call it now, or at the next ``pump``."""
        self.waiting.append(lambda: callable(*args, **kwargs))
        if not self.hold:
            self.pump()

    def pump(self) -> None:
        """Make the waiting calls, and later ones at once."""
        self.hold = False
        while self.waiting:
            self.waiting.pop(0)()


class FakeThread:
    """A thread that makes calls at once, in the caller's thread.

    :ivar hold: collect the calls in ``waiting`` until ``work``.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.running = False
        self.hold = False
        self.waiting: list[Callable[[], None]] = []

    def start(self) -> None:
        """Note that the thread runs."""
        self.running = True

    def stop(self) -> None:
        """Note that the thread does not run."""
        self.running = False

    def call(self, function: Callable[[], None]) -> None:
        """Call the function, now or at the next ``work``."""
        self.waiting.append(function)
        if not self.hold:
            self.work()

    def work(self) -> None:
        """Make the waiting calls, and later ones at once."""
        self.hold = False
        while self.waiting:
            self.waiting.pop(0)()


class FakeThreadPool(FakeThread):
    """Twisted's thread pool, likewise."""

    def callInThreadWithCallback(
        self,
        on_result: Callable[[bool, Any], object],
        func: Callable[..., Any],
        *args: object,
        **kwargs: object,
    ) -> None:
        """Run the function, now or at the next ``work``."""

        def do() -> None:
            try:
                result = func(*args, **kwargs)
            except BaseException:  # noqa: BLE001 -- as a thread pool does
                on_result(False, Failure())
            else:
                on_result(True, result)

        self.call(do)


class FakeThreads:
    """Makes threads.

    :ivar made: all of them.
    """

    def __init__(self) -> None:
        self.made: list[FakeThread] = []

    def __call__(self, name: str) -> FakeThread:
        """Make a thread."""
        self.made.append(FakeThread(name))
        return self.made[-1]

    def running(self) -> list[str]:
        """The names of the threads that were started and not stopped."""
        return [thread.name for thread in self.made if thread.running]


@implementer(IReactorFromThreads)
class ThreadedReactor:
    """A reactor for real threads, whose loop is the test."""

    def __init__(self) -> None:
        self.calls: Queue[Callable[[], object]] = Queue()

    def callFromThread(
        self,
        callable: Callable[..., Any],  # noqa: A002 -- as Twisted has it
        *args: object,
        **kwargs: object,
    ) -> None:
        """Add a call; called by any thread."""
        self.calls.put(lambda: callable(*args, **kwargs))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Make calls until the coroutine is done; its result."""
        results: list[T] = []
        failures: list[BaseException] = []
        done = Deferred.fromCoroutine(work)
        done.addCallbacks(results.append, lambda f: failures.append(f.value))
        while not results and not failures:
            self.calls.get(timeout=30)()
        if failures:
            raise failures[0]
        return results[0]
