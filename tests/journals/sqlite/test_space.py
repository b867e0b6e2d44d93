"""Tests of twisted_chat.journals.sqlite.space."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.support.journals import NOW, said
from tests.support.sqlite import SqliteTestCase, TrimmingTestCase
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.retention import Retention
from twisted_chat.journals.sqlite import checkpoints as sqlite_checkpoints
from twisted_chat.journals.sqlite import space as sqlite_space
from twisted_chat.journals.sqlite import trimming as sqlite_trimming
from twisted_chat.journals.sqlite.checkpoints import LogLimits
from twisted_chat.journals.sqlite.journal import SqliteJournal
from twisted_chat.journals.sqlite.pages import Pages
from twisted_chat.journals.sqlite.space import REFUSE_AT
from twisted_chat.journals.sqlite.writer import Writer


class RefusalTests(TrimmingTestCase):
    """What cannot be trimmed."""

    def size(self, writer: Writer) -> int:
        connection = writer._connection
        assert connection is not None
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return self.path.stat().st_size

    def test_events_are_refused_only_if_trimming_fails(self) -> None:
        """And the file is half too large; until trimming works again."""
        writer = self.writer(Retention(bytes=1_000_000))
        self.fill(writer, 12_000)
        self.assertGreater(self.size(writer), 1_500_000)
        self.store(writer, said("taken"))
        self.make_fail(writer, "BEGIN IMMEDIATE", "SQLITE_FULL")
        with self.assertRaises(StoreError):
            self.trim(writer)
        with self.assertRaises(StoreError) as caught:
            self.store(writer, said("refused"))
        self.assertIn("store is full", str(caught.exception))
        self.assertNotIn(str(self.path), str(caught.exception))
        self.assertIn("disk of", caught.exception.operator_text)
        self.trim(writer)
        self.store(writer, said("taken again"))
        self.assertEqual(self.history(writer)[-2:], ["taken", "taken again"])

    def test_message_is_not_refused_because_the_log_is_long(self) -> None:
        """The checkpoint that moves it is only late; nothing reads the file."""
        retention = Retention(bytes=1 << 20)
        writer = self.writer(retention)
        log_bytes = LogLimits.of(retention).blocked_bytes
        while self.file.log_size() < 1.5 * log_bytes:
            self.store(writer, *[said("tea " * 500)] * 20)
        self.assertFalse(writer.trim(NOW, ())[0].blocked)
        self.store(writer, said("last"))
        self.assertEqual(self.history(writer)[-1], "last")

    def test_message_is_refused_with_the_reason_why_the_log_is_not_moved(self) -> None:
        """That of the checkpoint which failed."""
        retention = Retention(bytes=1 << 20)
        writer = self.writer(retention)
        self.file.log_error = "cannot be moved into the file: check the disk"
        with self.assertRaises(StoreError) as caught:
            for _ in range(1_000):
                self.store(writer, *[said("tea " * 500)] * 20)
        self.assertIn("the log of", str(caught.exception))
        self.assertIn("check the disk", str(caught.exception))


class GrowthTests(SqliteTestCase):
    """The file and its log, while messages go on arriving."""

    def test_file_and_log_are_at_most_half_larger_than_the_limit(self) -> None:
        """And about as large once there is time to trim."""
        limit = 16 << 20
        journal = self.opened(size=limit)
        assert isinstance(journal, SqliteJournal)
        sizes = []
        for n in range(400):
            self.append(journal, *(said(f"{n} " + "x" * 2_000) for _ in range(50)))
            self.run_now(journal.trim(()))
            sizes.append(sum(path.stat().st_size for path in self.folder.iterdir()))
        self.assertLess(max(sizes), REFUSE_AT * limit)
        while self.run_now(journal.trim(())).more:
            pass
        self.run_now(journal.close())
        self.assertLess(self.path.stat().st_size, limit)
        self.assertGreater(self.path.stat().st_size, 0.7 * limit)

    def test_run_is_due_after_an_eighth_of_the_limit(self) -> None:
        """It need not wait for its time; a run in progress is not started again."""
        limit = 16 << 20
        journal = self.opened(size=limit)
        assert isinstance(journal, SqliteJournal)
        sizes: list[int] = []
        journal.on_growth(lambda: sizes.append(self.path.stat().st_size))
        self.run_now(journal.trim(()))
        while self.run_now(journal.trim(())).more:
            pass
        for _ in range(3):
            known, before = len(sizes), self.path.stat().st_size
            while len(sizes) == known:
                self.attempt(journal)
            self.assertGreater(sizes[-1] - before, limit / 8 - 500_000)
            self.assertLess(sizes[-1] - before, limit / 8 + 500_000)
            while self.run_now(journal.trim(())).more:
                self.attempt(journal)
            self.assertEqual(len(sizes), known + 1)

    def test_space_is_looked_at_now_and_then(self) -> None:
        """To look after each small batch would cost as much as to store it."""
        journal = self.opened(size=16 << 20)
        assert isinstance(journal, SqliteJournal)
        looks: list[Pages] = []

        class CountedPages(Pages):
            def __init__(self, connection: sqlite3.Connection) -> None:
                super().__init__(connection)
                looks.append(self)

        self.patch(sqlite_trimming, "Pages", CountedPages)
        for n in range(60):
            self.append(journal, said(f"{n}"))
        self.assertGreater(len(looks), 5)
        self.assertLess(len(looks), 30)

    def test_storing_ends_before_the_log_has_no_bound(self) -> None:
        """While a program reads the file for long; it goes on afterwards."""
        self.patch(sqlite_checkpoints, "CHECKPOINT_PAGES", 20)
        self.patch(sqlite_checkpoints, "MIN_CHECKPOINT_PAGES", 20)
        self.patch(sqlite_space, "MAX_LOG_BYTES", 2_000_000)
        journal = self.started()
        with closing(sqlite3.connect(self.path)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM events").fetchone()
            with self.assertRaises(StoreError) as caught:
                for _ in range(100):
                    self.attempt(journal)
            self.assertIn("such as a backup", str(caught.exception))
            self.assertNotIn(str(self.folder), str(caught.exception))
            self.assertLess((self.folder / "chat.sqlite-wal").stat().st_size, 2_200_000)
        with self.assertRaises(StoreError):
            # It starts the checkpoint that cuts the log.
            self.attempt(journal)
        self.attempt(journal)

    def attempt(self, journal: SqliteJournal) -> None:
        batch = [said("tea " * 500)] * 20
        asked = self.start_append(journal, *batch)
        results: list[object] = []
        asked.addBoth(results.append)
        failure = results[0]
        if failure is not None:
            raise failure.value  # type: ignore[attr-defined]
