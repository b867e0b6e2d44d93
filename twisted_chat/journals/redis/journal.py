"""A journal in Redis, for one chat on any number of servers.

Three connections: one writes (batches, names, heartbeats), one follows the stream of
batches, one reads history.  The batches of this server come back to it like those of
all others, so that one server and many take the same path and all clients see the same
order.

Invariant: what is announced was read from the stream.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.task import deferLater
from twisted.logger import Logger

from twisted_chat.core.events import Deleted, Edited, Entry, Quit, Stored
from twisted_chat.core.interfaces import Announce, StoreError, Unstored
from twisted_chat.core.store_log import Report
from twisted_chat.journals.retention import KEEP_ALL, Retention, Trimmed
from twisted_chat.journals.searching import Sharing

from .address import RedisAddress
from .attempts import RedisAttempts
from .batches import Batches
from .connector import Connect, Connector
from .erasing import Erasing
from .errors import RedisError, server_expired
from .follower import Follower
from .history import RedisHistory
from .lease import HEARTBEAT_INTERVAL, Lease
from .name_registry import RedisNameRegistry
from .persistent_connection import PersistentConnection
from .position import StreamPosition
from .rejoin import Rejoin
from .rewriting import Rewriting
from .roster import Roster
from .trimming import RedisTrimming
from .values import RedisValues

log = Logger()

START_TIMEOUT = 3.0
"""Seconds until the start fails if Redis cannot be reached."""

LOADING_TIMEOUT = 60.0
"""Seconds until the start fails while Redis is loading its data."""


class RedisJournal:
    """Keeps the events in Redis, for all servers that use it.

    :param server: the name of this server, unique among all servers and all their
        runs; the keys of its entries begin with it.
    :param retention: what is kept; the same for all servers.
    :param report: called when Redis cannot be used any more, and when it can again.
    :param connect: makes connections, instead of a ``Connector``.
    :ivar names: the nicknames in use.
    """

    def __init__(
        self,
        address: RedisAddress,
        reactor: Any,
        server: str,
        retention: Retention = KEEP_ALL,
        *,
        report: Report | None = None,
        connect: Connect | None = None,
    ) -> None:
        self._server = server
        self._reactor = reactor
        self._announce: Announce = _discard
        self._report: Report = report or _discard
        self._opened = False
        connect = connect or Connector(address, reactor).connect
        self._writer = PersistentConnection(
            "writing",
            connect,
            reactor,
            on_connect=self._register,
            run=self._send_heartbeats,
            changed=self._state_changed,
        )
        self._reader = PersistentConnection("reading", connect, reactor)
        self.names = RedisNameRegistry(self._writer, server)
        self.history = RedisHistory(
            self._readable,
            lambda: self._follower.position,
            Sharing(reactor.seconds, lambda: deferLater(reactor, 0)),
        )
        self.values = RedisValues(self._writer, self._readable)
        self.attempts = RedisAttempts(self._writer)
        self._trimming = RedisTrimming(
            server, retention, self._writer, lambda: self._follower.read_bytes
        )
        self._start_trimming: Callable[[], None] = _do_nothing
        self._roster = Roster(f"{server}-")
        self._follower = Follower(
            server, self._roster, self.history, self._announce_batch
        )
        self._following = PersistentConnection(
            "following",
            connect,
            reactor,
            on_connect=self._follower.on_connect,
            run=self._follow,
            changed=self._state_changed,
        )
        self._lease = Lease(server)
        self._rewriting = Rewriting(reactor.seconds)
        self._erasing = Erasing(
            server, self._writer, reactor.seconds, self._rewriting.note
        )
        self._lock = DeferredLock()
        self._batches = Batches(server, retention.messages or 0, self._writer)
        self._unannounced: deque[tuple[StreamPosition, Deferred[None]]] = deque()
        self._closing = False
        self._rejoin = Rejoin(
            server, self._roster, self.names, self._writer, self._store_in_turn
        )

    def subscribe(self, announce: Announce) -> None:
        """Pass each batch to ``announce``, as it is read from the stream."""
        self._announce = announce

    async def open(self) -> None:
        """Connect, register this server, and announce the members present.

        :raises StoreError: Redis cannot be used, or not be reached for
            ``START_TIMEOUT`` seconds.
        """
        for connection in (self._writer, self._reader, self._following):
            connection.start()
            await self._wait_first_connection(connection)
        self._opened = True

    async def append(self, batch: Sequence[Entry]) -> Unstored:
        """Store all of the batch or nothing; but nothing that ``Unstored`` names.

        Returns when it was announced, or as soon as it is stored while this server is
        not connected to follow the stream.

        What is outdated is returned once the change is announced, or an attempt to
        follow the stream again has failed.

        :raises OutcomeUnknown: the connection was lost; if the batch was stored after
            all, it is announced, and appending the same entries again before that has
            no effect.
        :raises StoreError: it was not stored.
        """
        for entry in batch:
            if isinstance(entry.event, Quit):
                self._roster.mark_quitting(entry.event.client_id)
        unstored = await self._store_in_turn(batch)
        if any(isinstance(entry.event, Deleted | Edited) for entry in batch):
            self._erasing.note()
        return unstored

    def on_growth(self, start: Callable[[], None]) -> None:
        """Call ``start`` when a run of trimming should not wait, see ``Trims``.

        Each server does so, as all of them read what is stored.
        """
        self._start_trimming = start

    async def trim(self, occupied: Collection[str]) -> Trimmed:
        """Do one portion of trimming, see ``Trims``; one server at a time does it."""
        return await self._trimming.trim(occupied)

    async def note_sessions(self, _nicknames: Mapping[str, str]) -> None:
        """Do nothing: Redis knows who is present, also when the server has crashed."""

    def problem(self) -> str | None:
        """Why Redis cannot be used now, if so."""
        error = self._error
        return str(error) if error else None

    @property
    def _error(self) -> StoreError | None:
        return self._writer.error or self._following.error or self._batches.refusal

    def _state_changed(self) -> None:
        if self._following.error is not None:
            self._wait_no_longer()
        # Before it was open, an error ends the start instead.
        if self._opened and not self._closing:
            self._report(self._error)

    async def close(self) -> None:
        """Unregister this server, and close the connections."""
        self._closing = self._batches.closed = True
        self._rejoin.stop()
        if self._writer.error is None:
            try:
                await self._lock.run(self._lease.unregister, self._writer)
            except StoreError as error:
                log.warn("cannot unregister: {why}", why=error.operator_text)
        for connection in (self._following, self._reader):
            await connection.stop()
        # Last, as it may take a while.
        if self._writer.error is None:
            await self._erasing.finish()
            await self._rewriting.finish(self._writer)
        await self._writer.stop()

    def _readable(self) -> PersistentConnection:
        """The connection to read with: if only that of the writer is there, that one.

        If none is, it is the one of its own that gives the reason: what is wrong with
        the other may be why nothing can be stored.
        """
        is_lost = self._reader.error is not None
        return self._writer if is_lost and self._writer.error is None else self._reader

    # The connection that writes.

    async def _wait_first_connection(self, connection: PersistentConnection) -> None:
        started_at = self._reactor.seconds()
        while True:
            try:
                await connection.wait_connected()
            except StoreError as error:
                code = error.code if isinstance(error, RedisError) else ""
                timeout = LOADING_TIMEOUT if code == "LOADING" else START_TIMEOUT
                is_permanent = isinstance(error, RedisError) and error.is_permanent
                is_late = self._reactor.seconds() - started_at >= timeout
                if is_permanent or is_late or self._closing:
                    for each in (self._writer, self._reader, self._following):
                        await each.stop()
                    raise StoreError(error.operator_text) from None
            else:
                return

    async def _register(self, connection: PersistentConnection) -> None:
        """On a new connection: resolve the batch in doubt, and register."""
        await connection.load_scripts()
        await self._batches.resolve()
        is_new = await self._lease.register(connection, self._batches.number)
        await self.names.restore(was_expired=is_new)
        self._batches.refusal = None
        if is_new:
            # Redis may have lost more: check the position in the stream again.
            self._following.reset(server_expired())

    async def _send_heartbeats(self, connection: PersistentConnection) -> None:
        # Only now: what was claimed for the batch is given back on this connection.
        self._batches.tell_not_stored()
        while not self._closing:
            if not await self._lease.heartbeat(connection):
                raise server_expired()
            if self._batches.refusal is not None and (
                await self._lock.run(self._batches.probe)
            ):
                self._state_changed()
            self._erasing.start()
            await self._rewriting.look(connection)
            await connection.sleep(HEARTBEAT_INTERVAL)

    async def _store_in_turn(self, batch: Sequence[Entry]) -> Unstored:
        # As of now: the batch was made without what is announced until it is its turn.
        seen = self._follower.position
        # So with what was stored after all: once it is announced, that is forgotten.
        entries = self._batches.to_store(batch)
        outcome = await self._lock.run(self._batches.store, entries, seen)
        position, unstored = outcome.position, outcome.unstored
        if position is not None:
            await self._wait_announced(position)
            if unstored.outdated and self._follower.position < position:
                # Before there is a connection to follow, they would be outdated again.
                with suppress(StoreError):
                    await self._following.wait_connected()
                    await self._wait_announced(position)
        return unstored

    async def _wait_announced(self, position: StreamPosition) -> None:
        """Wait until this was announced, unless there is no connection to follow."""
        if self._following.error is None and self._follower.position < position:
            waiting: Deferred[None] = Deferred()
            self._unannounced.append((position, waiting))
            await waiting

    def _wait_no_longer(self) -> None:
        """Nothing is announced until there is a connection again."""
        while self._unannounced:
            self._unannounced.popleft()[1].callback(None)

    # The connection that follows.

    async def _follow(self, connection: PersistentConnection) -> None:
        try:
            await self._follower.run(connection)
        finally:
            self._wait_no_longer()

    def _announce_batch(self, batch: Sequence[Stored]) -> None:
        self._roster.apply(batch)
        self._batches.announced(batch)
        try:
            self._announce(batch)
        finally:
            position = self._follower.position
            while self._unannounced and self._unannounced[0][0] <= position:
                self._unannounced.popleft()[1].callback(None)
            self._rejoin.check()
            if self._trimming.is_due:
                self._start_trimming()


def _do_nothing() -> None:
    """Nobody trims yet."""


def open_redis(
    address: str,
    reactor: Any,
    server: str,
    retention: Retention,
    report: Report | None = None,
) -> tuple[RedisJournal, RedisNameRegistry]:
    """The journal and the names for an address as an operator writes it.

    :raises StoreError: the address is invalid.
    """
    journal = RedisJournal(
        RedisAddress.parse(address), reactor, server, retention, report=report
    )
    return journal, journal.names


def _discard(_value: object) -> None:
    """Nothing is subscribed yet."""
