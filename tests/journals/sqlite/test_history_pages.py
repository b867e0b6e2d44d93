"""Tests of twisted_chat.journals.sqlite.history_pages."""

from __future__ import annotations

from contextlib import closing

from tests.support.sqlite import WriterTestCase
from twisted_chat.core.events import TopicSet
from twisted_chat.core.history_query import DirectMessages, HistoryQuery
from twisted_chat.journals.sqlite.history_pages import ROOM_EVENTS_OF_A_ROOM, statements

TOPICS = frozenset({TopicSet})


class IndexTests(WriterTestCase):
    """A page of a long history takes no longer than one of a short one."""

    def test_pages_are_read_by_their_indexes(self) -> None:
        """In their order, whether the first or the last events are asked for."""
        self.writer()
        with closing(self.file.connect_reader()) as connection:
            for source, indexes in (
                ("lobby", ("said", "topics_set")),
                (DirectMessages("@1"), ("whispered", "whispered_to")),
                (DirectMessages("@1", "@2"), ("exchanged", "exchanged")),
            ):
                for first in (False, True):
                    query = HistoryQuery(source, 9, first=first, besides=TOPICS)
                    for (statement, _), index in zip(
                        statements(query), indexes, strict=True
                    ):
                        values = (1,) * statement.count("?")
                        plan = connection.execute(
                            f"EXPLAIN QUERY PLAN {statement}", values
                        )
                        found = str(plan.fetchall())
                        self.assertIn(f"USING INDEX {index} ", found)
                        self.assertNotIn("TEMP B-TREE", found)

    def test_room_events_are_among_the_last_ones(self) -> None:
        """So no more of them are read than are kept; they are in no history."""
        self.writer()
        with closing(self.file.connect_reader()) as connection:
            plan = connection.execute(
                f"EXPLAIN QUERY PLAN {ROOM_EVENTS_OF_A_ROOM} ORDER BY id DESC", (1,) * 3
            )
            found = str(plan.fetchall())
        self.assertEqual(found.count("USING INDEX others"), 2)
        self.assertNotIn("TEMP B-TREE", found)
