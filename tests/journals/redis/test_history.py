"""Tests of twisted_chat.journals.redis.history, beside the contract of all journals."""

from __future__ import annotations

from tests.support.journals import said, texts
from tests.support.redis import FakeRedisTestCase
from twisted_chat.journals.redis import history as redis_history
from twisted_chat.journals.redis.history import PAGE_SIZE, RedisHistory
from twisted_chat.journals.redis.position import StreamPosition


class RedisHistoryTests(FakeRedisTestCase):
    """The history of a long room."""

    def setUp(self) -> None:
        super().setUp()
        self.server, announced = self.start()
        self.store(self.server, *(said(f"number {n}") for n in range(1, 1000)))
        last = StreamPosition.parse(announced[989].position)
        assert last is not None
        # Nine messages are not announced yet.
        self.history = RedisHistory(lambda: self.server._reader, lambda: last)

    def search(self, words: str, limit: int = 5) -> list[str]:
        return texts(self.result(self.history.search("lobby", words, limit)))

    def test_search_reads_page_by_page(self) -> None:
        """It finds old messages, and none that was not announced."""
        self.assertEqual(self.search("12"), [f"number {n}" for n in range(125, 130)])
        self.assertEqual(self.search("12", 99)[0], "number 12")
        self.assertEqual(self.search("995"), [])
        self.assertEqual(self.search("3", 1), ["number 399"])

    def test_search_reads_a_bounded_number_of_messages(self) -> None:
        """However rare the words are."""
        self.patch(redis_history, "MAX_SEARCHED", 2 * PAGE_SIZE)
        self.assertEqual(self.search("12"), [])
        self.assertEqual(len(self.search("number", 999)), 2 * PAGE_SIZE)

    def test_search_reads_a_bounded_amount_of_text(self) -> None:
        """A thousand long messages take as much time as many short ones."""
        self.patch(redis_history, "MAX_SEARCHED_CHARACTERS", 3 * PAGE_SIZE)
        self.assertEqual(len(self.search("number", 999)), PAGE_SIZE)

    def test_history_ends_with_what_was_announced(self) -> None:
        """A client must not receive as history what is about to be announced."""
        recent = self.result(self.history.room("lobby", 2)).recent
        self.assertEqual(texts(recent), ["number 989", "number 990"])
