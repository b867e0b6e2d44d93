"""Topics and nicknames of the SQLite journal, which are dropped some time after use."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from twisted_chat.journals.records import KEPT_NICKNAME_MS
from twisted_chat.journals.retention import KEPT_TOPICS, LOBBY, UNUSED_MS

from .deleting import MAX_ID, Deleting
from .rows import IS_TOPIC, Row
from .transactions import relaxed_transaction

KEPT_NICKNAMES = 100_000
"""Clients whose last nickname is kept; the one named longest ago is dropped first."""

MAX_ROWS = 100
"""Topics or nicknames that one portion looks at."""

HOUR_MS = 60 * 60 * 1000
DAY_MS = 24 * HOUR_MS

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
_NEWEST_NICKNAMES = "SELECT time FROM nicknames ORDER BY time DESC LIMIT 1 OFFSET ?"
_FORGET_NICKNAMES = (
    "DELETE FROM nicknames WHERE client IN"
    " (SELECT client FROM nicknames WHERE time <= ? ORDER BY time LIMIT ?)"
)


class Expiring:
    """Drops topics and nicknames, in portions.

    :param deleting: deletes the former topics of rooms.
    :ivar dropped: rooms whose topic was dropped.
    """

    def __init__(self, deleting: Deleting) -> None:
        self._deleting = deleting
        self._hourly_at = 0
        self.dropped: list[str] = []

    def forget_run(self) -> None:
        """The next run does not rely on what this one has noted: it failed."""
        self._hourly_at = 0

    def portions(self, now_ms: int, occupied: Collection[str]) -> Iterator[None]:
        """One run.

        :param now_ms: milliseconds since 1970.
        :param occupied: the rooms that anyone is in.
        """
        yield from self._drop_topics(_TOO_MANY, (KEPT_TOPICS,))
        if now_ms >= self._hourly_at:
            self._hourly_at = now_ms + HOUR_MS
            yield from self._mark_used(now_ms, occupied)
            yield from self._drop_topics(_UNUSED, (now_ms - UNUSED_MS, LOBBY))
            yield from self._drop_nicknames(now_ms)

    def _mark_used(self, now: int, occupied: Collection[str]) -> Iterator[None]:
        """Note which rooms are in use, once a day for each."""
        last: Row = (-1, "")
        while rows := self._rows(_NOT_MARKED, (now - DAY_MS, *last, MAX_ROWS)):
            last = rows[-1]
            marked = [(now, room) for _, room in rows if room in occupied]
            connection = self._deleting.connection
            with relaxed_transaction(connection):
                connection.executemany(
                    "UPDATE topics SET used = ? WHERE room = ?", marked
                )
            yield

    def _drop_topics(self, query: str, values: Row) -> Iterator[None]:
        """Drop the topics that a query finds, a portion at a time."""
        while rows := self._rows(query, (*values, MAX_ROWS)):
            for room, _ in rows:
                yield from self._deleting.delete_all(
                    f"room = ? AND {IS_TOPIC}", (room,), MAX_ID, room
                )
            connection = self._deleting.connection
            with relaxed_transaction(connection):
                # Not those that have been used meanwhile.
                dropped = [
                    room
                    for room, used in rows
                    if connection.execute(_DROP_TOPIC, (room, used)).rowcount
                ]
            self.dropped += dropped
            yield

    def _drop_nicknames(self, now_ms: int) -> Iterator[None]:
        """Drop entries past their age, and the oldest ones beyond the limit."""
        until = now_ms - KEPT_NICKNAME_MS - 1
        for (time,) in self._rows(_NEWEST_NICKNAMES, (KEPT_NICKNAMES,)):
            until = max(until, time)
        deleted = MAX_ROWS
        while deleted == MAX_ROWS:
            connection = self._deleting.connection
            with relaxed_transaction(connection):
                deleted = connection.execute(
                    _FORGET_NICKNAMES, (until, MAX_ROWS)
                ).rowcount
            yield

    def _rows(self, query: str, values: Row) -> list[Row]:
        return self._deleting.connection.execute(query, values).fetchall()
