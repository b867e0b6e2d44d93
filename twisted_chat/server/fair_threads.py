"""Threads for what takes long on purpose, such as hashing passwords.

Those who wait have turns by their cause, such as the address of a client, so that one
that tries many passwords delays others by one at most.  Invariants: at most
``MAX_AT_ONCE`` are computed at once, with a lower priority than all other threads; at
most ``MAX_WAITING`` wait, and the rest is refused.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from twisted_chat.core.replies import Refused

T = TypeVar("T")

MAX_AT_ONCE = 2
"""Computed at once; hashing a password takes 16 MiB of memory, which stay with the
process for the next."""

MAX_WAITING = 1_000
"""Computations that wait, in all: those of one to two minutes."""

NICENESS = 10
"""By how much the priority of the threads is lower."""


def make_pool() -> ThreadPool:
    """A pool whose threads are started when they are needed."""
    return ThreadPool(0, MAX_AT_ONCE, "chat-hashing")


_thread = threading.local()


def lower_priority() -> None:
    """Lower the priority of this thread, once, where the system can do that."""
    if not getattr(_thread, "is_low", False):
        _thread.is_low = True
        with suppress(OSError, AttributeError):
            # On Linux each thread has a priority of its own.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class FairThreads:
    """See the module, and ``runtime.InThread``.

    :param reactor: only ``callFromThread`` of it is used.
    :param prepare: called in each of the threads before anything is computed there.
    """

    def __init__(
        self,
        reactor: IReactorFromThreads,
        pool: ThreadPool,
        prepare: Callable[[], object] = lower_priority,
    ) -> None:
        self._prepare = prepare
        self._reactor = reactor
        self._pool = pool
        self._running = 0
        self._count = 0
        self._beginning = False
        # By cause, the one whose turn is next first.
        self._waiting: OrderedDict[Hashable, deque[Deferred[None]]] = OrderedDict()

    def start(self) -> None:
        """Allow threads to be started."""
        self._pool.start()

    def stop(self) -> None:
        """End the threads once they are done; what waits is never computed."""
        self._waiting.clear()
        self._pool.stop()

    async def __call__(
        self, cause: Hashable, compute: Callable[[], T], /, check: Callable[[], object]
    ) -> T:
        """What ``compute`` returns, see ``runtime.InThread``."""
        if self._running >= MAX_AT_ONCE:
            await self._turn(cause)
        else:
            self._running += 1
        try:
            check()
            result: T = await deferToThreadPool(
                self._reactor, self._pool, self._compute, compute
            )
            return result
        finally:
            self._running -= 1
            self._begin_next()

    def _turn(self, cause: Hashable) -> Deferred[None]:
        """Wait for a turn; its place among the running ones is taken then."""
        if self._count >= MAX_WAITING:
            text = "too many people are logging in: try again in a minute"
            raise Refused("busy", text)
        turn: Deferred[None] = Deferred()
        self._waiting.setdefault(cause, deque()).append(turn)
        self._count += 1
        return turn

    def _begin_next(self) -> None:
        if self._beginning:
            # Called by one that ended at once: the loop below goes on.
            return
        self._beginning = True
        while self._waiting and self._running < MAX_AT_ONCE:
            cause, turns = self._waiting.popitem(last=False)
            turn = turns.popleft()
            if turns:
                # Behind all other causes.
                self._waiting[cause] = turns
            self._count -= 1
            self._running += 1
            turn.callback(None)
        self._beginning = False

    def _compute(self, compute: Callable[[], T]) -> T:
        self._prepare()
        return compute()
