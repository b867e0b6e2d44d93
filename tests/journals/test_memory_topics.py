"""Tests of twisted_chat.journals.memory_topics, beside the contract of all journals."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.journals import memory_topics
from twisted_chat.journals.memory_topics import MemoryTopics
from twisted_chat.journals.retention import LOBBY, UNUSED_MS


class MemoryTopicsTests(SynchronousTestCase):
    """Which topics are dropped."""

    def setUp(self) -> None:
        self.topics = MemoryTopics()

    def of(self, *rooms: str) -> list[str]:
        return [self.topics.get(room) for room in rooms]

    def test_empty_topic_is_none(self) -> None:
        """Its room is known no more."""
        self.topics.set("tea", "green", 1, "al")
        self.assertEqual(self.of("tea", "coffee"), ["green", ""])
        self.topics.set("tea", "", 2, "al")
        self.assertEqual(self.of("tea"), [""])

    def test_number_of_topics_is_bounded(self) -> None:
        """The one of the room that was used longest ago is dropped, but the lobby's."""
        self.patch(memory_topics, "KEPT_TOPICS", 3)
        self.topics.set(LOBBY, "all", 0, "al")
        for n in range(4):
            self.topics.set(f"r{n}", f"t{n}", n, "al")
            self.topics.use("r0", n)
        self.assertEqual(
            self.of(LOBBY, "r0", "r1", "r2", "r3"), ["all", "t0", "", "", "t3"]
        )

    def test_topics_of_unused_rooms_are_dropped(self) -> None:
        """Not those of rooms with members, and not the lobby's."""
        for room in (LOBBY, "full", "empty"):
            self.topics.set(room, "topic", 0, "al")
        self.topics.trim(UNUSED_MS, ("full",))
        self.assertEqual(self.of(LOBBY, "full", "empty"), ["topic"] * 3)
        self.topics.trim(UNUSED_MS + 1, ("full",))
        self.assertEqual(self.of(LOBBY, "full", "empty"), ["topic", "topic", ""])
