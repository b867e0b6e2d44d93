"""What stands in for the world in a test: a clock, a journal, a peer.

``twisted_chat.testing`` puts them around a whole chat, and is where to import them
from.  Rules of this file: no Twisted; nothing happens but what the test says.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Sequence
from itertools import count
from typing import Protocol

from twisted_chat.core.events import Entry, Event, Stored
from twisted_chat.core.interfaces import (
    Announce,
    Journal,
    MissedEvents,
    RoomState,
    StoreError,
)

START = 1_700_000_000.0
"""What time it is when a test begins, in seconds since 1970."""


class FakeCall:
    """A call that a ``FakeClock`` has still to make."""

    __slots__ = ("call", "time")

    def __init__(self, time: float, call: Callable[[], object]) -> None:
        self.time = time
        self.call: Callable[[], object] | None = call

    def cancel(self) -> None:
        """It shall not be made."""
        self.call = None

    def active(self) -> bool:
        """Whether it will be made."""
        return self.call is not None


class FakeClock:
    """Time that a test turns by hand."""

    def __init__(self, now: float = START) -> None:
        self._now = now
        self._order = count()
        self._calls: list[tuple[float, int, FakeCall]] = []

    def seconds(self) -> float:
        """Seconds since 1970."""
        return self._now

    def callLater(
        self, delay: float, function: Callable[..., object], *args: object
    ) -> FakeCall:
        """Call the function after so many seconds."""
        call = FakeCall(self._now + delay, lambda: function(*args))
        heapq.heappush(self._calls, (call.time, next(self._order), call))
        return call

    def advance(self, seconds: float) -> None:
        """Let time pass, and make the calls that are due by then, in order."""
        until = self._now + seconds
        while self._calls and self._calls[0][0] <= until:
            time, _, call = heapq.heappop(self._calls)
            self._now = max(self._now, time)
            function, call.call = call.call, None
            if function is not None:
                function()
        self._now = until


class Awaited(Protocol):
    """What a coroutine may wait for here: a ``Gate``, or a Deferred."""

    def addBoth(self, callback: Callable[[object], None], /) -> object:
        """Call back when there is a result."""


class Gate:
    """Something to ``await`` that lets everyone through once it is opened."""

    def __init__(self) -> None:
        self._is_open = False
        self._waiting: list[Callable[[object], None]] = []

    def open(self) -> None:
        """Let everyone through, from now on."""
        self._is_open = True
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback(None)

    def addBoth(self, callback: Callable[[object], None], /) -> None:
        """Call back when it opens."""
        self._waiting.append(callback)

    def __await__(self) -> Generator[Gate, None, None]:
        if not self._is_open:
            yield self


class FailingJournal:
    """A journal that fails, or takes its time, when the test says so.

    :param inner: where things are really kept.
    :ivar batches: the events of each batch that it was asked to append.
    """

    APPEND = "append"
    READ = "read"

    def __init__(self, inner: Journal) -> None:
        self._inner = inner
        self._troubles: dict[str, list[Exception]] = {}
        self._broken: dict[str, Exception] = {}
        self._gates: dict[str, Gate] = {}
        self.batches: list[tuple[Event, ...]] = []

    # For the test.

    def fail(
        self,
        error: str | Exception = "the disk is full",
        *,
        times: int | None = 1,
        what: str = APPEND,
    ) -> None:
        """Fail so often from now on.

        :param error: the reason, of a ``StoreError``; or any exception.
        :param times: ``None`` for until ``recover``.
        :param what: ``APPEND`` or ``READ``.
        """
        if isinstance(error, str):
            error = StoreError(error)
        if times is None:
            self._broken[what] = error
        else:
            self._troubles.setdefault(what, []).extend([error] * times)

    def recover(self) -> None:
        """Fail no more."""
        self._troubles.clear()
        self._broken.clear()

    def hold(self, what: str = APPEND) -> None:
        """Let everything that begins from now on wait until ``release``."""
        self._gates[what] = Gate()

    def release(self, what: str = APPEND) -> None:
        """Go on with what was held."""
        gate = self._gates.pop(what, None)
        if gate is not None:
            gate.open()

    # For the chat; see ``interfaces.Journal``.

    def subscribe(self, announce: Announce) -> None:
        """Hand every stored batch to ``announce``."""
        self._inner.subscribe(announce)

    async def open(self) -> None:
        """Make ready."""
        await self._inner.open()

    async def append(self, batch: Sequence[Entry]) -> None:
        """Store all of the batch, or nothing."""
        self.batches.append(tuple(entry.event for entry in batch))
        await self._pass(self.APPEND)
        await self._inner.append(batch)

    async def room(self, room: str, limit: int) -> RoomState:
        """A room's topic and last messages."""
        await self._pass(self.READ)
        return await self._inner.room(room, limit)

    async def before(
        self, room: str, position: str | None, limit: int
    ) -> tuple[Stored, ...]:
        """The last messages before a position."""
        await self._pass(self.READ)
        return await self._inner.before(room, position, limit)

    async def since(
        self, position: str, rooms: Sequence[str], who: str, limit: int
    ) -> MissedEvents:
        """What was said after a position."""
        await self._pass(self.READ)
        return await self._inner.since(position, rooms, who, limit)

    async def search(self, room: str, words: str, limit: int) -> tuple[Stored, ...]:
        """The last messages that hold all the words."""
        await self._pass(self.READ)
        return await self._inner.search(room, words, limit)

    def healthy(self) -> str | None:
        """Why nothing can be stored now, if so."""
        if error := self._broken.get(self.APPEND):
            return str(error)
        return self._inner.healthy()

    async def close(self) -> None:
        """Let go of everything."""
        await self._inner.close()

    async def _pass(self, what: str) -> None:
        gate = self._gates.get(what)
        if gate is not None:
            await gate
        troubles = self._troubles.get(what)
        if troubles:
            raise troubles.pop(0)
        if error := self._broken.get(what):
            raise error


class FakeConnection:
    """A peer that takes everything, and remembers it.

    :ivar writes: each single write since the last ``take``.
    :ivar closed: why the chat closed it, or ``None``.
    :ivar lost: the peer is gone.
    """

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.closed: str | None = None
        self.lost = False
        self.when_closed: Callable[[], object] = bool

    def write(self, data: bytes) -> None:
        """The chat shows something; nobody sees it after the end."""
        if self.closed is None and not self.lost:
            self.writes.append(data)

    def close(self, reason: str) -> None:
        """The chat ends the connection."""
        if self.closed is None:
            self.closed = reason
            self.when_closed()

    def take(self) -> bytes:
        """What was written since the last time."""
        data = b"".join(self.writes)
        self.writes.clear()
        return data
