"""Tests of twisted_chat.journals.sqlite.checkpoints."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import cast

from twisted.internet.defer import Deferred

from tests.support.journals import said
from tests.support.logs import Log
from tests.support.sqlite import FailingConnection, SqliteTestCase, WriterTestCase
from twisted_chat.journals.retention import KEEP_ALL, Retention
from twisted_chat.journals.sqlite import checkpoints as sqlite_checkpoints
from twisted_chat.journals.sqlite.checkpoints import (
    CHECKPOINT_PAGES,
    MIN_CHECKPOINT_PAGES,
    Checkpointer,
    LogLimits,
)
from twisted_chat.journals.sqlite.file import PAGE_SIZE
from twisted_chat.journals.sqlite.journal import SqliteJournal
from twisted_chat.journals.sqlite.space import REFUSE_AT
from twisted_chat.journals.sqlite.writer import Writer

SMALL = LogLimits(20)


class Overtaken:
    """The connection of a checkpointer that batches always overtake, unless they wait.

    :ivar restarts: how often they had to.
    """

    def __init__(self, checkpointer: Checkpointer) -> None:
        assert checkpointer._connection is not None
        self._connection = checkpointer._connection
        checkpointer._connection = cast("sqlite3.Connection", self)
        self._pages = 0
        self.restarts = 0

    def execute(self, statement: str) -> sqlite3.Cursor:
        """Run a checkpoint."""
        if "PASSIVE" not in statement:
            self.restarts += 1
            self._pages = 0
            return self._connection.execute(statement)
        self._pages += 20
        return self._connection.execute("SELECT 0, ?1, ?1", (self._pages,))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class LogLimitsTests(WriterTestCase):
    """The limits of the log."""

    def test_log_is_short_if_little_is_to_be_kept(self) -> None:
        """The file and the log together stay below ``REFUSE_AT``."""
        self.assertEqual(LogLimits.of(KEEP_ALL).pages, CHECKPOINT_PAGES)
        for mebibytes in (4, 16, 64, 300, 1024, 100_000):
            size = mebibytes << 20
            limits = LogLimits.of(Retention(bytes=size))
            self.assertLessEqual(size + limits.blocked_bytes, REFUSE_AT * size)
        least = LogLimits.of(Retention(bytes=1 << 20))
        self.assertEqual(least.pages, MIN_CHECKPOINT_PAGES)


class CheckpointerTests(WriterTestCase):
    """One checkpoint after the other, beside a writer."""

    def setUp(self) -> None:
        super().setUp()
        self.one = self.writer()
        self.checkpointer = Checkpointer(self.file, SMALL)
        self.addCleanup(self.checkpointer.close)

    def write(self) -> None:
        self.store(self.one, *(said("tea " * 500) for _ in range(20)))

    def checkpoint(self) -> None:
        if self.checkpointer.run():
            self.checkpointer.restart()

    @property
    def log_pages(self) -> int:
        return self.file.log_size() // (PAGE_SIZE + 24)

    def test_log_begins_anew_after_a_checkpoint(self) -> None:
        """What was written is in the file then."""
        sizes = []
        for _ in range(30):
            self.write()
            self.checkpoint()
            sizes.append(self.log_pages)
        self.assertLess(max(sizes), SMALL.restart_pages)
        copy = self.folder / "copy.sqlite"
        copy.write_bytes(self.path.read_bytes())
        with closing(sqlite3.connect(copy)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM events").fetchone()
        self.assertEqual(count, 600)

    def test_writer_does_not_run_checkpoints_itself(self) -> None:
        """No batch waits for one."""
        for _ in range(200):
            self.write()
        self.assertGreater(self.log_pages, 2 * 1000)

    def test_log_is_bounded_beside_batches_that_follow_closely(self) -> None:
        """Each checkpoint finds that a batch was stored meanwhile."""
        overtaken = Overtaken(self.checkpointer)
        for _ in range(60):
            self.write()
            self.checkpoint()
        self.assertLess(self.log_pages, 2 * SMALL.restart_pages)
        self.assertIn(overtaken.restarts, range(2, 20))

    def test_log_is_cut_once_a_long_reader_is_done(self) -> None:
        """Until then it only grows; batches are stored meanwhile."""
        with closing(self.file.connect_reader()) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM events").fetchone()
            for _ in range(40):
                self.write()
                self.checkpoint()
            self.assertGreater(self.file.log_size(), SMALL.blocked_bytes)
        self.checkpoint()
        self.assertEqual(self.file.log_size(), 0)

    def test_long_log_is_not_held_unless_a_reader_holds_it(self) -> None:
        """However long it is, and though the writer is in a transaction."""
        while self.file.log_size() <= SMALL.blocked_bytes:
            self.write()
        self.connection(self.one).execute("BEGIN IMMEDIATE")
        self.assertTrue(self.checkpointer.run())
        self.assertEqual(self.file.log_error, "")
        self.connection(self.one).execute("COMMIT")
        with closing(self.file.connect_reader()) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM events").fetchone()
            self.write()
            # As a search of a client may do.
            self.checkpointer.run()
            self.assertEqual(self.file.log_error, "")
            for _ in range(10):
                self.write()
            self.assertFalse(self.checkpointer.run())
            self.assertIn("such as a backup", self.file.log_error)
        self.assertTrue(self.checkpointer.run())
        self.assertEqual(self.file.log_error, "")

    def test_failed_checkpoint_is_explained_and_can_be_repeated(self) -> None:
        """With a new connection."""
        self.write()
        inner = self.checkpointer._connection
        assert inner is not None
        failing = FailingConnection(inner, "PRAGMA wal", "SQLITE_IOERR_FSYNC")
        self.checkpointer._connection = cast("sqlite3.Connection", failing)
        line = self.refusal(self.checkpointer.run)
        self.assertIn("check its disk", line)
        self.assertTrue(failing.closed)
        self.assertIn("check its disk", self.file.log_error)
        self.checkpointer.run()
        self.assertEqual(self.file.log_error, "")
        self.write()
        self.assertLess(self.log_pages, 40)


class JournalTests(SqliteTestCase):
    """A journal whose log must be short."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(sqlite_checkpoints, "CHECKPOINT_PAGES", 20)
        self.patch(sqlite_checkpoints, "MIN_CHECKPOINT_PAGES", 20)

    def write(self, journal: SqliteJournal, number: int = 1) -> None:
        for _ in range(number):
            self.append(journal, *(said("tea " * 500) for _ in range(20)))

    def log_size(self) -> int:
        return (self.folder / "chat.sqlite-wal").stat().st_size

    def fail_checkpoints(self, name: str) -> None:
        def failed(*_: object) -> None:
            error = sqlite3.OperationalError("as the test wants it")
            error.sqlite_errorname = name
            raise error

        self.patch(sqlite_checkpoints, "_checkpoint", failed)

    def test_log_is_bounded_while_batches_are_stored(self) -> None:
        """By checkpoints in a thread of their own."""
        journal = self.started()
        self.write(journal, 40)
        self.assertLess(self.log_size(), 8 * 20 * PAGE_SIZE)

    def test_batch_does_not_wait_for_a_checkpoint(self) -> None:
        """Nor does another checkpoint begin meanwhile."""
        journal = self.started()
        checkpoints = self.threads.made[-1]
        self.assertEqual(checkpoints.name, "chat-store-checkpoints")
        checkpoints.hold = True
        self.write(journal, 40)
        self.assertEqual(len(self.announced), 800)
        self.assertEqual(len(checkpoints.waiting), 1)
        checkpoints.work()
        self.write(journal)
        self.assertEqual(checkpoints.waiting, [])

    def test_log_is_restarted_between_two_batches(self) -> None:
        """In the thread that stores them, which cannot be writing then."""
        journal = self.started()
        storing, checkpoints = self.threads.made[0], self.threads.made[-1]
        checkpoints.hold = True
        while self.log_size() < 9 * 20 * PAGE_SIZE:
            self.write(journal)
        storing.hold = True
        checkpoints.work()
        self.assertEqual(len(storing.waiting), 1)
        storing.work()
        size = self.log_size()
        self.write(journal)
        self.assertEqual(self.log_size(), size)

    def test_log_is_bounded_while_a_checkpoint_is_late(self) -> None:
        """Batches wait for it then, and are all stored."""
        journal = self.started()
        checkpoints = self.threads.made[-1]
        checkpoints.hold = True
        sizes = []
        for _ in range(100):
            self.write(journal)
            sizes.append(self.log_size())
        self.assertLess(max(sizes), 2 * 16 * 20 * PAGE_SIZE)
        self.assertEqual(len(self.announced), 2_000)
        checkpoints.work()

    def test_stop_waits_until_the_log_is_restarted(self) -> None:
        """Its connection is in use meanwhile."""
        journal = self.started()
        storing, checkpoints = self.threads.made[0], self.threads.made[-1]
        checkpoints.hold = True
        self.write(journal, 40)
        storing.hold = True
        checkpoints.work()
        closed = Deferred.fromCoroutine(journal.close())
        self.assertNoResult(closed)
        storing.work()
        self.successResultOf(closed)

    def test_failing_checkpoints_are_logged_once(self) -> None:
        """Storing is not affected; the log says when they work again."""
        log = Log(self)
        journal = self.started()
        works = sqlite_checkpoints._checkpoint
        self.fail_checkpoints("SQLITE_IOERR_FSYNC")
        self.write(journal, 30)
        self.assertIsNone(journal.problem())
        (line,) = log.lines()
        self.assertIn("check its disk", line)
        self.patch(sqlite_checkpoints, "_checkpoint", works)
        self.write(journal, 30)
        self.assertEqual(log.lines()[1:], ["checkpoint: done; it works again"])

    def test_unexpected_failure_of_a_checkpoint_is_logged(self) -> None:
        """A later one is tried."""
        journal = self.started()
        self.patch(sqlite_checkpoints, "_checkpoint", lambda *_: 1 // 0)
        self.write(journal, 20)
        self.assertGreater(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertIsNone(journal.problem())

    def test_trimming_waits_while_the_log_cannot_begin_anew(self) -> None:
        """It would only make the log longer."""
        journal = self.started(keep=100)
        with closing(sqlite3.connect(self.path)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM events").fetchone()
            self.write(journal, 40)
            trimmed = self.run_now(journal.trim(()))
            self.assertEqual((trimmed.blocked, trimmed.events), (True, 0))
        # The portion that could do nothing has started a checkpoint.
        self.run_now(journal.trim(()))
        trimmed = self.run_now(journal.trim(()))
        self.assertFalse(trimmed.blocked)

    def test_no_text_is_left_beside_the_file_after_a_stop(self) -> None:
        """Though checkpoints have failed."""
        journal = self.started()
        self.fail_checkpoints("SQLITE_FULL")
        self.write(journal, 10)
        self.run_now(journal.close())
        self.assertEqual([path.name for path in self.folder.iterdir()], ["chat.sqlite"])


def log_frames(writer: Writer) -> int:
    """Pages in the log, as SQLite counts them."""
    connection = writer._connection
    assert connection is not None
    row = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(row[1])


class EstimateTests(WriterTestCase):
    """How many pages the writer believes to have written."""

    def test_pages_written_are_estimated(self) -> None:
        """Within a factor, whatever wrote them."""
        writer = self.writer(Retention(1_000))
        for n in range(30):
            self.store(writer, *(said(f"tea {n}.{m} " * 4) for m in range(100)))
            while writer.needs_maintenance:
                writer.maintain()
        frames = log_frames(writer)
        self.assertGreater(writer.written, frames / 4)
        self.assertLess(writer.written, frames * 4)
