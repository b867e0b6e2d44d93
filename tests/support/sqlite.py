"""Test cases with a SQLite database of their own, and a connection that fails."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import NOW, JournalHarness, entry, said, texts
from tests.support.threads import MEMORY, FakeReactorFromThreads, FakeThreads
from twisted_chat.core.events import Event, Stored
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.retention import KEEP_ALL, Retention
from twisted_chat.journals.sqlite.checkpoints import Checkpointer, LogLimits
from twisted_chat.journals.sqlite.file import DatabaseFile
from twisted_chat.journals.sqlite.journal import SqliteJournal
from twisted_chat.journals.sqlite.pages import Pages
from twisted_chat.journals.sqlite.reader import Reader
from twisted_chat.journals.sqlite.schema import APPLICATION_ID, migrations
from twisted_chat.journals.sqlite.writer import Writer


class FileTestCase(SynchronousTestCase):
    """A folder of one's own."""

    def setUp(self) -> None:
        folder = TemporaryDirectory(dir=MEMORY)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = self.folder / "chat.sqlite"

    def opened(self, path: Path | str | None = None) -> DatabaseFile:
        """The file, locked and prepared until the end of the test."""
        file = DatabaseFile(str(path or self.path))
        self.addCleanup(file.release)
        file.lock()
        file.prepare()
        return file

    def refusal(self, work: Callable[[], object]) -> str:
        """The one-line error that it fails with, as the operator reads it."""
        with self.assertRaises(StoreError) as caught:
            work()
        line: str = caught.exception.operator_text
        self.assertNotIn("\n", line)
        return line

    def pragma(self, name: str) -> object:
        """The value of a pragma."""
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(f"PRAGMA {name}").fetchone()[0]


