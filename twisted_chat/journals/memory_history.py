"""The history of the journal in memory.

Invariants: memory use is bounded, and what one call does in the reactor's thread takes
a few milliseconds, however much is kept.
"""

from __future__ import annotations

import secrets
from bisect import bisect_left, bisect_right
from collections import OrderedDict, deque
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from operator import attrgetter
from sys import getsizeof, maxsize

from twisted_chat.core.corrections import Author, replayed, with_text
from twisted_chat.core.events import (
    Deleted,
    Edited,
    Event,
    Joined,
    Stored,
)
from twisted_chat.core.history_query import (
    ROOM_EVENTS,
    DirectMessages,
    HistoryQuery,
)
from twisted_chat.core.interfaces import MissedEvents, RoomState
from twisted_chat.core.limits import (
    MAX_LOOKED_AT,
    MAX_MISSED_CHARACTERS,
    SEARCH_TIME,
)
from twisted_chat.core.texts.texts import characters_shown

from .memory_room_events import MemoryRoomEvents
from .memory_topics import MemoryTopics
from .records import (
    KEPT_NICKNAME_MS,
    Index,
    IndexKey,
    index_keys,
    is_direct_to,
    is_exchanged,
)
from .retention import Retention, Trimmed
from .searching import Scan, Sharing
from .tokenizer import phrases_in
from .topic_changes import topic_change

KEPT_BYTES = 64 * 1024 * 1024
"""Approximate size in bytes of all events kept, whatever more ``Retention`` allows."""

KEPT_NICKNAMES = 10_000
"""Clients whose last nickname is kept; the one named longest ago is dropped first."""

MAX_TRIMMED = 1_000
"""Events that one portion of trimming drops, at most."""

_OVERHEAD = 1_000
"""Bytes that an event takes besides its text: its objects and its index entries."""

_DIGITS = 16

_POSITION = attrgetter("position")


@dataclass(slots=True)
class _IndexEntry:
    """The events under one key of an index, oldest first.

    :ivar floor: the position of the last one dropped.
    """

    kept: deque[Stored] = field(default_factory=deque)
    floor: str = ""


