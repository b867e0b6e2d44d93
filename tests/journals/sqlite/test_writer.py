"""Tests of twisted_chat.journals.sqlite.writer."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Sequence
from typing import Any, cast
from unittest.mock import Mock

from tests.journals.contract import entry, said, texts
from twisted_chat.core.events import Event, Joined, Stored, TopicSet
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.sqlite import writer as sqlite_writer
from twisted_chat.journals.sqlite.file import DatabaseFile
from twisted_chat.journals.sqlite.reader import Reader
from twisted_chat.journals.sqlite.writer import INDEXED_AFTER, ROWS_AT_ONCE, Writer

from .test_file import FileTestCase


class Faulty:
    """A connection to a disk that fails at one statement.

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
        self, keep: int | None = None, file: DatabaseFile | None = None
    ) -> Writer:
        writer = Writer(file or self.file, keep)
        self.addCleanup(writer.close)
        return writer

    def store(self, writer: Writer, *events: Event) -> list[Stored]:
        return writer.store([entry(event) for event in events], 1_000)

    def history(self, writer: Writer, room: str = "lobby") -> list[str]:
        reader = Reader(self.file, writer.name)
        try:
            return texts(reader.before(room, None, 100_000, writer.last))
        finally:
            reader.close()

    def break_(
        self, writer: Writer, statement: str, name: str, *, after: bool = False
    ) -> Faulty:
        assert writer._connection is not None
        faulty = Faulty(writer._connection, statement, name, after=after)
        writer._connection = cast("sqlite3.Connection", faulty)
        return faulty

    def index(self, writer: Writer) -> None:
        """Have the search know everything."""
        while writer.searchable < writer.last:
            writer.index()

    def check_search(self, writer: Writer) -> None:
        """The search knows what is there, once it is asked, and nothing else."""
        self.index(writer)
        connection = self.file.writer()
        try:
            connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
            indexed = connection.execute(
                "SELECT count(*) FROM search WHERE search MATCH 'tea'"
            ).fetchone()
            there = connection.execute(
                "SELECT count(*) FROM events WHERE kind IN (1, 2) AND text LIKE '%tea%'"
            ).fetchone()
        finally:
            connection.close()
        self.assertEqual(indexed, there)


class StoreTests(WriterTestCase):
    """How a batch gets into the file."""

    def test_batches_of_every_size(self) -> None:
        """However many speak at once, all of it is there, in order."""
        writer = self.writer()
        sizes = (1, 2, 3, 127, ROWS_AT_ONCE, ROWS_AT_ONCE + 1, 3 * ROWS_AT_ONCE + 77)
        expected = []
        for size in sizes:
            batch = [f"tea {size}.{n}" for n in range(size)]
            self.store(writer, *(said(text) for text in batch))
            expected += batch
        self.assertEqual(self.history(writer), expected)
        self.check_search(writer)

    def test_a_kill_loses_nothing(self) -> None:
        """What was stored is in the file and its log, without a proper end."""
        writer = self.writer()
        self.store(writer, said("one"), TopicSet("lobby", "a", "weather", "a"))
        self.store(writer, said("two"))
        copy = self.folder / "copy.sqlite"
        for end in ("", "-wal"):
            shutil.copy(f"{self.path}{end}", f"{copy}{end}")
        file = self.opened(copy)
        after = self.writer(file=file)
        self.assertEqual((after.last, after.name), (writer.last, writer.name))
        reader = Reader(file, after.name)
        self.addCleanup(reader.close)
        state = reader.room("lobby", 10, after.last)
        self.assertEqual(
            (state.topic, texts(state.recent)), ("weather", ["one", "two"])
        )

    def test_a_number_is_never_given_twice(self) -> None:
        """A position means one message for ever, even if that one is gone."""
        writer = self.writer(keep=0)
        self.store(writer, said("tea"))
        while writer.untidy:
            writer.tidy()
        self.assertEqual(self.history(writer), [])
        writer.close()
        self.assertEqual(self.writer().last, 1)

    def test_nor_of_what_is_not_said(self) -> None:
        """The same if the last thing that happened was an arrival that is gone."""
        self.patch(sqlite_writer, "OTHERS_KEPT", 0)
        writer = self.writer(keep=0)
        self.store(writer, said("tea"), said("tea"), Joined("lobby", "a", "x"))
        while writer.untidy:
            writer.tidy()
        connection = self.file.reader()
        self.addCleanup(connection.close)
        left = connection.execute("SELECT count(*) FROM events").fetchone()
        self.assertEqual(left, (0,))
        writer.close()
        self.assertEqual(self.writer().last, 3)


