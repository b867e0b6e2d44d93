"""Tests of twisted_chat.journals.sqlite.writer."""

from __future__ import annotations

import errno
import os
import shutil
from typing import cast
from unittest.mock import Mock

from tests.journals.values_contract import topics_as_values
from tests.support.journals import entry, said, texts
from tests.support.sqlite import WriterTestCase
from twisted_chat.core.events import LOBBY, Deleted, Edited, Joined, Quit, TopicSet
from twisted_chat.core.history_query import PRESENCE, HistoryQuery
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.sqlite.reader import Reader


class StoreTests(WriterTestCase):
    """Each batch is one transaction."""

    def test_time_never_runs_backwards(self) -> None:
        """Though the clock is set back, also while the server does not run."""
        writer = self.writer()
        times = [5_000, 4_000, 6_000]
        stored = [writer.store([entry(said("hi"))], time)[0].time for time in times]
        self.assertEqual(stored, [5_000, 5_000, 6_000])
        writer.close()
        (after,) = self.writer().store([entry(said("hi"))], 1_000)
        self.assertEqual(after.time, 6_000)

    def test_stored_batch_survives_a_kill(self) -> None:
        """It is in the file and its log."""
        writer = self.writer()
        self.store(writer, said("one"), TopicSet("lobby", "a", "weather", "a"))
        self.store(writer, said("two"))
        writer.change_values([({"a/1": "one"}, {})])
        copy = self.folder / "copy.sqlite"
        for end in ("", "-wal"):
            shutil.copy(f"{self.path}{end}", f"{copy}{end}")
        file = self.opened(copy)
        after = self.writer(file=file)
        self.assertEqual((after.last, after.name), (writer.last, writer.name))
        self.assertEqual(self.values("a/", file), {"a/1": "one"})
        reader = Reader(file, after.name)
        self.addCleanup(reader.close)
        state = reader.room("lobby", 10, after.last)
        self.assertEqual(
            (state.topic, texts(state.recent)), ("weather", ["one", "two"])
        )


