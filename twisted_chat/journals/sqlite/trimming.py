"""Trimming of the SQLite journal: what is too much or too old, and the file's size.

A run looks at one limit after the other; each of its portions is short.  See
``deleting`` for what holds of each.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from math import inf

from twisted_chat.journals.retention import KEPT_OTHERS, Retention

from .deleting import MAX_ID, WALK_ROWS, Deleting
from .expiring import Expiring
from .pages import Pages
from .rows import COUNTED_KINDS, IS_MESSAGE, IS_OTHER, IS_TOPIC, MESSAGE_KINDS, Row

START_AT, STOP_AT = 0.95, 0.85
"""Fractions of ``Retention.bytes`` in use at which deleting starts and stops."""

URGENT_AT = 1.1
"""The fraction of ``Retention.bytes`` from which trimming makes no pauses."""

MERGE_AT_END = 50_000
"""Deleted messages whose remains in the full-text search are worth a merge at the end
of a run."""

GROWTH = 0.125
"""The fraction of ``Retention.bytes`` by which the store grows before the next run is
due, however soon that is."""

LOOKS = 64
"""How often the space in use is looked at while the store grows so much: to look takes
as long as to write a small batch."""

PORTIONS_PER_LOOK = 10
"""Portions between two looks at the space in use."""

MAX_COUNTED = 10_000
"""Rooms whose new messages are counted; with more, the next run looks at all rooms."""


class Trimming:
    """One run after the other, each in portions.

    :param indexed: see ``Deleting``.
    :param seconds: likewise.
    :ivar freed: pages by which the file has become smaller.
    """

    def __init__(
        self,
        retention: Retention,
        indexed: Callable[[], int],
        seconds: Callable[[], float] | None = None,
    ) -> None:
        self._retention = retention
        self._deleting = Deleting(indexed, seconds)
        self._expiring = Expiring(self._deleting)
        self._added: Counter[tuple[str, str]] = Counter()
        self._all_rooms = True
        self._used_after = 0
        # After so many pages have been written, the space is looked at again.
        self._look_at = 0.0
        self.freed = 0

    @property
    def deleted(self) -> int:
        """Events that were deleted."""
        return self._deleting.deleted

    @property
    def floor(self) -> int:
        """The highest id up to which everything was deleted."""
        return self._deleting.floor

    def take_dropped(self) -> list[str]:
        """Rooms whose topic was dropped since the last call."""
        dropped, self._expiring.dropped = self._expiring.dropped, []
        return dropped

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
        """One run; each step of it is one portion.

        After a failure neither the connection nor the run may be used any more.

        :param now: seconds since 1970.
        :param occupied: the rooms that anyone is in.
        """
        self._deleting.connection = connection
        self._pages = Pages(connection)
        complete = False
        try:
            yield from self._run(now, occupied)
            complete = True
        finally:
            if not complete:
                # The next run does not rely on what this one has noted.
                self._all_rooms = True
                self._expiring.forget_run()

    def is_due(self, connection: sqlite3.Connection, written: int) -> bool:
        """Whether the store has grown so much since the last run that one is due.

        :param written: pages that were written by now, approximately.
        """
        if self._retention.bytes is None or written < self._look_at:
            return False
        pages = Pages(connection)
        growth = GROWTH * self._retention.bytes / pages.size
        is_due = pages.used > self._used_after + growth
        if not is_due:
            self._look_at = written + growth / LOOKS
        return is_due

    @property
    def is_urgent(self) -> bool:
        """Whether there is much more in the file than may be."""
        return self._pages.used > URGENT_AT * self._most()

    def _run(self, now: float, occupied: Collection[str]) -> Iterator[None]:
        yield from self._expiring.portions(round(now * 1000), occupied)
        yield from self._trim_others()
        yield from self._trim_days(self._retention.oldest_ms(now))
        yield from self._trim_rooms()
        yield from self._trim_bytes()
        if self._deleting.remains >= MERGE_AT_END:
            yield from self._deleting.merge()
        before = self._pages.count
        for _ in self._pages.shrink():
            now_there = self._pages.count
            self.freed += before - now_there
            before = now_there
            yield
        self._used_after = self._pages.used

    def _trim_others(self) -> Iterator[None]:
        """Delete arrivals and departures that no client needs any more."""
        query = (
            f"SELECT id FROM events WHERE {IS_OTHER} ORDER BY id DESC LIMIT 1 OFFSET ?"
        )
        end = self._deleting.value(query, (KEPT_OTHERS,))
        if end is not None:
            yield from self._deleting.delete_all(IS_OTHER, (), end, None)

    def _trim_days(self, oldest_ms: int) -> Iterator[None]:
        """Delete what is older than that."""
        while oldest_ms and self._deleting.delete_oldest(oldest_ms):
            yield
            yield from self._deleting.merge_if_worthwhile()
        yield from self._deleting.drop_floors()

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
                while (room := self._deleting.value(query, (room,))) is not None:
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
            end = self._deleting.value(query, (room, end, step - 1))
            keep -= step
            yield
        if end is not None:
            yield from self._deleting.delete_all(which, (room,), end - 1, room)

    def _trim_bytes(self) -> Iterator[None]:
        """Delete the oldest events until there is enough space.

        The full-text search returns its share only when it is merged, so the space
        without it is what is measured.
        """
        most = self._most()
        while (used := self._pages.used) > START_AT * most:
            goal = (used - self._pages.search_pages) * STOP_AT * most / used
            before = self._deleting.deleted
            yield from self._delete_until(goal)
            yield from self._deleting.drop_floors()
            yield from self._deleting.merge()
            if self._deleting.deleted == before:
                break

    def _delete_until(self, goal: float) -> Iterator[None]:
        """Delete the oldest events until so many pages are in use, or there are none.

        :param goal: without those of the full-text search.
        """
        while self._pages.used - self._pages.search_pages > goal:
            for _ in range(PORTIONS_PER_LOOK):
                if not self._deleting.delete_oldest():
                    return
                yield
            yield from self._deleting.merge_if_worthwhile()

    def _most(self) -> float:
        """The pages that may be in use."""
        most = self._retention.bytes
        return inf if most is None else most / self._pages.size
