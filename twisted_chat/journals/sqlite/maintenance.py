"""Maintenance of the SQLite journal: what can wait, done in short rounds.

That is to add messages to the full-text search, to delete what ``--keep`` does not
keep, and to run checkpoints of the write-ahead log.  Invariants: a round is short, so
that no batch waits for long; losing a round loses nothing.
"""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from .rows import IS_MESSAGE, MESSAGE_KINDS, Row, words_of

MIN_OTHERS_KEPT = 10_000
"""Events other than messages (arrivals, topics, direct messages, ...) that are kept,
where fewer messages are."""

MAX_TRIM_ROWS = 500
"""Rows that one round deletes, at most."""

INDEX_THRESHOLD = 256
"""Rows that wait before a round indexes them: measured, storing a line takes about a
third less time than with its indexing in the same commit."""

MAX_INDEX_ROWS = 2_000
"""Rows that one round indexes, at most."""

CHECKPOINT_THRESHOLD = 1_000
"""Pages in the write-ahead log, approximately, at which a checkpoint is run."""

_OTHERS = None
"""The key under which events other than messages are counted."""


class Maintenance:
    """The rounds that are due.

    :param keep: messages kept per room, or ``None`` for all of them.
    :ivar indexed: the full-text search finds everything up to this id.
    :ivar unfolded: messages up to this id have the words of schema 1 until they are
        indexed.
    """

    def __init__(self, connection: sqlite3.Connection, keep: int | None) -> None:
        self._keep = keep
        self._log_pages = 0
        self._kept: Counter[str | None] = Counter()
        self._excess: set[str | None] = set()
        self.indexed = self.unfolded = 0
        self.load_indexed(connection)
        self._index_at = self.indexed + INDEX_THRESHOLD
        if keep is not None:
            self._load_counts(connection)

    def load_indexed(self, connection: sqlite3.Connection) -> None:
        """Read from the database how far the full-text search has got."""
        self.indexed, self.unfolded = connection.execute(
            "SELECT searchable, unfolded FROM journal"
        ).fetchone()

    def _load_counts(self, connection: sqlite3.Connection) -> None:
        messages = f"SELECT room, count(*) FROM events WHERE {IS_MESSAGE} GROUP BY room"
        self._kept.update(dict(connection.execute(messages)))
        (others,) = connection.execute(
            "SELECT count(*) FROM events WHERE id > (SELECT floor FROM journal)"
            f" AND NOT {IS_MESSAGE}"
        ).fetchone()
        self._kept[_OTHERS] = others
        self._excess.update(room for room in self._kept if self._is_excess(room))

    def is_due(self, last: int) -> bool:
        """Whether a round has work to do.

        :param last: the id of the last event stored.
        """
        return (
            last >= self._index_at
            or bool(self._excess)
            or self._log_pages >= CHECKPOINT_THRESHOLD
        )

    def add(self, rows: list[Row]) -> None:
        """These rows were stored."""
        # A commit writes each page that it changed: those of the table and of the
        # indexes it grows.
        self._log_pages += 3 + len(rows) // 16
        if self._keep is not None:
            added = Counter(
                row[3] if row[1] in MESSAGE_KINDS else _OTHERS for row in rows
            )
            self._kept.update(added)
            self._excess.update(room for room in added if self._is_excess(room))

    def run(self, connection: sqlite3.Connection, last: int) -> None:
        """Run one round; if it fails, the connection must not be used any more."""
        if last >= self._index_at:
            self.index(connection, last)
        elif self._excess:
            self._trim(connection, next(iter(self._excess)))
        if self._log_pages >= CHECKPOINT_THRESHOLD:
            self._log_pages = 0
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def postpone(self, last: int) -> None:
        """Try again after further batches, not at once: the round failed."""
        self._excess.clear()
        self._log_pages = 0
        self._index_at = last + INDEX_THRESHOLD

    def index(self, connection: sqlite3.Connection, last: int) -> None:
        """Add the next messages to the full-text search."""
        end = min(last, self.indexed + MAX_INDEX_ROWS)
        with _relaxed_transaction(connection):
            if self.indexed < self.unfolded:
                _fold_words(connection, self.indexed, min(end, self.unfolded))
            connection.execute(
                "INSERT INTO search (rowid, text) SELECT id, coalesce(words, text)"
                f" FROM events WHERE id > ? AND id <= ? AND {IS_MESSAGE}",
                (self.indexed, end),
            )
            connection.execute("UPDATE journal SET searchable = ?", (end,))
        self._log_pages += 8 + (end - self.indexed) // 16
        self.indexed = end
        self._index_at = end + INDEX_THRESHOLD

    def _bound(self, room: str | None) -> int:
        if self._keep is None:
            return sys.maxsize
        return self._keep if room != _OTHERS else max(self._keep, MIN_OTHERS_KEPT)

    def _is_excess(self, room: str | None) -> bool:
        """Whether a round of trimming is worthwhile: a tenth too many."""
        bound = self._bound(room)
        return self._kept[room] > bound + bound // 10

    def _trim(self, connection: sqlite3.Connection, room: str | None) -> None:
        """Delete the oldest messages of one room, or the oldest other events."""
        number = min(self._kept[room] - self._bound(room), MAX_TRIM_ROWS)
        if room == _OTHERS:
            # The floor is where the last round ended: no row is scanned twice.
            which: str = f"NOT {IS_MESSAGE} AND id > (SELECT floor FROM journal)"
            subject: tuple[str, ...] = ()
            floor = "UPDATE journal SET floor = ?"
        else:
            which = f"room = ? AND {IS_MESSAGE}"
            subject = (room,)
            floor = (
                "INSERT INTO floors (id, room) VALUES (?, ?)"
                " ON CONFLICT (room) DO UPDATE SET id = excluded.id"
            )
        with _relaxed_transaction(connection):
            (end,) = connection.execute(
                "SELECT max(id) FROM"
                f" (SELECT id FROM events WHERE {which} ORDER BY id LIMIT ?)",
                (*subject, number),
            ).fetchone()
            if room != _OTHERS:
                _deindex(connection, which, (*subject, min(end, self.indexed)))
            connection.execute(
                f"DELETE FROM events WHERE {which} AND id <= ?", (*subject, end)
            )
            connection.execute(floor, (end, *subject))
        self._kept[room] -= number
        self._log_pages += 8 + number // 16
        if self._kept[room] <= self._bound(room):
            self._excess.discard(room)


@contextmanager
def _relaxed_transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction that does not wait for the disk: a power failure may undo it.

    After a failure the connection must not be used any more.
    """
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("COMMIT")
    connection.execute("PRAGMA synchronous = FULL")


def _fold_words(connection: sqlite3.Connection, after: int, until: int) -> None:
    """Give messages of schema 1 the words of today."""
    rows = connection.execute(
        f"SELECT id, text, words FROM events WHERE id > ? AND id <= ? AND {IS_MESSAGE}",
        (after, until),
    ).fetchall()
    connection.executemany(
        "UPDATE events SET words = ? WHERE id = ?",
        [
            (folded, number)
            for number, text, words in rows
            if (folded := words_of(text)) != words
        ],
    )


def _deindex(
    connection: sqlite3.Connection, which: str, values: tuple[int | str, ...]
) -> None:
    """Remove events from the full-text search, before they are deleted: it needs
    their text.

    :param values: those of ``which``, and the last id.
    """
    connection.execute(
        "INSERT INTO search (search, rowid, text)"
        f" SELECT 'delete', id, coalesce(words, text) FROM events WHERE {which}"
        " AND id <= ?",
        values,
    )
