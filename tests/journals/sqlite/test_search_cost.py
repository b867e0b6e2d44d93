"""Tests of twisted_chat.journals.sqlite.search_cost."""

from __future__ import annotations

from tests.support.journals import said
from tests.support.sqlite import WriterTestCase
from twisted_chat.journals.sqlite.search_cost import PAGE_SECONDS, search_seconds


class CostTests(WriterTestCase):
    """An estimate by the pages of the index."""

    def test_pages_of_the_index_are_counted_for_each_word(self) -> None:
        """Many for the beginning of many, at least one of each segment for any."""
        writer = self.writer()
        for n in range(20):
            self.store(writer, *(said(f"tea w{n}a{m} z") for m in range(200)))
            self.index(writer)
            while writer.needs_maintenance:
                writer.maintain()
        connection = self.connection(writer)
        (every,) = connection.execute(
            "SELECT count(*) FROM search_data WHERE id > 10"
        ).fetchone()
        (segments,) = connection.execute(
            "SELECT count(DISTINCT segid) FROM search_idx"
        ).fetchone()

        def pages(*phrases: str) -> int:
            return round(search_seconds(connection, phrases) / PAGE_SECONDS)

        self.assertGreater(pages("w"), every / 2)
        self.assertLessEqual(pages("w"), every)
        for word in ("a", "w1a10", "zz", "ёлка", "green zz"):
            self.assertIn(pages(word), range(segments, 3 * segments + 1), word)
        self.assertEqual(pages("w", "zz"), pages("w") + pages("zz"))

    def test_empty_index_costs_nothing(self) -> None:
        """Nothing was said yet."""
        self.assertEqual(search_seconds(self.connection(self.writer()), ["tea"]), 0)
