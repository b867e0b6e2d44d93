"""The writer of the SQLite journal: each batch is one transaction.

Invariants: writing blocks, so it runs in a thread of its own; there is no query per
message, since each query releases the interpreter's lock and then has to win it back
from a busy reactor; a batch does not wait for the full-text search to index it; a
failed batch leaves nothing behind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import chain
from math import inf

from twisted_chat.core.events import Entry, Joined, Stored, TopicSet
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.records import KEPT_NICKNAME_MS, nicknames_in
from twisted_chat.journals.retention import LOBBY, Retention, Trimmed

from .errors import explain
from .file import DatabaseFile
from .maintenance import Maintenance, relaxed_transaction
from .rows import WIDTH, Row, digest, position_of, rows_of, storable, stored_of
from .trimming import Trimming

MAX_INSERT_ROWS = 128
"""Rows that one statement inserts, at most: measured, 128 in one statement take less
than half the time of 128 statements, and a sixth beside a busy reactor."""

_FORGET = (
    "DELETE FROM nicknames WHERE client IN"
    " (SELECT client FROM nicknames WHERE time < ? ORDER BY time LIMIT ?)"
)

_NOTE = (
    "INSERT INTO nicknames VALUES (?, ?, ?)"
    " ON CONFLICT (client) DO UPDATE SET time = excluded.time"
)

_FORGET_ONE = "DELETE FROM nicknames WHERE client = ?"

REFUSE_AT = 1.5
"""The fraction of ``Retention.bytes`` at which storing ends if trimming fails."""

_DONE = object()

_REOPEN_AFTER = ("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_PROTOCOL", "SQLITE_CORRUPT")
"""After these errors a connection is not reliable."""


class Writer:
    """The one connection that changes the file.

    :param retention: what is kept.
    :ivar name: the name of the journal, with which its positions begin.
    :ivar last: the id of the last event stored.
    """

    def __init__(self, file: DatabaseFile, retention: Retention) -> None:
        self._file = file
        connection = file.connect_writer()
        self._connection: sqlite3.Connection | None = connection
        try:
            (self.name,) = connection.execute("SELECT name FROM journal").fetchone()
            # No id is used twice: a deleted event leaves its own id, or a later one,
            # in a floor.
            (self.last,) = connection.execute(
                "SELECT max(floor, (SELECT coalesce(max(id), 0) FROM floors),"
                " (SELECT coalesce(max(id), 0) FROM events)) FROM journal"
            ).fetchone()
            # That of the last event: the clock may be set back, at a restart too.
            (self._time,) = connection.execute(
                "SELECT coalesce((SELECT time FROM events ORDER BY id DESC LIMIT 1), 0)"
            ).fetchone()
            self._maintenance = Maintenance(connection)
        except BaseException:
            connection.close()
            raise
        self._most_bytes = inf
        if retention.bytes is not None:
            self._most_bytes = REFUSE_AT * retention.bytes
        self._trimming = Trimming(retention, lambda: self._maintenance.indexed)
        self._run: Iterator[None] | None = None
        self._trim_error = ""

    @property
    def indexed(self) -> int:
        """The full-text search finds everything up to this id, and nothing beyond.

        May be read from any thread.
        """
        return self._maintenance.indexed

    @property
    def unfolded(self) -> int:
        """Up to this id messages are indexed anew, after a migration."""
        return self._maintenance.unfolded

    @property
    def needs_maintenance(self) -> bool:
        """Whether ``maintain`` has work to do; may be read from any thread."""
        return self._maintenance.is_due(self.last)

    def store(self, batch: Sequence[Entry], time: int) -> list[Stored]:
        """Store all of the batch, or nothing; returns what to announce.

        :param time: milliseconds since 1970; that of the last batch, if it was later.
        :raises StoreError: nothing was stored.
        """
        time = max(time, self._time)
        first = self.last + 1
        stored = stored_of(batch, self.name, first, time)
        rows = rows_of(batch, first, time)
        try:
            self._write(self._connected(), rows, batch, time)
        except UnicodeEncodeError:
            rows = [storable(row) for row in rows]
            self._write(self._connected(), rows, batch, time)
        self.last += len(rows)
        self._time = time
        self._maintenance.add(rows)
        self._trimming.add(rows)
        return stored

    def note_sessions(self, nicknames: Mapping[str, str], time: int) -> None:
        """Keep the nicknames of connected clients, see ``NotesSessions``.

        :param time: milliseconds since 1970.
        :raises StoreError: it failed; nothing is lost.
        """
        connection = self._connected()
        try:
            with relaxed_transaction(connection):
                connection.executemany(_NOTE, _name_rows(nicknames, time))
        except sqlite3.Error as error:
            self._discard_connection()
            raise explain(self._file.path, error) from error
        self._maintenance.add_pages(8)

    def maintain(self) -> None:
        """Run one round of maintenance.

        Nothing that any client was shown depends on it, so after a failure a later
        round does it.
        """
        try:
            self._maintenance.run(self._connected(), self.last)
        except BaseException as error:
            self._maintenance.postpone(self.last)
            self._discard_connection()
            if not isinstance(error, StoreError | sqlite3.Error):
                raise

    def trim(self, now: float, occupied: Collection[str]) -> tuple[Trimmed, list[str]]:
        """Do one portion of trimming, see ``Trims``.

        :param now: seconds since 1970.
        :returns: what it did, and the rooms whose topic it dropped.
        :raises StoreError: it failed; nothing is lost.
        """
        trimming = self._trimming
        deleted, freed, floor = trimming.deleted, trimming.freed, trimming.floor
        try:
            connection = self._connected()
            if self._run is None:
                self._run = trimming.portions(connection, now, occupied)
            more = next(self._run, _DONE) is not _DONE
            urgent = more and trimming.is_urgent
            page_size = connection.execute("PRAGMA page_size").fetchone()[0]
        except BaseException as error:
            self._discard_connection()
            if isinstance(error, sqlite3.Error):
                error = explain(self._file.path, error)
            self._trim_error = getattr(error, "operator_text", "internal error")
            raise error from None
        if not more:
            self._run = None
        self._trim_error = ""
        deleted = trimming.deleted - deleted
        freed = trimming.freed - freed
        self._maintenance.add_pages(8 + deleted // 16 + freed)
        dropped, trimming.dropped = trimming.dropped, []
        position = position_of(self.name, trimming.floor)
        return Trimmed(
            more=more,
            urgent=urgent,
            events=deleted,
            bytes=freed * page_size,
            floor=position if trimming.floor > floor else "",
        ), dropped

    def index(self) -> None:
        """Add more events to the full-text search.

        :raises StoreError: it failed; nothing is lost.
        """
        try:
            self._maintenance.index(self._connected(), self.last)
        except sqlite3.Error as error:
            self._discard_connection()
            raise explain(self._file.path, error) from error

    def close(self) -> None:
        """Index what is left, merge the log into the file, close the connection.

        After an unfinished migration that takes long, and is left to the next start.
        """
        with suppress(StoreError):
            # If it fails, the next start continues where it ended.
            while (
                self._connection is not None
                and self.unfolded <= self.indexed < self.last
            ):
                self.index()
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                connection.close()

    def _write(
        self,
        connection: sqlite3.Connection,
        rows: list[Row],
        batch: Sequence[Entry],
        time: int,
    ) -> None:
        topics = {
            entry.event.room: entry.event.text
            for entry in batch
            if type(entry.event) is TopicSet
        }
        entered = {
            entry.event.room for entry in batch if type(entry.event) is Joined
        } - {LOBBY}
        nicknames = nicknames_in(batch)
        names = _name_rows(nicknames, time)
        ended = [(digest(one),) for one, nick in nicknames.items() if nick is None]
        size = self._file.check_unmoved()
        if self._trim_error and size > self._most_bytes:
            raise StoreError(
                "the store is full, and older messages could not be deleted",
                f"{self._file.path} is larger than --keep-bytes, and could not be"
                f" trimmed: {self._trim_error}",
            )
        try:
            connection.execute("BEGIN IMMEDIATE")
            _insert(connection, _insert_statement, rows)
            for room, text in topics.items():
                connection.execute(
                    "INSERT INTO topics (room, text, used) VALUES (?, ?, ?)"
                    " ON CONFLICT (room) DO UPDATE SET text = excluded.text,"
                    " used = excluded.used",
                    storable((room, text, time)),
                )
            for room in entered:
                connection.execute(
                    "UPDATE topics SET used = ? WHERE room = ? AND used < ?",
                    storable((time, room, time)),
                )
            if names:
                _insert(connection, _name_statement, names)
                # As many as may have been added: their number does not grow.
                connection.execute(_FORGET, (time - KEPT_NICKNAME_MS, 2 * len(names)))
            if ended:
                connection.executemany(_FORGET_ONE, ended)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back(connection, error)
            raise explain(self._file.path, error) from error
        except BaseException:
            self._roll_back(connection, None)
            raise

    def _roll_back(
        self, connection: sqlite3.Connection, error: sqlite3.Error | None
    ) -> None:
        """Undo the transaction; discard the connection if it is not reliable."""
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

    def _connected(self) -> sqlite3.Connection:
        """The connection, or a new one if the last one was discarded."""
        if self._connection is None:
            self._run = None
            try:
                connection = self._file.connect_writer()
                try:
                    self._delete_uncommitted(connection)
                    # The discarded one may have failed in the middle of a round.
                    self._maintenance.load_indexed(connection)
                except BaseException:
                    connection.close()
                    raise
            except (sqlite3.Error, OSError) as error:
                raise explain(self._file.path, error) from error
            self._connection = connection
        return self._connection

    def _delete_uncommitted(self, connection: sqlite3.Connection) -> None:
        """Delete the events of a commit that was reported as failed, but took effect.

        The full-text search does not know them: it ends at ``last``.
        """
        refused = connection.execute(
            "SELECT 1 FROM events WHERE id > ? LIMIT 1", (self.last,)
        ).fetchone()
        if refused:
            connection.execute("DELETE FROM events WHERE id > ?", (self.last,))

    def _discard_connection(self) -> None:
        """Use a new connection, with no open transaction and full synchronization."""
        self._run = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _name_rows(nicknames: Mapping[str, str | None], time: int) -> list[Row]:
    """The rows of the clients that have a nickname."""
    return [
        (digest(client_id), *storable((nick,)), time)
        for client_id, nick in nicknames.items()
        if nick is not None
    ]


def _insert(
    connection: sqlite3.Connection,
    statement: Callable[[int], str],
    rows: Sequence[Row],
) -> None:
    """Insert rows, many with one statement.

    :param statement: makes the statement for a number of rows.
    """
    start, size = 0, MAX_INSERT_ROWS
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        values = list(chain.from_iterable(rows[start : start + size]))
        connection.execute(statement(size), values)
        start += size


@cache
def _insert_statement(size: int) -> str:
    """The statement for that many rows; there are eight, which SQLite caches."""
    row = "(" + ", ".join("?" * WIDTH) + ")"
    return "INSERT INTO events VALUES " + ", ".join([row] * size)


@cache
def _name_statement(size: int) -> str:
    """The statement for that many nicknames."""
    return (
        "INSERT INTO nicknames VALUES "
        + ", ".join(["(?, ?, ?)"] * size)
        + " ON CONFLICT (client) DO UPDATE SET nick = excluded.nick,"
        " time = excluded.time"
    )
