"""Tests of twisted_chat.journals.sqlite, beside the contract of all journals."""

from __future__ import annotations

import resource
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import closing
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from typing import Any, NoReturn, TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from tests.journals.contract import (
    NOW,
    JournalContract,
    JournalHarness,
    entry,
    said,
    texts,
)
from tests.support.logged import logged_lines
from tests.support.threads import MEMORY, Caller, Pools
from twisted_chat.core.events import Event, Stored, TopicSet
from twisted_chat.core.interfaces import MissedEvents, StoreError
from twisted_chat.journals.sqlite import writer as sqlite_writer
from twisted_chat.journals.sqlite.journal import SqliteJournal
from twisted_chat.journals.sqlite.writer import Writer

T = TypeVar("T")


class SqliteTestCase(JournalHarness, SynchronousTestCase):
    """A journal whose threads are none."""

    def setUp(self) -> None:
        folder = TemporaryDirectory(dir=MEMORY)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = self.folder / "chat.sqlite"
        self.caller = Caller()
        self.pools = Pools()

    def make(self, keep: int | None = None) -> SqliteJournal:
        return SqliteJournal(str(self.path), self.caller, lambda: NOW, keep, self.pools)

    def started(self, keep: int | None = None) -> SqliteJournal:
        journal = self.opened(keep)
        assert isinstance(journal, SqliteJournal)
        return journal

    def ask(self, journal: SqliteJournal, *events: Event) -> Deferred[None]:
        return journal.append([entry(event) for event in events])

    def connection(self, journal: SqliteJournal) -> Any:
        """What the journal writes with."""
        assert journal._open is not None
        return journal._open[0]._connection


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
        state = self.run_now(second.room("lobby", 10))
        self.assertEqual(state.topic, "weather")
        self.assertEqual(texts(state.recent), ["one", "two", "three"])
        missed = self.run_now(second.since(before.position, ["lobby"], "id-a", 10))
        self.assertTrue(missed.complete)
        self.assertEqual(texts(missed.events), ["two", "weather", "three"])
        self.assertLess(before.position, after.position)
        hits = self.run_now(second.search("lobby", "one", 10))
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
        missed = self.run_now(second.since(two.position, ["lobby"], "x", 100))
        self.assertEqual(missed, MissedEvents(False, ()))

    def test_keep(self) -> None:
        """With ``--keep 3`` a newcomer is never shown more, trimmed yet or not."""
        first = self.started(keep=30)
        self.append(first, *(said(str(n)) for n in range(32)))
        self.assertEqual(len(self.run_now(first.room("lobby", 100)).recent), 30)
        self.assertEqual(len(self.run_now(first.before("lobby", None, 100))), 32)


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
        reading = Deferred.fromCoroutine(journal.before("lobby", None, 10))
        self.caller.pump()
        self.successResultOf(asked)
        self.assertEqual(texts(self.heard), ["hi"])
        read: object = self.successResultOf(reading)
        self.assertEqual(read, ())
        self.assertEqual(len(self.run_now(journal.before("lobby", None, 10))), 1)

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

    def test_newcomers_while_someone_speaks(self) -> None:
        """A message is in a newcomer's history or comes as news, never both."""
        journal = self.started()
        self.append(journal, said("one"))
        reading = self.pools.made[1]
        reading.hold = True
        asked = Deferred.fromCoroutine(journal.room("lobby", 10))
        self.append(journal, said("two"), TopicSet("lobby", "a", "weather", "a"))
        reading.work()
        self.assertEqual(texts(self.successResultOf(asked).recent), ["one"])
        state = self.run_now(journal.room("lobby", 10))
        self.assertEqual(reading.waiting, [])
        self.assertEqual(
            (state.topic, texts(state.recent)), ("weather", ["one", "two"])
        )


