"""Tests of twisted_chat.journals.sqlite.deleting."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.journals import NOW, said
from tests.support.sqlite import TrimmingTestCase, write_schema_1
from twisted_chat.core.events import TopicSet
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.retention import Retention
from twisted_chat.journals.sqlite import deleting as sqlite_deleting
from twisted_chat.journals.sqlite import indexing as sqlite_indexing
from twisted_chat.journals.sqlite import trimming as sqlite_trimming
from twisted_chat.journals.sqlite.reader import Reader


class PortionTests(TrimmingTestCase):
    """What is deleted, in short portions."""

    def test_portions_are_bounded_by_rows_and_by_characters(self) -> None:
        """No batch waits for long."""
        self.patch(sqlite_deleting, "FIRST_ROWS", 10)
        writer = self.writer(Retention(50))
        self.store(writer, *(said(f"tea {n}") for n in range(100)))
        deleted = []
        more = True
        while more:
            trimmed, _ = writer.trim(NOW, ())
            more = trimmed.more
            deleted.append(trimmed.events)
        self.assertEqual([n for n in deleted if n], [10] * 5)
        self.assertEqual(self.history(writer), [f"tea {n}" for n in range(50, 100)])
        self.check_search(writer)
        writer.close()
        self.patch(sqlite_deleting, "MAX_CHARACTERS", 1_000)
        writer = self.writer(Retention(10))
        self.store(writer, *(said("tea " * 100) for _ in range(10)))
        self.trim(writer)
        deleted = []
        self.store(writer, *(said("tea " * 100) for _ in range(10)))
        more = True
        while more:
            trimmed, _ = writer.trim(NOW, ())
            more = trimmed.more
            deleted.append(trimmed.events)
        self.assertEqual(max(deleted), 3)
        self.assertEqual(sum(deleted), 10)

    def test_number_of_a_deleted_event_is_not_used_again(self) -> None:
        """A position is one event for ever."""
        for retention in (Retention(0), Retention(days=1)):
            writer = self.writer(retention)
            self.store(writer, said("tea"), TopicSet("lobby", "a", "t", "a"))
            last = writer.last
            self.trim(writer, now=NOW)
            self.assertEqual(self.count("events"), 0)
            writer.close()
            self.assertEqual(self.writer().last, last)

    def test_message_can_be_trimmed_before_it_is_indexed(self) -> None:
        """The index does not remove what it does not know."""
        self.patch(sqlite_deleting, "FIRST_ROWS", 4)
        writer = self.writer(Retention(5))
        self.store(writer, *(said(f"tea {n}") for n in range(2)))
        self.index(writer)
        self.store(writer, *(said(f"tea {n}") for n in range(2, 20)))
        self.trim(writer)
        self.assertEqual(self.history(writer), [f"tea {n}" for n in range(15, 20)])
        self.check_search(writer)

    def test_messages_may_be_trimmed_while_they_are_indexed_anew(self) -> None:
        """After a migration."""
        self.file.release()
        self.path = self.folder / "old.sqlite"
        write_schema_1(self.path, [("tea", None), ("ёлка tea", None)] * 6)
        self.file = self.opened()
        self.patch(sqlite_indexing, "MAX_INDEX_ROWS", 5)
        writer = self.writer(Retention(2))
        writer.index()
        self.trim(writer)
        self.check_search(writer)
        self.assertEqual(len(self.history(writer)), 2)


class InterruptionTests(TrimmingTestCase):
    """Failures and kills between and within portions."""

    def test_failed_portion_changes_nothing(self) -> None:
        """A later run trims."""
        for statement in ("BEGIN", "INSERT INTO search", "DELETE", "COMMIT"):
            writer = self.writer(Retention(5))
            self.store(writer, *(said(f"tea {n}") for n in range(10)))
            self.index(writer)
            before = self.count("events")
            self.make_fail(writer, statement, "SQLITE_FULL")
            with self.assertRaises(StoreError) as caught:
                self.trim(writer)
            self.assertIn("is full", str(caught.exception))
            self.assertEqual(self.count("events"), before)
            self.store(writer, said("tea"))
            writer.close()
            writer = self.writer(Retention(5))
            self.trim(writer)
            self.assertEqual(len(self.history(writer)), 5)
            self.check_search(writer)
            connection = writer._connection
            assert connection is not None
            full = connection.execute("PRAGMA synchronous").fetchone()
            self.assertEqual(full, (2,))
            writer.close()

    def test_kill_after_any_portion_leaves_a_consistent_file(self) -> None:
        """What should be kept is there, and the index has just what is there."""
        self.patch(sqlite_trimming, "MERGE_AT_END", 100)
        writer = self.writer(Retention(300))
        self.fill(writer, 1_200)
        self.index(writer)
        expected = self.history(writer)[-300:]
        copies: list[Path] = []
        more = True
        while more:
            more = writer.trim(NOW, ())[0].more
            copy = self.folder / f"copy{len(copies)}.sqlite"
            for end in ("", "-wal"):
                shutil.copy(f"{self.path}{end}", f"{copy}{end}")
            copies.append(copy)
        self.assertGreater(len(copies), 12)
        for copy in copies:
            self.file = self.opened(copy)
            after = self.writer(Retention(300))
            self.assertEqual(after.last, writer.last)
            self.assertEqual(self.history(after)[-300:], expected)
            self.check_search(after)
            self.trim(after)
            self.assertEqual(self.history(after), expected)
            self.check_search(after)

    def test_new_messages_between_portions_are_kept(self) -> None:
        """And found."""
        writer = self.writer(Retention(300))
        self.fill(writer, 1_000)
        for n in range(200):
            self.store(writer, said(f"tea new {n}"))
            writer.trim(NOW, ())
        self.trim(writer)
        self.assertEqual(self.history(writer)[-1], "tea new 199")
        self.check_search(writer)

    def test_reader_sees_all_of_a_portion_or_nothing(self) -> None:
        """A client that resumes meanwhile misses nothing without noticing."""
        self.patch(sqlite_deleting, "FIRST_ROWS", 7)
        writer = self.writer(Retention(10))
        stored = self.store(writer, *(said(f"{n}") for n in range(100)))
        reader = Reader(self.file, writer.name)
        self.addCleanup(reader.close)
        more = True
        while more:
            more = writer.trim(NOW, ())[0].more
            for n, one in enumerate(stored):
                missed = reader.since(one.position, ["lobby"], "x", 100, writer.last)
                if missed.complete:
                    self.assertEqual(len(missed.events), 99 - n)
        self.assertFalse(
            reader.since(stored[0].position, ["lobby"], "x", 100, writer.last).complete
        )
