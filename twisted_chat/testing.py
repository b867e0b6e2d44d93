"""A whole chat in memory, to test routes and wires with: no reactor, no port.

    room = TestChat(table)
    alice, bob = room.people("alice", "bob")
    alice.types(r"\\me waves")
    assert bob.sees() == ["* alice waves"]

Everything but the network and the disk is the real thing.  Rules of this file:
no Twisted; nothing waits, and time stands still until ``advance``; an exception
that a server would only log is raised to the test.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import (
    Callable,
    Container,
    Coroutine,
    Generator,
    Iterator,
    Sequence,
)
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, ClassVar, Protocol

from .answers import Request
from .chat import Chat, Handler
from .commands import CommandTable
from .committer import Committer
from .events import LOBBY, Entry, Event, Stored
from .interfaces import Announce, Codec, Journal, Missed, Names, RoomState, StoreError
from .journals.memory import MemoryJournal
from .limits import Pace
from .nicknames import LocalNames
from .pool import Client, ClientPool
from .protocols.inbox import Inbox
from .routes import standard_table
from .wire.text import LineCodec, decode_bytes

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


class _Awaited(Protocol):
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
    ) -> Missed:
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


@dataclass(frozen=True, slots=True)
class FakeWire:
    """How a test's clients speak.

    :ivar codec: what they are shown; one for all of a kind, as in a server.
    :ivar decode: what they type, given the names of the routes.
    :ivar read: what was shown in some bytes, item by item.
    """

    codec: Codec
    decode: Callable[[str, Container[str]], Request]
    read: Callable[[bytes], list[Any]]


def line_wire() -> FakeWire:
    """The wire of telnet and nc; what is shown are lines without their ends."""
    return FakeWire(LineCodec(), _decode_line, _read_lines)


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


class FakeClient:
    """Someone in a ``TestChat``.

    :ivar client: the chat's own idea of it.
    :ivar reading: false while the chat wants nothing more from it.
    """

    def __init__(
        self,
        room: TestChat,
        wire: FakeWire,
        *,
        nick: str | None,
        since: str | None,
        session: str | None,
        rooms: Sequence[str],
        pace: Pace | None,
    ) -> None:
        self._room = room
        self.wire = wire
        self.reading = True
        self.connection = FakeConnection()
        self.client: Client = room.chat.attach(
            self.connection,
            wire.codec,
            nick=nick,
            since=since,
            session=session,
            rooms=rooms,
        )
        clock: Any = room.clock
        self._inbox = Inbox(
            room.chat, self.client, clock, pace, self._pause, self._resume
        )
        self.connection.when_closed = self._hang_up_soon

    @property
    def nick(self) -> str:
        """What it is called now."""
        return self.client.nick

    @property
    def closed(self) -> str | None:
        """Why the chat closed the connection, or ``None``."""
        return self.connection.closed

    def types(self, *lines: str) -> None:
        """It sends these lines."""
        known = self._room.chat.table
        self.asks(*(self.wire.decode(line, known) for line in lines))

    def asks(self, *requests: Request) -> None:
        """It sends these requests, whatever its wire can say."""
        for request in requests:
            self._inbox.put(request)
        self._room.settle()

    def sees(self) -> list[Any]:
        """What it was shown since the last time: lines, or what its wire has."""
        self._room.settle()
        return self.wire.read(self.connection.take())

    def leaves(self) -> None:
        """Its connection is lost."""
        self.connection.lost = True
        self._inbox.finish()
        self._room.settle()

    def _hang_up_soon(self) -> None:
        self._room.clock.callLater(0, self._inbox.finish)

    def _pause(self) -> None:
        self.reading = False

    def _resume(self) -> None:
        self.reading = True


class TestChat:
    """A chat in memory.

    :param table: its routes; the standard ones if there are none of your own.
    :param journal: where things are kept; in memory, if not said otherwise.
    :param names: who owns which name.
    :param flood: how fast one client may speak; ``None`` for no limit.
    :ivar chat: the chat itself.
    :ivar journal: as above, and it fails when it is told to.
    """

    __test__: ClassVar = False  # pytest would take it for a test of its own

    def __init__(
        self,
        table: CommandTable[Handler] | None = None,
        *,
        journal: Journal | None = None,
        names: Names | None = None,
        history: int = 10,
        motd: Sequence[str] = (),
        flood: Pace | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.journal = FailingJournal(journal or MemoryJournal(self.clock.seconds))
        self.pool = ClientPool(history)
        self.wire = line_wire()
        self._flood = flood
        self._mistakes: list[Exception] = []
        self._together = False
        self.committer = Committer(
            self.journal,
            node="test",
            spawn=self.spawn,
            call_later=self.clock.callLater,
            seconds=self.clock.seconds,
        )
        self.chat = Chat(
            pool=self.pool,
            journal=self.journal,
            names=names or LocalNames(),
            committer=self.committer,
            table=table or standard_table(),
            spawn=self.spawn,
            call_later=self.clock.callLater,
            chance=random.Random(1),
            motd=motd,
        )
        self.spawn(self.journal.open())
        self.spawn(self.chat.start())
        self.settle()

    def client(
        self,
        nick: str | None = None,
        *,
        wire: FakeWire | None = None,
        since: str | None = None,
        session: str | None = None,
        rooms: Sequence[str] = (LOBBY,),
    ) -> FakeClient:
        """Someone connects; see ``Chat.attach``."""
        client = FakeClient(
            self,
            wire or self.wire,
            nick=nick,
            since=since,
            session=session,
            rooms=rooms,
            pace=self._flood,
        )
        self.settle()
        return client

    def people(self, *nicks: str, wire: FakeWire | None = None) -> list[FakeClient]:
        """Some people who have been here for a while, and have read all so far."""
        people = [self.client(nick, wire=wire) for nick in nicks]
        for client in people:
            client.sees()
        return people

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds)
        self._raise_mistakes()

    def settle(self) -> None:
        """Let everything happen that needs no time."""
        if not self._together:
            self.advance(0)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is done inside happens in one turn of the reactor: in one batch."""
        self._together = True
        try:
            yield
        finally:
            self._together = False
        self.settle()

    def stop(self) -> bool:
        """Stop the server; whether all was stored without waiting for anything."""
        stopped: list[bool] = []
        self.chat.stop(lambda: stopped.append(True))
        self.settle()
        return bool(stopped)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine, which may wait for a ``Gate`` or for a Deferred."""
        try:
            awaited: _Awaited = coroutine.send(None)
        except StopIteration:
            return
        except Exception as error:  # noqa: BLE001 - raised to the test later
            self._mistakes.append(error)
            return
        awaited.addBoth(lambda _: self.spawn(coroutine))

    def _raise_mistakes(self) -> None:
        mistakes, self._mistakes = self._mistakes, []
        if mistakes:
            raise mistakes[0]


def _decode_line(line: str, known: Container[str]) -> Request:
    return decode_bytes(line.encode("utf-8", "surrogateescape"), known)


def _read_lines(data: bytes) -> list[Any]:
    return data.decode().split("\r\n")[:-1]
