"""Tests of twisted_chat.journals.sqlite.pages."""

from __future__ import annotations

from tests.support.sqlite import ManyDeletedTestCase
from twisted_chat.journals.sqlite import pages as sqlite_pages


class PagesTests(ManyDeletedTestCase):
    """How many there are, and fewer."""

    def test_count_is_the_size_of_the_file_after_a_checkpoint(self) -> None:
        """In pages."""
        self.connection(self.one).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        size = self.path.stat().st_size
        self.assertEqual(self.pages.count * self.pages.size, size)
        self.assertEqual(self.pages.used + self.pages.unused, self.pages.count)

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
