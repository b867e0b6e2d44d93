"""The history of the Redis journal.

Invariants: an event is returned only once it was announced here; a search reads a
bounded number of messages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from twisted_chat.core.corrections import Author, replayed
from twisted_chat.core.events import Stored
from twisted_chat.core.history_query import (
    BESIDES_MESSAGES,
    ROOM_EVENTS,
    DirectMessages,
    HistoryQuery,
)
from twisted_chat.core.interfaces import MissedEvents, RoomState, TopicOrigin
from twisted_chat.core.limits import MAX_LOOKED_AT, SEARCH_TIME
from twisted_chat.core.texts.texts import characters_shown
from twisted_chat.journals.records import is_direct_to, is_exchanged
from twisted_chat.journals.searching import Scan, Sharing
from twisted_chat.journals.tokenizer import phrases_in

from .entries import decode_indexed, to_bytes, to_text
from .persistent_connection import PersistentConnection
from .position import BEGINNING, MAX_MS, StreamPosition
from .scripts import COUNT, PAGE, SINCE

MAX_SEARCHED = 10_000
"""Messages of a room that a search reads, from the last one backwards."""

MAX_SEARCHED_CHARACTERS = 40_000_000
"""Characters of text that a search reads, and at most one page more."""

MAX_MISSED_BYTES = 1024 * 1024
"""Bytes of the events that a client or a server missed, as they are stored: enough for
``MAX_MISSED_CHARACTERS`` of most texts."""

MAX_DIRECT = 500
"""Direct messages that are kept for each account, see ``lua/common.lua``."""

MAX_TOPICS = 500
"""Topics and corrections that are kept of each room, likewise."""

MAX_EVENTS = 500
"""Other events that are kept of each room, likewise."""

_BESIDES = (
    (b"chat:topic:", BESIDES_MESSAGES - ROOM_EVENTS, MAX_TOPICS),
    (b"chat:events:", ROOM_EVENTS, MAX_EVENTS),
)
"""Where the kinds of events of a room are that are no messages; how many there are."""

PAGE_SIZE = 250
"""Messages that are read at once."""


class RedisHistory:
    """See ``interfaces.History``.

    :param connection: the connection to read with at the moment.
    :param announced: the position up to which everything was announced.
    :param sharing: how searches share the reactor's thread, see ``Scan``.
    """

    def __init__(
        self,
        connection: Callable[[], PersistentConnection],
        announced: Callable[[], StreamPosition],
        sharing: Sharing | None = None,
    ) -> None:
        self._sharing = sharing
        self._connection = connection
        self._announced = announced

    async def room(self, room: str, limit: int) -> RoomState:
        """A room's topic and its last ``limit`` messages."""
        recent = await self.page(HistoryQuery(room, limit))
        name, call = to_bytes(room), self._connection().call
        topic = await call("HGET", "chat:topics", name)
        origin = await call("HGET", "chat:topics:set", name) if topic else None
        return RoomState(to_text(topic or b""), recent, _origin(origin))

    async def page(self, query: HistoryQuery) -> tuple[Stored, ...]:
        """A part of a history."""
        interval = self._interval(query)
        if interval is None or query.limit <= 0:
            return ()
        source, limit = query.source, query.limit
        if isinstance(source, DirectMessages):
            key = b"chat:whispers:" + to_bytes(source.member_id)
            events = await self._range(key, interval, MAX_DIRECT, first=query.first)
            if source.partner_id:
                events = [one for one in events if is_exchanged(source, one.event)]
        else:
            events = await self._messages(source, interval, limit, first=query.first)
            for prefix, kinds, most in _BESIDES:
                if wanted := query.besides & kinds:
                    key = prefix + to_bytes(source)
                    found = await self._range(key, interval, most, first=query.first)
                    events += [one for one in found if type(one.event) in wanted]
            if query.besides:
                events.sort(key=attrgetter("position"), reverse=not query.first)
        events = events[:limit]
        return tuple(events if query.first else reversed(events))

    def _interval(self, query: HistoryQuery) -> tuple[str, str] | None:
        """The interval of a query in streams; ``None`` if nothing is in it."""
        start, end = "-", self._announced().id
        if query.start is not None:
            first = StreamPosition.parse(query.start)
            if first is None:
                return None
            start = first.id
        if query.end is not None:
            before = StreamPosition.parse(query.end)
            if before is None or before == BEGINNING:
                # Redis refuses an interval that ends before its first id.
                return None
            if before <= self._announced():
                end = f"({before.id}"
        return start, end

    async def position_at(self, time: int) -> str | None:
        """The position of a time; it need not be that of an event."""
        return StreamPosition(min(time, MAX_MS), 0).text

    async def since(
        self, position: str, rooms: Sequence[str], member_id: str, limit: int
    ) -> MissedEvents:
        """The events that a client missed since a position, of the last day."""
        after = StreamPosition.parse(position)
        if after is None:
            return MissedEvents(False, ())
        return await self.missed(after, rooms, [member_id], limit)

    async def missed(
        self,
        after: StreamPosition,
        rooms: Sequence[str],
        members: Sequence[str],
        limit: int,
    ) -> MissedEvents:
        """The events in these rooms, and the direct messages of these members."""
        found = await self._connection().run_script(
            SINCE,
            after.ms,
            after.number,
            limit,
            MAX_MISSED_BYTES,
            len(members),
            *map(to_bytes, members),
            *map(to_bytes, dict.fromkeys(rooms)),
        )
        if isinstance(found, bytes):
            return MissedEvents(False, ())
        # A direct message is in the indexes of both clients.
        events: dict[str, Stored] = {}
        for at in range(0, len(found), 2):
            if (stored := decode_indexed(found[at], found[at + 1])) is not None:
                events[stored.position] = stored
        if len(events) > limit:
            return MissedEvents(False, ())
        in_order = [events[each] for each in sorted(events)]
        return MissedEvents(True, replayed(in_order, after.text))

    async def last_of(
        self, room: str, author: Author, limit: int
    ) -> tuple[Stored, ...]:
        """The last messages of an author, see ``interfaces.History.last_of``."""
        found: list[Stored] = []
        end = self._announced().id
        for _ in range(MAX_LOOKED_AT // PAGE_SIZE):
            page = await self._newest_first(room, end, PAGE_SIZE)
            found += (stored for stored in page if author.wrote(stored.event))
            if len(found) >= limit or len(page) < PAGE_SIZE:
                break
            end = _before(page[-1])
        return tuple(reversed(found[: max(limit, 0)]))

    async def search(
        self, room: str, words: str, limit: int, seconds: float = SEARCH_TIME
    ) -> tuple[Stored, ...]:
        """The last ``limit`` messages that contain all the words, of the last
        ``MAX_SEARCHED`` of the room, or ``MAX_SEARCHED_CHARACTERS``.
        """
        phrases = phrases_in(words)
        if not phrases:
            return ()
        scan = Scan(phrases, limit, seconds, self._sharing)
        left = MAX_SEARCHED_CHARACTERS
        end = self._announced().id
        for _ in range(MAX_SEARCHED // PAGE_SIZE):
            page = await self._newest_first(room, end, PAGE_SIZE)
            left -= sum(characters_shown(stored.event) for stored in page)
            await scan.add(page)
            if scan.is_over or len(page) < PAGE_SIZE or left < 0:
                break
            end = _before(page[-1])
        return tuple(reversed(scan.hits))

    async def direct(
        self, member_id: str, position: str, limit: int
    ) -> tuple[Stored, ...]:
        """The last direct messages to a member after a position."""
        after = StreamPosition.parse(position)
        if after is None:
            return ()
        key = b"chat:whispers:" + to_bytes(member_id)
        found = await self._connection().call(
            "XRANGE", key, f"({after.id}", "+", "COUNT", MAX_DIRECT
        )
        received = [
            stored
            for stored in _decoded(found)
            if is_direct_to(member_id, stored.event)
        ]
        return tuple(received[-limit:] if limit > 0 else ())

    async def count(self, room: str, position: str, most: int) -> int:
        """How many messages of a room are after a position."""
        after = StreamPosition.parse(position)
        if after is None:
            return 0
        found = await self._connection().run_script(
            COUNT, to_bytes(room), after.id, most
        )
        return int(found)

    async def nickname(self, client_id: str) -> str | None:
        """The last nickname of a client that has left in the last day."""
        found = await self._connection().call(
            "GET", b"chat:nick:" + to_bytes(client_id)
        )
        return None if found is None else to_text(found)

    async def _newest_first(self, room: str, end: str, limit: int) -> list[Stored]:
        return await self._messages(room, ("-", end), limit, first=False)

    async def _messages(
        self, room: str, interval: tuple[str, str], limit: int, *, first: bool
    ) -> list[Stored]:
        """As ``_range``, those of a room, as they are now."""
        command = _command(to_bytes(room), interval, first=first)
        return _decoded(await self._connection().run_script(PAGE, *command, limit))

    async def _range(
        self, key: bytes, interval: tuple[str, str], limit: int, *, first: bool
    ) -> list[Stored]:
        """The first events of a stream, or the last ones with the newest first."""
        command = _command(key, interval, first=first)
        return _decoded(await self._connection().call(*command, "COUNT", limit))


def _command(
    key: bytes, interval: tuple[str, str], *, first: bool
) -> tuple[str | bytes, ...]:
    start, end = interval
    return ("XRANGE", key, start, end) if first else ("XREVRANGE", key, end, start)


def _decoded(found: Sequence[Any]) -> list[Stored]:
    """The events of a stream; without those of an unknown kind."""
    events = (decode_indexed(stream_id, data) for stream_id, (_, data) in found)
    return [stored for stored in events if stored is not None]


def _origin(data: bytes | None) -> TopicOrigin | None:
    """What ``chat:topics:set`` has of a topic."""
    if data is None:
        return None
    time, _, nick = to_text(data).partition(" ")
    return TopicOrigin(nick, int(time))


def _before(stored: Stored) -> str:
    """The end of an interval that ends before an event."""
    position = StreamPosition.parse(stored.position)
    return f"({position.id}" if position else "-"
