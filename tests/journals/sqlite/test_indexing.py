"""Tests of twisted_chat.journals.sqlite.indexing."""

from __future__ import annotations

import shutil

from tests.support.journals import said, texts
from tests.support.sqlite import WriterTestCase, write_schema_1
from twisted_chat.journals.sqlite import indexing as sqlite_indexing
from twisted_chat.journals.sqlite import searcher as sqlite_searcher
from twisted_chat.journals.sqlite.indexing import INDEX_THRESHOLD
from twisted_chat.journals.sqlite.searcher import Searcher
from twisted_chat.journals.sqlite.writer import Writer


class MigratedIndexTests(WriterTestCase):
    """A database of version 0.1.0, whose messages are indexed anew."""

    def setUp(self) -> None:
        super().setUp()
        # What is found is found by the index.
        self.patch(sqlite_searcher, "SCANNED_MESSAGES", 0)
        self.file.release()
        self.path = self.folder / "old.sqlite"
        old = [
            ("tea", None),
            ("ёлка", None),
            ("Straße tea", None),
            ("喝茶", " 喝  茶 "),
        ]
        write_schema_1(self.path, old * 3)
        self.file = self.opened()

    def found(self, writer: Writer, words: str) -> int:
        reader = Searcher(self.file, writer.name)
        try:
            return len(reader.search("lobby", words, 100, writer.last))
        finally:
            reader.close()

    def test_messages_are_found_by_their_folded_words(self) -> None:
        """Old ones like new ones, and none is lost."""
        writer = self.writer()
        self.assertEqual((writer.indexed, writer.unfolded, writer.last), (0, 12, 12))
        self.store(writer, said("ÉTÉ"), said("ёлка"))
        self.check_search(writer)
        for words, count in (("елка", 4), ("strasse", 3), ("喝茶", 3), ("ete", 1)):
            self.assertEqual(self.found(writer, words), count, words)
        self.assertEqual(len(self.history(writer)), 14)

    def test_interrupted_indexing_continues_at_the_next_start(self) -> None:
        """A stop does not wait for it; nothing is indexed twice."""
        self.patch(sqlite_indexing, "MAX_INDEX_ROWS", 5)
        writer = self.writer()
        writer.index()
        writer.close()
        again = self.writer()
        self.assertEqual(again.indexed, 5)
        self.check_search(again)
        self.assertEqual(self.found(again, "елка"), 3)


