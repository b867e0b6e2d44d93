"""The writer of the SQLite journal: each batch is one transaction.

Invariants: writing blocks, so it runs in a thread of its own; a batch waits neither for
the full-text search to index it nor for a checkpoint; a failed batch leaves nothing
behind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import TypeVar

from twisted_chat.core.events import Correction, Entry, Stored
from twisted_chat.core.interfaces import Changes, StoreError
from twisted_chat.journals.retention import Retention, Trimmed
from twisted_chat.journals.room_events import Whereabouts

from .batches import Batch, note_nicknames
from .correcting import Correcting
from .errors import explain
from .file import PAGE_SIZE, DatabaseFile
from .indexing import Indexing
from .rows import Row, characters_in, position_of, stored_of
from .space import Space
from .transactions import relaxed_transaction
from .trimming import Trimming
from .value_rows import area_of, areas_in, change_if, change_values, get_values

URGENT_PORTIONS = range(10, 100)
"""How many portions of trimming are done at once while it is urgent: as many as delete
``URGENT_FACTOR`` times the events stored since the last time.  Batches wait for that,
or more would be stored than is deleted."""

URGENT_FACTOR = 2
"""See ``URGENT_PORTIONS``: so the store becomes smaller, whatever is stored."""

T = TypeVar("T")

MAX_CLOSING_ROUNDS = 1_000
"""Rounds of merging as the server stops: measured, a second.  The next start goes
on."""

_DONE = object()

_REOPEN_AFTER = ("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_PROTOCOL", "SQLITE_CORRUPT")
"""After these errors a connection is not reliable."""


class Writer:
    """The one connection that changes the file.

    :param retention: what is kept.
    :param seconds: a monotonic clock, by which portions of trimming are sized; ``None``
        for portions of one size.
    :ivar areas: those of all values that there are, and of some that were.  It is read
        from any thread; a key of another area has no value.
    :ivar name: the name of the journal, with which its positions begin.
    :ivar last: the id of the last event stored.
    :ivar has_deleted_text: the log may have texts that were deleted or corrected; set
        it to false before the log is cut.
    :ivar needs_trimming: the next run of trimming should not wait.
    :ivar written: pages written to the log, approximately.  It and the properties may
        be read from any thread.
    """

    def __init__(
        self,
        file: DatabaseFile,
        retention: Retention,
        seconds: Callable[[], float] | None = None,
    ) -> None:
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
            areas = areas_in(connection)
            self._indexing = Indexing(connection, self.last)
            self._correcting = Correcting(self.name, lambda: self._indexing.indexed)
        except BaseException:
            connection.close()
            raise
        self._space = Space(file, retention)
        self._trimming = Trimming(retention, lambda: self._indexing.indexed, seconds)
        self._run: Iterator[None] | None = None
        self._whereabouts = Whereabouts()
        # The values before a commit whose outcome is in doubt.
        self._former_values: Changes = {}
        self._former_messages: list[Row] = []
        self.areas = areas
        self._last_trimmed = self.last
        self.needs_trimming = False
        self.has_deleted_text = False
        self.written = 0

    @property
    def indexed(self) -> int:
        """The full-text search finds everything up to this id, and nothing beyond."""
        return self._indexing.indexed

    @property
    def settled(self) -> int:
        """Up to this id there is something to index; what is newer is left out."""
        return self._indexing.settled

    @property
    def unfolded(self) -> int:
        """Up to this id messages are indexed anew, after a migration."""
        return self._indexing.unfolded

    @property
    def needs_maintenance(self) -> bool:
        """Whether ``maintain`` has work to do."""
        return self._indexing.is_due(self.last)

    def store(self, entries: Sequence[Entry], time: int) -> list[Stored]:
        """Store all of a batch, or nothing; returns what to announce.

        :param time: milliseconds since 1970; that of the last batch, if it was later.
        :raises StoreError: nothing was stored.
        """
        time = max(time, self._time)
        first = self.last + 1
        stored = stored_of(entries, self.name, first, time)
        batch = Batch.of(entries, first, time, self._whereabouts)
        try:
            self._write(self._connected(), batch)
        except UnicodeEncodeError:
            batch = batch.storable()
            self._write(self._connected(), batch)
        self.last += len(batch.rows)
        self._time = time
        # A commit writes each page that it changed: those of the table and of the
        # indexes it grows.
        characters = sum(map(characters_in, batch.rows))
        self.written += 3 + len(batch.rows) // 16 + characters // PAGE_SIZE
        self._indexing.add(self.last, len(batch.rows), characters)
        self._trimming.add(batch.rows)
        effects = batch.effects
        if effects is None:
            return stored
        self._whereabouts.keep()
        if effects.corrections:
            self.has_deleted_text = True
            if self._correcting.leaves_remains:
                self._correcting.leaves_remains = False
                self._indexing.note_remains()
        return stored

    def change_values(self, asked: Sequence[tuple[Changes, Changes]]) -> list[bool]:
        """Make changes for each of those who ask, in order, all with one commit.

        :param asked: changes and expected values, see ``interfaces.KeyValues.write``.
        :raises StoreError: nothing was changed.
        """

        def write(connection: sqlite3.Connection) -> list[bool]:
            return [change_if(connection, *each) for each in asked]

        connection = self._connected()
        self._space.check()
        together: Changes = dict(chain.from_iterable(each.items() for each, _ in asked))
        done = self._commit(connection, write, together)
        self.written += 3 + len(together)
        return done

    def note_sessions(self, nicknames: Mapping[str, str], time: int) -> None:
        """Keep the nicknames of connected clients, see ``NotesSessions``.

        :param time: milliseconds since 1970.
        :raises StoreError: it failed; nothing is lost.
        """
        connection = self._connected()
        try:
            with relaxed_transaction(connection):
                note_nicknames(connection, nicknames, time)
        except sqlite3.Error as error:
            self._discard_connection()
            raise explain(self._file.path, error) from error
        self.written += 8

    def maintain(self) -> None:
        """Run one round of maintenance.

        Nothing that any client was shown depends on it, so after a failure a later
        round does it.
        """
        had_remains = self._indexing.has_remains
        try:
            self.written += self._indexing.run(self._connected())
            # The log has former pages of the index.
            self.has_deleted_text |= had_remains and not self._indexing.has_remains
        except BaseException as error:
            self._indexing.postpone(self.last)
            self._discard_connection()
            if not isinstance(error, StoreError | sqlite3.Error):
                raise

    def trim(self, now: float, occupied: Collection[str]) -> tuple[Trimmed, list[str]]:
        """Do one portion of trimming, see ``Trims``.

        :param now: seconds since 1970.
        :returns: what it did, and the rooms whose topic it dropped.
        :raises StoreError: it failed; nothing is lost.
        """
        if self._space.is_log_blocked:
            return Trimmed(more=True, blocked=True), []
        trimming = self._trimming
        deleted, freed, floor = trimming.deleted, trimming.freed, trimming.floor
        try:
            connection = self._connected()
            if self._run is None:
                self._run = trimming.portions(connection, now, occupied)
            more = next(self._run, _DONE) is not _DONE
            portions = 1
            urgent = more and trimming.is_urgent
            if urgent:
                goal = URGENT_FACTOR * (self.last - self._last_trimmed)
                portions, more = self._trim_much(self._run, trimming.deleted + goal)
            self._last_trimmed = self.last
            page_size = connection.execute("PRAGMA page_size").fetchone()[0]
        except BaseException as error:
            self._discard_connection()
            if isinstance(error, sqlite3.Error):
                error = explain(self._file.path, error)
            self._space.trim_error = getattr(error, "operator_text", "internal error")
            raise error from None
        if not more:
            self._run = None
            self.needs_trimming = False
        self._space.trim_error = ""
        deleted = trimming.deleted - deleted
        freed = trimming.freed - freed
        self.written += 8 * portions + deleted // 16 + freed
        if deleted:
            self._indexing.merge_later()
        position = position_of(self.name, trimming.floor)
        return Trimmed(
            more=more,
            urgent=urgent,
            events=deleted,
            bytes=freed * page_size,
            floor=position if trimming.floor > floor else "",
        ), trimming.take_dropped()

    def _trim_much(self, run: Iterator[None], goal: int) -> tuple[int, bool]:
        """Do many portions: how many with the one before, and whether there are more.

        :param goal: enough were done when the run has deleted so many events.
        """
        portions = 1
        while portions < URGENT_PORTIONS.start or self._trimming.deleted < goal:
            if portions >= URGENT_PORTIONS.start and self._space.is_log_long:
                # Let it be cut before there is more.
                break
            if portions >= URGENT_PORTIONS.stop:
                break
            if next(run, _DONE) is _DONE:
                return portions, False
            portions += 1
        return portions, True

    def index(self, until: int | None = None) -> None:
        """Add more events to the full-text search.

        :param until: up to this id; all, by default.
        :raises StoreError: it failed; nothing is lost.
        """
        try:
            connection = self._connected()
            self.written += self._indexing.index(connection, until or self.last)
            # Many rounds may follow one another, with no other work in between.
            self.written += self._indexing.merge(connection)
        except sqlite3.Error as error:
            self._discard_connection()
            raise explain(self._file.path, error) from error

    def close(self) -> None:
        """Index what is due, merge the log into the file, close the connection.

        After an unfinished migration that takes long, and is left to the next start.
        """
        with suppress(StoreError):
            # If it fails, the next start continues where it ended.
            while (
                self._connection is not None
                and self.unfolded <= self.indexed < self.settled
            ):
                self.index(self.settled)
        with suppress(sqlite3.Error):
            self._remove_remains()
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                connection.close()

    def _remove_remains(self) -> None:
        """Merge what is left of deleted messages, if that does not take too long."""
        rounds = MAX_CLOSING_ROUNDS
        while self._connection is not None and self._indexing.has_remains and rounds:
            self._indexing.run(self._connection)
            rounds -= 1

    def _write(self, connection: sqlite3.Connection, batch: Batch) -> None:
        self._space.check()
        try:
            self.needs_trimming = self._run is None and self._trimming.is_due(
                connection, self.written
            )
        except sqlite3.Error as error:
            self._roll_back(connection, error)
            raise explain(self._file.path, error) from error
        effects = batch.effects
        self._commit(
            connection,
            lambda connection: batch.write(connection, self._correcting),
            effects.changes if effects else {},
            effects.corrections if effects else (),
            is_one_statement=batch.is_one_statement,
        )

    def _commit(
        self,
        connection: sqlite3.Connection,
        write: Callable[[sqlite3.Connection], T],
        changes: Changes,
        corrections: Sequence[Correction] = (),
        *,
        is_one_statement: bool = False,
    ) -> T:
        """Write in one transaction, which is on the disk when this returns.

        :param changes: the values that may change with it.
        :param corrections: the messages that do.
        :param is_one_statement: there are none, and ``write`` executes one statement.
        """
        former: Changes = {}
        messages: list[Row] = []
        try:
            if is_one_statement:
                # SQLite makes a transaction of it: two calls less for most messages.
                return write(connection)
            self.areas.update(map(area_of, changes))
            connection.execute("BEGIN IMMEDIATE")
            if changes:
                found = get_values(connection, tuple(changes))
                former = {**dict.fromkeys(changes), **found}
            messages = self._correcting.former(connection, corrections)
            result = write(connection)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back(connection, error)
            if self._connection is None:
                self._former_values, self._former_messages = former, messages
            raise explain(self._file.path, error) from error
        except BaseException:
            self._roll_back(connection, None)
            raise
        return result

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
                    self._undo_uncommitted(connection)
                    # The discarded one may have failed in the middle of a round.
                    self._indexing.load_indexed(connection)
                except BaseException:
                    connection.close()
                    raise
            except (sqlite3.Error, OSError) as error:
                raise explain(self._file.path, error) from error
            self._connection = connection
        return self._connection

    def _undo_uncommitted(self, connection: sqlite3.Connection) -> None:
        """Undo a commit that was reported as failed, but took effect.

        The full-text search does not know its events: it ends at ``last``.
        """
        refused = connection.execute(
            "SELECT 1 FROM events WHERE id > ? LIMIT 1", (self.last,)
        ).fetchone()
        if refused:
            connection.execute("BEGIN IMMEDIATE")
            self._correcting.restore(connection, self._former_messages)
            connection.execute("DELETE FROM events WHERE id > ?", (self.last,))
            connection.execute("COMMIT")
        self._former_messages = []
        if self._former_values:
            # In a transaction of their own: to repeat it does no harm.
            connection.execute("BEGIN IMMEDIATE")
            change_values(connection, self._former_values)
            connection.execute("COMMIT")
            self._former_values = {}

    def _discard_connection(self) -> None:
        """Use a new connection, with no open transaction and full synchronization."""
        self._run = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None
