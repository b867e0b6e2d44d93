"""Fakes of a clock, a journal and a connection, which a test controls.

``TestChat`` puts them around a whole chat.  Import them from ``twisted_chat.testing``.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Sequence
from itertools import count
from typing import Protocol

from twisted_chat.core.corrections import Author
from twisted_chat.core.events import Entry, Event, Stored
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.core.interfaces import (
    Announce,
    Changes,
    History,
    Journal,
    KeyValues,
    MissedEvents,
    RoomState,
    StoreError,
    Unstored,
)
from twisted_chat.core.limits import SEARCH_TIME

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
        """Call the function after a delay in seconds."""
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


class Faults:
    """Failures and delays that a test sets, for one kind of operation."""

    def __init__(self) -> None:
        self.permanent: Exception | None = None
        self._errors: list[Exception] = []
        self._gate: Gate | None = None

    def fail(self, error: str | Exception, times: int | None) -> None:
        """Fail that many times, or until ``recover``."""
        if isinstance(error, str):
            error = StoreError(error)
        if times is None:
            self.permanent = error
        else:
            self._errors.extend([error] * times)

    def recover(self) -> None:
        """Fail no longer."""
        self._errors.clear()
        self.permanent = None

    def hold(self) -> None:
        """Delay all operations that start from now on until ``release``."""
        self._gate = Gate()

    def release(self) -> None:
        """Continue the delayed operations."""
        gate, self._gate = self._gate, None
        if gate is not None:
            gate.open()

    async def check(self) -> None:
        """Wait or raise, as the test says."""
        if self._gate is not None:
            await self._gate
        if self._errors:
            raise self._errors.pop(0)
        if self.permanent is not None:
            raise self.permanent


class FailingHistory:
    """The history of a ``FailingJournal``; see ``interfaces.History``."""

    def __init__(self, inner: History, faults: Faults, sessions: Faults) -> None:
        self._inner = inner
        self._faults = faults
        self._sessions = sessions

    async def room(self, room: str, limit: int) -> RoomState:
        """A room's topic and last messages."""
        await self._faults.check()
        return await self._inner.room(room, limit)

    async def page(self, query: HistoryQuery) -> tuple[Stored, ...]:
        """A part of a history."""
        await self._faults.check()
        return await self._inner.page(query)

    async def position_at(self, time: int) -> str | None:
        """The position of a time."""
        await self._faults.check()
        return await self._inner.position_at(time)

    async def since(
        self, position: str, rooms: Sequence[str], client_id: str, limit: int
    ) -> MissedEvents:
        """The events that a client missed since a position."""
        await self._faults.check()
        return await self._inner.since(position, rooms, client_id, limit)

    async def search(
        self, room: str, words: str, limit: int, seconds: float = SEARCH_TIME
    ) -> tuple[Stored, ...]:
        """The last messages that contain all the words."""
        await self._faults.check()
        return await self._inner.search(room, words, limit, seconds)

    async def last_of(
        self, room: str, author: Author, limit: int
    ) -> tuple[Stored, ...]:
        """The last messages of an author."""
        await self._faults.check()
        return await self._inner.last_of(room, author, limit)

    async def direct(
        self, member_id: str, position: str, limit: int
    ) -> tuple[Stored, ...]:
        """The last direct messages to a member after a position."""
        await self._faults.check()
        return await self._inner.direct(member_id, position, limit)

    async def count(self, room: str, position: str, most: int) -> int:
        """How many messages of a room are after a position."""
        await self._faults.check()
        return await self._inner.count(room, position, most)

    async def nickname(self, client_id: str) -> str | None:
        """The last nickname of a client."""
        await self._sessions.check()
        return await self._inner.nickname(client_id)