class IndexTests(WriterTestCase):
    """The full-text search."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(sqlite_searcher, "SCANNED_MESSAGES", 0)
        self.patch(sqlite_indexing, "KEPT_ROWS", 0)

    def found(self, writer: Writer, words: str = "tea") -> list[str]:
        reader = Searcher(self.file, writer.name)
        try:
            return texts(reader.search("lobby", words, 10_000, writer.last))
        finally:
            reader.close()

    def test_messages_are_indexed_in_batches(self) -> None:
        """Storing does not wait for it."""
        writer = self.writer()
        for n in range(INDEX_THRESHOLD - 1):
            self.store(writer, said(f"tea {n}"))
        self.assertFalse(writer.needs_maintenance)
        self.assertEqual(writer.indexed, 0)
        self.store(writer, said("tea at last"))
        self.assertEqual(self.maintain(writer), 1)
        self.assertEqual(len(self.found(writer)), INDEX_THRESHOLD)
        self.assertEqual(writer.indexed, writer.last)
        self.check_search(writer)

    def test_rounds_are_bounded_and_continue(self) -> None:
        """No batch waits for long."""
        self.patch(sqlite_indexing, "MAX_INDEX_ROWS", 300)
        writer = self.writer()
        expected = [f"tea {n}" for n in range(1_000)]
        self.store(writer, *map(said, expected))
        self.assertEqual(self.maintain(writer), 3)
        self.assertEqual(writer.indexed, 900)
        self.index(writer)
        self.assertEqual(self.found(writer), expected)
        self.check_search(writer)

    def test_close_indexes_everything(self) -> None:
        """The file can be searched as it is."""
        self.patch(sqlite_indexing, "MAX_INDEX_ROWS", 2)
        writer = self.writer()
        self.store(writer, *(said(f"tea {n}") for n in range(5)))
        writer.close()
        self.assertEqual(len(self.found(writer)), 5)
        again = self.writer()
        self.assertEqual(again.indexed, again.last)
        self.check_search(again)

    def test_newest_messages_are_left_out(self) -> None:
        """They may yet be deleted; a search finds them all the same."""
        self.patch(sqlite_indexing, "KEPT_ROWS", 100)
        writer = self.writer()
        for n in range(50):
            self.store(writer, *(said(f"tea {n}.{m}") for m in range(10)))
        self.maintain(writer)
        self.assertEqual((writer.settled, writer.indexed), (400, 400))
        self.assertEqual(len(self.found(writer)), 500)
        writer.close()
        again = self.writer()
        self.assertEqual((again.settled, again.indexed), (400, 400))
        self.store(again, *(said(f"tea {m}") for m in range(10)))
        self.assertEqual(again.settled, 410)
        self.check_search(again)

    def test_little_text_is_left_out(self) -> None:
        """A search looks at all of it."""
        self.patch(sqlite_indexing, "KEPT_ROWS", 100)
        self.patch(sqlite_indexing, "KEPT_CHARACTERS", 1_000)
        writer = self.writer()
        for n in range(20):
            self.store(writer, said(f"tea {n} " + "x" * 200))
        self.assertEqual(writer.settled, 16)
        writer.close()
        self.assertEqual(self.writer().settled, 16)

    def test_indexing_continues_after_a_kill(self) -> None:
        """Where it had ended."""
        writer = self.writer()
        self.store(writer, said("tea one"), said("tea two"))
        self.index(writer)
        self.store(writer, said("tea three"), said("tea four"))
        copy = self.folder / "copy.sqlite"
        for end in ("", "-wal"):
            shutil.copy(f"{self.path}{end}", f"{copy}{end}")
        self.file = self.opened(copy)
        after = self.writer()
        self.assertEqual((after.indexed, after.last), (2, 4))
        self.store(after, said("tea five"))
        self.check_search(after)
        self.assertEqual(len(self.found(after)), 5)

    def test_rebuilt_index_has_no_duplicates(self) -> None:
        """By the command in docs/operations.md."""
        writer = self.writer()
        self.store(writer, said("tea one"))
        self.index(writer)
        self.store(writer, said("tea two"))
        connection = self.file.connect_writer()
        connection.execute("INSERT INTO search (search) VALUES ('rebuild')")
        connection.close()
        self.assertEqual(self.found(writer), ["tea one", "tea two"])
        self.check_search(writer)
        self.assertEqual(self.found(writer), ["tea one", "tea two"])

    def test_failed_round_is_repeated_later(self) -> None:
        """Every message is found once."""
        self.patch(sqlite_indexing, "INDEX_THRESHOLD", 2)
        for statement, after in (
            ("BEGIN", False),
            ("INSERT INTO search", False),
            ("UPDATE journal", True),
            ("COMMIT", False),
            ("COMMIT", True),
        ):
            writer = self.writer()
            before = writer.last
            self.store(writer, said("tea"), said("tea"))
            failing = self.make_fail(writer, statement, "SQLITE_FULL", after=after)
            writer.maintain()
            self.assertTrue(failing.closed)
            # With the next batches, and not over and over.
            self.assertFalse(writer.needs_maintenance)
            self.store(writer, said("tea"))
            self.store(writer, said("tea"))
            self.assertTrue(writer.needs_maintenance)
            self.maintain(writer)
            self.assertEqual(writer.indexed, before + 4)
            self.assertEqual(len(self.found(writer)), before + 4)
            self.check_search(writer)
            writer.close()

    def test_failed_indexing_by_a_search_is_explained(self) -> None:
        """Storing is not affected."""
        writer = self.writer()
        self.store(writer, said("tea"))
        self.make_fail(writer, "INSERT INTO search", "SQLITE_FULL")
        self.assertIn("is full", self.refusal(writer.index))
        self.store(writer, said("tea"))
        self.check_search(writer)
        connection = writer._connection
        assert connection is not None
        full = connection.execute("PRAGMA synchronous").fetchone()
        self.assertEqual(full, (2,))

    def test_failed_indexing_does_not_stop_close(self) -> None:
        """The next start continues."""
        writer = self.writer()
        self.store(writer, said("tea"))
        self.make_fail(writer, "INSERT INTO search", "SQLITE_FULL")
        writer.close()
        again = self.writer()
        self.assertEqual((again.indexed, again.last), (0, 1))
        self.check_search(again)
