"""Tests of twisted_chat.journals.sqlite.searcher; the contract has most of them."""

from __future__ import annotations

from itertools import count

from tests.journals.search_contract import SearchContract
from tests.support.journals import said, texts
from tests.support.sqlite import SqliteTestCase, WriterTestCase
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.core.interfaces import SearchTimeout
from twisted_chat.core.limits import SEARCH_TIME
from twisted_chat.journals.retention import KEEP_ALL, Retention
from twisted_chat.journals.sqlite import searcher as sqlite_searcher
from twisted_chat.journals.sqlite.journal import SqliteJournal
from twisted_chat.journals.sqlite.searcher import SCANNED_MESSAGES, Searcher


class SearcherTestCase(WriterTestCase):
    """A writer and a searcher."""

    def setUp(self) -> None:
        super().setUp()
        self.written = self.writer()
        self.searcher = Searcher(self.file, self.written.name)
        self.addCleanup(self.searcher.close)

    def found(self, words: str, limit: int = 10, room: str = "lobby") -> list[str]:
        last = self.written.last
        return texts(self.searcher.search(room, words, limit, last))


class ScanTests(SearcherTestCase):
    """The newest messages, which are looked at one by one."""

    def test_newest_and_older_messages_are_found_together(self) -> None:
        """Each once, in order, wherever the first search ends."""
        every = [f"tea {n}" for n in range(20)]
        self.store(self.written, *map(said, every))
        self.index(self.written)
        for scanned in range(0, 22, 3):
            for portion in (1, 2, 7):
                self.patch(sqlite_searcher, "SCANNED_MESSAGES", scanned)
                self.patch(sqlite_searcher, "SCAN_PORTION", portion)
                for limit in (1, 5, 19, 20, 30):
                    self.assertEqual(self.found("tea", limit), every[-limit:])
                self.assertEqual(self.found("3"), ["tea 3"])

    def test_index_is_not_used_if_the_newest_messages_are_enough(self) -> None:
        """It would read all messages with a common word."""
        self.store(self.written, *(said("tea") for _ in range(SCANNED_MESSAGES + 50)))
        self.store(self.written, said("tea", room="x"))
        self.index(self.written)
        self.patch(sqlite_searcher, "_SEARCH", "no SQL")
        self.assertEqual(self.found("t", 20), ["tea"] * 20)
        self.assertEqual(self.found("coffee", room="x"), [])
        self.assertEqual(self.found("coffee", room="empty"), [])
        self.assertIn("cannot use", self.refusal(lambda: self.found("coffee")))

    def test_long_messages_are_looked_at_only_up_to_a_size(self) -> None:
        """The index finds those before them."""
        self.patch(sqlite_searcher, "SCANNED_CHARACTERS", 1_000)
        self.patch(sqlite_searcher, "SCAN_PORTION", 2)
        texts = [f"tea {n} " + "x" * 400 for n in range(9)]
        self.store(self.written, *map(said, texts))
        self.index(self.written)
        self.assertEqual(self.found("tea"), texts)
        connection = self.connection(self.written)
        connection.execute("INSERT INTO search (search) VALUES ('delete-all')")
        self.assertEqual(len(self.found("tea")), 4)

    def test_messages_that_are_not_indexed_are_looked_at_all(self) -> None:
        """However many and however long they are; older ones are in the index."""
        self.patch(sqlite_searcher, "SCANNED_CHARACTERS", 1_000)
        self.patch(sqlite_searcher, "SCANNED_MESSAGES", 4)
        self.patch(sqlite_searcher, "SCAN_PORTION", 2)
        texts = [f"tea {n} " + "x" * 400 for n in range(20)]
        self.store(self.written, *map(said, texts[:9]))
        self.index(self.written)
        self.store(self.written, *map(said, texts[9:]))
        self.assertEqual(self.found("tea", 100), texts)

    def test_any_limit_is_accepted(self) -> None:
        """Clients may send any number."""
        self.store(self.written, said("tea"))
        self.index(self.written)
        for limit, found in ((0, 0), (-1, 0), (10**30, 1)):
            self.assertEqual(len(self.found("tea", limit)), found)

    def test_nothing_newer_than_announced_is_found(self) -> None:
        """Or it would be shown twice."""
        self.store(self.written, *(said(f"tea {n}") for n in range(5)))
        self.index(self.written)
        for scanned in (0, 2, 100):
            self.patch(sqlite_searcher, "SCANNED_MESSAGES", scanned)
            hits = self.searcher.search("lobby", "tea", 10, 3)
            self.assertEqual(texts(hits), ["tea 0", "tea 1", "tea 2"])

    def test_closed_searcher_refuses_searches(self) -> None:
        """It can be interrupted all the same."""
        self.searcher.close()
        self.searcher.interrupt()
        line = self.refusal(lambda: self.searcher.search("lobby", "tea", 10, 1))
        self.assertIn("shutting down", line)


