"""Maintenance of the SQLite journal: what can wait, done in short rounds.

That is to add messages to the full-text search, and to run checkpoints of the
write-ahead log.  Invariants: a round is short, so that no batch waits for long; losing
a round loses nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from .rows import IS_MESSAGE, Row, words_of

INDEX_THRESHOLD = 256
"""Rows that wait before a round indexes them: measured, storing a line takes about a
third less time than with its indexing in the same commit."""

MAX_INDEX_ROWS = 2_000
"""Rows that one round indexes, at most."""

CHECKPOINT_THRESHOLD = 1_000
"""Pages in the write-ahead log, approximately, at which a checkpoint is run."""


class Maintenance:
    """The rounds that are due.

    :ivar indexed: the full-text search finds everything up to this id.
    :ivar unfolded: messages up to this id have the words of schema 1 until they are
        indexed.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._log_pages = 0
        self.indexed = self.unfolded = 0
        self.load_indexed(connection)
        self._index_at = self.indexed + INDEX_THRESHOLD

    def load_indexed(self, connection: sqlite3.Connection) -> None:
        """Read from the database how far the full-text search has got."""
        self.indexed, self.unfolded = connection.execute(
            "SELECT searchable, unfolded FROM journal"
        ).fetchone()

    def is_due(self, last: int) -> bool:
        """Whether a round has work to do.

        :param last: the id of the last event stored.
        """
        return last >= self._index_at or self._log_pages >= CHECKPOINT_THRESHOLD

    def add(self, rows: list[Row]) -> None:
        """These rows were stored."""
        # A commit writes each page that it changed: those of the table and of the
        # indexes it grows.
        self._log_pages += 3 + len(rows) // 16

    def add_pages(self, pages: int) -> None:
        """About so many pages were written by others."""
        self._log_pages += pages

    def run(self, connection: sqlite3.Connection, last: int) -> None:
        """Run one round; if it fails, the connection must not be used any more."""
        if last >= self._index_at:
            self.index(connection, last)
        if self._log_pages >= CHECKPOINT_THRESHOLD:
            self._log_pages = 0
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def postpone(self, last: int) -> None:
        """Try again after further batches, not at once: the round failed."""
        self._log_pages = 0
        self._index_at = last + INDEX_THRESHOLD

    def index(self, connection: sqlite3.Connection, last: int) -> None:
        """Add the next messages to the full-text search."""
        end = min(last, self.indexed + MAX_INDEX_ROWS)
        with relaxed_transaction(connection):
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


@contextmanager
def relaxed_transaction(connection: sqlite3.Connection) -> Iterator[None]:
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
