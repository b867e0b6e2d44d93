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

import random
from collections.abc import Callable, Container, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from twisted_chat.clients.text import LineCodec, decode_bytes
from twisted_chat.core.chat import Chat, Handler
from twisted_chat.core.client import Client
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.committer import Committer
from twisted_chat.core.events import LOBBY
from twisted_chat.core.inbox import Inbox
from twisted_chat.core.interfaces import Codec, Journal, NameRegistry
from twisted_chat.core.limits import RateLimit
from twisted_chat.core.name_registry import LocalNameRegistry
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.replies import Request
from twisted_chat.core.routes import standard_table
from twisted_chat.core.runtime import Runtime
from twisted_chat.journals.memory import MemoryJournal

from .fakes import Awaited, FailingJournal, FakeClock, FakeConnection


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
        pace: RateLimit | None,
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
        self._inbox = Inbox(room.chat, self.client, pace, self._pause, self._resume)
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
        self._inbox.disconnected()
        self._room.settle()

    def _hang_up_soon(self) -> None:
        self._room.clock.callLater(0, self._inbox.disconnected)

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
    :ivar log: the lines that were logged for the operator.
    :ivar journal: as above, and it fails when it is told to.
    """

    __test__: ClassVar = False  # pytest would take it for a test of its own

    def __init__(
        self,
        table: CommandTable[Handler] | None = None,
        *,
        journal: Journal | None = None,
        names: NameRegistry | None = None,
        history: int = 10,
        motd: Sequence[str] = (),
        flood: RateLimit | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.journal = FailingJournal(journal or MemoryJournal(self.clock.seconds))
        self.pool = ClientPool(history)
        self.wire = line_wire()
        self._flood = flood
        self._failures: list[Exception] = []
        self.log: list[str] = []
        self._together = False
        self.runtime = Runtime(
            spawn=self.spawn,
            call_later=self.clock.callLater,
            seconds=self.clock.seconds,
            rng=random.Random(1),
            log_failure=self._failures.append,
            log_line=self.log.append,
        )
        self.committer = Committer(self.journal, self.runtime, node="test")
        self.chat = Chat(
            pool=self.pool,
            journal=self.journal,
            names=names or LocalNameRegistry(),
            committer=self.committer,
            table=table or standard_table(),
            runtime=self.runtime,
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
        self._raise_failures()

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
            awaited: Awaited = coroutine.send(None)
        except StopIteration:
            return
        except Exception as error:  # noqa: BLE001 - raised to the test later
            self._failures.append(error)
            return
        awaited.addBoth(lambda _: self.spawn(coroutine))

    def _raise_failures(self) -> None:
        if self._failures:
            failure = self._failures[0]
            self._failures.clear()
            raise failure


def _decode_line(line: str, known: Container[str]) -> Request:
    return decode_bytes(line.encode("utf-8", "surrogateescape"), known)


def _read_lines(data: bytes) -> list[Any]:
    return data.decode().split("\r\n")[:-1]