def write_schema_1(
    path: Path, texts_and_words: Sequence[tuple[str, str | None]]
) -> None:
    """A database as version 0.1.0 left it, with these messages, all indexed."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(migrations()[0])
        connection.execute("PRAGMA user_version = 1")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.executemany(
            "INSERT INTO events (kind, time, room, nick, text, words)"
            " VALUES (1, 1000, 'lobby', 'alice', ?, ?)",
            texts_and_words,
        )
        connection.execute(
            "INSERT INTO search (rowid, text)"
            " SELECT id, coalesce(words, text) FROM events"
        )
        connection.execute(
            "UPDATE journal SET searchable = (SELECT max(id) FROM events)"
        )


class FailingConnection:
    """A database connection that fails at one statement.

    :param after: the statement takes effect before it fails.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        statement: str,
        name: str,
        *,
        after: bool = False,
    ) -> None:
        self._connection = connection
        self._statement = statement
        self._name = name
        self._after = after
        self.closed = False

    def execute(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        if not statement.startswith(self._statement):
            return self._connection.execute(statement, values)
        if self._after:
            self._connection.execute(statement, values)
        error = sqlite3.OperationalError("as the test wants it")
        error.sqlite_errorname = self._name
        raise error

    def close(self) -> None:
        self.closed = True
        self._connection.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class WriterTestCase(FileTestCase):
    """A writer on a new file."""

    def setUp(self) -> None:
        super().setUp()
        self.file = self.opened()

    def writer(
        self, retention: Retention = KEEP_ALL, file: DatabaseFile | None = None
    ) -> Writer:
        writer = Writer(file or self.file, retention)
        self.addCleanup(writer.close)
        return writer

    def connection(self, writer: Writer) -> sqlite3.Connection:
        connection = writer._connection
        assert connection is not None
        return connection

    def store(self, writer: Writer, *events: Event) -> list[Stored]:
        return writer.store([entry(event) for event in events], 1_000)

    def maintain(self, writer: Writer) -> int:
        """Do all maintenance; the number of rounds."""
        rounds = 0
        while writer.needs_maintenance:
            writer.maintain()
            rounds += 1
        return rounds

    def history(self, writer: Writer, room: str = "lobby") -> list[str]:
        reader = Reader(self.file, writer.name)
        try:
            return texts(reader.page(HistoryQuery(room, 100_000), writer.last))
        finally:
            reader.close()

    def values(self, prefix: str, file: DatabaseFile | None = None) -> dict[str, str]:
        reader = Reader(file or self.file, "")
        try:
            return reader.load_values([prefix])[0]
        finally:
            reader.close()

    def make_fail(
        self, writer: Writer, statement: str, name: str, *, after: bool = False
    ) -> FailingConnection:
        assert writer._connection is not None
        failing = FailingConnection(writer._connection, statement, name, after=after)
        writer._connection = cast("sqlite3.Connection", failing)
        return failing

    def index(self, writer: Writer) -> None:
        """Index everything."""
        while writer.indexed < writer.last:
            writer.index()

    def check_search(self, writer: Writer) -> None:
        """The full-text index has all messages, and nothing else."""
        self.index(writer)
        connection = self.file.connect_writer()
        try:
            connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
            indexed = connection.execute(
                "SELECT count(*) FROM search WHERE search MATCH 'tea'"
            ).fetchone()
            stored = connection.execute(
                "SELECT count(*) FROM events WHERE kind IN (1, 2) AND text LIKE '%tea%'"
            ).fetchone()
        finally:
            connection.close()
        self.assertEqual(indexed, stored)


class TrimmingTestCase(WriterTestCase):
    """A writer, and runs of trimming."""

    def trim(
        self, writer: Writer, now: float = NOW, occupied: Collection[str] = ()
    ) -> int:
        """One run: the number of portions."""
        portions = 1
        while (trimmed := writer.trim(now, occupied)[0]).more:
            portions += 1
            if trimmed.blocked:
                self.checkpoint()
        return portions

    def checkpoint(self) -> None:
        """Move all of the log into the file."""
        checkpointer = Checkpointer(self.file, LogLimits(0))
        checkpointer.run()
        checkpointer.restart()
        checkpointer.close()

    def count(self, condition: str) -> int:
        connection = self.file.connect_reader()
        try:
            query = f"SELECT count(*) FROM {condition}"
            return int(connection.execute(query).fetchone()[0])
        finally:
            connection.close()

    def fill(self, writer: Writer, number: int, first: int = 0) -> None:
        for start in range(first, first + number, 500):
            end = min(start + 500, first + number)
            self.store(
                writer, *(said(f"tea {n} " + "x" * 80) for n in range(start, end))
            )
            while writer.needs_maintenance:
                writer.maintain()
            self.checkpoint()


class ManyDeletedTestCase(WriterTestCase):
    """A file of which most can be deleted."""

    def setUp(self) -> None:
        super().setUp()
        self.one = self.writer()
        for n in range(20):
            some = (said(f"tea {n}.{m} " + "x" * 60) for m in range(200))
            self.store(self.one, *some)
            self.index(self.one)
        self.pages = Pages(self.connection(self.one))

    def delete(self, until: int) -> None:
        connection = self.connection(self.one)
        connection.execute(
            "INSERT INTO search (search, rowid, text)"
            " SELECT 'delete', id, text FROM events WHERE id <= ?",
            (until,),
        )
        connection.execute("DELETE FROM events WHERE id <= ?", (until,))


class SqliteTestCase(JournalHarness, SynchronousTestCase):
    """A journal that does everything in one thread."""

    def setUp(self) -> None:
        folder = TemporaryDirectory(dir=MEMORY)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = self.folder / "chat.sqlite"
        self.from_threads = FakeReactorFromThreads()
        self.threads = FakeThreads()

    def make(self, retention: Retention = KEEP_ALL) -> SqliteJournal:
        return SqliteJournal(
            str(self.path),
            self.from_threads,
            lambda: self.time,
            retention,
            self.threads,
        )

    def started(self, keep: int | None = None) -> SqliteJournal:
        journal = self.opened(keep)
        assert isinstance(journal, SqliteJournal)
        return journal

    def start_append(self, journal: SqliteJournal, *events: Event) -> Deferred[None]:
        return journal.append([entry(event) for event in events])

    def connection(self, journal: SqliteJournal) -> Any:
        """The connection that the journal writes with."""
        assert journal._writer is not None
        return journal._writer._connection
