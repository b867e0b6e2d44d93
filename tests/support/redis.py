"""A Redis in memory, without a port, and servers that use it.

It runs the real scripts, see ``redis_scripts``.  The tests in
``tests/end_to_end/test_redis_journal.py`` run against a real Redis.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from functools import cache
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import NOW
from tests.support.redis_commands import (
    RedisCommands,
    ReplyError,
    parse_id,
    show_entry,
)
from tests.support.redis_scripts import LuaScripts
from twisted_chat.core.events import Entry, Event, Stored
from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.store_log import Report
from twisted_chat.journals.redis.address import RedisAddress
from twisted_chat.journals.redis.connection import REPLY_TIMEOUT, Argument
from twisted_chat.journals.redis.entries import to_bytes
from twisted_chat.journals.redis.errors import RedisError, broken, explain
from twisted_chat.journals.redis.journal import RedisJournal
from twisted_chat.journals.redis.scripts import FOLDER, SCRIPTS, Script
from twisted_chat.journals.retention import KEEP_ALL, Retention

T = TypeVar("T")

ADDRESS = RedisAddress((("fake", 1),))
LIVE = "chat:live"

_SHARED = "".join(
    (FOLDER / f"{part}.lua").read_text("utf-8") for part in ("common", "members")
)

EXPIRE_SERVER = f"#!lua\n{_SHARED}\nexpire_server(ARGV[1])"
"""What a server does with another whose lease has expired."""


@cache
def lua_scripts() -> LuaScripts:
    """The interpreter of all tests."""
    return LuaScripts()


def bytes_of(argument: Argument) -> bytes:
    """An argument as Redis receives it."""
    return argument if isinstance(argument, bytes) else to_bytes(f"{argument}")


def script_of(command: bytes, sha: bytes = b"") -> Script | None:
    """The script that a command runs, if it does."""
    if command.upper() != b"EVALSHA":
        return None
    return next(each for each in SCRIPTS if each.sha == sha.decode())


class FakeRedisConnection:
    """One connection to a ``FakeRedis``; see ``RedisConnection``."""

    address = "fake:1"

    def __init__(self, redis: FakeRedis) -> None:
        self.redis = redis
        self.open = True
        self._closed: Deferred[str] = Deferred()
        self._waiting: list[Deferred[Any]] = []

    async def call(self, *command: Argument, time_limit: float = REPLY_TIMEOUT) -> Any:
        if not self.open:
            raise broken(self.address, "closed the connection")
        expiry = self.redis.clock.callLater(time_limit, self.abort, "does not reply")
        try:
            if self.redis.frozen:
                await self._wait(Deferred())
            script = script_of(*map(bytes_of, command[:2]))
            if script is not None and script.name in self.redis.lose_scripts:
                self.redis.lose_scripts.remove(script.name)
                self.abort("closed the connection")
                raise broken(self.address, "closed the connection")
            reply = self.redis.reply(*map(bytes_of, command))
            if isinstance(reply, Deferred):
                reply = await self._wait(reply)
            if self.redis.lose_replies and command[0] == "EVALSHA":
                self.redis.lose_replies -= 1
                self.abort("closed the connection")
                raise broken(self.address, "closed the connection")
            return reply
        finally:
            if expiry.active():
                expiry.cancel()

    async def _wait(self, reply: Deferred[T]) -> T:
        self._waiting.append(reply)
        return await reply

    def abort(self, reason: str) -> None:
        if self.open:
            self.open = False
            waiting, self._waiting = self._waiting, []
            for each in waiting:
                if not each.called:
                    each.errback(broken(self.address, reason))
            self._closed.callback(reason)

    def closed(self) -> Deferred[str]:
        return self._closed


class FakeRedis:
    """See the module.

    :ivar down: why it cannot be connected to.
    :ivar frozen: it does not reply.
    :ivar errors: command or script name -> the error that it replies.
    :ivar lose_replies: scripts that are run, but whose reply is lost.
    :ivar lose_scripts: scripts that are lost with the connection, each once.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.down: RedisError | None = None
        self.frozen = False
        self.errors: dict[str, str] = {}
        self.lose_replies = 0
        self.lose_scripts: set[str] = set()
        self.loads = 0
        self.connections: list[FakeRedisConnection] = []
        self._readers: list[tuple[bytes, Deferred[Any]]] = []
        self.flush()

    def flush(self) -> None:
        """Delete everything."""
        self.commands = RedisCommands(self.clock.seconds)

    async def connect(self) -> FakeRedisConnection:
        if self.down is not None:
            raise self.down
        self.connections = [each for each in self.connections if each.open]
        connection = FakeRedisConnection(self)
        self.connections.append(connection)
        return connection

    def disconnect_all(self) -> None:
        """Close all connections."""
        for connection in list(self.connections):
            connection.abort("closed the connection")

    def reply(self, *command: bytes) -> Any:
        """The reply to a command; a Deferred if it blocks."""
        script = script_of(*command[:2])
        name = script.name if script else command[0].decode().lower()
        if name in self.errors:
            raise explain("fake:1", self.errors[name])
        try:
            if script is not None:
                return self.run(script.text, *command[3:])
            if name == "script":
                self.loads += 1
                return b"sha"
            if name == "xread":
                return self._read_live(command[-1])
            return self.commands.call(*command)
        except ReplyError as error:
            raise explain("fake:1", str(error)) from error

    def run(self, text: str, *arguments: bytes) -> Any:
        """Run a script."""
        before = self.commands.stream(LIVE).last
        result = lua_scripts().run(text, arguments, self.commands.call)
        if self.commands.stream(LIVE).last != before:
            readers, self._readers = self._readers, []
            # As Redis does, after the reply to the writer.
            for after, waiting in readers:
                self.clock.callLater(0, self.wake, after, waiting)
        return result

    def _read_live(self, after: bytes) -> Any:
        found = self.live_after(after)
        if found:
            return found
        waiting: Deferred[Any] = Deferred()
        self._readers.append((after, waiting))
        return waiting

    def live_after(self, after: bytes) -> list[Any]:
        """The batches after an id, as Redis replies them."""
        stream = self.commands.stream(LIVE)
        new = [entry for entry in stream.entries if entry[0] > parse_id(after)]
        return [[LIVE.encode(), [show_entry(entry) for entry in new]]] if new else []

    def wake(self, after: bytes, waiting: Deferred[Any]) -> None:
        """Reply to a reader that waits for new batches."""
        if not waiting.called:
            waiting.callback(self.live_after(after))

    # What is stored, for tests.

    def expire_server(self, server: str) -> None:
        """Remove a server, as another does once its lease has expired."""
        self.run(EXPIRE_SERVER, server.encode())

    @property
    def servers(self) -> dict[str, str]:
        """The registered servers, and their last batch."""
        return self.commands.hash("chat:servers")

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """The keys of names in use: server and client."""
        found = self.commands.hash("chat:names")
        return {key: tuple(owner.split(" ")) for key, owner in found.items()}

    def set_name(self, key: str, server: str, client: str) -> None:
        """Let a client own a key."""
        self.commands.call(
            b"HSET", b"chat:names", key.encode(), f"{server} {client}".encode()
        )

    def members(self, server: str) -> dict[str, str]:
        """The members on a server, as JSON."""
        return self.commands.hash(f"chat:people:{server}")


