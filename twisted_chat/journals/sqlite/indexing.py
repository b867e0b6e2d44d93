"""Indexing of the SQLite journal: messages are added to the full-text search.

That can wait, and is done in short rounds.  The newest messages are left out: they may
yet be corrected or deleted, and words leave the index only as all of it is merged; and
each search looks at them one by one anyway, see ``searcher``.  What each round adds is
merged with what is there in steps of its own, since FTS5 by itself would merge much at
once.  Invariants: a round is short, so that no batch waits for long; losing a round
loses nothing.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator

from .merging import MERGE_PAGES, merge_all, merge_some
from .rows import IS_MESSAGE, words_of
from .transactions import relaxed_transaction

INDEX_THRESHOLD = 256
"""Rows that wait before a round indexes them: measured, storing a line takes about a
third less time than with its indexing in the same commit."""

MAX_INDEX_ROWS = 2_000
"""Rows that one round indexes, at most."""

KEPT_ROWS = 1_000
"""The newest rows that are left out, at most."""

KEPT_CHARACTERS = 100_000
"""Characters of text in them, at most: a search looks at all of them."""

ROWS_PER_MERGED_PAGE = 8
"""Indexed rows for each page that the next step merges, at least: measured, with that
the number of segments stays bounded while rounds follow one another."""


_NEWEST = "SELECT id, coalesce(length(text), 0) FROM events WHERE id > ? ORDER BY id"

_DONE = object()


class Indexing:
    """The rounds that are due.

    :ivar indexed: the full-text search finds everything up to this id.
    :ivar settled: up to here there is something to index; what is newer is left out.
    :ivar unfolded: messages up to this id have the words of schema 1 until they are
        indexed.
    :ivar has_remains: there are remains of messages that were deleted or corrected, and
        all of the full-text search is merged to remove them.
    """

    def __init__(self, connection: sqlite3.Connection, last: int) -> None:
        self.indexed = self.unfolded = 0
        # The batches that are left out: the id of the last event, how many there are,
        # and the characters.
        self._newest: deque[tuple[int, int, int]] = deque()
        self._rows = self._characters = 0
        self._more_remains = False
        # What removes them, if it has begun.
        self._removing: Iterator[None] | None = None
        self._remove_at = 0
        self.load_indexed(connection)
        self.settled = max(self.indexed, last - KEPT_ROWS)
        for number, characters in connection.execute(_NEWEST, (self.settled,)):
            self.add(number, 1, characters)
        (self.has_remains,) = map(
            bool, connection.execute("SELECT remains FROM journal").fetchone()
        )
        self._index_at = self.indexed + INDEX_THRESHOLD
        self._merge_pages = 0

    def load_indexed(self, connection: sqlite3.Connection) -> None:
        """Read from the database how far the full-text search has got."""
        self.indexed, self.unfolded = connection.execute(
            "SELECT searchable, unfolded FROM journal"
        ).fetchone()

    def add(self, last: int, rows: int, characters: int) -> None:
        """A batch is stored, the last of its events with this id."""
        self._newest.append((last, rows, characters))
        self._rows += rows
        self._characters += characters
        while self._rows > KEPT_ROWS or self._characters > KEPT_CHARACTERS:
            self.settled, rows, characters = self._newest.popleft()
            self._rows -= rows
            self._characters -= characters

    def note_remains(self) -> None:
        """There are new ones, also in the database.

        Those that come while others are being removed are removed after these.
        """
        self.has_remains = True
        self._more_remains = self._removing is not None

    def is_due(self, last: int) -> bool:
        """Whether a round has work to do.

        :param last: the id of the last event stored.
        """
        return (
            self.settled >= self._index_at
            or self._merge_pages > 0
            or (self.has_remains and last >= self._remove_at)
        )

    def run(self, connection: sqlite3.Connection) -> int:
        """Run one round; if it fails, the connection must not be used any more.

        :returns: pages written, approximately.
        """
        written = 0
        if self.settled >= self._index_at:
            written += self.index(connection, self.settled)
        if self.has_remains:
            return written + self._remove_remains(connection)
        return written + self.merge(connection)

    def postpone(self, last: int) -> None:
        """Try again after further batches, not at once: the round failed."""
        self._merge_pages = 0
        self._removing = None
        self._index_at = self.settled + INDEX_THRESHOLD
        self._remove_at = last + INDEX_THRESHOLD

    def index(self, connection: sqlite3.Connection, last: int) -> int:
        """Add the next messages to the full-text search.

        :returns: pages written, approximately.
        """
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
        rows = end - self.indexed
        self.indexed = end
        self._index_at = end + INDEX_THRESHOLD
        self.merge_later(rows // ROWS_PER_MERGED_PAGE)
        return 8 + rows // 16

    def _remove_remains(self, connection: sqlite3.Connection) -> int:
        """Run one step of merging all."""
        if self._removing is None:
            self._removing = merge_all(connection)
        if next(self._removing, _DONE) is not _DONE:
            return 2 * MERGE_PAGES
        self._removing = None
        if self._more_remains:
            self._more_remains = False
        else:
            with relaxed_transaction(connection):
                connection.execute("UPDATE journal SET remains = 0")
            self.has_remains = False
        return 1

    def merge(self, connection: sqlite3.Connection) -> int:
        """Run one step of merging, if any is due.

        :returns: pages written, approximately.
        """
        if not self._merge_pages:
            return 0
        more = merge_some(connection, self._merge_pages)
        written = 2 * self._merge_pages if more else 1
        self._merge_pages = MERGE_PAGES if more else 0
        return written

    def merge_later(self, pages: int = 0) -> None:
        """The full-text search was changed: let the next rounds merge it."""
        self._merge_pages = max(self._merge_pages, pages, MERGE_PAGES)


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
