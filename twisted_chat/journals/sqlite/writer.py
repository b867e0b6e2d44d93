"""How the SQLite journal writes: a batch is one transaction, on the disk or undone.

Rules of this file: it blocks, so it runs in a thread of its own; no query per
message, since each lets go of the interpreter's lock and has to win it back from
a busy reactor; nobody waits for the search to learn what was said; what failed
leaves nothing behind.
"""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import chain

from twisted_chat.core.events import Entry, Stored, TopicSet
from twisted_chat.core.interfaces import StoreError

from .file import DatabaseFile
from .rows import LAST_SPOKEN, SPOKEN, WIDTH, Row, rows_of, storable, stored_of

ROWS_AT_ONCE = 128
"""Rows that one statement inserts, at most: measured, 128 at once cost less than
half of what they cost one by one, and a sixth beside a busy reactor."""

OTHERS_KEPT = 10_000
"""Of everything that is not said in a room (arrivals, topics, private messages, ...)
so many are kept when only so many messages are."""

TRIMMED_AT_ONCE = 500
"""Rows that one round of trimming takes away, so that no append waits for long."""

INDEXED_AFTER = 256
"""Rows that wait, at least, before they are indexed for the search: measured, to store
a line alone costs about a third less than with its indexing in the commit."""

INDEXED_AT_ONCE = 2_000
"""Rows that one round of that takes, so that no append waits for long."""

CHECKPOINT_AFTER = 1_000
"""About how many pages may be in the write-ahead log before they are worked off."""

_OTHERS = None
"""Where the count of what is not said in a room stands."""

_REOPEN_AFTER = ("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_PROTOCOL", "SQLITE_CORRUPT")
"""After these errors a connection cannot be relied on."""


