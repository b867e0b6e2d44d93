"""Tests of twisted_chat.journals.sqlite.writer."""

from __future__ import annotations

import errno
import os
import shutil
from typing import cast
from unittest.mock import Mock

from tests.journals.contract import said, texts
from tests.support.sqlite import WriterTestCase
from twisted_chat.core.events import Joined, TopicSet
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.sqlite import maintenance as sqlite_maintenance
from twisted_chat.journals.sqlite.reader import Reader
from twisted_chat.journals.sqlite.writer import MAX_INSERT_ROWS


class StoreTests(WriterTestCase):
    """How a batch gets into the file."""

    def test_batches_of_every_size(self) -> None:
        """However many speak at once, all of it is there, in order."""
        writer = self.writer()
        sizes = (
            1,
            2,
            3,
            127,
            MAX_INSERT_ROWS,
            MAX_INSERT_ROWS + 1,
            3 * MAX_INSERT_ROWS + 77,
        )
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
        while writer.needs_maintenance:
            writer.maintain()
        self.assertEqual(self.history(writer), [])
        writer.close()
        self.assertEqual(self.writer().last, 1)

    def test_nor_of_what_is_not_said(self) -> None:
        """The same if the last thing that happened was an arrival that is gone."""
        self.patch(sqlite_maintenance, "MIN_OTHERS_KEPT", 0)
        writer = self.writer(keep=0)
        self.store(writer, said("tea"), said("tea"), Joined("lobby", "a", "x"))
        while writer.needs_maintenance:
            writer.maintain()
        connection = self.file.connect_reader()
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
        self.assertIn("cannot write to", refusal)

    def test_a_bug_leaves_nothing_either(self) -> None:
        """Whatever else goes wrong, the next batch starts afresh."""
        writer = self.writer()
        bad = TopicSet("lobby", "a", cast("str", object()), "a")
        with self.assertRaises((StoreError, TypeError)):
            self.store(writer, said("tea refused"), bad)
        self.store(writer, said("tea"))
        self.assertEqual(self.history(writer), ["tea"])
