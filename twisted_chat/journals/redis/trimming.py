"""Trimming of the Redis journal: deletes what is not kept, by one server at a time.

A run measures the streams of all rooms and clients, and deletes from them what is older
than a time, the same for all of them.  ``--keep`` needs no run: messages beyond it are
deleted as others are stored.  Invariants: the time before which something may be
missing is stored before anything is deleted; each script is short; servers that trim
one after the other do no harm.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection
from dataclasses import dataclass
from math import ceil, inf

from twisted_chat.journals.retention import (
    KEPT_TOPICS,
    LOBBY,
    UNUSED_MS,
    Retention,
    Trimmed,
)

from .connection import Argument
from .entries import to_bytes
from .persistent_connection import PersistentConnection
from .position import StreamPosition
from .scripts import MEASURE, TRIM, TRIM_TOPICS, Script

LEASE_MS = 60_000
"""Milliseconds for which no other server trims."""

MAX_ENTRIES = 10_000
"""Entries that one portion deletes, at most: whole nodes of a stream, so that it takes
less than a millisecond."""

MIN_ENTRIES = 100
"""Entries of a node of a stream, unless Redis is configured otherwise."""

MAX_NAMES = 500
"""Rooms that one portion notes as in use."""

START_AT, STOP_AT = 0.95, 0.85
"""Fractions of ``Retention.bytes`` at which deleting starts and stops."""

URGENT_AT = 1.25
"""The fraction of ``Retention.bytes`` from which trimming makes no pauses."""

GROWTH = 0.125
"""The fraction of ``Retention.bytes`` in batches after which the next run is due,
however soon that is."""

MAX_PASSES = 20
"""How often a run measures again what it has deleted."""

HOUR_MS = 60 * 60 * 1000


@dataclass(slots=True)
class _Index:
    """What is kept for one room or client.

    :ivar first: the time of its oldest entry, in milliseconds; ``last`` likewise.
    """

    kind: str
    name: bytes
    bytes: int
    entries: int
    first: int
    last: int

    def share_before(self, ms: float) -> float:
        """About which part of it is older, if it came in evenly."""
        return min(max((ms - self.first) / (self.last + 1 - self.first), 0.0), 1.0)


class RedisTrimming:
    """One run after the other, each in portions.

    :param server: the name of this server.
    :param stored_bytes: of all batches that any server has stored so far.
    """

    def __init__(
        self,
        server: str,
        retention: Retention,
        connection: PersistentConnection,
        stored_bytes: Callable[[], int],
    ) -> None:
        self._server = server
        self._retention = retention
        self._connection = connection
        self._stored_bytes = stored_bytes
        # How many there were when the last run began.
        self._seen_bytes = 0
        self._run: AsyncGenerator[Trimmed, None] | None = None
        self._unused_at = 0
        self._time = 0

    @property
    def is_due(self) -> bool:
        """Whether so much was stored since the last run began that it is time."""
        most = self._retention.bytes
        if most is None:
            return False
        return self._stored_bytes() - self._seen_bytes >= GROWTH * most

    async def trim(self, occupied: Collection[str]) -> Trimmed:
        """Do one portion, see ``Trims``."""
        if self._run is None:
            self._seen_bytes = self._stored_bytes()
        run, self._run = self._run or self._portions(sorted(occupied)), None
        try:
            trimmed = await anext(run)
        except (StopAsyncIteration, _Busy):
            return Trimmed()
        self._run = run
        return trimmed

    async def _portions(self, occupied: list[str]) -> AsyncGenerator[Trimmed, None]:
        async for trimmed in self._trim_topics(occupied):
            yield trimmed
        most = inf if self._retention.bytes is None else float(self._retention.bytes)
        for _ in range(MAX_PASSES):
            indexes: list[_Index] = []
            for kind in ("rooms", "clients"):
                async for trimmed in self._measure(kind, indexes):
                    yield trimmed
            floor = float(self._retention.oldest_ms(self._time / 1000))
            old = [each for each in indexes if each.first < floor]
            total = sum(each.bytes for each in indexes if each.first >= floor)
            urgent = total > URGENT_AT * most
            if not old and total > START_AT * most:
                async for found in self._floor_for(STOP_AT * most, indexes):
                    floor = found
                    yield Trimmed(more=True, urgent=urgent)
                old = [each for each in indexes if each.share_before(floor) > 0]
                if not old:
                    return
            deleted = 0
            async for trimmed in self._delete(round(floor), old, urgent=urgent):
                yield trimmed
                deleted += trimmed.events
            if not deleted:
                return

    async def _trim_topics(self, occupied: list[str]) -> AsyncGenerator[Trimmed, None]:
        """Drop topics; once an hour also those of rooms that are not in use."""
        rooms: list[bytes] = []
        age = 0
        if self._time >= self._unused_at:
            self._unused_at = self._time + HOUR_MS
            rooms = list(map(to_bytes, occupied))
            age = UNUSED_MS
        while len(rooms) > MAX_NAMES:
            # Before any is dropped, all that are in use are noted.
            noted, rooms = rooms[:MAX_NAMES], rooms[MAX_NAMES:]
            await self._write(TRIM_TOPICS, KEPT_TOPICS, 0, LOBBY, *noted)
            yield Trimmed(more=True)
        while await self._write(TRIM_TOPICS, KEPT_TOPICS, age, LOBBY, *rooms):
            rooms = []
            yield Trimmed(more=True)

    async def _measure(
        self, kind: str, indexes: list[_Index]
    ) -> AsyncGenerator[Trimmed, None]:
        """Measure all rooms or clients."""
        cursor = b"0"
        while True:
            time, cursor, *found = await self._connection.run_script(
                MEASURE, kind, cursor
            )
            self._time = int(time)
            for at in range(0, len(found), 5):
                numbers = map(int, found[at + 1 : at + 5])
                indexes.append(_Index(kind, found[at], *numbers))
            yield Trimmed(more=True)
            if int(cursor) == 0:
                return

    async def _floor_for(
        self, most: float, indexes: list[_Index]
    ) -> AsyncGenerator[float, None]:
        """Find, in steps, the time since which about that many bytes came."""
        floor, step = 0.0, float(self._time)
        while step >= 1:
            step /= 2
            left = sum(
                each.bytes * (1 - each.share_before(floor + step)) for each in indexes
            )
            if left >= most:
                floor += step
            yield floor

    async def _delete(
        self, floor: int, indexes: list[_Index], *, urgent: bool
    ) -> AsyncGenerator[Trimmed, None]:
        """Delete what is older, but not much more than the share that is expected.

        The floor is stored with the first deletion, so it is known to all servers.
        """
        position = StreamPosition(floor, 0).text
        for each in indexes:
            left = each.entries
            if self._retention.oldest_ms(self._time / 1000) < floor:
                left = max(ceil(each.entries * each.share_before(floor)), MIN_ENTRIES)
            while True:
                number = min(left, MAX_ENTRIES)
                deleted = await self._write(TRIM, floor, each.kind, each.name, number)
                left -= deleted
                yield Trimmed(more=True, urgent=urgent, events=deleted, floor=position)
                if not deleted or left < MIN_ENTRIES:
                    break

    async def _write(self, script: Script, *arguments: Argument) -> int:
        """Run a script unless another server trims.

        :raises _Busy: it does.
        """
        reply = await self._connection.run_script(
            script, self._server, LEASE_MS, *arguments
        )
        if reply == b"BUSY":
            raise _Busy
        return int(reply)


class _Busy(Exception):
    """Another server trims."""