class Writer:
    """The one connection that changes the file.

    :param keep: messages kept per room, or ``None`` for all of them.
    :ivar name: which journal this is; the start of each position.
    :ivar last: the id of the last event stored.
    :ivar searchable: the search finds everything up to this id, and nothing beyond.
        May be read from any thread.
    """

    def __init__(self, file: DatabaseFile, keep: int | None) -> None:
        self._file = file
        self._keep = keep
        self._connection: sqlite3.Connection | None = file.writer()
        self._log_pages = 0
        self._kept: Counter[str | None] = Counter()
        self._excess: set[str | None] = set()
        self._index_at = 0
        try:
            self._look(self._connection)
        except BaseException:
            self._connection.close()
            raise

    def _look(self, connection: sqlite3.Connection) -> None:
        (self.name,) = connection.execute("SELECT name FROM journal").fetchone()
        self._look_at_search(connection)
        self._index_at = self.searchable + INDEXED_AFTER
        # No id is given twice: what is trimmed leaves its own, or a later one, in a
        # floor.
        (self.last,) = connection.execute(
            "SELECT max(floor, (SELECT coalesce(max(id), 0) FROM floors),"
            " (SELECT coalesce(max(id), 0) FROM events)) FROM journal"
        ).fetchone()
        if self._keep is None:
            return
        spoken = f"SELECT room, count(*) FROM events WHERE {SPOKEN} GROUP BY room"
        self._kept.update(dict(connection.execute(spoken)))
        (others,) = connection.execute(
            "SELECT count(*) FROM events WHERE id > (SELECT floor FROM journal)"
            f" AND NOT {SPOKEN}"
        ).fetchone()
        self._kept[_OTHERS] = others
        self._excess.update(room for room in self._kept if self._is_excess(room))

    @property
    def untidy(self) -> bool:
        """Whether ``tidy`` has something to do; may be asked from any thread."""
        return (
            self.last >= self._index_at
            or bool(self._excess)
            or self._log_pages >= CHECKPOINT_AFTER
        )

    def store(self, batch: Sequence[Entry], time: int) -> list[Stored]:
        """Store all of the batch, or nothing; what to announce.

        :param time: milliseconds since 1970.
        :raises StoreError: if nothing was stored.
        """
        first = self.last + 1
        stored = stored_of(batch, self.name, first, time)
        rows = rows_of(batch, first, time)
        try:
            self._write(self._usable(), rows, batch)
        except UnicodeEncodeError:
            rows = [storable(row) for row in rows]
            self._write(self._usable(), rows, batch)
        self.last += len(rows)
        # A commit writes each page that it touched: those of the table and the
        # indexes it grows.
        self._log_pages += 3 + len(rows) // 16
        if self._keep is not None:
            self._count(rows)
        return stored

    def _write(
        self, connection: sqlite3.Connection, rows: list[Row], batch: Sequence[Entry]
    ) -> None:
        topics = {
            entry.event.room: entry.event.text
            for entry in batch
            if type(entry.event) is TopicSet
        }
        self._file.check()
        try:
            connection.execute("BEGIN IMMEDIATE")
            _insert(connection, rows)
            for room, text in topics.items():
                connection.execute(
                    "INSERT INTO topics VALUES (?, ?)"
                    " ON CONFLICT (room) DO UPDATE SET text = excluded.text",
                    storable((room, text)),
                )
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._undo(connection, error)
            raise self._file.explain(error) from error
        except BaseException:
            self._undo(connection, None)
            raise

    def _undo(
        self, connection: sqlite3.Connection, error: sqlite3.Error | None
    ) -> None:
        """Roll back; a connection that cannot, or that is not to be relied on, ends."""
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error as failure:
            error = failure
            self._connection = None
        name = getattr(error, "sqlite_errorname", None) or ""
        if name.startswith(_REOPEN_AFTER):
            self._connection = None
        if self._connection is None:
            connection.close()

    def _usable(self) -> sqlite3.Connection:
        """The connection, made anew if the last one was given up."""
        if self._connection is None:
            try:
                connection = self._file.writer()
                try:
                    self._disown(connection)
                    # What was given up may have ended in the middle of a round.
                    self._look_at_search(connection)
                except BaseException:
                    connection.close()
                    raise
            except (sqlite3.Error, OSError) as error:
                raise self._file.explain(error) from error
            self._connection = connection
        return self._connection

    def _disown(self, connection: sqlite3.Connection) -> None:
        """Take out what a commit left behind whose failure was told to everyone."""
        refused = connection.execute(
            "SELECT 1 FROM events WHERE id > ? LIMIT 1", (self.last,)
        ).fetchone()
        if refused:
            # The search has not heard of it: it stops at ``last``.
            connection.execute("DELETE FROM events WHERE id > ?", (self.last,))

    def _count(self, rows: list[Row]) -> None:
        fresh = Counter(row[3] if row[1] <= LAST_SPOKEN else _OTHERS for row in rows)
        self._kept.update(fresh)
        self._excess.update(room for room in fresh if self._is_excess(room))

    def _bound(self, room: str | None) -> int:
        if self._keep is None:
            return sys.maxsize
        return self._keep if room != _OTHERS else max(self._keep, OTHERS_KEPT)

    def _is_excess(self, room: str | None) -> bool:
        """Whether a round of trimming is worth it: a tenth too many."""
        bound = self._bound(room)
        return self._kept[room] > bound + bound // 10

    def tidy(self) -> None:
        """One round of what can wait: trimming, and working off the log.

        Nothing that anyone was told depends on it, so a failure only means that
        a later round does it.
        """
        try:
            connection = self._usable()
            if self.last >= self._index_at:
                self._index(connection)
            elif self._excess:
                self._trim(connection, next(iter(self._excess)))
            if self._log_pages >= CHECKPOINT_AFTER:
                self._log_pages = 0
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except BaseException as error:
            # With the next batches and not at once, or it would never rest.
            self._excess.clear()
            self._log_pages = 0
            self._index_at = self.last + INDEXED_AFTER
            self._forsake()
            if not isinstance(error, StoreError | sqlite3.Error):
                raise

    def _forsake(self) -> None:
        """A new connection has nothing half done, and waits for the disk again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def index(self) -> None:
        """Have the search learn more of what it does not know yet.

        :raises StoreError: if that fails; nothing is lost by it.
        """
        try:
            self._index(self._usable())
        except sqlite3.Error as error:
            self._forsake()
            raise self._file.explain(error) from error

    def _look_at_search(self, connection: sqlite3.Connection) -> None:
        (self.searchable,) = connection.execute(
            "SELECT searchable FROM journal"
        ).fetchone()

    def _index(self, connection: sqlite3.Connection) -> None:
        end = min(self.last, self.searchable + INDEXED_AT_ONCE)
        with _unhurried(connection):
            connection.execute(
                "INSERT INTO search (rowid, text) SELECT id, coalesce(words, text)"
                f" FROM events WHERE id > ? AND id <= ? AND {SPOKEN}",
                (self.searchable, end),
            )
            connection.execute("UPDATE journal SET searchable = ?", (end,))
        self._log_pages += 8 + (end - self.searchable) // 16
        self.searchable = end
        self._index_at = end + INDEXED_AFTER

    def _trim(self, connection: sqlite3.Connection, room: str | None) -> None:
        """Take the oldest of one room away, or of what is in none."""
        number = min(self._kept[room] - self._bound(room), TRIMMED_AT_ONCE)
        if room == _OTHERS:
            # The floor is where the last round ended: no row is passed twice.
            which: str = f"NOT {SPOKEN} AND id > (SELECT floor FROM journal)"
            subject: tuple[str, ...] = ()
            floor = "UPDATE journal SET floor = ?"
        else:
            which = f"room = ? AND {SPOKEN}"
            subject = (room,)
            floor = (
                "INSERT INTO floors (id, room) VALUES (?, ?)"
                " ON CONFLICT (room) DO UPDATE SET id = excluded.id"
            )
        with _unhurried(connection):
            (end,) = connection.execute(
                "SELECT max(id) FROM"
                f" (SELECT id FROM events WHERE {which} ORDER BY id LIMIT ?)",
                (*subject, number),
            ).fetchone()
            if room != _OTHERS:
                _unlearn(connection, which, (*subject, min(end, self.searchable)))
            connection.execute(
                f"DELETE FROM events WHERE {which} AND id <= ?", (*subject, end)
            )
            connection.execute(floor, (end, *subject))
        self._kept[room] -= number
        self._log_pages += 8 + number // 16
        if self._kept[room] <= self._bound(room):
            self._excess.discard(room)

    def close(self) -> None:
        """Have everything indexed, work off the log and let go of the file."""
        with suppress(StoreError):
            # If it fails, the next start goes on where it ended.
            while self._connection is not None and self.searchable < self.last:
                self.index()
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                connection.close()


def _insert(connection: sqlite3.Connection, rows: list[Row]) -> None:
    start, size = 0, ROWS_AT_ONCE
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        values = list(chain.from_iterable(rows[start : start + size]))
        connection.execute(_insertion(size), values)
        start += size


@cache
def _insertion(size: int) -> str:
    """The statement for so many rows; there are eight, and SQLite keeps them."""
    row = "(" + ", ".join("?" * WIDTH) + ")"
    return "INSERT INTO events VALUES " + ", ".join([row] * size)


@contextmanager
def _unhurried(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction whose loss to a power cut is no loss: it waits for no disk.

    After a failure the connection is not to be used any more.
    """
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("COMMIT")
    connection.execute("PRAGMA synchronous = FULL")


def _unlearn(
    connection: sqlite3.Connection, which: str, values: tuple[int | str, ...]
) -> None:
    """Take these events out of the search, while they are there: it needs their text.

    :param values: of ``which``, and up to which id.
    """
    connection.execute(
        "INSERT INTO search (search, rowid, text)"
        f" SELECT 'delete', id, coalesce(words, text) FROM events WHERE {which}"
        " AND id <= ?",
        values,
    )
