"""Trimming of the SQLite journal: deletes what is not kept, and shrinks the file.

Each portion is one short transaction, which deletes events and their words from the
full-text search together and notes up to where it deleted.  Invariants: a kill between
two portions leaves a consistent database; no id is used twice, since the highest id
deleted is in a floor.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from math import inf
from typing import Any

from twisted_chat.journals.records import KEPT_NICKNAME_MS
from twisted_chat.journals.retention import (
    KEPT_OTHERS,
    KEPT_TOPICS,
    LOBBY,
    UNUSED_MS,
    Retention,
)

from .maintenance import relaxed_transaction
from .pages import Pages
from .rows import COUNTED_KINDS, IS_MESSAGE, IS_OTHER, IS_TOPIC, MESSAGE_KINDS, Row

MAX_ROWS = 100
"""Rows that one portion deletes, at most: measured, one millisecond."""

MAX_CHARACTERS = 20_000
"""Characters of text that one portion deletes, at most, and one event more: each word
is removed from the full-text search."""

WALK_ROWS = 5_000
"""Entries of an index that one portion walks over."""

KEPT_NICKNAMES = 100_000
"""Clients whose last nickname is kept; the one named longest ago is dropped first."""

MERGE_AFTER = 50_000
"""Deleted messages whose remains in the full-text search are worth a merge."""

START_AT, STOP_AT = 0.95, 0.85
"""Fractions of ``Retention.bytes`` in use at which deleting starts and stops."""

URGENT_AT = 1.25
"""The fraction of ``Retention.bytes`` from which trimming makes no pauses."""

PORTIONS_PER_LOOK = 10
"""Portions between two looks at the space in use."""

MAX_COUNTED = 10_000
"""Rooms whose new messages are counted; with more, the next run looks at all rooms."""

HOUR_MS = 60 * 60 * 1000
DAY_MS = 24 * HOUR_MS

MAX_ID = 2**63 - 1
"""The highest id of SQLite."""

_TOO_MANY = (
    "SELECT room, used FROM topics WHERE (used, room) <= (SELECT used, room FROM topics"
    " ORDER BY used DESC, room DESC LIMIT 1 OFFSET ?) LIMIT ?"
)
_UNUSED = "SELECT room, used FROM topics WHERE used < ? AND room != ? LIMIT ?"
_NOT_MARKED = (
    "SELECT used, room FROM topics WHERE used < ? AND (used, room) > (?, ?)"
    " ORDER BY used, room LIMIT ?"
)
_DROP_TOPIC = "DELETE FROM topics WHERE room = ? AND used = ?"
_FORGET_NICKNAMES = (
    "DELETE FROM nicknames WHERE client IN"
    " (SELECT client FROM nicknames WHERE time <= ? ORDER BY time LIMIT ?)"
)
_SET_FLOOR = (
    "INSERT INTO floors (room, id) VALUES (?, ?)"
    " ON CONFLICT (room) DO UPDATE SET id = max(id, excluded.id)"
)


class Trimming:
    """One run after the other, each in portions.

    :param indexed: the full-text search has everything up to this id, and nothing
        beyond; it may change between two portions.
    :ivar deleted: events that were deleted.
    :ivar freed: pages by which the file has become smaller.
    :ivar floor: the highest id up to which everything was deleted.
    :ivar dropped: rooms whose topic was dropped.
    """

    def __init__(self, retention: Retention, indexed: Callable[[], int]) -> None:
        self._retention = retention
        self._indexed = indexed
        self._added: Counter[tuple[str, str]] = Counter()
        self._all_rooms = True
        self._remains = 0
        self._hourly_at = 0
        self._floors_dropped = 0
        self.deleted = self.freed = self.floor = 0
        self.dropped: list[str] = []

    def add(self, rows: Iterable[Row]) -> None:
        """These rows were stored."""
        if self._retention.messages is None or self._all_rooms:
            return
        for row in rows:
            if row[1] in COUNTED_KINDS:
                which = IS_MESSAGE if row[1] in MESSAGE_KINDS else IS_TOPIC
                self._added[which, row[3]] += 1
        if len(self._added) > MAX_COUNTED:
            self._all_rooms = True
            self._added.clear()

    def portions(
        self, connection: sqlite3.Connection, now: float, occupied: Collection[str]
    ) -> Iterator[None]:
        """One run: each step is one portion.

        After a failure neither the connection nor the run may be used any more.

        :param now: seconds since 1970.
        :param occupied: the rooms that anyone is in.
        """
        self._connection, self._pages = connection, Pages(connection)
        complete = False
        try:
            yield from self._run(now, occupied)
            complete = True
        finally:
            if not complete:
                # The next run does not rely on what this one has noted.
                self._all_rooms = True
                self._hourly_at = 0

    @property
    def is_urgent(self) -> bool:
        """Whether there is much more in the file than may be."""
        return self._pages.used > URGENT_AT * self._most()

    def _run(self, now: float, occupied: Collection[str]) -> Iterator[None]:
        now_ms = round(now * 1000)
        yield from self._drop_topics(_TOO_MANY, (KEPT_TOPICS,))
        if now_ms >= self._hourly_at:
            self._hourly_at = now_ms + HOUR_MS
            yield from self._mark_used(now_ms, occupied)
            yield from self._drop_topics(_UNUSED, (now_ms - UNUSED_MS, LOBBY))
            yield from self._drop_nicknames(now_ms)
        yield from self._trim_others()
        yield from self._trim_days(self._retention.oldest_ms(now))
        yield from self._trim_rooms()
        yield from self._trim_bytes()
        if self._remains >= MERGE_AFTER:
            yield from self._merge()
        before = self._pages.count
        for _ in self._pages.shrink():
            now_there = self._pages.count
            self.freed += before - now_there
            before = now_there
            yield

    # Topics and nicknames.

    def _mark_used(self, now: int, occupied: Collection[str]) -> Iterator[None]:
        """Note which rooms are in use, once a day for each."""
        last: Row = (-1, "")
        while rows := self._rows(_NOT_MARKED, (now - DAY_MS, *last, MAX_ROWS)):
            last = rows[-1]
            marked = [(now, room) for _, room in rows if room in occupied]
            with relaxed_transaction(self._connection):
                self._connection.executemany(
                    "UPDATE topics SET used = ? WHERE room = ?", marked
                )
            yield

    def _drop_topics(self, query: str, values: Row) -> Iterator[None]:
        """Drop the topics that a query finds, a portion at a time."""
        while rows := self._rows(query, (*values, MAX_ROWS)):
            for room, _ in rows:
                yield from self._delete_all(
                    f"room = ? AND {IS_TOPIC}", (room,), MAX_ID, room
                )
            with relaxed_transaction(self._connection):
                # Not those that have been used meanwhile.
                dropped = [
                    room
                    for room, used in rows
                    if self._connection.execute(_DROP_TOPIC, (room, used)).rowcount
                ]
            self.dropped += dropped
            yield

    def _drop_nicknames(self, now_ms: int) -> Iterator[None]:
        """Drop those that are too old, and the oldest over the limit."""
        newest = "SELECT time FROM nicknames ORDER BY time DESC LIMIT 1 OFFSET ?"
        until = now_ms - KEPT_NICKNAME_MS - 1
        for (time,) in self._rows(newest, (KEPT_NICKNAMES,)):
            until = max(until, time)
        deleted = MAX_ROWS
        while deleted == MAX_ROWS:
            with relaxed_transaction(self._connection):
                deleted = self._connection.execute(
                    _FORGET_NICKNAMES, (until, MAX_ROWS)
                ).rowcount
            yield

    # Events.

    def _trim_others(self) -> Iterator[None]:
        """Delete arrivals and departures that no client needs any more."""
        query = (
            f"SELECT id FROM events WHERE {IS_OTHER} ORDER BY id DESC LIMIT 1 OFFSET ?"
        )
        for (end,) in self._rows(query, (KEPT_OTHERS,)):
            yield from self._delete_all(IS_OTHER, (), end, None)

    def _trim_days(self, oldest_ms: int) -> Iterator[None]:
        """Delete what is older than that; the clock may have been wrong for a while."""
        while oldest_ms and (rows := self._oldest("TRUE", (), MAX_ID)):
            old = [number for number, time in rows if time < oldest_ms]
            if not old:
                break
            self._delete_oldest(old[-1])
            yield
        yield from self._drop_floors()

    def _trim_rooms(self) -> Iterator[None]:
        """Delete what each room has too much."""
        keep = self._retention.messages
        if keep is None:
            return
        if self._all_rooms:
            self._all_rooms = False
            for which in (IS_MESSAGE, IS_TOPIC):
                room = ""
                query = (
                    f"SELECT room FROM events WHERE room >= ? AND {which}"
                    " ORDER BY room LIMIT 1"
                )
                while (room := self._value(query, (room,))) is not None:
                    yield from self._trim_room(which, room, keep)
                    # The least text above it.
                    room += "\0"
            return
        for (which, room), added in list(self._added.items()):
            if added > keep // 10:
                del self._added[which, room]
                yield from self._trim_room(which, room, keep)

    def _trim_room(self, which: str, room: str, keep: int) -> Iterator[None]:
        which = f"room = ? AND {which}"
        query = (
            f"SELECT id FROM events WHERE {which} AND id < ?"
            " ORDER BY id DESC LIMIT 1 OFFSET ?"
        )
        end: int | None = MAX_ID
        while keep > 0 and end is not None:
            step = min(keep, WALK_ROWS)
            end = self._value(query, (room, end, step - 1))
            keep -= step
            yield
        if end is not None:
            yield from self._delete_all(which, (room,), end - 1, room)

    def _trim_bytes(self) -> Iterator[None]:
        """Delete the oldest events until there is enough space.

        The full-text search returns its share only when it is merged, so the space
        without it is what is measured.
        """
        most = self._most()
        rows: Sequence[Row] = (("any",),)
        while rows and (used := self._pages.used) > START_AT * most:
            goal = (used - self._pages.search_pages) * STOP_AT * most / used
            while rows and self._pages.used - self._pages.search_pages > goal:
                for _ in range(PORTIONS_PER_LOOK):
                    if not (rows := self._oldest("TRUE", (), MAX_ID)):
                        break
                    self._delete_oldest(rows[-1][0])
                    yield
            yield from self._drop_floors()
            yield from self._merge()

    def _merge(self) -> Iterator[None]:
        yield from self._pages.merge_search()
        self._remains = 0

    def _most(self) -> float:
        """The pages that may be in use."""
        most = self._retention.bytes
        return inf if most is None else most / self._pages.size

    def _delete_all(
        self, which: str, values: Row, last: int, room: str | None
    ) -> Iterator[None]:
        """Delete all events of a condition, up to the id ``last``.

        :param room: of which room they are part of the history, if any.
        """
        while rows := self._oldest(which, values, last):
            end = rows[-1][0]
            with relaxed_transaction(self._connection):
                self._delete(which, values, end)
                if room is not None:
                    self._connection.execute(_SET_FLOOR, (room, end))
            yield

    def _delete_oldest(self, end: int) -> None:
        """Delete all events up to an id."""
        with relaxed_transaction(self._connection):
            self._delete("TRUE", (), end)
            self._connection.execute("UPDATE journal SET floor = max(floor, ?)", (end,))
        self.floor = max(self.floor, end)

    def _delete(self, which: str, values: Row, end: int) -> None:
        """Delete events, after their words, for which the search needs their text."""
        connection = self._connection
        self._remains += connection.execute(
            "INSERT INTO search (search, rowid, text)"
            f" SELECT 'delete', id, coalesce(words, text) FROM events WHERE {which}"
            f" AND id <= ? AND {IS_MESSAGE}",
            (*values, min(end, self._indexed())),
        ).rowcount
        self.deleted += connection.execute(
            f"DELETE FROM events WHERE {which} AND id <= ?", (*values, end)
        ).rowcount

    def _drop_floors(self) -> Iterator[None]:
        """Drop the floors of rooms that the floor of the whole journal has reached."""
        if self.floor <= self._floors_dropped:
            return
        self._floors_dropped = self.floor
        room = ""
        query = "SELECT room FROM floors WHERE room >= ? ORDER BY room LIMIT 1 OFFSET ?"
        more = True
        while more:
            upper = self._value(query, (room, WALK_ROWS))
            more = upper is not None
            with relaxed_transaction(self._connection):
                self._connection.execute(
                    "DELETE FROM floors WHERE room >= ? AND id <= ?"
                    + (" AND room < ?" if more else ""),
                    (room, self.floor, upper)[: 3 if more else 2],
                )
            room = upper or ""
            yield

    def _rows(self, query: str, values: Row) -> list[Row]:
        return self._connection.execute(query, values).fetchall()

    def _value(self, query: str, values: Row) -> Any:
        row = self._connection.execute(query, values).fetchone()
        return row[0] if row else None

    def _oldest(self, which: str, values: Row, last: int) -> list[Row]:
        """The ids and times of the oldest events of a condition: one portion.

        :param last: the highest id.
        """
        rows = self._rows(
            "SELECT id, time, coalesce(length(text), 0) + coalesce(length(raw), 0)"
            f" FROM events WHERE {which} AND id <= ? ORDER BY id LIMIT ?",
            (*values, last, MAX_ROWS),
        )
        found = []
        left = MAX_CHARACTERS
        for number, time, characters in rows:
            found.append((number, time))
            left -= characters
            if left <= 0:
                break
        return found
