"""Tests of twisted_chat.journals.sqlite.merging."""

from __future__ import annotations

from tests.support.journals import said
from tests.support.sqlite import ManyDeletedTestCase
from twisted_chat.journals.sqlite import merging as sqlite_merging
from twisted_chat.journals.sqlite.merging import merge_all


class MergingTests(ManyDeletedTestCase):
    """The segments of the full-text search."""

    def test_merged_search_has_no_remains_of_what_was_deleted(self) -> None:
        """In portions."""
        self.patch(sqlite_merging, "MERGE_PAGES", 1)
        before = self.pages.search_pages
        self.delete(3_600)
        self.assertGreater(self.pages.search_pages, before * 0.9)
        portions = sum(1 for _ in merge_all(self.connection(self.one)))
        self.assertGreater(portions, 1)
        self.assertLess(self.pages.search_pages, before / 4)
        self.check_search(self.one)

    def test_search_without_remains_is_merged_at_once(self) -> None:
        """It ends, and changes nothing."""
        for _ in merge_all(self.connection(self.one)):
            pass
        self.assertEqual(sum(1 for _ in merge_all(self.connection(self.one))), 1)

    def test_merge_ends_while_others_store_messages(self) -> None:
        """Between its portions."""
        self.delete(3_600)
        for portion, _ in enumerate(merge_all(self.connection(self.one))):
            self.store(self.one, said("tea"), said("tea"), said("tea"))
            self.assertLess(portion, 100)
        self.check_search(self.one)

    def test_segments_stay_few_while_messages_arrive(self) -> None:
        """Or each search would look at all of them."""
        connection = self.connection(self.one)
        most = 0
        for n in range(200):
            self.store(self.one, said(f"tea {n}"))
            self.one.index()
            self.one.maintain()
            (segments,) = connection.execute(
                "SELECT count(DISTINCT segid) FROM search_idx"
            ).fetchone()
            most = max(most, segments)
        self.assertLess(most, 30)
        self.check_search(self.one)