class FakeRedisTestCase(SynchronousTestCase):
    """Servers on one Redis in memory."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(NOW)
        self.redis = FakeRedis(self.clock)

    def journal(
        self,
        name: str = "me",
        retention: Retention = KEEP_ALL,
        report: Report | None = None,
    ) -> RedisJournal:
        connect = self.redis.connect
        return RedisJournal(
            ADDRESS, self.clock, name, retention, report=report, connect=connect
        )

    def start(
        self,
        name: str = "me",
        retention: Retention = KEEP_ALL,
        *,
        report: Report | None = None,
    ) -> tuple[RedisJournal, list[Stored]]:
        """A server that runs, and what it announces."""
        journal = self.journal(name, retention, report)
        announced: list[Stored] = []
        journal.subscribe(announced.extend)
        self.result(journal.open())
        self.addCleanup(lambda: self.result(journal.close()))
        return journal, announced

    def result(self, awaitable: Awaitable[T]) -> T:
        """The result, without any time passing."""
        return self.successResultOf(self._settle(awaitable))

    def error(self, awaitable: Awaitable[object]) -> StoreError:
        """The error that it ends with."""
        error = self.failureResultOf(self._settle(awaitable), StoreError).value
        assert isinstance(error, StoreError)
        return error

    def _settle(self, awaitable: Awaitable[T]) -> Deferred[T]:
        async def wait() -> T:
            return await awaitable

        waiting = Deferred.fromCoroutine(wait())
        for _ in range(20):
            self.clock.advance(0)
        return waiting

    def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds * 20)):
            self.clock.advance(0.05)

    def store(self, journal: RedisJournal, *events: Event) -> Sequence[Entry]:
        """Append events as the server's own."""
        entries = [Entry(f"me-{id(event)}", event) for event in events]
        self.result(journal.append(entries))
        return entries