class FailureTests(SqliteTestCase):
    """A disk that fails while the server runs."""

    def check(
        self,
        journal: SqliteJournal,
        breaks: Callable[[], None],
        mends: Callable[[], None],
    ) -> str:
        """Refused while it is broken, stored when it is not; why it was refused."""
        logged = logged_lines(self)
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
        self.assertEqual(logged, [f"store error: {line}", "storing works again"])
        last = self.run_now(journal.before("lobby", None, 10))
        self.assertEqual(texts(last), ["before", "after"])
        self.assertEqual(
            [one.position for one in last], [one.position for one in self.heard[-2:]]
        )
        self.run_now(journal.close())
        again = self.run_now(self.started().before("lobby", None, 10))
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
        self.patch(sqlite_writer, "_unlearn", lambda *_: 1 // 0)
        self.append(journal, said("one"), said("two"))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertIsNone(journal.healthy())
        self.append(journal, said("three"))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        state = self.run_now(journal.room("lobby", 10))
        self.assertEqual(texts(state.recent), ["three"])


class SearchTests(SqliteTestCase):
    """The search learns in the background what was said."""

    def test_finds_all_that_was_announced(self) -> None:
        """Who searches finds what everyone has seen, however new it is."""
        self.patch(sqlite_writer, "INDEXED_AT_ONCE", 3)
        journal = self.started()
        for n in range(5):
            self.append(journal, said(f"tea {n}"), said("and cake"))
            hits = self.run_now(journal.search("lobby", "tea", 10))
            self.assertEqual(texts(hits), [f"tea {m}" for m in range(n + 1)])

    def test_in_the_background(self) -> None:
        """Many lines are indexed without anyone asking."""
        journal = self.started()
        for n in range(sqlite_writer.INDEXED_AFTER):
            self.append(journal, said(f"tea {n}"))
        rows = self.connection(journal).execute("SELECT searchable FROM journal")
        self.assertEqual(rows.fetchone(), (sqlite_writer.INDEXED_AFTER,))

    def test_while_the_chat_closes(self) -> None:
        """Who searches then is refused, wherever the question had got to."""
        self.patch(sqlite_writer, "INDEXED_AT_ONCE", 1)
        journal = self.started()
        self.append(journal, said("tea one"), said("tea two"))
        writing = self.pools.made[0]
        writing.hold = True
        asked = Deferred.fromCoroutine(journal.search("lobby", "tea", 10))
        closing = Deferred.fromCoroutine(journal.close())
        writing.work()
        self.successResultOf(closing)
        self.assertIn("closing", str(self.failureResultOf(asked, StoreError).value))
        self.assertEqual(self.pools.running(), [])

    def test_that_cannot_be_brought_up_to_date(self) -> None:
        """Who searches is told why; everyone else goes on."""
        journal = self.started()
        self.append(journal, said("tea"))
        error = sqlite3.OperationalError("as the test wants it")
        error.sqlite_errorname = "SQLITE_FULL"

        def fails(_connection: object) -> NoReturn:
            raise error

        self.patch(sqlite_writer, "_unhurried", fails)
        self.assertIn("full", self.refused(journal.search("lobby", "tea", 10)))
        self.assertIsNone(journal.healthy())


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
        last = self.run_now(self.started().before("lobby", None, 10))
        self.assertEqual(texts(last), ["last words"])

    def test_closed(self) -> None:
        """After the end everything is refused in one line; closing again is nothing."""
        journal = self.started()
        self.run_now(journal.close())
        self.run_now(journal.close())
        refused: list[Awaitable[object]] = [
            self.ask(journal, said("hi")),
            journal.room("lobby", 1),
            journal.before("lobby", None, 1),
            journal.since("x", [], "x", 1),
            journal.search("lobby", "x", 1),
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


@implementer(IReactorFromThreads)
class Pumped:
    """The side of a reactor that threads see; the test is its loop."""

    def __init__(self) -> None:
        self.calls: Queue[Callable[[], object]] = Queue()

    def callFromThread(
        self,
        callable: Callable[..., Any],  # noqa: A002 -- as Twisted has it
        *args: object,
        **kwargs: object,
    ) -> None:
        """From any thread."""
        self.calls.put(lambda: callable(*args, **kwargs))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Turn until it is done."""
        results: list[T] = []
        failures: list[BaseException] = []
        done = Deferred.fromCoroutine(work)
        done.addCallbacks(results.append, lambda f: failures.append(f.value))
        while not results and not failures:
            self.calls.get(timeout=30)()
        if failures:
            raise failures[0]
        return results[0]


class ThreadTests(SynchronousTestCase):
    """The same with real threads."""

    def setUp(self) -> None:
        folder = TemporaryDirectory(dir=MEMORY)
        self.addCleanup(folder.cleanup)
        self.path = str(Path(folder.name, "chat.sqlite"))
        self.reactor = Pumped()
        self.before = threading.active_count()

    def test_a_busy_evening(self) -> None:
        """Many batches, questions in between, everything shown once, in order."""
        journal = SqliteJournal(self.path, self.reactor, lambda: NOW, keep=200)
        heard: list[Stored] = []
        threads: set[str] = set()

        def announce(batch: Any) -> None:
            threads.add(threading.current_thread().name)
            heard.extend(batch)

        journal.subscribe(announce)

        async def evening() -> None:
            await journal.open()
            waiting = []
            for n in range(100):
                batch = [entry(said(f"tea {n}.{m}")) for m in range(n)]
                waiting.append(journal.append(batch))
                if n % 10 == 0:
                    state = await journal.room("lobby", 60)
                    assert len(state.recent) <= len(heard)
                    await journal.search("lobby", "tea", 10)
            for one in waiting:
                await one
            last = heard[-1].position
            missed = await journal.since(last, ["lobby"], "x", 10)
            assert missed == MissedEvents(True, ())
            await journal.close()

        self.reactor.run(evening())
        expected = [f"tea {n}.{m}" for n in range(100) for m in range(n)]
        self.assertEqual(texts(heard), expected)
        self.assertEqual(threads, {threading.current_thread().name})
        self.assertEqual(threading.active_count(), self.before)

    def test_a_start_that_fails(self) -> None:
        """No thread is left to keep the process alive."""
        Path(self.path).write_text("notes")
        journal = SqliteJournal(self.path, self.reactor, lambda: NOW)
        with self.assertRaises(StoreError):
            self.reactor.run(journal.open())
        self.assertEqual(threading.active_count(), self.before)


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
            state = self.run_now(restored.room("lobby", 10))
            self.assertEqual(state.topic, "weather")
            self.assertEqual(texts(state.recent), ["tea one"])
            self.append(restored, said("tea three"), said("tea four"))
            hits = self.run_now(restored.search("lobby", "tea", 10))
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
        missed = self.run_now(again.since(position.position, ["lobby"], "x", 10))
        self.assertEqual(missed, MissedEvents(False, ()))
        hits = self.run_now(again.search("lobby", "tea", 10))
        self.assertEqual(texts(hits), ["tea one"])