class FaultTests(WriterTestCase):
    """A disk that fails while the server runs."""

    def test_failed_batch_leaves_nothing(self) -> None:
        """It is not in the history; the next batch is."""
        two = (said("tea refused"), said("tea too"))
        for statement, batch in (
            ("BEGIN", (*two, said("tea three"))),
            ("INSERT INTO events", two),
            ("INSERT INTO events", (*two, said("tea three"))),
            ("COMMIT", (*two, said("tea three"))),
        ):
            for name in ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_BUSY"):
                writer = self.writer()
                before = self.history(writer)
                failing = self.make_fail(writer, statement, name)
                with self.assertRaises(StoreError):
                    self.store(writer, *batch)
                self.assertEqual(failing.closed, name == "SQLITE_IOERR_WRITE")
                if not failing.closed:
                    writer._connection = failing._connection
                (stored,) = self.store(writer, said("tea"))
                self.assertEqual(self.history(writer), [*before, "tea"])
                self.assertTrue(stored.position.endswith(f"{writer.last:016d}"))
                self.check_search(writer)
                writer.close()

    def test_arrival_that_was_refused_shows_once_it_is_stored(self) -> None:
        """It is submitted again, and nobody was shown the first attempt."""
        writer = self.writer()
        failing = self.make_fail(writer, "COMMIT", "SQLITE_FULL")
        with self.assertRaises(StoreError):
            self.store(writer, Joined("lobby", "bob", "b"))
        writer._connection = failing._connection
        self.store(writer, Joined("lobby", "bob", "b"), Quit("bob", "b"))
        reader = Reader(self.file, writer.name)
        self.addCleanup(reader.close)
        query = HistoryQuery("lobby", 9, besides=PRESENCE)
        found = [type(each.event) for each in reader.page(query, writer.last)]
        self.assertEqual(found, [Joined, Quit])

    def test_batch_whose_commit_failed_but_took_effect_is_deleted(self) -> None:
        """It was refused, so it must not appear later."""
        two = (said("tea refused"), said("tea too"))
        for statement, batch in (
            ("COMMIT", (*two, said("tea three"))),
            # SQLite makes a transaction of one statement.
            ("INSERT INTO events", two),
        ):
            writer = self.writer()
            before = self.history(writer)
            self.store(writer, said("tea"))
            self.make_fail(writer, statement, "SQLITE_IOERR_FSYNC", after=True)
            with self.assertRaises(StoreError):
                self.store(writer, *batch)
            self.store(writer, said("tea later"))
            self.assertEqual(self.history(writer), [*before, "tea", "tea later"])
            self.check_search(writer)
            writer.close()

    def test_corrections_of_a_commit_that_failed_but_took_effect_are_undone(
        self,
    ) -> None:
        """Whether the search has the messages or not; nobody was shown them."""
        for is_indexed in (False, True):
            writer = self.writer()
            before = self.history(writer)
            one, two = self.store(writer, said("one"), said("two"))
            if is_indexed:
                writer.index()
            self.make_fail(writer, "COMMIT", "SQLITE_IOERR_FSYNC", after=True)
            with self.assertRaises(StoreError):
                self.store(
                    writer,
                    Edited(LOBBY, "alice", two.position, "changed", "id-alice"),
                    Deleted(LOBBY, "alice", "", one.position, "id-alice"),
                    Deleted(LOBBY, "alice", "", two.position, "id-alice"),
                )
            self.store(writer, said("later"))
            found = self.history(writer)
            self.assertEqual(found, [*before, "one", "two", "later"])
            self.check_search(writer)
            writer.close()

    def test_values_of_a_commit_that_failed_but_took_effect_are_restored(self) -> None:
        """Their change was refused, so nobody may rely on it."""
        writer = self.writer()
        old = {"a/1": "old", "topic/1": "old"}
        writer.change_values([(old, {})])
        topic = TopicSet("1", "a", "new", "a")
        for store in (
            lambda: writer.change_values([({"a/1": "new", "a/2": "new"}, {})]),
            lambda: self.store(writer, topic),
        ):
            self.make_fail(writer, "COMMIT", "SQLITE_IOERR_FSYNC", after=True)
            with topics_as_values():
                self.refusal(store)
            self.store(writer, said("tea"))
            found = {**self.values("a/"), **self.values("topic/")}
            self.assertEqual(found, old)

    def test_failed_change_of_values_leaves_nothing(self) -> None:
        """The next one is made."""
        for statement in ("BEGIN", "SELECT key", "INSERT INTO key_values", "COMMIT"):
            for name in ("SQLITE_FULL", "SQLITE_IOERR_WRITE"):
                writer = self.writer()
                failing = self.make_fail(writer, statement, name)
                with self.assertRaises(StoreError):
                    writer.change_values([({"a/1": "x"}, {"a/2": None})])
                if not failing.closed:
                    writer._connection = failing._connection
                self.assertEqual(self.values("a/"), {})
                self.assertEqual(
                    writer.change_values([({"b/1": "y"}, {"a/1": None})]), [True]
                )
                writer.close()

    def test_connection_whose_rollback_fails_is_discarded(self) -> None:
        """A new one is used."""
        writer = self.writer()
        inner = self.make_fail(writer, "COMMIT", "SQLITE_FULL")
        assert writer._connection is not None
        outer = self.make_fail(writer, "ROLLBACK", "SQLITE_IOERR")
        with self.assertRaises(StoreError):
            self.store(writer, said("refused"), Quit("bob", "b"))
        self.assertTrue(inner.closed)
        self.assertTrue(outer.closed)
        self.store(writer, said("tea"))
        self.assertEqual(self.history(writer), ["tea"])

    def test_removed_file_is_not_written_to(self) -> None:
        """The next start would not find what was written."""
        writer = self.writer()
        elsewhere = self.folder / "elsewhere"
        for broken in (False, True):
            if broken:
                self.make_fail(writer, "INSERT", "SQLITE_IOERR_READ")
                with self.assertRaises(StoreError):
                    self.store(writer, said("refused"))
            self.path.rename(elsewhere)
            refusal = self.refusal(lambda: self.store(writer, said("refused")))
            self.assertIn("was moved or removed", refusal)
            elsewhere.rename(self.path)
            self.store(writer, said("tea"))
        self.assertEqual(self.history(writer), ["tea", "tea"])

    def test_file_in_an_unreadable_directory_is_not_written_to(self) -> None:
        """With the reason."""
        writer = self.writer()
        denied = PermissionError(errno.EACCES, "denied")
        self.patch(os, "stat", Mock(side_effect=denied))
        refusal = self.refusal(lambda: self.store(writer, said("refused")))
        self.assertIn("cannot write to", refusal)

    def test_unexpected_error_leaves_nothing(self) -> None:
        """The next batch is stored."""
        writer = self.writer()
        bad = TopicSet("lobby", cast("str", object()), "a", "a")
        with self.assertRaises((StoreError, TypeError)):
            self.store(writer, said("tea refused"), bad)
        self.store(writer, said("tea"))
        self.assertEqual(self.history(writer), ["tea"])
