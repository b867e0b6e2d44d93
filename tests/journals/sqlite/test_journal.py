"""Tests of twisted_chat.journals.sqlite, beside the contract of all journals."""

from __future__ import annotations

import resource
from collections.abc import Awaitable, Callable
from typing import Any

from twisted.internet.defer import CancelledError, Deferred

from tests.journals.contract import JournalContract
from tests.journals.expiry_contract import ExpiryContract
from tests.support.journals import JournalUnderTest, said, texts
from tests.support.logs import Log
from tests.support.sqlite import SqliteTestCase
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.journals.retention import KEEP_ALL, Retention
from twisted_chat.journals.sqlite import indexing as sqlite_indexing
from twisted_chat.journals.sqlite.journal import SqliteJournal
from twisted_chat.journals.sqlite.writer import Writer


class SqliteContractTests(ExpiryContract, JournalContract, SqliteTestCase):
    """A server with ``--store sqlite:PATH``, the default."""

    def make(self, retention: Retention = KEEP_ALL) -> SqliteJournal:
        """One on a file of its own."""
        self.path = self.folder / f"chat{len(self.threads.made)}.sqlite"
        return super().make(retention)

    def everything_kept(self, journal: JournalUnderTest) -> bytes:
        """All files, after a stop."""
        self.run_now(journal.close())
        found = sorted(self.folder.iterdir())
        self.assertIn(self.path, found)
        return b"".join(each.read_bytes() for each in found)


class AnnounceTests(SqliteTestCase):
    """Batches are stored first, then announced."""

    def test_batch_is_stored_then_announced_then_acknowledged(self) -> None:
        """In this order."""
        journal = self.started()
        order: list[str] = []

        def announce(batch: Any) -> None:
            rows = self.connection(journal).execute("SELECT count(*) FROM events")
            order.append(f"announced, {rows.fetchone()[0]} stored")

        journal.subscribe(announce)
        for _ in range(2):
            asked = self.start_append(journal, said("hi"))
            asked.addCallback(lambda _: order.append("answered"))
            self.successResultOf(asked)
        self.assertEqual(
            order,
            ["announced, 1 stored", "answered", "announced, 2 stored", "answered"],
        )

    def test_batch_is_announced_in_the_reactor_thread(self) -> None:
        """Until then it is not part of the history, either."""
        journal = self.started()
        self.from_threads.hold = True
        asked = self.start_append(journal, said("hi"))
        self.assertEqual(self.announced, [])
        self.assertNoResult(asked)
        # It is on the disk, yet nobody may be shown it as history.
        reading = Deferred.fromCoroutine(
            journal.history.page(HistoryQuery("lobby", 10))
        )
        self.from_threads.pump()
        self.successResultOf(asked)
        self.assertEqual(texts(self.announced), ["hi"])
        read: object = self.successResultOf(reading)
        self.assertEqual(read, ())
        self.assertEqual(
            len(self.run_now(journal.history.page(HistoryQuery("lobby", 10)))), 1
        )

    def test_concurrent_batches_are_announced_in_order(self) -> None:
        """In the order of their appends."""
        journal = self.started()
        writing = self.threads.made[0]
        writing.hold = True
        asked = [
            self.start_append(journal, said(f"{n}"), said(f"{n}!")) for n in range(5)
        ]
        self.assertEqual(self.announced, [])
        writing.work()
        for one in asked:
            self.successResultOf(one)
        self.assertEqual(
            texts(self.announced), [f"{n}{end}" for n in range(5) for end in ("", "!")]
        )
        positions = [one.position for one in self.announced]
        self.assertEqual(positions, sorted(set(positions)))

    def test_batch_whose_append_was_cancelled_is_announced(self) -> None:
        """It is stored all the same."""
        journal = self.started()
        self.from_threads.hold = True
        asked = self.start_append(journal, said("hi"))
        asked.cancel()
        self.failureResultOf(asked, CancelledError)
        self.from_threads.pump()
        self.assertEqual(texts(self.announced), ["hi"])