class IndexContractTests(SearchContract, SqliteTestCase):
    """The index finds the same as those who look at messages one by one."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(sqlite_searcher, "SCANNED_MESSAGES", 0)

    def make(self, retention: Retention = KEEP_ALL) -> SqliteJournal:
        """One on a file of its own."""
        self.path = self.folder / f"chat{len(self.threads.made)}.sqlite"
        return super().make(retention)


class TimeTests(SearcherTestCase):
    """What a search may cost."""

    def test_search_reads_a_bounded_number_of_hits(self) -> None:
        """However often the words are used in other rooms."""
        few = sqlite_searcher._SEARCH.replace("50000", "5")
        self.patch(sqlite_searcher, "_SEARCH", few)
        self.patch(sqlite_searcher, "SCANNED_MESSAGES", 0)
        self.store(self.written, said("tea mine"))
        self.store(self.written, *(said("tea", room="x") for _ in range(4)))
        self.index(self.written)
        self.assertEqual(len(self.searcher.search("lobby", "tea", 10, 5)), 1)
        self.store(self.written, said("tea", room="x"))
        self.index(self.written)
        self.assertEqual(len(self.searcher.search("lobby", "tea", 10, 6)), 0)
        self.assertEqual(len(self.searcher.search("lobby", "tea mine", 10, 6)), 1)

    def test_search_returns_what_it_finds_in_time(self) -> None:
        """The last messages; the others would take too long."""
        self.patch(sqlite_searcher, "PROGRESS_STEPS", 1)
        self.patch(sqlite_searcher, "SCANNED_MESSAGES", 0)
        self.patch(sqlite_searcher, "search_seconds", lambda *_: 0.0)
        self.store(self.written, *(said(f"tea {n}") for n in range(20)))
        self.index(self.written)
        looks, step = count(), 0.0
        searcher = Searcher(self.file, self.written.name, lambda: next(looks) * step)
        self.addCleanup(searcher.close)
        # The second one does not have to read the schema.
        for _ in range(2):
            looks = count()
            self.assertEqual(len(searcher.search("lobby", "tea", 20, 20)), 20)
        step = SEARCH_TIME / (next(looks) - 10)
        looks = count()
        with self.assertRaises(SearchTimeout) as timeout:
            searcher.search("lobby", "tea", 20, 20)
        hits = texts(timeout.exception.found)
        self.assertIn(len(hits), range(1, 20))
        self.assertEqual(hits, [f"tea {n}" for n in range(20)][-len(hits) :])
        # The next query is not interrupted.
        self.assertEqual(len(searcher.page(HistoryQuery("lobby", 20), 20)), 20)

    def test_search_that_would_take_too_long_is_not_begun(self) -> None:
        """What the newest messages have is found."""
        self.patch(sqlite_searcher, "SCANNED_MESSAGES", 5)
        self.store(self.written, *(said(f"tea {n}") for n in range(20)))
        self.index(self.written)
        searcher = Searcher(self.file, self.written.name, lambda: 0.0)
        self.addCleanup(searcher.close)
        self.patch(sqlite_searcher, "search_seconds", lambda *_: 0.2)
        self.assertEqual(len(searcher.search("lobby", "tea", 20, 20, 0.3)), 20)
        self.patch(sqlite_searcher, "_SEARCH", "no SQL")
        with self.assertRaises(SearchTimeout) as timeout:
            searcher.search("lobby", "tea", 20, 20, 0.1)
        hits = texts(timeout.exception.found)
        self.assertEqual(hits, [f"tea {n}" for n in range(15, 20)])
