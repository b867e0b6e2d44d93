"""Tests of twisted_chat.journals.sqlite.history, beside the journals' contract."""

from __future__ import annotations

import sqlite3
from typing import NoReturn

from twisted.internet.defer import Deferred

from tests.support.journals import said, texts
from tests.support.sqlite import SqliteTestCase
from twisted_chat.core.events import TopicSet
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.sqlite import indexing as sqlite_indexing


class HistoryTests(SqliteTestCase):
    """What was announced, and nothing else."""

    def test_message_is_history_or_announced_and_never_both(self) -> None:
        """For a client that joins while it is stored."""
        journal = self.started()
        self.append(journal, said("one"))
        reading = self.threads.made[1]
        reading.hold = True
        asked = Deferred.fromCoroutine(journal.history.room("lobby", 10))
        self.append(journal, said("two"), TopicSet("lobby", "a", "weather", "a"))
        reading.work()
        self.assertEqual(texts(self.successResultOf(asked).recent), ["one"])
        state = self.run_now(journal.history.room("lobby", 10))
        self.assertEqual(reading.waiting, [])
        self.assertEqual(
            (state.topic, texts(state.recent)), ("weather", ["one", "two"])
        )

    def test_room_has_at_most_the_messages_kept(self) -> None:
        """Also while older ones are not trimmed yet."""
        first = self.started(keep=30)
        self.append(first, *(said(str(n)) for n in range(32)))
        self.assertEqual(len(self.run_now(first.history.room("lobby", 100)).recent), 30)
        self.assertEqual(
            len(self.run_now(first.history.page(HistoryQuery("lobby", 100)))), 32
        )


class SearchTests(SqliteTestCase):
    """Messages are indexed in the background, or by a search."""

    def test_search_finds_all_that_was_announced(self) -> None:
        """However recently."""
        self.patch(sqlite_indexing, "MAX_INDEX_ROWS", 3)
        journal = self.started()
        for n in range(5):
            self.append(journal, said(f"tea {n}"), said("and cake"))
            hits = self.run_now(journal.history.search("lobby", "tea", 10))
            self.assertEqual(texts(hits), [f"tea {m}" for m in range(n + 1)])

    def test_messages_are_indexed_in_the_background(self) -> None:
        """Without any search."""
        self.patch(sqlite_indexing, "KEPT_ROWS", 0)
        journal = self.started()
        for n in range(sqlite_indexing.INDEX_THRESHOLD):
            self.append(journal, said(f"tea {n}"))
        rows = self.connection(journal).execute("SELECT searchable FROM journal")
        self.assertEqual(rows.fetchone(), (sqlite_indexing.INDEX_THRESHOLD,))

    def test_search_while_the_chat_closes_is_refused(self) -> None:
        """No thread is left running."""
        self.patch(sqlite_indexing, "MAX_INDEX_ROWS", 1)
        self.patch(sqlite_indexing, "KEPT_ROWS", 0)
        journal = self.started()
        self.append(journal, said("tea one"), said("tea two"))
        writing = self.threads.made[0]
        writing.hold = True
        asked = Deferred.fromCoroutine(journal.history.search("lobby", "tea", 10))
        closing = Deferred.fromCoroutine(journal.close())
        writing.work()
        self.successResultOf(closing)
        failure = self.failureResultOf(asked, StoreError)
        self.assertIn("shutting down", str(failure.value))
        self.assertEqual(self.threads.running(), [])

    def test_search_that_cannot_index_is_refused(self) -> None:
        """Storing is not affected."""
        self.patch(sqlite_indexing, "KEPT_ROWS", 0)
        journal = self.started()
        self.append(journal, said("tea"))
        error = sqlite3.OperationalError("as the test wants it")
        error.sqlite_errorname = "SQLITE_FULL"

        def fails(_connection: object) -> NoReturn:
            raise error

        self.patch(sqlite_indexing, "relaxed_transaction", fails)
        self.assertIn("full", self.refused(journal.history.search("lobby", "tea", 10)))
        self.assertIsNone(journal.problem())