class FaultTests(WriterTestCase):
    """A disk that fails while the server runs."""

    def test_a_batch_that_fails_leaves_nothing(self) -> None:
        """Refused to its authors, it is not in the history; the next one is."""
        for statement in (
            "BEGIN",
            "INSERT INTO events",
            "COMMIT",
        ):
            for name in ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_BUSY"):
                writer = self.writer()
                before = self.history(writer)
                faulty = self.break_(writer, statement, name)
                with self.assertRaises(StoreError):
                    self.store(writer, said("tea refused"), said("tea too"))
                self.assertEqual(faulty.closed, name == "SQLITE_IOERR_WRITE")
                if not faulty.closed:
                    writer._connection = faulty._connection
                (stored,) = self.store(writer, said("tea"))
                self.assertEqual(self.history(writer), [*before, "tea"])
                self.assertTrue(stored.position.endswith(f"{writer.last:016d}"))
                self.check_search(writer)
                writer.close()

    def test_a_commit_that_failed_only_seemingly(self) -> None:
        """What was refused to its author does not come up in the history later."""
        writer = self.writer()
        self.store(writer, said("tea"))
        self.break_(writer, "COMMIT", "SQLITE_IOERR_FSYNC", after=True)
        with self.assertRaises(StoreError):
            self.store(writer, said("tea refused"), said("tea too"), said("tea three"))
        self.store(writer, said("tea later"))
        self.assertEqual(self.history(writer), ["tea", "tea later"])
        self.check_search(writer)

    def test_a_rollback_that_fails(self) -> None:
        """A connection that cannot even undo is given up."""
        writer = self.writer()
        inner = self.break_(writer, "COMMIT", "SQLITE_FULL")
        assert writer._connection is not None
        outer = self.break_(writer, "ROLLBACK", "SQLITE_IOERR")
        with self.assertRaises(StoreError):
            self.store(writer, said("refused"))
        self.assertTrue(inner.closed)
        self.assertTrue(outer.closed)
        self.store(writer, said("tea"))
        self.assertEqual(self.history(writer), ["tea"])

    def test_a_file_that_is_gone(self) -> None:
        """SQLite would write on, and the next start would find nothing of it."""
        writer = self.writer()
        elsewhere = self.folder / "elsewhere"
        for broken in (False, True):
            if broken:
                self.break_(writer, "BEGIN", "SQLITE_IOERR_READ")
                with self.assertRaises(StoreError):
                    self.store(writer, said("refused"))
            self.path.rename(elsewhere)
            refusal = self.refusal(lambda: self.store(writer, said("refused")))
            self.assertIn("was moved or removed", refusal)
            elsewhere.rename(self.path)
            self.store(writer, said("tea"))
        self.assertEqual(self.history(writer), ["tea", "tea"])

    def test_a_file_that_cannot_be_seen(self) -> None:
        """The same for a directory that closed under it."""
        writer = self.writer()
        denied = PermissionError(errno.EACCES, "denied")
        self.patch(os, "stat", Mock(side_effect=denied))
        refusal = self.refusal(lambda: self.store(writer, said("refused")))
        self.assertIn("cannot be written to", refusal)

    def test_a_bug_leaves_nothing_either(self) -> None:
        """Whatever else goes wrong, the next batch starts afresh."""
        writer = self.writer()
        bad = TopicSet("lobby", "a", cast("str", object()), "a")
        with self.assertRaises((StoreError, TypeError)):
            self.store(writer, said("tea refused"), bad)
        self.store(writer, said("tea"))
        self.assertEqual(self.history(writer), ["tea"])


class TidyTestCase(WriterTestCase):
    """A writer that has time."""

    def tidy(self, writer: Writer) -> int:
        rounds = 0
        while writer.untidy:
            writer.tidy()
            rounds += 1
        return rounds