class FailureTests(SqliteTestCase):
    """A disk that fails while the server runs."""

    def check(
        self,
        journal: SqliteJournal,
        breaks: Callable[[], None],
        mends: Callable[[], None],
    ) -> str:
        """Refused while it is broken, stored when it is not; why it was refused."""
        log = Log(self)
        self.append(journal, said("before"))
        breaks()
        big = said("x" * 3000)
        before = len(self.announced)
        line = ""
        for _ in range(3):
            line = self.refused(self.start_append(journal, *[big] * 100))
            self.assertEqual(journal.problem(), line)
        self.assertEqual(len(self.announced), before)
        mends()
        self.append(journal, said("after"))
        self.assertIsNone(journal.problem())
        # The committer logs it, for every store.
        self.assertEqual(log.lines(), [])
        last = self.run_now(journal.history.page(HistoryQuery("lobby", 10)))
        self.assertEqual(texts(last), ["before", "after"])
        self.assertEqual(
            [one.position for one in last],
            [one.position for one in self.announced[-2:]],
        )
        self.run_now(journal.close())
        again = self.run_now(self.started().history.page(HistoryQuery("lobby", 10)))
        self.assertEqual(texts(again), ["before", "after"])
        return line

    def test_full_database_is_an_error_until_there_is_space(self) -> None:
        """The error says that the disk is full."""
        journal = self.started()

        def pages(number: int) -> None:
            self.connection(journal).execute(f"PRAGMA max_page_count = {number}")

        line = self.check(journal, lambda: pages(30), lambda: pages(1_000_000))
        self.assertIn("is full", line)

    def test_full_disk_is_an_error_until_there_is_space(self) -> None:
        """By a limit of the system."""
        journal = self.started()
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)

        def room(size: int) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))

        self.addCleanup(room, limits[0])
        line = self.check(journal, lambda: room(200_000), lambda: room(limits[0]))
        self.assertIn("the database", line)
        self.assertNotIn(str(self.folder), line)

    def test_unexpected_error_is_logged_and_the_batch_refused(self) -> None:
        """The journal is unhealthy then."""
        journal = self.started()
        self.patch(Writer, "_write", lambda *_: 1 // 0)
        self.assertIn("log", self.refused(self.start_append(journal, said("hi"))))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertIsNotNone(journal.problem())
        self.assertEqual(self.announced, [])

    def test_failed_maintenance_is_logged(self) -> None:
        """Storing is not affected."""
        self.patch(sqlite_indexing, "INDEX_THRESHOLD", 1)
        self.patch(sqlite_indexing, "KEPT_ROWS", 0)
        journal = self.started()
        self.patch(sqlite_indexing, "relaxed_transaction", lambda *_: 1 // 0)
        self.append(journal, said("one"), said("two"))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertIsNone(journal.problem())
        self.append(journal, said("three"))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        state = self.run_now(journal.history.room("lobby", 10))
        self.assertEqual(texts(state.recent), ["one", "two", "three"])


class OpenAndCloseTests(SqliteTestCase):
    """Opening and closing."""

    def test_failed_start_leaves_no_thread(self) -> None:
        """The process can end."""
        self.path.write_text("notes")
        journal = self.make()
        line = self.refused(journal.open())
        self.assertIn("is not a SQLite database", line)
        self.assertEqual(self.threads.running(), [])
        self.assertIsNotNone(journal.problem())
        self.path.unlink()
        self.started()

    def test_damaged_file_is_a_startup_error(self) -> None:
        """In one line."""
        self.path.write_bytes(b"SQLite format 3\0" + b"\xff" * 8192)
        line = self.refused(self.make().open())
        self.assertIn("is not a SQLite database", line)
        self.assertEqual(self.threads.running(), [])
        self.path.unlink()
        self.started()

    def test_second_server_on_one_file_is_refused(self) -> None:
        """The first one continues."""
        first = self.started()
        self.assertIn("in use by another", self.refused(self.make().open()))
        self.append(first, said("hi"))
        self.assertEqual(len(self.threads.running()), 4)

    def test_close_stores_and_announces_what_was_appended(self) -> None:
        """Later batches are refused."""
        journal = self.started()
        writing = self.threads.made[0]
        writing.hold = True
        asked = self.start_append(journal, said("last words"))
        closing = Deferred.fromCoroutine(journal.close())
        self.assertNoResult(closing)
        self.refused(self.start_append(journal, said("too late")))
        writing.work()
        self.successResultOf(asked)
        self.successResultOf(closing)
        self.assertEqual(texts(self.announced), ["last words"])
        self.assertEqual(self.threads.running(), [])
        last = self.run_now(self.started().history.page(HistoryQuery("lobby", 10)))
        self.assertEqual(texts(last), ["last words"])

    def test_closed_journal_refuses_everything(self) -> None:
        """In one line; closing it again has no effect."""
        journal = self.started()
        self.run_now(journal.close())
        self.run_now(journal.close())
        refused: list[Awaitable[object]] = [
            self.start_append(journal, said("hi")),
            journal.history.room("lobby", 1),
            journal.history.page(HistoryQuery("lobby", 1)),
            journal.history.since("x", [], "x", 1),
            journal.history.search("lobby", "x", 1),
        ]
        for one in refused:
            self.assertIn("shutting down", self.refused(one))
        self.assertIn("shutting down", str(journal.problem()))

    def test_journal_that_was_never_opened_can_be_closed(self) -> None:
        """Batches are refused."""
        journal = self.make()
        self.assertIn("not open", self.refused(self.start_append(journal, said("hi"))))
        self.run_now(journal.close())

    def test_close_during_open_waits_for_it(self) -> None:
        """No thread is left running."""
        journal = self.make()
        self.threads.made[0].hold = True
        opening = Deferred.fromCoroutine(journal.open())
        closing = Deferred.fromCoroutine(journal.close())
        self.assertNoResult(closing)
        self.threads.made[0].work()
        self.successResultOf(opening)
        self.successResultOf(closing)
        self.assertEqual(self.threads.running(), [])
