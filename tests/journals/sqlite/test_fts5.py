"""Tests of twisted_chat.journals.sqlite.fts5."""

from __future__ import annotations

from tests.support.sqlite import ManyDeletedTestCase
from twisted_chat.journals.sqlite.fts5 import indexed_messages


class Fts5Tests(ManyDeletedTestCase):
    """What FTS5 notes, compared with what is there."""

    def test_pages_of_the_search_are_about_those_that_it_has(self) -> None:
        """Counted without reading them."""
        (exact,) = (
            self.connection(self.one)
            .execute("SELECT count(*) FROM search_data WHERE length(block) > 100")
            .fetchone()
        )
        self.assertAlmostEqual(self.pages.search_pages, exact, delta=exact / 5 + 10)

    def test_messages_in_the_index_are_counted(self) -> None:
        """As FTS5 has noted them."""
        connection = self.connection(self.one)
        self.assertEqual(indexed_messages(connection), 4_000)
        self.delete(3_990)
        self.assertEqual(indexed_messages(connection), 10)
        self.delete(4_000)
        self.assertEqual(indexed_messages(connection), 0)
