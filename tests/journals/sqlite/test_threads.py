"""Tests of twisted_chat.journals.sqlite.threads, with real threads."""

from __future__ import annotations

import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import NOW, entry, said, texts
from tests.support.threads import MEMORY, ThreadedReactor
from twisted_chat.core.events import Stored
from twisted_chat.core.interfaces import MissedEvents, StoreError
from twisted_chat.journals.retention import Retention
from twisted_chat.journals.sqlite.journal import SqliteJournal
from twisted_chat.journals.sqlite.threads import QueueThread, WorkerThread


class ThreadTests(SynchronousTestCase):
    """The journal with real threads."""

    def setUp(self) -> None:
        folder = TemporaryDirectory(dir=MEMORY)
        self.addCleanup(folder.cleanup)
        self.path = str(Path(folder.name, "chat.sqlite"))
        self.reactor = ThreadedReactor()
        self.before = threading.active_count()

    def test_many_batches_are_announced_once_in_order(self) -> None:
        """With reads and searches in between."""
        journal = SqliteJournal(self.path, self.reactor, lambda: NOW, Retention(200))
        announced: list[Stored] = []
        threads: set[str] = set()

        def announce(batch: Any) -> None:
            threads.add(threading.current_thread().name)
            announced.extend(batch)

        journal.subscribe(announce)

        async def run() -> None:
            await journal.open()
            waiting = []
            for n in range(100):
                batch = [entry(said(f"tea {n}.{m}")) for m in range(n)]
                waiting.append(journal.append(batch))
                if n % 10 == 0:
                    state = await journal.history.room("lobby", 60)
                    assert len(state.recent) <= len(announced)
                    await journal.history.search("lobby", "tea", 10)
            for one in waiting:
                await one
            last = announced[-1].position
            missed = await journal.history.since(last, ["lobby"], "x", 10)
            assert missed == MissedEvents(True, ())
            await journal.close()

        self.reactor.run(run())
        expected = [f"tea {n}.{m}" for n in range(100) for m in range(n)]
        self.assertEqual(texts(announced), expected)
        self.assertEqual(threads, {threading.current_thread().name})
        self.assertEqual(threading.active_count(), self.before)

    def test_failed_start_leaves_no_thread(self) -> None:
        """It would keep the process alive."""
        Path(self.path).write_text("notes")
        journal = SqliteJournal(self.path, self.reactor, lambda: NOW)
        with self.assertRaises(StoreError):
            self.reactor.run(journal.open())
        self.assertEqual(threading.active_count(), self.before)


class WorkerThreadTests(SynchronousTestCase):
    """Calls of functions in another thread."""

    def setUp(self) -> None:
        self.reactor = ThreadedReactor()
        self.before = threading.active_count()
        self.worker = WorkerThread(self.reactor, QueueThread("a name"))
        self.worker.start()

    def test_calls_are_made_in_order_by_one_thread(self) -> None:
        """Whose name the operator sees."""
        made: list[tuple[int, str]] = []

        def note(number: int) -> int:
            made.append((number, threading.current_thread().name))
            return 2 * number

        async def run() -> list[int]:
            return [await self.worker.run(note, number) for number in range(3)]

        self.assertEqual(self.reactor.run(run()), [0, 2, 4])
        self.assertEqual(made, [(number, "a name") for number in range(3)])
        self.worker.stop()

    def test_exception_is_passed_on(self) -> None:
        """The thread goes on."""

        async def run() -> int:
            with self.assertRaises(ZeroDivisionError):
                await self.worker.run(divmod, 1, 0)
            return await self.worker.run(int, "7")

        self.assertEqual(self.reactor.run(run()), 7)
        self.worker.stop()

    def test_all_calls_are_made_before_it_stops(self) -> None:
        """And no thread is left."""
        made: list[int] = []
        for number in range(100):
            self.worker.run(made.append, number)
        self.worker.stop()
        self.assertEqual(made, list(range(100)))
        self.assertEqual(threading.active_count(), self.before)
