"""Tests of twisted_chat.journals.recent."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.journals.contract import said, texts
from twisted_chat.core.events import Event, Joined, Stored, TopicSet
from twisted_chat.core.interfaces import RoomState
from twisted_chat.journals.recent import LINES, ROOMS, Recent


class RecentTests(SynchronousTestCase):
    """What a newcomer is shown without a question to the store."""

    def setUp(self) -> None:
        self.recent = Recent()
        self.number = 0

    def stored(self, event: Event) -> Stored:
        self.number += 1
        return Stored(f"{self.number:04d}", 0, event)

    def heard(self, *events: Event) -> None:
        self.recent.heard([self.stored(event) for event in events])

    def load(self, room: str, *said_before: str, topic: str = "") -> None:
        lines = self.recent.expect(room)
        known = tuple(self.stored(said(text, room)) for text in said_before)
        self.recent.fill(lines, RoomState(topic, known))

    def test_unknown_until_it_was_asked_for(self) -> None:
        """The store is asked for what happened before."""
        self.heard(said("hi"))
        self.assertIsNone(self.recent.state("lobby", 10))

    def test_what_is_said_while_the_store_is_asked(self) -> None:
        """Nothing is missing and nothing is there twice."""
        lines = self.recent.expect("lobby")
        self.heard(said("two"), said("elsewhere", room="x"), Joined("lobby", "a", "b"))
        self.assertIsNone(self.recent.state("lobby", 10))
        before = (self.stored(said("one")),)
        self.recent.fill(lines, RoomState("topic", before))
        self.recent.fill(lines, RoomState("topic", before))
        self.heard(said("three"))
        state = self.recent.state("lobby", 10)
        assert state is not None
        self.assertEqual(texts(state.recent), ["one", "two", "three"])
        self.assertEqual(state.topic, "topic")

    def test_the_topic_is_the_last_one(self) -> None:
        """A topic set while the store is asked is newer than the store's."""
        lines = self.recent.expect("lobby")
        self.heard(TopicSet("lobby", "a", "", "a"))
        self.recent.fill(lines, RoomState("old", ()))
        self.assertEqual(self.recent.state("lobby", 1), RoomState("", ()))
        self.heard(TopicSet("lobby", "a", "new", "a"), TopicSet("x", "a", "y", "a"))
        self.assertEqual(self.recent.state("lobby", 1), RoomState("new", ()))

    def test_as_many_as_were_asked_for(self) -> None:
        """``--history 2`` shows two, ``--history 0`` none."""
        self.load("lobby", "one", "two", "three")
        two = self.recent.state("lobby", 2)
        none = self.recent.state("lobby", 0)
        assert two is not None
        assert none is not None
        self.assertEqual(texts(two.recent), ["two", "three"])
        self.assertEqual(none.recent, ())

    def test_more_than_is_at_hand(self) -> None:
        """Who wants a longer history gets it from the store."""
        self.load("lobby", "one")
        self.assertIsNone(self.recent.state("lobby", LINES + 1))

    def test_memory_is_bounded(self) -> None:
        """Rooms without end take memory for some of them only."""
        for number in range(ROOMS):
            self.load(f"room{number}", *["x"] * (LINES + 5))
        self.assertIsNotNone(self.recent.state("room0", 1))
        self.load("one more", "x")
        self.assertIsNotNone(self.recent.state("room0", 1))
        self.assertIsNone(self.recent.state("room1", 1))
        self.heard(*[said("y", room="room0")] * 10)
        self.assertEqual(len(self.recent._rooms), ROOMS)
        self.assertEqual(len(self.recent._rooms["room0"].lines), LINES)