class MemoryHistory:
    """The last events, as long as the process lives; see ``interfaces.History``.

    A position names the process that it comes from, so that a position of an earlier
    process is recognized, and a client that resumes with it learns that events may be
    missing.

    :param now: seconds since 1970.
    :param retention: what is kept; of its bytes, at most ``KEPT_BYTES``.
    """

    def __init__(
        self,
        now: Callable[[], float],
        retention: Retention,
        sharing: Sharing | None = None,
    ) -> None:
        self._now = now
        self._sharing = sharing
        self._retention = retention
        self._keep = maxsize if retention.messages is None else retention.messages
        self._budget = min(retention.bytes or KEPT_BYTES, KEPT_BYTES)
        self._prefix = secrets.token_hex(4) + "-"
        self._last = 0
        self._kept: OrderedDict[str, Stored] = OrderedDict()
        self._size = 0
        self._floor = self._position(0)
        self._index: dict[IndexKey, _IndexEntry] = {}
        self._topics = MemoryTopics()
        self._room_events = MemoryRoomEvents()
        # With the time in milliseconds.
        self._nicknames: OrderedDict[str, tuple[str, int]] = OrderedDict()

    def next_position(self) -> str:
        """Assign the next position: each call returns a new one."""
        self._last += 1
        return self._position(self._last)

    def add(self, batch: Sequence[Stored]) -> None:
        """Keep the events of a batch that are part of any history."""
        for stored in batch:
            self._add(stored)
        self._room_events.add(batch)

    def _add(self, stored: Stored) -> None:
        event = stored.event
        if (topic := topic_change(event)) is not None:
            self._topics.set(topic.room, topic.text, stored.time, topic.nick)
        elif isinstance(event, Joined):
            self._topics.use(event.room, stored.time)
        elif isinstance(event, Deleted):
            for position in event.ids:
                self._change(event.room, position, None)
        elif isinstance(event, Edited):
            self._change(event.room, event.position, event.text)
            event = replace(event, text="")
            stored = replace(stored, event=event)
        keys = index_keys(event)
        if not keys:
            return
        self._kept[stored.position] = stored
        self._size += _size(event)
        for key in keys:
            entry = self._index.setdefault(key, _IndexEntry())
            entry.kept.append(stored)
            if key[0] is not Index.DIRECT and len(entry.kept) > self._keep:
                self._drop(entry.kept[0])
        while self._size > self._budget and self._kept:
            self._drop_oldest()

    def trim(self, now: float, occupied: Collection[str]) -> Trimmed:
        """Do one portion of trimming, see ``Trims``.

        :param now: seconds since 1970.
        """
        self._topics.trim(round(now * 1000), occupied)
        oldest_ms = self._retention.oldest_ms(now)
        self._room_events.trim(oldest_ms)
        deleted = 0
        while (
            self._kept
            and deleted < MAX_TRIMMED
            and next(iter(self._kept.values())).time < oldest_ms
        ):
            self._drop_oldest()
            deleted += 1
        return Trimmed(
            more=deleted == MAX_TRIMMED,
            events=deleted,
            floor=self._floor if deleted else "",
        )

    def add_nicknames(self, names: Mapping[str, str | None], time: int) -> None:
        """Keep the nicknames of clients, by client id; forget those that are ``None``.

        :param time: milliseconds since 1970.
        """
        known = self._nicknames
        for client_id, nick in names.items():
            known.pop(client_id, None)
            if nick is not None:
                known[client_id] = nick, time
        while len(known) > KEPT_NICKNAMES:
            known.popitem(last=False)

    async def room(self, room: str, limit: int) -> RoomState:
        """A room's topic and its last ``limit`` messages."""
        recent = await self.page(HistoryQuery(room, limit))
        topics = self._topics
        return RoomState(topics.get(room), recent, topics.origin(room))

    async def page(self, query: HistoryQuery) -> tuple[Stored, ...]:
        """A part of a history; empty if a position is not of this process."""
        for position in (query.start, query.end):
            if position is not None and not self._is_ours(position):
                return ()
        limit, source = max(query.limit, 0), query.source
        found = [self._slice(key, query) for key in _keys_of(query)]
        if isinstance(source, str) and query.besides & ROOM_EVENTS:
            found.append(self._room_events.find(source, query))
        events = found[0] if len(found) == 1 else sorted(chain(*found), key=_POSITION)
        if isinstance(source, DirectMessages) and source.partner_id:
            events = (one for one in events if is_exchanged(source, one.event))
        if query.first:
            return tuple(islice(events, limit))
        return tuple(deque(events, limit))

    def _slice(self, key: IndexKey, query: HistoryQuery) -> Iterable[Stored]:
        """What an index has of a query, and no more messages than its limit."""
        entry = self._index.get(key)
        if entry is None:
            return ()
        kept, start, end = entry.kept, 0, len(entry.kept)
        if query.start is not None:
            start = bisect_left(kept, query.start, key=_POSITION)
        if query.end is not None:
            end = bisect_left(kept, query.end, key=_POSITION)
        if key[0] is Index.ROOM and query.first:
            end = min(end, start + max(query.limit, 0))
        elif key[0] is Index.ROOM:
            start = max(start, end - max(query.limit, 0))
        found = islice(kept, start, end)
        if key[0] is Index.TOPIC:
            return (one for one in found if type(one.event) in query.besides)
        return found

    async def position_at(self, time: int) -> str | None:
        """The first event that is not earlier than a time."""
        first = None
        for stored in reversed(self._kept.values()):
            if stored.time < time:
                break
            first = stored.position
        other = self._room_events.position_at(time)
        return min(first, other) if first and other else first or other

    async def since(
        self, position: str, rooms: Sequence[str], client_id: str, limit: int
    ) -> MissedEvents:
        """The events after a position, see ``interfaces.History.since``."""
        if not self._is_ours(position) or position < self._floor:
            return MissedEvents(False, ())
        keys: list[IndexKey] = [(Index.DIRECT, client_id)]
        for room in dict.fromkeys(rooms):
            keys += [(Index.ROOM, room), (Index.TOPIC, room)]
        found: list[Stored] = []
        left = MAX_MISSED_CHARACTERS
        for key in keys:
            entry = self._index.get(key)
            if entry is None:
                continue
            if position < entry.floor:
                return MissedEvents(False, ())
            for kept in reversed(entry.kept):
                if kept.position <= position:
                    break
                stored = self._with_text_of_now(kept)
                found.append(stored)
                left -= characters_shown(stored.event)
                if len(found) > limit or left < 0:
                    return MissedEvents(False, ())
        found.sort(key=lambda stored: stored.position)
        return MissedEvents(True, replayed(found, position))

    async def last_of(
        self, room: str, author: Author, limit: int
    ) -> tuple[Stored, ...]:
        """The last messages of an author, see ``interfaces.History.last_of``."""
        entry = self._index.get((Index.ROOM, room))
        newest = islice(reversed(entry.kept), MAX_LOOKED_AT) if entry else ()
        found = (stored for stored in newest if author.wrote(stored.event))
        return tuple(islice(found, max(limit, 0)))[::-1]

    async def search(
        self, room: str, words: str, limit: int, seconds: float = SEARCH_TIME
    ) -> tuple[Stored, ...]:
        """The last ``limit`` messages that contain all the words, see ``tokenizer``."""
        phrases = phrases_in(words)
        if not phrases:
            return ()
        scan = Scan(phrases, limit, seconds, self._sharing)
        # A copy, as messages are added during the pauses.
        entry = self._index.get((Index.ROOM, room))
        await scan.add(list(reversed(entry.kept)) if entry else ())
        return tuple(reversed(scan.hits))

    async def direct(
        self, member_id: str, position: str, limit: int
    ) -> tuple[Stored, ...]:
        """The last direct messages to a member, see ``interfaces.History.direct``."""
        entry = self._index.get((Index.DIRECT, member_id))
        if entry is None or not self._is_ours(position):
            return ()
        received = (
            stored
            for stored in _after(entry.kept, position)
            if is_direct_to(member_id, stored.event)
        )
        return tuple(deque(received, max(limit, 0)))

    async def count(self, room: str, position: str, most: int) -> int:
        """How many messages follow, see ``interfaces.History.count``."""
        entry = self._index.get((Index.ROOM, room))
        if entry is None or not self._is_ours(position):
            return 0
        return sum(1 for _ in islice(_after(entry.kept, position), most))

    async def nickname(self, client_id: str) -> str | None:
        """The last nickname of a client, see ``interfaces.History.nickname``."""
        nick, time = self._nicknames.get(client_id, (None, 0))
        is_void = round(self._now() * 1000) - time > KEPT_NICKNAME_MS
        return None if is_void else nick

    def _change(self, room: str, position: str, text: str | None) -> None:
        """Replace the text of a message; delete the message if that is ``None``."""
        entry = self._index.get((Index.ROOM, room))
        stored = self._kept.get(position)
        if entry is None or stored is None:
            return
        at = bisect_left(entry.kept, position, key=_POSITION)
        if at == len(entry.kept) or entry.kept[at] is not stored:
            # It is not a message of this room.
            return
        self._size -= _size(stored.event)
        if text is None:
            del entry.kept[at]
            del self._kept[position]
            if not entry.kept and entry.floor <= self._floor:
                del self._index[Index.ROOM, room]
        else:
            changed = with_text(stored, text)
            entry.kept[at] = self._kept[position] = changed
            self._size += _size(changed.event)

    def _with_text_of_now(self, stored: Stored) -> Stored:
        """A correction with the text that its message has now."""
        event = stored.event
        if not isinstance(event, Edited):
            return stored
        message = self._kept.get(event.position)
        text = getattr(message.event, "text", "") if message else ""
        return replace(stored, event=replace(event, text=text))

    def _position(self, number: int) -> str:
        return f"{self._prefix}{number:0{_DIGITS}d}"

    def _is_ours(self, position: str) -> bool:
        return (
            len(position) == len(self._floor)
            and position.startswith(self._prefix)
            and position <= self._position(self._last)
        )

    def _drop(self, stored: Stored) -> None:
        """Drop an event that is the oldest under each of its keys."""
        del self._kept[stored.position]
        self._size -= _size(stored.event)
        for key in index_keys(stored.event):
            entry = self._index[key]
            entry.kept.popleft()
            entry.floor = stored.position
            if not entry.kept and entry.floor <= self._floor:
                del self._index[key]

    def _drop_oldest(self) -> None:
        oldest = next(iter(self._kept.values()))
        self._floor = oldest.position
        self._drop(oldest)


def _keys_of(query: HistoryQuery) -> list[IndexKey]:
    """The indexes in which the events of a query are found."""
    source = query.source
    if isinstance(source, DirectMessages):
        return [(Index.DIRECT, source.member_id)]
    indexes = (Index.ROOM, Index.TOPIC) if query.besides else (Index.ROOM,)
    return [(index, source) for index in indexes]


def _after(kept: deque[Stored], position: str) -> Iterator[Stored]:
    """Those after a position, oldest first."""
    start = bisect_right(kept, position, key=_POSITION)
    return islice(kept, start, None)


def _size(event: Event) -> int:
    """Approximately how many bytes an event takes."""
    raw: str | None = getattr(event, "raw", None)
    text = event.positions if isinstance(event, Deleted) else getattr(event, "text", "")
    return _OVERHEAD + getsizeof(text) + (getsizeof(raw) if raw else 0)
