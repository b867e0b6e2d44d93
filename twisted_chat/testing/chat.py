"""A whole chat in memory, for tests of routes and codecs: no reactor, no port.

    room = TestChat(table)
    alice, bob = room.people("alice", "bob")
    alice.types(r"\\me waves")
    assert bob.sees() == ["* alice waves"]

Everything but the network and the disk is real.  Nothing waits, and time stands still
until ``advance``; an exception that a server would log is raised to the test.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Container, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from twisted_chat.clients.attach import Attachment, identity_of
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.accounts.passwords import Costs
from twisted_chat.core.accounts.policy import Policy
from twisted_chat.core.chat import Chat, Handler
from twisted_chat.core.client import Client
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.committer import Committer
from twisted_chat.core.interfaces import Codec, Journal, NameRegistry
from twisted_chat.core.joining.join_request import JoinRequest
from twisted_chat.core.limits import RateLimit
from twisted_chat.core.names.registry import LocalNameRegistry
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.replies import Request
from twisted_chat.core.routes.table import standard_table
from twisted_chat.core.runtime import Runtime
from twisted_chat.journals.memory import MemoryJournal

from .fakes import Awaited, FailingJournal, FakeClock, FakeConnection

CHEAP = Costs(n=2, r=1, p=1, iterations=1)
"""Hashes of passwords that take no time."""

SEGMENT = 64 * 1024
"""Bytes that a server reads at once."""


@dataclass(frozen=True, slots=True)
class FakeWire:
    """The wire format of a test's clients.

    :ivar codec: encodes what they see; one for all clients of a kind, as in a server.
    :ivar decode: makes a request of what they type, given the known routes.
    :ivar read: splits encoded bytes into what a test compares.
    """

    codec: Codec
    decode: Callable[[str, Container[str]], Request]
    read: Callable[[bytes], list[Any]]


def line_wire() -> FakeWire:
    """The wire format of telnet and nc; a test reads lines without their ends."""
    codec = LineCodec()

    def decode(line: str, routes: Container[str]) -> Request:
        return codec.decode(line.encode("utf-8", "surrogateescape"), routes)

    return FakeWire(codec, decode, _read_lines)


class FakeClient:
    """A client of a ``TestChat``.

    :ivar client: the chat's ``Client``.
    :ivar reading: false while the chat has stopped reading from it.
    """

    def __init__(
        self,
        room: TestChat,
        wire: FakeWire,
        request: JoinRequest,
        rate_limit: RateLimit | None,
        address: Any = None,
    ) -> None:
        self._room = room
        self.wire = wire
        self.reading = True
        self._unread: deque[bytes] = deque()
        self.connection = FakeConnection()
        self._attachment = Attachment(
            room.chat,
            self.connection,
            wire.codec,
            request,
            identity=identity_of("", address),
            rate_limit=rate_limit,
            decode=self._decode,
            source=self,
        )
        self.client: Client = self._attachment.client
        self.connection.when_closed = self._disconnect_later

    @property
    def nick(self) -> str:
        """Its nickname."""
        return self.client.nick

    @property
    def closed(self) -> str | None:
        """Why the chat closed its connection, or ``None``."""
        return self.connection.closed

    def types(self, *lines: str) -> None:
        """Send these lines."""
        self._unread += (line.encode("utf-8", "surrogateescape") for line in lines)
        self._read(SEGMENT)
        self._room.settle()

    def _read(self, size: int = 0) -> None:
        """Have the chat read that many bytes, and more while it wants to."""
        while self._unread and (size > 0 or self.reading):
            line = self._unread.popleft()
            size -= len(line)
            self._attachment.receive(line)

    def _decode(self, line: bytes) -> tuple[Request]:
        text = line.decode("utf-8", "surrogateescape")
        return (self.wire.decode(text, self._room.chat.table),)

    def asks(self, *requests: Request) -> None:
        """Send these requests, whether its wire format has them or not."""
        for request in requests:
            self._attachment.put(request)
        self._room.settle()

    def sees(self) -> list[Any]:
        """What it has received since the last call: lines, or what its wire reads."""
        self._room.settle()
        return self.wire.read(self.connection.take())

    def leaves(self) -> None:
        """Lose its connection."""
        self.connection.lost = True
        self._attachment.end()
        self._room.settle()

    def _disconnect_later(self) -> None:
        self._room.clock.callLater(0, self._attachment.end)

    def pause(self) -> None:
        """The chat stops reading from it."""
        self.reading = False

    def resume(self) -> None:
        """The chat reads again."""
        self.reading = True
        if self._unread:
            self._room.clock.callLater(0, self._read)


class TestChat:
    """A chat in memory.

    :param table: its routes; by default the standard ones.
    :param journal: by default one in memory.
    :param names: the owners of nicknames; by default kept in memory.
    :param history: messages that a new client receives.
    :param motd: lines sent after the welcome.
    :param flood: how fast one client may send; ``None`` for no limit.
    :param policy: about accounts; hashing a password takes no time by default.
    :ivar chat: the chat.
    :ivar log: the lines logged for the operator.
    :ivar journal: the journal, which can be made to fail.
    """

    __test__: ClassVar = False  # pytest collects what begins with "Test"

    def __init__(
        self,
        table: CommandTable[Handler] | None = None,
        *,
        journal: Journal | None = None,
        names: NameRegistry | None = None,
        history: int = 10,
        motd: Sequence[str] = (),
        flood: RateLimit | None = None,
        policy: Policy | None = None,
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
            now=self.clock.seconds,
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
            policy=policy or Policy(costs=CHEAP),
        )
        self.spawn(self.journal.open())
        self.spawn(self.chat.start())
        self.settle()

    def client(
        self,
        nick: str | None = None,
        *,
        wire: FakeWire | None = None,
        address: Any = None,
        account: str = "",
        **asked: Any,
    ) -> FakeClient:
        """Connect a client, from an address of Twisted's.

        :param account: the account that it is logged in to; its id is ``@`` and that.
        :param asked: what else it asks for; see ``JoinRequest``.
        """
        member_id = f"@{account}" if account else ""
        request = JoinRequest(nick, account=account, member_id=member_id, **asked)
        client = FakeClient(self, wire or self.wire, request, self._flood, address)
        self.settle()
        return client

    def people(self, *nicks: str, wire: FakeWire | None = None) -> list[FakeClient]:
        """Connect some clients, and discard what they have received so far."""
        people = [self.client(nick, wire=wire) for nick in nicks]
        for client in people:
            client.sees()
        return people

    def log_in(self, client: FakeClient, account: str) -> None:
        """Log a client in to an account, whose id is ``@`` and its name."""

        async def log_in() -> None:
            claims, inner = self.chat.claims, client.client
            login = await claims.log_in(inner, account, f"@{account}", account)
            self.chat.submit(login, inner)

        self.spawn(log_in())
        self.settle()

    def log_out(self, client: FakeClient) -> None:
        """Log a client out of its account."""

        async def log_out() -> None:
            logout = await self.chat.claims.log_out(client.client)
            self.chat.submit(logout, client.client)

        self.spawn(log_out())
        self.settle()

    def advance(self, seconds: float) -> None:
        """Advance the clock."""
        self.clock.advance(seconds)
        self._raise_failures()

    def settle(self) -> None:
        """Let everything happen that is due now."""
        if not self._together:
            self.advance(0)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Do what is inside in one turn of the reactor, and so in one batch."""
        self._together = True
        try:
            yield
        finally:
            self._together = False
        self.settle()

    def stop(self) -> bool:
        """Stop the server; true if everything is stored already."""
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


def _read_lines(data: bytes) -> list[Any]:
    return data.decode().split("\r\n")[:-1]