class FailingValues:
    """The values of a ``FailingJournal``."""

    def __init__(self, inner: KeyValues, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults

    async def load(self, prefix: str) -> dict[str, str]:
        """All values whose key begins with ``prefix``."""
        await self._faults.check()
        return await self._inner.load(prefix)

    async def get(self, keys: Sequence[str]) -> dict[str, str]:
        """The values of those of the keys that exist."""
        await self._faults.check()
        return await self._inner.get(keys)

    async def write(self, changes: Changes, expected: Changes | None = None) -> bool:
        """Make all of the changes, or none."""
        await self._faults.check()
        return await self._inner.write(changes, expected)


class FailingJournal:
    """A journal that fails or delays when the test says so.

    :param inner: the journal that stores the events.
    :ivar history: fails as ``READ`` and ``SESSION`` do.
    :ivar values: fails as ``VALUES`` does.
    :ivar batches: the events of each batch that ``append`` was called with.
    """

    APPEND = "append"
    READ = "read"
    SESSION = "session"
    """To look up the session of a client that resumes."""
    VALUES = "values"
    """To read and change what is kept besides events."""

    def __init__(self, inner: Journal) -> None:
        self._inner = inner
        kinds = (self.APPEND, self.READ, self.SESSION, self.VALUES)
        self._faults = {kind: Faults() for kind in kinds}
        self.history = FailingHistory(
            inner.history, self._faults[self.READ], self._faults[self.SESSION]
        )
        self.values = FailingValues(inner.values, self._faults[self.VALUES])
        self.attempts = inner.attempts
        self.batches: list[tuple[Event, ...]] = []

    # For the test.

    def fail(
        self,
        error: str | Exception = "the disk is full",
        *,
        times: int | None = 1,
        what: str = APPEND,
    ) -> None:
        """Fail from now on.

        :param error: the text of a ``StoreError``, or any exception.
        :param times: how often; ``None`` for until ``recover``.
        :param what: ``APPEND``, ``READ``, ``SESSION`` or ``VALUES``.
        """
        self._faults[what].fail(error, times)

    def recover(self) -> None:
        """Fail no longer."""
        for faults in self._faults.values():
            faults.recover()

    def hold(self, what: str = APPEND) -> None:
        """Delay all operations that start from now on until ``release``."""
        self._faults[what].hold()

    def release(self, what: str = APPEND) -> None:
        """Continue the delayed operations."""
        self._faults[what].release()

    # For the chat; see ``interfaces.Journal``.

    def subscribe(self, announce: Announce) -> None:
        """Pass every stored batch to ``announce``."""
        self._inner.subscribe(announce)

    async def open(self) -> None:
        """Get ready."""
        await self._inner.open()

    async def append(self, batch: Sequence[Entry]) -> Unstored | None:
        """Store all of the batch, or nothing."""
        self.batches.append(tuple(entry.event for entry in batch))
        await self._faults[self.APPEND].check()
        return await self._inner.append(batch)

    def problem(self) -> str | None:
        """Why nothing can be stored now, if so."""
        if error := self._faults[self.APPEND].permanent:
            return str(error)
        return self._inner.problem()

    async def close(self) -> None:
        """Release all resources."""
        await self._inner.close()


class FakeConnection:
    """A connection that records what the chat writes.

    :ivar writes: each single write since the last ``take``.
    :ivar waiting: bytes that wait for the peer, as the test sets it.
    :ivar closed: why the chat closed it, or ``None``.
    :ivar lost: the peer has disconnected.
    :ivar when_closed: called when the chat closes it.
    """

    def __init__(self) -> None:
        self.waiting = 0
        self.writes: list[bytes] = []
        self.closed: str | None = None
        self.lost = False
        self.when_closed: Callable[[], object] | None = None

    def write(self, data: bytes) -> None:
        """Record a write; after the end it is lost."""
        if self.closed is None and not self.lost:
            self.writes.append(data)

    def close(self, reason: str) -> None:
        """Record why the chat ends the connection."""
        if self.closed is None:
            self.closed = reason
            if self.when_closed is not None:
                self.when_closed()

    def take(self) -> bytes:
        """What was written since the last call."""
        data = b"".join(self.writes)
        self.writes.clear()
        return data
