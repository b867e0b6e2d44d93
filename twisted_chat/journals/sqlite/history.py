"""The history of the SQLite journal, read by two threads.

One thread reads and one searches, so that a long search delays no client that joins.
Invariant: an event is returned only once it was announced.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from twisted_chat.core.corrections import Author
from twisted_chat.core.events import Stored
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.core.interfaces import MissedEvents, RoomState, StoreError
from twisted_chat.core.limits import SEARCH_TIME
from twisted_chat.journals.recent import CACHED_MESSAGES, RecentRooms
from twisted_chat.journals.records import KEPT_NICKNAME_MS
from twisted_chat.journals.retention import Retention

from .reader import Reader
from .searcher import Searcher
from .threads import WorkerThread


class SqliteHistory:
    """See ``interfaces.History``.

    :param reading: the thread that reads.
    :param searching: the thread that searches.
    :param index: makes the full-text search find everything up to this id.
    :param retention: what is kept.
    """

    def __init__(
        self,
        reading: WorkerThread,
        searching: WorkerThread,
        index: Callable[[int], Awaitable[None]],
        retention: Retention,
        now: Callable[[], float],
    ) -> None:
        self._now = now
        self._reading = reading
        self._searching = searching
        self._index = index
        self._keep = retention.messages
        self._readers: tuple[Reader, Searcher] | None = None
        self._announced = 0
        self._recent = RecentRooms()

    def open(self, reader: Reader, searcher: Searcher, announced: int) -> None:
        """Read with these connections.

        :param announced: the id of the last event announced.
        """
        self._readers = reader, searcher
        self._announced = announced

    async def close(self) -> None:
        """Close the connections; a search that runs is interrupted."""
        if self._readers is None:
            return
        reader, searcher = self._readers
        self._readers = None
        searcher.interrupt()
        await self._searching.run(searcher.close)
        await self._reading.run(reader.close)

    def announcing(self, batch: Sequence[Stored]) -> None:
        """Take note of a batch that is being announced."""
        self._announced += len(batch)
        self._recent.apply(batch)

    def forget(self, floor: str, dropped: Sequence[str]) -> None:
        """Take note of what was deleted.

        :param floor: everything up to this position; empty if nothing.
        :param dropped: rooms whose topic was dropped.
        """
        if floor or dropped:
            self._recent.forget(floor, dropped)

    async def room(self, room: str, limit: int) -> RoomState:
        """A room's topic and its last ``limit`` messages."""
        if self._keep is not None:
            limit = min(limit, self._keep)
        known = self._recent.state(room, limit)
        if known is not None:
            return known
        reader, _ = self._opened()
        loading = self._recent.start_loading(room)
        state = await self._reading.run(
            reader.room, room, max(limit, CACHED_MESSAGES), self._announced
        )
        loading.fill(state)
        recent = state.recent[-limit:] if limit > 0 else ()
        return replace(state, recent=recent)

    async def page(self, query: HistoryQuery) -> tuple[Stored, ...]:
        """A part of a history."""
        reader, _ = self._opened()
        return await self._reading.run(reader.page, query, self._announced)

    async def position_at(self, time: int) -> str | None:
        """The first event that is not earlier than a time."""
        reader, _ = self._opened()
        return await self._reading.run(reader.position_at, time, self._announced)

    async def since(
        self, position: str, rooms: Sequence[str], client_id: str, limit: int
    ) -> MissedEvents:
        """The events that a client missed since a position."""
        reader, _ = self._opened()
        return await self._reading.run(
            reader.since, position, tuple(rooms), client_id, limit, self._announced
        )

    async def search(
        self, room: str, words: str, limit: int, seconds: float = SEARCH_TIME
    ) -> tuple[Stored, ...]:
        """The last ``limit`` messages that contain all the words, see ``tokenizer``."""
        until = self._announced
        await self._index(until)
        _, searcher = self._opened()
        return await self._searching.run(
            searcher.search, room, words, limit, until, seconds
        )

    async def last_of(
        self, room: str, author: Author, limit: int
    ) -> tuple[Stored, ...]:
        """The last messages of an author, see ``interfaces.History.last_of``."""
        _, searcher = self._opened()
        return await self._searching.run(
            searcher.last_of, room, author, limit, self._announced
        )

    async def direct(
        self, member_id: str, position: str, limit: int
    ) -> tuple[Stored, ...]:
        """The last direct messages to a member after a position."""
        reader, _ = self._opened()
        return await self._reading.run(
            reader.direct, member_id, position, limit, self._announced
        )

    async def count(self, room: str, position: str, most: int) -> int:
        """How many messages of a room are after a position."""
        reader, _ = self._opened()
        return await self._reading.run(
            reader.count, room, position, most, self._announced
        )

    async def nickname(self, client_id: str) -> str | None:
        """The last nickname of a client, see ``interfaces.History.nickname``."""
        reader, _ = self._opened()
        oldest_ms = round(self._now() * 1000) - KEPT_NICKNAME_MS
        return await self._reading.run(reader.nickname, client_id, oldest_ms)

    def _opened(self) -> tuple[Reader, Searcher]:
        if self._readers is None:
            raise StoreError("the server is shutting down; history cannot be read")
        return self._readers
