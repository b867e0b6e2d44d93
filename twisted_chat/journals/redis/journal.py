"""A journal in Redis, for one conversation on any number of servers.

Three connections: one writes (batches, names, the sign of life), one follows the
conversation, one reads history.  What this server stored comes back to it like
everybody else's, so one server and many are the same path and everyone sees one
order.

Rules of this file: what is announced was read from the stream; a batch is sent
once; when it is not known whether one was stored, that is said, and found out
before the next one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import Deferred, DeferredLock
from twisted.logger import Logger

from twisted_chat.core.events import Entry, Quit, Stored
from twisted_chat.core.interfaces import (
    Announce,
    OutcomeUnknown,
    StoreError,
)

from .address import RedisAddress
from .connection import Link
from .connector import Dial, Dialer, Word
from .entries import Place, script_arguments, to_bytes, write
from .errors import RedisError, in_full
from .follower import Follower
from .history import History
from .lease import BEAT_EVERY, Lease
from .names import RedisNames, lost
from .rejoin import Returning
from .roster import Roster
from .scripts import APPEND, FENCE

log = Logger()

KEPT_PER_ROOM = 10_000
"""Messages of one room that are kept unless ``keep`` says otherwise."""

START_WITHIN = 3.0
"""Seconds until the start is given up if Redis cannot be reached."""

LOAD_WITHIN = 60.0
"""Seconds that a Redis may take to load its data while we start."""


class RedisJournal:
    """Keeps what was said in Redis, for all servers that use it.

    :param server: the name of this server, unique among all and all their runs; the
        keys of its entries begin with it.
    :param keep: messages kept per room; ``None`` for ``KEPT_PER_ROOM``.
    :ivar names: who owns which nickname.
    """

    def __init__(
        self,
        address: RedisAddress,
        reactor: Any,
        server: str,
        keep: int | None = None,
        *,
        dial: Dial | None = None,
    ) -> None:
        self._server = server
        self._reactor = reactor
        self._keep = KEPT_PER_ROOM if keep is None else keep
        self._announce: Announce = _announce_nothing
        dial = dial or Dialer(address, reactor).dial
        self._writer = Link(
            "writing", dial, reactor, greet=self._enter, tend=self._stay
        )
        self._asker = Link("asking", dial, reactor)
        self.names = RedisNames(self._writer, server)
        self.history = History(self._readable, lambda: self._follower.place)
        self._roster = Roster(f"{server}-")
        self._follower = Follower(
            server, self._roster, lambda: self.history, self._heard
        )
        self._reader = Link(
            "following",
            dial,
            reactor,
            greet=self._follower.greet,
            tend=self._follow,
        )
        self._lease = Lease(server)
        self._lock = DeferredLock()
        self._batch = 0
        self._doubtful: tuple[str, ...] = ()
        self._stored_after_all: set[str] = set()
        self._waiting: deque[tuple[Place, Deferred[None]]] = deque()
        self._refusal: RedisError | None = None
        self._closing = False
        self._returning = Returning(
            server, self._roster, self.names, self._writer, self._store_later
        )

    def subscribe(self, announce: Announce) -> None:
        """Hand each batch to ``announce``, as it is read from the stream."""
        self._announce = announce

    async def open(self) -> None:
        """Connect, become one of the servers, and announce who is there.

        :raises StoreError: Redis cannot be used, or not be reached for
            ``START_WITHIN`` seconds.
        """
        for link in (self._writer, self._asker, self._reader):
            link.start()
            await self._first(link)

    async def append(self, batch: Sequence[Entry]) -> None:
        """Store the batch, whole or not at all; ends when it was announced, or as
        soon as it is stored if this server cannot follow at the moment.

        :raises OutcomeUnknown: the connection broke; if it turns out to be stored it
            is announced, and storing the same entry again is then done already.
        :raises StoreError: it was not stored.
        """
        for entry in batch:
            if isinstance(entry.event, Quit):
                self._roster.leaves(entry.event.client_id)
        await self._store_later(batch)

    def healthy(self) -> str | None:
        """Why Redis cannot be used now, if so."""
        trouble = self._writer.trouble or self._reader.trouble or self._refusal
        return str(trouble) if trouble else None

    async def close(self) -> None:
        """Leave the other servers, and let go of Redis."""
        self._closing = True
        self._returning.end()
        try:
            if self._writer.trouble is None:
                await self._lock.run(self._lease.leave, self._writer)
        except StoreError as error:
            log.warn("not left in good order: {why}", why=in_full(error))
        for link in (self._reader, self._asker, self._writer):
            await link.stop()

    def _readable(self) -> Link:
        """A connection to read from: its own, or while that is away the other."""
        return self._asker if self._asker.trouble is None else self._writer

    # The connection that writes.

    async def _first(self, link: Link) -> None:
        """Wait for a first connection, as long as is reasonable."""
        began = self._reactor.seconds()
        while True:
            try:
                await link.up()
            except StoreError as error:
                code = error.code if isinstance(error, RedisError) else ""
                limit = LOAD_WITHIN if code == "LOADING" else START_WITHIN
                final = isinstance(error, RedisError) and error.final
                if final or self._reactor.seconds() - began >= limit:
                    for one in (self._writer, self._asker, self._reader):
                        await one.stop()
                    raise StoreError(in_full(error)) from None
            else:
                return

    async def _enter(self, link: Link) -> None:
        """On a new connection: settle what is in doubt, and be there."""
        await link.load()
        if self._doubtful:
            last = await link.ask_script(FENCE, self._server, self._batch)
            if last >= self._batch:
                self._stored_after_all.update(self._doubtful)
            self._doubtful = ()
        new = await self._lease.enter(link, self._batch)
        await self.names.come_back(forgotten=new)
        self._refusal = None
        if new:
            # What else has Redis forgotten?  The reader looks for its place again.
            self._reader.drop(lost())

    async def _stay(self, link: Link) -> None:
        while True:
            if not await self._lease.beat(link):
                raise lost()
            if self._refusal is not None:
                await self._lock.run(self._probe)
            await link.wait(BEAT_EVERY)

    async def _store_later(self, batch: Sequence[Entry]) -> None:
        await self._lock.run(self._store, batch)

    async def _probe(self) -> None:
        """Something could not be stored: could it now?"""
        self._batch += 1
        try:
            await self._writer.run(APPEND, self._server, self._batch, self._keep)
        except RedisError as error:
            self._refusal = error
        else:
            self._refusal = None

    async def _store(self, batch: Sequence[Entry]) -> None:
        left = [e for e in batch if e.key not in self._stored_after_all]
        if len(left) < len(batch):
            self._stored_after_all.difference_update(entry.key for entry in batch)
        if not left:
            return
        if self._closing or self._writer.trouble is not None:
            trouble = self._writer.trouble
            raise trouble or StoreError("the chat is closing")
        self._batch += 1
        words: list[Word] = [self._server, self._batch, self._keep]
        for entry in left:
            words += map(to_bytes, script_arguments(entry.event))
            words.append(write(entry))
        try:
            answer = await self._writer.run(APPEND, *words)
        except RedisError as error:
            if error.code in ("BROKEN", "AWAY"):
                self._doubtful = tuple(entry.key for entry in left)
                raise OutcomeUnknown(
                    f"it is not known whether this was stored: {error}"
                ) from None
            self._refusal = error
            raise
        if answer in (b"LOST", b"OLD"):
            self._writer.drop(lost())
            raise lost()
        self._refusal = None
        if answer:
            await self._announced(Place.of_id(answer))

    async def _announced(self, place: Place) -> None:
        """Wait until this was announced, but not for a reader that is away."""
        if self._reader.trouble is None and self._follower.place < place:
            waiting: Deferred[None] = Deferred()
            self._waiting.append((place, waiting))
            await waiting

    # The connection that follows.

    async def _follow(self, link: Link) -> None:
        try:
            await self._follower.tend(link)
        finally:
            while self._waiting:
                self._waiting.popleft()[1].callback(None)

    def _heard(self, batch: Sequence[Stored]) -> None:
        self._roster.heard(batch)
        try:
            self._announce(batch)
        finally:
            place = self._follower.place
            while self._waiting and self._waiting[0][0] <= place:
                self._waiting.popleft()[1].callback(None)
            self._returning.look()


def open_redis(
    text: str, reactor: Any, server: str, keep: int | None
) -> tuple[RedisJournal, RedisNames]:
    """The journal and the names for an address as an operator writes it.

    :raises StoreError: the address cannot be read.
    """
    journal = RedisJournal(RedisAddress.parse(text), reactor, server, keep)
    return journal, journal.names


def _announce_nothing(_batch: Sequence[Stored]) -> None:
    """Nobody has subscribed."""
