"""Tests of twisted_chat.journals.sqlite.reader; the contract has most of them."""

from __future__ import annotations

from contextlib import closing

from tests.support.journals import said, texts
from tests.support.sqlite import WriterTestCase
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.core.interfaces import MissedEvents
from twisted_chat.journals.sqlite import reader as sqlite_reader
from twisted_chat.journals.sqlite.reader import Reader


class ReaderTests(WriterTestCase):
    """Queries, each on a snapshot up to a given id."""

    def setUp(self) -> None:
        super().setUp()
        self.written = self.writer()
        self.reader = Reader(self.file, self.written.name)
        self.addCleanup(self.reader.close)

    def test_nothing_newer_than_announced_is_returned(self) -> None:
        """Or it would be shown twice."""
        self.store(self.written, *(said(f"tea {n}") for n in range(5)))
        self.index(self.written)
        name = self.written.name
        room = self.reader.room("lobby", 10, 3)
        self.assertEqual(texts(room.recent), ["tea 0", "tea 1", "tea 2"])
        self.assertEqual(len(self.reader.page(HistoryQuery("lobby", 10), 3)), 3)
        end = f"{name}-{5:016d}"
        self.assertEqual(
            len(self.reader.page(HistoryQuery("lobby", 10, end=end), 3)), 3
        )
        missed = self.reader.since(f"{name}-{1:016d}", ["lobby"], "x", 10, 3)
        self.assertEqual((missed.complete, len(missed.events)), (True, 2))
        missed = self.reader.since(end, ["lobby"], "x", 10, 3)
        self.assertEqual(missed, MissedEvents(False, ()))

    def test_any_limit_is_accepted(self) -> None:
        """Clients may send any number."""
        self.store(self.written, said("tea"))
        self.index(self.written)
        for limit, found in ((0, 0), (-1, 0), (10**30, 1)):
            self.assertEqual(
                len(self.reader.page(HistoryQuery("lobby", limit), 1)), found
            )
            self.assertEqual(len(self.reader.room("lobby", limit, 1).recent), found)

    def test_damaged_file_is_explained(self) -> None:
        """The error says what to do."""
        self.store(self.written, *(said("tea" * 1000) for _ in range(100)))
        self.written.close()
        self.reader.close()
        content = bytearray(self.path.read_bytes())
        content[4096:-4096] = b"\xff" * (len(content) - 2 * 4096)
        self.path.write_bytes(content)
        reader = Reader(self.file, self.written.name)
        self.addCleanup(reader.close)
        line = self.refusal(lambda: reader.page(HistoryQuery("lobby", 10), 100))
        self.assertIn("restore it from a backup", line)

    def test_closed_reader_refuses_queries(self) -> None:
        """Closing it again has no effect."""
        self.reader.close()
        self.reader.close()
        line = self.refusal(lambda: self.reader.page(HistoryQuery("lobby", 10), 1))
        self.assertIn("shutting down", line)

    def test_what_was_missed_is_read_by_indexes(self) -> None:
        """It takes no longer in a long history than in a short one."""
        with closing(self.file.connect_reader()) as connection:
            for query, index in zip(
                sqlite_reader._SINCE,
                ("said", "topics_set", "whispered", "whispered_to"),
                strict=True,
            ):
                values = (1,) * query.count("?")
                plan = str(
                    connection.execute("EXPLAIN QUERY PLAN " + query, values).fetchall()
                )
                self.assertIn(f"USING INDEX {index} ", plan)
                self.assertNotIn("TEMP B-TREE", plan)
