"""Deleting events from the SQLite journal, in portions.

Each portion is one short transaction, which deletes events and their words from the
full-text search together and notes up to where it deleted.  Invariants: a kill between
two portions leaves a consistent database; no id is used twice, since the highest id
deleted is in a floor.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from .fts5 import indexed_messages
from .merging import merge_all
from .portions import PortionSize
from .rows import IS_MESSAGE, Row
from .transactions import relaxed_transaction

FIRST_ROWS = 100
"""Rows that the first portion deletes, at most: measured, one millisecond."""

MAX_ROWS = 400
"""Rows that any portion deletes, at most."""

MAX_CHARACTERS = 20_000
"""Characters of text that one portion deletes, at most, and one event more: each word
is removed from the full-text search."""

WALK_ROWS = 5_000
"""Entries of an index that one portion walks over."""

MERGE_AFTER = 10_000
"""Deleted messages whose remains in the full-text search are worth a merge, or as many
as are left, if that is more.  A merge step is bounded by what it writes; so what it
reads is at most about three times as much."""

MAX_ID = 2**63 - 1
"""The highest id of SQLite."""

_SET_FLOOR = (
    "INSERT INTO floors (room, id) VALUES (?, ?)"
    " ON CONFLICT (room) DO UPDATE SET id = max(id, excluded.id)"
)


class Deleting:
    """Deletes events with one connection.

    :param indexed: the full-text search has everything up to this id, and nothing
        beyond; it may change between two portions.
    :param seconds: a monotonic clock; ``None`` for portions of one size.
    :ivar connection: the one that writes; set it before each run.
    :ivar deleted: events that were deleted.
    :ivar floor: the highest id up to which everything was deleted.
    """

    connection: sqlite3.Connection

    def __init__(
        self, indexed: Callable[[], int], seconds: Callable[[], float] | None
    ) -> None:
        self._indexed = indexed
        self._rows = PortionSize(FIRST_ROWS, MAX_ROWS, seconds)
        self._remains = 0
        self._floors_dropped = 0
        self.deleted = self.floor = 0

    def delete_all(
        self, which: str, values: Row, last: int, room: str | None
    ) -> Iterator[None]:
        """Delete all events of a condition, up to the id ``last``.

        :param room: of which room they are part of the history, if any.
        """
        more = True
        while more:
            with self._rows.measure() as size:
                rows = self.oldest(which, values, last, size)
                more = bool(rows)
                if rows:
                    end = rows[-1][0]
                    with relaxed_transaction(self.connection):
                        self._delete(which, values, end)
                        if room is not None:
                            self.connection.execute(_SET_FLOOR, (room, end))
            if more:
                yield
                yield from self.merge_if_worthwhile()

    def delete_oldest(self, before_ms: int = 2**62) -> bool:
        """Delete one portion of the oldest events, if they are older than that.

        The clock may have been wrong for a while: a portion goes up to the last of its
        events that is old.

        :returns: whether there were any.
        """
        with self._rows.measure() as size:
            rows = self.oldest("TRUE", (), MAX_ID, size)
            old = [number for number, time in rows if time < before_ms]
            if not old:
                return False
            end = old[-1]
            with relaxed_transaction(self.connection):
                self._delete("TRUE", (), end)
                self.connection.execute(
                    "UPDATE journal SET floor = max(floor, ?)", (end,)
                )
        self.floor = max(self.floor, end)
        return True

    def merge_if_worthwhile(self) -> Iterator[None]:
        """Remove the remains of deleted messages, if there are many."""
        if self._remains >= MERGE_AFTER and self._remains >= indexed_messages(
            self.connection
        ):
            yield from self.merge()

    def merge(self) -> Iterator[None]:
        """Remove the remains of deleted messages."""
        self._remains = 0
        yield from merge_all(self.connection)

    @property
    def remains(self) -> int:
        """Messages whose remains are in the full-text search, since the last merge."""
        return self._remains

    def drop_floors(self) -> Iterator[None]:
        """Drop the floors of rooms that the floor of the whole journal has reached."""
        if self.floor <= self._floors_dropped:
            return
        self._floors_dropped = self.floor
        room = ""
        query = "SELECT room FROM floors WHERE room >= ? ORDER BY room LIMIT 1 OFFSET ?"
        more = True
        while more:
            upper = self.value(query, (room, WALK_ROWS))
            more = upper is not None
            with relaxed_transaction(self.connection):
                self.connection.execute(
                    "DELETE FROM floors WHERE room >= ? AND id <= ?"
                    + (" AND room < ?" if more else ""),
                    (room, self.floor, upper)[: 3 if more else 2],
                )
            room = upper or ""
            yield

    def value(self, query: str, values: Row) -> Any:
        """The first cell that a query finds, if any."""
        row = self.connection.execute(query, values).fetchone()
        return row[0] if row else None

    def oldest(self, which: str, values: Row, last: int, limit: int) -> list[Row]:
        """The ids and times of the oldest events of a condition: one portion.

        :param last: the highest id.
        """
        rows = self.connection.execute(
            "SELECT id, time, coalesce(length(text), 0) + coalesce(length(raw), 0)"
            f" FROM events WHERE {which} AND id <= ? ORDER BY id LIMIT ?",
            (*values, last, limit),
        ).fetchall()
        found = []
        left = MAX_CHARACTERS
        for number, time, characters in rows:
            found.append((number, time))
            left -= characters
            if left <= 0:
                break
        return found

    def _delete(self, which: str, values: Row, end: int) -> None:
        """Delete events, after their words, for which the search needs their text."""
        connection = self.connection
        self._remains += connection.execute(
            "INSERT INTO search (search, rowid, text)"
            f" SELECT 'delete', id, coalesce(words, text) FROM events WHERE {which}"
            f" AND id <= ? AND {IS_MESSAGE}",
            (*values, min(end, self._indexed())),
        ).rowcount
        self.deleted += connection.execute(
            f"DELETE FROM events WHERE {which} AND id <= ?", (*values, end)
        ).rowcount
