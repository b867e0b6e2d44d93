"""Tests of twisted_chat.journals.sqlite.pages."""

from __future__ import annotations

import sqlite3

from tests.support.journals import said
from tests.support.sqlite import WriterTestCase
from twisted_chat.journals.sqlite import pages as sqlite_pages
from twisted_chat.journals.sqlite.pages import Pages
from twisted_chat.journals.sqlite.writer import Writer


class PagesTests(WriterTestCase):
    """A file of which most is deleted."""

    def setUp(self) -> None:
        super().setUp()
        self.one = self.writer()
        for n in range(20):
            some = (said(f"tea {n}.{m} " + "x" * 60) for m in range(200))
            self.store(self.one, *some)
            self.index(self.one)
        self.pages = Pages(self.connection(self.one))

    def connection(self, writer: Writer) -> sqlite3.Connection:
        connection = writer._connection
        assert connection is not None
        return connection

    def delete(self, until: int) -> None:
        connection = self.connection(self.one)
        connection.execute(
            "INSERT INTO search (search, rowid, text)"
            " SELECT 'delete', id, text FROM events WHERE id <= ?",
            (until,),
        )
        connection.execute("DELETE FROM events WHERE id <= ?", (until,))

    def test_count_is_the_size_of_the_file_after_a_checkpoint(self) -> None:
        """In pages."""
        self.connection(self.one).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        size = self.path.stat().st_size
        self.assertEqual(self.pages.count * self.pages.size, size)
        self.assertEqual(self.pages.used + self.pages.unused, self.pages.count)

    def test_pages_of_the_search_are_about_those_that_it_has(self) -> None:
        """Counted without reading them."""
        (exact,) = (
            self.connection(self.one)
            .execute("SELECT count(*) FROM search_data WHERE length(block) > 100")
            .fetchone()
        )
        self.assertAlmostEqual(self.pages.search_pages, exact, delta=exact / 5 + 10)

    def test_merged_search_has_no_remains_of_what_was_deleted(self) -> None:
        """In portions."""
        self.patch(sqlite_pages, "MERGE_PAGES", 1)
        before = self.pages.search_pages
        self.delete(3_600)
        self.assertGreater(self.pages.search_pages, before * 0.9)
        portions = sum(1 for _ in self.pages.merge_search())
        self.assertGreater(portions, 1)
        self.assertLess(self.pages.search_pages, before / 4)
        self.check_search(self.one)

    def test_search_without_remains_is_merged_at_once(self) -> None:
        """It ends, and changes nothing."""
        for _ in self.pages.merge_search():
            pass
        self.assertEqual(sum(1 for _ in self.pages.merge_search()), 1)

    def test_merge_ends_while_others_store_messages(self) -> None:
        """Between its portions."""
        self.delete(3_600)
        for portion, _ in enumerate(self.pages.merge_search()):
            self.store(self.one, said("tea"), said("tea"), said("tea"))
            self.assertLess(portion, 100)
        self.check_search(self.one)

    def test_file_shrinks_in_portions(self) -> None:
        """To little more than what is in it."""
        self.patch(sqlite_pages, "VACUUM_PAGES", 10)
        before = self.pages.count
        self.delete(3_600)
        unused = self.pages.unused
        portions = sum(1 for _ in self.pages.shrink())
        self.assertGreater(portions, unused // 20)
        self.assertLess(self.pages.count, before / 2)
        self.assertLessEqual(self.pages.unused, self.pages.count // 16)
        full = self.connection(self.one).execute("PRAGMA synchronous").fetchone()
        self.assertEqual(full, (2,))
        self.check_search(self.one)

    def test_few_unused_pages_are_left(self) -> None:
        """The next messages use them."""
        self.delete(100)
        self.assertEqual(sum(1 for _ in self.pages.shrink()), 0)