class IndexTests(TidyTestCase):
    """The search learns later what was said, and misses nothing."""

    def found(self, writer: Writer, words: str = "tea") -> list[str]:
        reader = Reader(self.file, writer.name)
        try:
            return texts(reader.search("lobby", words, 10_000, writer.last))
        finally:
            reader.close()

    def test_not_at_every_message(self) -> None:
        """Who speaks does not wait until it can be searched."""
        writer = self.writer()
        for n in range(INDEXED_AFTER - 1):
            self.store(writer, said(f"tea {n}"))
        self.assertFalse(writer.untidy)
        self.assertEqual(self.found(writer), [])
        self.store(writer, said("tea at last"))
        self.assertEqual(self.tidy(writer), 1)
        self.assertEqual(len(self.found(writer)), INDEXED_AFTER)
        self.assertEqual(writer.searchable, writer.last)
        self.check_search(writer)

    def test_bounded_rounds(self) -> None:
        """Nobody waits for a long round, and each goes on where one ended."""
        self.patch(sqlite_writer, "INDEXED_AT_ONCE", 300)
        writer = self.writer()
        expected = [f"tea {n}" for n in range(1_000)]
        self.store(writer, *map(said, expected))
        self.assertEqual(self.tidy(writer), 3)
        self.assertEqual(self.found(writer), expected[:900])
        self.index(writer)
        self.assertEqual(self.found(writer), expected)
        self.check_search(writer)

    def test_at_the_end(self) -> None:
        """The file of a server that was stopped can be searched as it is."""
        self.patch(sqlite_writer, "INDEXED_AT_ONCE", 2)
        writer = self.writer()
        self.store(writer, *(said(f"tea {n}") for n in range(5)))
        writer.close()
        self.assertEqual(len(self.found(writer)), 5)
        again = self.writer()
        self.assertEqual(again.searchable, again.last)
        self.check_search(again)

    def test_after_a_kill(self) -> None:
        """The next start goes on where the killed one ended."""
        writer = self.writer()
        self.store(writer, said("tea one"), said("tea two"))
        self.index(writer)
        self.store(writer, said("tea three"), said("tea four"))
        copy = self.folder / "copy.sqlite"
        for end in ("", "-wal"):
            shutil.copy(f"{self.path}{end}", f"{copy}{end}")
        self.file = self.opened(copy)
        after = self.writer()
        self.assertEqual((after.searchable, after.last), (2, 4))
        self.store(after, said("tea five"))
        self.check_search(after)
        self.assertEqual(len(self.found(after)), 5)

    def test_made_anew_after_a_kill(self) -> None:
        """``rebuild``, as in the docs, does not make anything be found twice."""
        writer = self.writer()
        self.store(writer, said("tea one"))
        self.index(writer)
        self.store(writer, said("tea two"))
        connection = self.file.writer()
        connection.execute("INSERT INTO search (search) VALUES ('rebuild')")
        connection.close()
        self.assertEqual(self.found(writer), ["tea one"])
        self.check_search(writer)
        self.assertEqual(self.found(writer), ["tea one", "tea two"])

    def test_trimmed_before_it_was_indexed(self) -> None:
        """What went before the search heard of it is not asked to be forgotten."""
        self.patch(sqlite_writer, "TRIMMED_AT_ONCE", 4)
        writer = self.writer(keep=5)
        self.store(writer, *(said(f"tea {n}") for n in range(2)))
        self.index(writer)
        self.store(writer, *(said(f"tea {n}") for n in range(2, 20)))
        self.tidy(writer)
        self.assertEqual(self.history(writer), [f"tea {n}" for n in range(15, 20)])
        self.assertEqual(self.found(writer), [])
        self.check_search(writer)
        self.assertEqual(self.found(writer), [f"tea {n}" for n in range(15, 20)])

    def test_a_failure_loses_nothing(self) -> None:
        """Whatever fails, later all of it is found, and nothing of it twice."""
        self.patch(sqlite_writer, "INDEXED_AFTER", 2)
        for statement, after in (
            ("BEGIN", False),
            ("INSERT INTO search", False),
            ("UPDATE journal", True),
            ("COMMIT", False),
            ("COMMIT", True),
        ):
            writer = self.writer()
            before = writer.last
            self.store(writer, said("tea"), said("tea"))
            faulty = self.break_(writer, statement, "SQLITE_FULL", after=after)
            writer.tidy()
            self.assertTrue(faulty.closed)
            # With the next batches, and not over and over.
            self.assertFalse(writer.untidy)
            self.store(writer, said("tea"))
            self.store(writer, said("tea"))
            self.assertTrue(writer.untidy)
            self.tidy(writer)
            self.assertEqual(writer.searchable, before + 4)
            self.assertEqual(len(self.found(writer)), before + 4)
            self.check_search(writer)
            writer.close()

    def test_a_failure_while_someone_asks(self) -> None:
        """Who searches is told why it cannot be; who speaks notices nothing."""
        writer = self.writer()
        self.store(writer, said("tea"))
        self.break_(writer, "INSERT INTO search", "SQLITE_FULL")
        self.assertIn("is full", self.refusal(writer.index))
        self.store(writer, said("tea"))
        self.check_search(writer)
        connection = writer._connection
        assert connection is not None
        full = connection.execute("PRAGMA synchronous").fetchone()
        self.assertEqual(full, (2,))

    def test_a_failure_at_the_end(self) -> None:
        """The server ends all the same, and the next one goes on."""
        writer = self.writer()
        self.store(writer, said("tea"))
        self.break_(writer, "INSERT INTO search", "SQLITE_FULL")
        writer.close()
        again = self.writer()
        self.assertEqual((again.searchable, again.last), (0, 1))
        self.check_search(again)


