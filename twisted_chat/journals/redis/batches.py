"""The batches of this server, as it sends them to Redis.

Each has a number, and Redis stores each number once.  If the connection is lost before
the reply, it is in doubt: whether it was stored is found out on the next connection.

Invariants: a batch is sent once; one in doubt is reported as such, and resolved before
the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twisted_chat.core.events import Entry, Stored
from twisted_chat.core.interfaces import (
    NOT_SENT,
    SHUTTING_DOWN,
    OutcomeUnknown,
    StoreError,
    Unstored,
)

from .connection import Argument
from .entries import append_arguments
from .errors import RedisError, server_expired
from .persistent_connection import PersistentConnection
from .position import BEGINNING, StreamPosition
from .scripts import APPEND, RESOLVE_BATCH


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch.

    :ivar position: that of its last event, or of the last change of rights that some
        of it depends on.  ``None`` if nothing has to be announced.
    """

    unstored: Unstored
    position: StreamPosition | None


class Batches:
    """Numbers the batches, and sends one at a time.

    :param server: the name of this server; the keys of its entries begin with it.
    :param keep: how many messages of each room stay; 0 for all.
    :param connection: the one that writes.
    :ivar number: that of the last batch.
    :ivar refusal: why Redis has refused the last batch, if it has.
    :ivar closed: no more are sent.
    """

    def __init__(
        self, server: str, keep: int, connection: PersistentConnection
    ) -> None:
        self._server = server
        self._keep = keep
        self._connection = connection
        self.number = 0
        self.refusal: RedisError | None = None
        self.closed = False
        self._in_doubt = False
        self._doubt: OutcomeUnknown | None = None
        # The keys of the batch that was sent, until its outcome is known; and of those
        # that were stored after all.  All without what is announced.
        self._sent: set[str] = set()
        self._stored_after_all: set[str] = set()

    async def resolve(self) -> None:
        """On a new connection: find out what became of the batch in doubt."""
        if self._in_doubt:
            last = await self._connection.run_script_early(
                RESOLVE_BATCH, self._server, self.number
            )
            if last >= self.number:
                self._stored_after_all |= self._sent
                self._doubt = None
            self._sent, self._in_doubt = set(), False

    def tell_not_stored(self) -> None:
        """The connection can be used: what waits for a batch that was not stored?"""
        if self._doubt is not None and not self._in_doubt:
            doubt, self._doubt = self._doubt, None
            doubt.not_stored()

    def announced(self, batch: Sequence[Stored]) -> None:
        """Nothing of this is appended again."""
        if self._sent or self._stored_after_all:
            keys = {stored.key for stored in batch}
            self._sent -= keys
            self._stored_after_all -= keys

    def to_store(self, batch: Sequence[Entry]) -> Sequence[Entry]:
        """A batch without what was stored after all, and is not announced yet."""
        if not self._stored_after_all:
            return batch
        return [entry for entry in batch if entry.key not in self._stored_after_all]

    async def store(self, batch: Sequence[Entry], seen: StreamPosition) -> Outcome:
        """Store what can be stored of a batch, in one step.

        :param seen: everything up to here was announced when the batch was made.
        :raises OutcomeUnknown: the connection was lost.
        :raises StoreError: nothing was stored.
        """
        entries = batch
        position: StreamPosition | None = None
        outdated: set[str] = set()
        elsewhere: tuple[str, ...] = ()
        while entries:
            stream_id, late, away = await self._send(entries, seen)
            if stream_id:
                position = StreamPosition.from_id(stream_id)
            if not late:
                elsewhere = tuple(entries[index].key for index in away)
                break
            # Nothing was stored; the rest can be.
            outdated.update(entries[index].key for index in late)
            entries = [entry for entry in entries if entry.key not in outdated]
        in_order = tuple(entry.key for entry in batch if entry.key in outdated)
        return Outcome(Unstored(elsewhere, in_order), position)

    async def _send(
        self, entries: Sequence[Entry], seen: StreamPosition
    ) -> tuple[bytes, Sequence[int], Sequence[int]]:
        """Send a batch; what ``append.lua`` returns."""
        if self.closed or self._in_doubt or self._connection.error is not None:
            raise self._connection.error or StoreError(
                SHUTTING_DOWN if self.closed else NOT_SENT
            )
        self.number += 1
        self._sent = {entry.key for entry in entries}
        arguments: list[Argument] = [self._server, self.number, self._keep, seen.id]
        for entry in entries:
            arguments += append_arguments(entry)
        try:
            reply = await self._connection.run_script(APPEND, *arguments)
        except RedisError as error:
            if error.code in ("BROKEN", "UNREACHABLE"):
                self._in_doubt = True
                self._doubt = OutcomeUnknown(
                    f"it is not known whether this was stored: {error}",
                    error.operator_text,
                    keys=frozenset(entry.key for entry in entries),
                )
                raise self._doubt from None
            self._sent = set()
            self.refusal = error
            raise
        if reply in (b"EXPIRED", b"STALE"):
            self._connection.reset(server_expired())
            raise server_expired()
        self.refusal, self._sent = None, set()
        stream_id, outdated, elsewhere = reply
        return stream_id, outdated, elsewhere

    async def probe(self) -> bool:
        """After a refusal: whether batches can be stored again."""
        self.number += 1
        arguments = (self._server, self.number, self._keep, BEGINNING.id)
        try:
            await self._connection.run_script(APPEND, *arguments)
        except RedisError as error:
            self.refusal = error
        else:
            self.refusal = None
        return self.refusal is None
