"""The runtime: what the core needs of the world around it.

Time, a scheduler, randomness and a log are handed in, so that a test controls them
and the core imports no Twisted.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from .counters import Counters

Spawn = Callable[[Coroutine[Any, Any, None]], None]
"""Runs a coroutine; an exception that leaves it is logged."""


T = TypeVar("T")


class ScheduledCall(Protocol):
    """A call that is due later."""

    def cancel(self) -> None:
        """Do not make it; an error once it was made."""


class CallLater(Protocol):
    """Calls a function in the reactor's thread."""

    def __call__(
        self, delay: float, function: Callable[[], object], /
    ) -> ScheduledCall:
        """Call the function after that many seconds, at the earliest."""


class InThread(Protocol):
    """Computes what takes long on purpose, such as hashes, beside the reactor's thread.

    The number of threads and of those who wait is bounded.
    """

    def __call__(
        self, cause: Hashable, compute: Callable[[], T], /, check: Callable[[], object]
    ) -> Awaitable[T]:
        """What ``compute`` returns.

        :param cause: for whom it is computed; each cause has its turns.
        :param check: called in the reactor's thread when it is its turn; it may raise
            ``Refused``, and nothing is computed then.
        :raises Refused: ``busy``, if too many wait.
        """


async def compute_at_once(
    _cause: Hashable, compute: Callable[[], T], /, check: Callable[[], object]
) -> T:
    """An ``InThread`` without threads, for tests."""
    check()
    return compute()


@dataclass(frozen=True, slots=True)
class Runtime:
    """Time, scheduling, randomness, logging and counters.

    :ivar spawn: runs a coroutine.
    :ivar call_later: schedules a call.
    :ivar seconds: the current time in seconds; only differences mean anything.
    :ivar now: seconds since 1970, UTC, by the clock of the machine.
    :ivar rng: for the numbers of guests; client ids come from ``secrets``.
    :ivar log_failure: logs an unexpected exception with its traceback.
    :ivar log_line: logs one line for the operator.
    :ivar log_addresses: whether the log may name the addresses of clients.
    :ivar in_thread: computes what takes long on purpose.
    :ivar counters: what this server has done.
    """

    spawn: Spawn
    call_later: CallLater
    seconds: Callable[[], float]
    now: Callable[[], float]
    rng: random.Random
    log_failure: Callable[[Exception], None]
    log_line: Callable[[str], None]
    log_addresses: bool = True
    in_thread: InThread = compute_at_once
    counters: Counters = field(default_factory=Counters)