class TidyTests(TidyTestCase):
    """What can wait: trimming, and working off the log."""

    def test_bounded_rounds(self) -> None:
        """Nobody waits for a long trimming: it comes in small rounds."""
        self.patch(sqlite_writer, "TRIMMED_AT_ONCE", 10)
        writer = self.writer(keep=50)
        self.store(writer, *(said(f"tea {n}") for n in range(100)))
        self.assertEqual(self.tidy(writer), 5)
        self.assertEqual(self.history(writer), [f"tea {n}" for n in range(50, 100)])
        self.check_search(writer)

    def test_not_at_every_message(self) -> None:
        """Trimming waits until a tenth is too much."""
        writer = self.writer(keep=100)
        self.store(writer, *(said(f"tea {n}") for n in range(110)))
        self.assertFalse(writer.untidy)
        self.store(writer, said("tea 110"))
        self.assertTrue(writer.untidy)
        self.tidy(writer)
        self.assertEqual(len(self.history(writer)), 100)

    def test_a_smaller_keep_after_a_restart(self) -> None:
        """``--keep`` works on what was said before, too."""
        writer = self.writer()
        self.store(writer, *(said(f"tea {n}") for n in range(30)))
        self.store(writer, *(said(f"tea {n}", room="x") for n in range(5)))
        writer.close()
        writer = self.writer(keep=5)
        self.tidy(writer)
        self.assertEqual(len(self.history(writer)), 5)
        self.assertEqual(len(self.history(writer, "x")), 5)

    def test_what_is_not_said_is_trimmed_too(self) -> None:
        """Joiner and departures do not fill the disk, and topics stay."""
        self.patch(sqlite_writer, "OTHERS_KEPT", 20)
        writer = self.writer(keep=5)
        (start,) = self.store(writer, TopicSet("lobby", "a", "weather", "a"))
        for n in range(10):
            *_, last = self.store(
                writer,
                *(Joined("lobby", f"a{m}", "x") for m in range(10)),
                said(f"{n}"),
            )
            self.tidy(writer)
        connection = self.file.reader()
        self.addCleanup(connection.close)
        (others,) = connection.execute(
            "SELECT count(*) FROM events WHERE kind > 2"
        ).fetchone()
        self.assertLess(others, 25)
        reader = Reader(self.file, writer.name)
        self.addCleanup(reader.close)
        self.assertEqual(reader.room("lobby", 1, writer.last).topic, "weather")
        lost = reader.since(start.position, ["quiet"], "x", 10, writer.last)
        self.assertFalse(lost.complete)
        kept = reader.since(last.position, ["lobby"], "x", 10, writer.last)
        self.assertTrue(kept.complete)
        writer.close()
        again = self.writer(keep=5)
        self.assertEqual(again._kept[None], others)

    def test_a_failure_changes_nothing(self) -> None:
        """A full disk stops the trimming; it goes on when there is room."""
        for statement in ("BEGIN", "INSERT INTO search", "DELETE", "COMMIT"):
            writer = self.writer(keep=5)
            self.store(writer, *(said(f"tea {n}") for n in range(10)))
            self.index(writer)
            self.break_(writer, statement, "SQLITE_FULL")
            writer.tidy()
            self.assertFalse(writer.untidy)
            self.assertEqual(len(self.history(writer)), 10 + (statement != "BEGIN") * 5)
            self.store(writer, said("tea"))
            self.tidy(writer)
            self.assertEqual(len(self.history(writer)), 5)
            self.check_search(writer)
            connection = writer._connection
            assert connection is not None
            full = connection.execute("PRAGMA synchronous").fetchone()
            self.assertEqual(full, (2,))
            writer.close()

    def test_the_log_is_worked_off(self) -> None:
        """The log beside the file does not grow without end."""
        self.patch(sqlite_writer, "CHECKPOINT_AFTER", 20)
        writer = self.writer()
        sizes = []
        for _ in range(30):
            self.store(writer, *(said("tea " * 500) for _ in range(20)))
            self.tidy(writer)
            sizes.append((self.folder / "chat.sqlite-wal").stat().st_size)
        # All that was written is four times as much.
        self.assertLess(max(sizes), 800_000)
