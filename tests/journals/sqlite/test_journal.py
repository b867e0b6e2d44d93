"""Tests of twisted_chat.journals.sqlite, beside the contract of all journals."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred

from tests.journals.contract import (
    JournalContract,
    said,
    texts,
)
from tests.support.logs import Log
from tests.support.sqlite import SqliteTestCase
from twisted_chat.core.events import TopicSet
from twisted_chat.core.interfaces import MissedEvents
from twisted_chat.journals.sqlite import maintenance as sqlite_maintenance
from twisted_chat.journals.sqlite.journal import SqliteJournal
from twisted_chat.journals.sqlite.writer import Writer

T = TypeVar("T")


class SqliteContractTests(JournalContract, SqliteTestCase):
    """A server with ``--store sqlite:PATH``, the default."""

    def make(self, keep: int | None = None) -> SqliteJournal:
        """One on a file of its own."""
        self.path = self.folder / f"chat{len(self.pools.made)}.sqlite"
        return super().make(keep)


class RestartTests(SqliteTestCase):
    """What is there after a restart."""

    def test_history_topics_and_positions(self) -> None:
        """People find the room as they left it, and resume across the restart."""
        first = self.started()
        topic = TopicSet("lobby", "a", "weather", "id-a")
        (before, *_) = self.append(first, said("one"), said("two"), topic)
        self.run_now(first.close())
        second = self.started()
        (after,) = self.append(second, said("three"))
        state = self.run_now(second.history.room("lobby", 10))
        self.assertEqual(state.topic, "weather")
        self.assertEqual(texts(state.recent), ["one", "two", "three"])
        missed = self.run_now(
            second.history.since(before.position, ["lobby"], "id-a", 10)
        )
        self.assertTrue(missed.complete)
        self.assertEqual(texts(missed.events), ["two", "weather", "three"])
        self.assertLess(before.position, after.position)
        hits = self.run_now(second.history.search("lobby", "one", 10))
        self.assertEqual(texts(hits), ["one"])

    def test_one_file_when_it_is_closed(self) -> None:
        """After a clean stop the one file is all there is to copy."""
        journal = self.started()
        self.append(journal, said("one"))
        self.run_now(journal.close())
        self.assertEqual([path.name for path in self.folder.iterdir()], ["chat.sqlite"])

    def test_a_new_file_of_the_same_name(self) -> None:
        """Who deletes the file and starts anew tells nobody that nothing is missing."""
        first = self.started()
        self.append(first, said("one"))
        (_, two) = self.append(first, said("two"), said("three"))
        self.run_now(first.close())
        self.path.unlink()
        second = self.started()
        self.append(second, *(said("x") for _ in range(10)))
        missed = self.run_now(second.history.since(two.position, ["lobby"], "x", 100))
        self.assertEqual(missed, MissedEvents(False, ()))


class AnnounceTests(SqliteTestCase):
    """Stored first, then shown; in order; once."""

    def test_shown_after_it_is_stored_and_before_the_answer(self) -> None:
        """A sender is told "ok" after everyone was shown the message."""
        journal = self.started()
        order: list[str] = []

        def announce(batch: Any) -> None:
            rows = self.connection(journal).execute("SELECT count(*) FROM events")
            order.append(f"announced, {rows.fetchone()[0]} stored")

        journal.subscribe(announce)
        for _ in range(2):
            asked = self.ask(journal, said("hi"))
            asked.addCallback(lambda _: order.append("answered"))
            self.successResultOf(asked)
        self.assertEqual(
            order,
            ["announced, 1 stored", "answered", "announced, 2 stored", "answered"],
        )

    def test_only_in_the_reactors_thread(self) -> None:
        """Nothing is announced until the reactor calls."""
        journal = self.started()
        self.caller.hold = True
        asked = self.ask(journal, said("hi"))
        self.assertEqual(self.heard, [])
        self.assertNoResult(asked)
        # It is on the disk, yet nobody may be shown it as history.
        reading = Deferred.fromCoroutine(journal.history.before("lobby", None, 10))
        self.caller.pump()
        self.successResultOf(asked)
        self.assertEqual(texts(self.heard), ["hi"])
        read: object = self.successResultOf(reading)
        self.assertEqual(read, ())
        self.assertEqual(
            len(self.run_now(journal.history.before("lobby", None, 10))), 1
        )

    def test_several_at_once(self) -> None:
        """Appends that overlap are announced one after the other, in order."""
        journal = self.started()
        writing = self.pools.made[0]
        writing.hold = True
        asked = [self.ask(journal, said(f"{n}"), said(f"{n}!")) for n in range(5)]
        self.assertEqual(self.heard, [])
        writing.work()
        for one in asked:
            self.successResultOf(one)
        self.assertEqual(
            texts(self.heard), [f"{n}{end}" for n in range(5) for end in ("", "!")]
        )
        positions = [one.position for one in self.heard]
        self.assertEqual(positions, sorted(set(positions)))

    def test_a_sender_that_does_not_wait(self) -> None:
        """What is stored is shown, even if nobody waits for the answer any more."""
        journal = self.started()
        self.caller.hold = True
        asked = self.ask(journal, said("hi"))
        asked.cancel()
        self.failureResultOf(asked, CancelledError)
        self.caller.pump()
        self.assertEqual(texts(self.heard), ["hi"])


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
        before = len(self.heard)
        line = ""
        for _ in range(3):
            line = self.refused(self.ask(journal, *[big] * 100))
            self.assertEqual(journal.healthy(), line)
        self.assertEqual(len(self.heard), before)
        mends()
        self.append(journal, said("after"))
        self.assertIsNone(journal.healthy())
        self.assertEqual(log.lines(), [f"store error: {line}", "storing works again"])
        last = self.run_now(journal.history.before("lobby", None, 10))
        self.assertEqual(texts(last), ["before", "after"])
        self.assertEqual(
            [one.position for one in last], [one.position for one in self.heard[-2:]]
        )
        self.run_now(journal.close())
        again = self.run_now(self.started().history.before("lobby", None, 10))
        self.assertEqual(texts(again), ["before", "after"])
        return line

    def test_a_full_database(self) -> None:
        """Senders are told that the disk is full, and it ends when there is room."""
        journal = self.started()

        def pages(number: int) -> None:
            self.connection(journal).execute(f"PRAGMA max_page_count = {number}")

        line = self.check(journal, lambda: pages(30), lambda: pages(1_000_000))
        self.assertIn("is full", line)

    def test_a_full_disk(self) -> None:
        """The same when it is the system that gives no more room."""
        journal = self.started()
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)

        def room(size: int) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))

        self.addCleanup(room, limits[0])
        line = self.check(journal, lambda: room(200_000), lambda: room(limits[0]))
        self.assertIn("chat.sqlite", line)

    def test_a_bug_is_logged_and_refused(self) -> None:
        """What nobody thought of stops no one but the one whose message it was."""
        journal = self.started()
        self.patch(Writer, "_write", lambda *_: 1 // 0)
        self.assertIn("log", self.refused(self.ask(journal, said("hi"))))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertIsNotNone(journal.healthy())
        self.assertEqual(self.heard, [])

    def test_tidying_that_fails_is_logged(self) -> None:
        """A fault in what can wait is not the senders' business."""
        journal = self.started(keep=1)
        self.patch(sqlite_maintenance, "_deindex", lambda *_: 1 // 0)
        self.append(journal, said("one"), said("two"))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertIsNone(journal.healthy())
        self.append(journal, said("three"))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        state = self.run_now(journal.history.room("lobby", 10))
        self.assertEqual(texts(state.recent), ["three"])


class OpenAndCloseTests(SqliteTestCase):
    """The start and the end."""

    def test_a_start_that_fails_leaves_no_thread(self) -> None:
        """A server that cannot start ends, and does not hang."""
        self.path.write_text("notes")
        journal = self.make()
        line = self.refused(journal.open())
        self.assertIn("is not a SQLite database", line)
        self.assertEqual(self.pools.running(), [])
        self.assertIsNotNone(journal.healthy())
        self.path.unlink()
        self.started()

    def test_what_sqlite_says_is_explained(self) -> None:
        """A file that is damaged at its very start."""
        self.path.write_bytes(b"SQLite format 3\0" + b"\xff" * 8192)
        line = self.refused(self.make().open())
        self.assertIn(str(self.path), line)
        self.assertEqual(self.pools.running(), [])
        self.path.unlink()
        self.started()

    def test_a_second_server(self) -> None:
        """The second server on one file is refused, the first one goes on."""
        first = self.started()
        self.assertIn("in use by another", self.refused(self.make().open()))
        self.append(first, said("hi"))
        self.assertEqual(len(self.pools.running()), 3)

    def test_the_end_stores_what_was_accepted(self) -> None:
        """What was said just before the end is there after it, and was shown."""
        journal = self.started()
        writing = self.pools.made[0]
        writing.hold = True
        asked = self.ask(journal, said("last words"))
        closing = Deferred.fromCoroutine(journal.close())
        self.assertNoResult(closing)
        self.refused(self.ask(journal, said("too late")))
        writing.work()
        self.successResultOf(asked)
        self.successResultOf(closing)
        self.assertEqual(texts(self.heard), ["last words"])
        self.assertEqual(self.pools.running(), [])
        last = self.run_now(self.started().history.before("lobby", None, 10))
        self.assertEqual(texts(last), ["last words"])

    def test_closed(self) -> None:
        """After the end everything is refused in one line; closing again is nothing."""
        journal = self.started()
        self.run_now(journal.close())
        self.run_now(journal.close())
        refused: list[Awaitable[object]] = [
            self.ask(journal, said("hi")),
            journal.history.room("lobby", 1),
            journal.history.before("lobby", None, 1),
            journal.history.since("x", [], "x", 1),
            journal.history.search("lobby", "x", 1),
        ]
        for one in refused:
            self.assertIn("closing", self.refused(one))
        self.assertIn("closing", str(journal.healthy()))

    def test_never_opened(self) -> None:
        """A server that ends before it began."""
        journal = self.make()
        self.assertIn("not open", self.refused(self.ask(journal, said("hi"))))
        self.run_now(journal.close())

    def test_closed_while_it_opens(self) -> None:
        """A stop during the start waits for it, and leaves nothing running."""
        journal = self.make()
        self.pools.made[0].hold = True
        opening = Deferred.fromCoroutine(journal.open())
        closing = Deferred.fromCoroutine(journal.close())
        self.assertNoResult(closing)
        self.pools.made[0].work()
        self.successResultOf(opening)
        self.successResultOf(closing)
        self.assertEqual(self.pools.running(), [])


class BackupTests(SqliteTestCase):
    """What docs/operations.md says of backups."""

    def test_a_backup_of_a_running_chat(self) -> None:
        """Either way of the docs gives a whole file, and nobody is disturbed."""
        journal = self.started()
        self.append(journal, said("tea one"), TopicSet("lobby", "a", "weather", "a"))
        copies = [self.folder / "backup.sqlite", self.folder / "vacuum.sqlite"]
        with closing(sqlite3.connect(self.path)) as reader:
            with closing(sqlite3.connect(copies[0])) as copy:
                reader.backup(copy)
            reader.execute(f"VACUUM INTO '{copies[1]}'")
        self.append(journal, said("tea two"))
        self.run_now(journal.close())
        for self.path in copies:
            restored = self.started()
            state = self.run_now(restored.history.room("lobby", 10))
            self.assertEqual(state.topic, "weather")
            self.assertEqual(texts(state.recent), ["tea one"])
            self.append(restored, said("tea three"), said("tea four"))
            hits = self.run_now(restored.history.search("lobby", "tea", 10))
            self.assertEqual(texts(hits), ["tea one", "tea three", "tea four"])
            self.run_now(restored.close())

    def test_a_restored_file_with_a_new_name(self) -> None:
        """A page that was open since the backup is told that something is missing."""
        journal = self.started()
        (position,) = self.append(journal, said("tea one"))
        self.run_now(journal.close())
        with closing(sqlite3.connect(self.path)) as other:
            other.execute("UPDATE journal SET name = lower(hex(randomblob(4)))")
            other.execute("INSERT INTO search (search) VALUES ('rebuild')")
            other.commit()
        again = self.started()
        missed = self.run_now(
            again.history.since(position.position, ["lobby"], "x", 10)
        )
        self.assertEqual(missed, MissedEvents(False, ()))
        hits = self.run_now(again.history.search("lobby", "tea", 10))
        self.assertEqual(texts(hits), ["tea one"])
