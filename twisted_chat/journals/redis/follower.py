"""The follower: reads every batch that any server stored, in order.

After an interruption it continues behind the last batch that it announced.  Redis does
not report that batches in between are missing (trimmed, or lost in a failover), so two
things are checked: that the numbers of the events have no gap, and, on each new
connection, that the last batch still exists.  If not, the missed events are read from
the indexes of the rooms, and changes of presence are derived from the actual presence.

Invariants: each batch is announced once; a gap that cannot be filled is announced.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from twisted.logger import Logger

from twisted_chat.core.events import Event, HistoryGap, Stored, ValuesMissed
from twisted_chat.core.limits import MAX_MISSED
from twisted_chat.core.presence import Member

from .connection import REPLY_TIMEOUT
from .entries import decode_batch
from .history import RedisHistory
from .persistent_connection import PersistentConnection
from .position import BEGINNING, StreamPosition
from .roster import Roster, read_presence
from .scripts import PRESENCE

log = Logger()

BLOCK_SECONDS = 1.0
"""Seconds that Redis waits for the next batch before it replies that there is none."""

MAX_READ_BATCHES = 16
"""Batches that are read at once."""

MAX_ANNOUNCED_BYTES = 128 * 1024
"""Bytes announced at once, well below what may wait for one slow client."""

REMEMBERED_BATCHES = 200
"""Batches that are looked up again when the last one no longer exists."""


class Follower:
    """Reads batches from the current position on.

    :param server: the name of this server.
    :param announce: receives each batch.
    :ivar position: everything up to here was passed to ``announce``.
    :ivar read_bytes: of all batches so far, of whichever server.
    """

    def __init__(
        self,
        server: str,
        roster: Roster,
        history: RedisHistory,
        announce: Callable[[Sequence[Stored]], None],
    ) -> None:
        self.position = BEGINNING
        self.read_bytes = 0
        self._server = server
        self._roster = roster
        self._history = history
        self._announce_batch = announce
        self._recent: deque[str] = deque(maxlen=REMEMBERED_BATCHES)
        self._started = False

    async def on_connect(self, connection: PersistentConnection) -> None:
        """On a new connection, check that the last batch still exists."""
        if not self._started:
            await self._start(connection)
        elif self.position.number and not await _exists(connection, self.position.id):
            await self._catch_up(connection)

    async def run(self, connection: PersistentConnection) -> None:
        """Read until the connection is lost."""
        while True:
            found = await connection.call_early(
                *("XREAD", "COUNT", MAX_READ_BATCHES),
                *("BLOCK", round(BLOCK_SECONDS * 1000)),
                *("STREAMS", "chat:live", self.position.id),
                time_limit=BLOCK_SECONDS + REPLY_TIMEOUT,
            )
            if found:
                await self._read(connection, found[0][1])

    async def _start(self, connection: PersistentConnection) -> None:
        """Announce the members that are present, before anything else."""
        position, members, local = await self._read_presence(connection)
        self.position = position
        self._started = True
        self._announce(self._presence_changes(position, members, local))

    async def _read(
        self, connection: PersistentConnection, entries: Sequence[Any]
    ) -> None:
        batch: list[Stored] = []
        size = 0
        for stream_id, (_, data) in entries:
            position = StreamPosition.from_id(stream_id)
            try:
                before, events = decode_batch(stream_id, data)
            except (ValueError, TypeError, LookupError):
                log.failure("skipped an invalid batch in Redis")
                before, events = self.position, []
            if before.number != self.position.number:
                self._announce(batch)
                await self._catch_up(connection)
                return
            self.position = position
            self._recent.append(position.id)
            batch += events
            size += len(data)
            self.read_bytes += len(data)
            if size >= MAX_ANNOUNCED_BYTES:
                self._announce(batch)
                batch, size = [], 0
                # Let slow clients read before more is written to them.
                await connection.sleep(0)
        self._announce(batch)

    async def _catch_up(self, connection: PersistentConnection) -> None:
        """Fill the gap after the last batch from the indexes."""
        after = self.position
        for stream_id in reversed(self._recent):
            if await _exists(connection, stream_id):
                after = StreamPosition.from_id(stream_id.encode())
                break
        position, members, local = await self._read_presence(connection)
        rooms = self._roster.local_rooms()
        missed = await self._history.missed(
            after, rooms, self._roster.local_ids(), MAX_MISSED
        )
        events = [each for each in missed.events if each.position <= position.text]
        # Bans and the like are in no index.
        events.append(_stored(position, ValuesMissed()))
        if missed.complete:
            log.warn("gap in the stream after {after}: backfilled", after=after.id)
        else:
            log.warn(
                "gap in the stream after {after}: some messages could not be read",
                after=after.id,
            )
            events += (_stored(position, HistoryGap(room)) for room in rooms)
        self.position = position
        self._recent.clear()
        self._announce(events + self._presence_changes(position, members, local))

    async def _read_presence(
        self, connection: PersistentConnection
    ) -> tuple[StreamPosition, dict[str, Member], set[str]]:
        ms, number, *found = await connection.run_script_early(PRESENCE)
        members, local = read_presence(found, self._server)
        return StreamPosition(int(ms), int(number)), members, local

    def _presence_changes(
        self, position: StreamPosition, members: dict[str, Member], local: set[str]
    ) -> list[Stored]:
        """What changed, with keys as if the member's server had stored it now."""
        changes = []
        for event in self._roster.changes_to(members):
            is_local = getattr(event, "client_id", "") in local
            key = f"{self._server}-" if is_local else ""
            changes.append(_stored(position, event, key))
        return changes

    def _announce(self, batch: Sequence[Stored]) -> None:
        if not batch:
            return
        try:
            self._announce_batch(batch)
        except Exception:  # noqa: BLE001 - one batch must not stop the next
            log.failure("announcing failed")


def _stored(
    position: StreamPosition, event: Event | HistoryGap | ValuesMissed, key: str = ""
) -> Stored:
    # What is missed is announced like an event, see ``HistoryGap``.
    return Stored(position.text, position.ms, event, key)  # type: ignore[arg-type]


async def _exists(connection: PersistentConnection, stream_id: str) -> bool:
    """Whether this batch still exists."""
    found = await connection.call_early(
        "XRANGE", "chat:live", stream_id, stream_id, "COUNT", 1
    )
    return bool(found)
