"""Tests of twisted_chat.journals.sqlite_writer."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from typing import Any, cast

from tests.journals.contract import entry, said, texts
from tests.journals.test_sqlite_file import FileTestCase
from twisted_chat.events import Event, Joined, Stored, TopicSet
from twisted_chat.interfaces import StoreError
from twisted_chat.journals import sqlite_writer
from twisted_chat.journals.sqlite_file import DatabaseFile
from twisted_chat.journals.sqlite_reader import Reader
from twisted_chat.journals.sqlite_writer import ROWS_AT_ONCE, Writer


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

    def check_search(self, writer: Writer) -> None:
        """The search knows what is there, and nothing else."""
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


class FaultTests(WriterTestCase):
    """A disk that fails while the server runs."""

    def test_a_batch_that_fails_leaves_nothing(self) -> None:
        """Refused to its authors, it is not in the history; the next one is."""
        for statement in (
            "BEGIN",
            "INSERT INTO events",
            "INSERT INTO search",
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
        """When the file was moved away, the next refusals say what to do."""
        writer = self.writer()
        self.break_(writer, "BEGIN", "SQLITE_IOERR_READ")
        with self.assertRaises(StoreError):
            self.store(writer, said("refused"))
        elsewhere = self.folder / "elsewhere"
        self.path.rename(elsewhere)
        self.assertIn(
            "there is no", self.refusal(lambda: self.store(writer, said("refused")))
        )
        elsewhere.rename(self.path)
        self.store(writer, said("tea"))
        self.assertEqual(self.history(writer), ["tea"])

    def test_a_bug_leaves_nothing_either(self) -> None:
        """Whatever else goes wrong, the next batch starts afresh."""
        writer = self.writer()
        bad = TopicSet("lobby", "a", cast("str", object()), "a")
        with self.assertRaises((StoreError, TypeError)):
            self.store(writer, said("tea refused"), bad)
        self.store(writer, said("tea"))
        self.assertEqual(self.history(writer), ["tea"])


class TidyTests(WriterTestCase):
    """What can wait: trimming, and working off the log."""

    def tidy(self, writer: Writer) -> int:
        rounds = 0
        while writer.untidy:
            writer.tidy()
            rounds += 1
        return rounds

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
        """Arrivals and departures do not fill the disk, and topics stay."""
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
