"""Tests of twisted_chat.journals.recent."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import said, texts
from twisted_chat.core.events import Event, Joined, Stored, TopicSet
from twisted_chat.core.interfaces import RoomState, TopicOrigin
from twisted_chat.core.moderation_events import RoomClosed
from twisted_chat.journals.recent import CACHED_MESSAGES, CACHED_ROOMS, RecentRooms


class RecentRoomsTests(SynchronousTestCase):
    """The state of a room without a query to the store."""

    def setUp(self) -> None:
        self.recent = RecentRooms()
        self.number = 0

    def stored(self, event: Event) -> Stored:
        self.number += 1
        return Stored(f"{self.number:04d}", 0, event)

    def announce(self, *events: Event) -> None:
        self.recent.apply([self.stored(event) for event in events])

    def load(self, room: str, *said_before: str, topic: str = "") -> None:
        cached = self.recent.start_loading(room)
        known = tuple(self.stored(said(text, room)) for text in said_before)
        cached.fill(RoomState(topic, known))

    def test_room_is_not_cached_before_its_first_request(self) -> None:
        """What was announced before must come from the store."""
        self.announce(said("hi"))
        self.assertIsNone(self.recent.state("lobby", 10))

    def test_messages_announced_during_the_query_are_added_once(self) -> None:
        """No message is missing or duplicated."""
        cached = self.recent.start_loading("lobby")
        self.announce(
            said("two"), said("elsewhere", room="x"), Joined("lobby", "a", "b")
        )
        self.assertIsNone(self.recent.state("lobby", 10))
        before = (self.stored(said("one")),)
        state = RoomState("topic", before, TopicOrigin("a", 7))
        cached.fill(state)
        cached.fill(state)
        self.announce(said("three"))
        found = self.recent.state("lobby", 10)
        assert found is not None
        self.assertEqual(texts(found.recent), ["one", "two", "three"])
        self.assertEqual(
            (found.topic, found.topic_origin), ("topic", state.topic_origin)
        )

    def test_topic_is_the_last_one_set(self) -> None:
        """A topic set during the query is newer than the one in the store."""
        cached = self.recent.start_loading("lobby")
        self.announce(TopicSet("lobby", "a", "", "a"))
        cached.fill(RoomState("old", (), TopicOrigin("a", 7)))
        self.assertEqual(self.recent.state("lobby", 1), RoomState("", ()))
        self.announce(TopicSet("lobby", "a", "new", "a"), TopicSet("x", "a", "y", "a"))
        self.assertEqual(
            self.recent.state("lobby", 1), RoomState("new", (), TopicOrigin("a", 0))
        )

    def test_topic_that_is_closed_during_the_query_stays_closed(self) -> None:
        """The store was read before that."""
        cached = self.recent.start_loading("den")
        self.announce(RoomClosed("den", "", "", "", "0000"))
        cached.fill(RoomState("secret", (), TopicOrigin("a", 7)))
        self.assertEqual(self.recent.state("den", 1), RoomState("", ()))

    def test_state_has_at_most_the_requested_messages(self) -> None:
        """``--history 2`` shows two, ``--history 0`` none."""
        self.load("lobby", "one", "two", "three")
        two = self.recent.state("lobby", 2)
        none = self.recent.state("lobby", 0)
        assert two is not None
        assert none is not None
        self.assertEqual(texts(two.recent), ["two", "three"])
        self.assertEqual(none.recent, ())

    def test_longer_history_is_not_cached(self) -> None:
        """A client that wants more messages gets them from the store."""
        self.load("lobby", "one")
        self.assertIsNone(self.recent.state("lobby", CACHED_MESSAGES + 1))

    def test_deleted_messages_and_topics_are_dropped(self) -> None:
        """When the retention has deleted them from the store."""
        self.load("lobby", "one", "two", "three")
        self.load("tea", "four")
        state = self.recent.state("lobby", 3)
        assert state is not None
        self.recent.forget(state.recent[1].position, ["tea", "unknown"])
        left = self.recent.state("lobby", 3)
        assert left is not None
        self.assertEqual(texts(left.recent), ["three"])
        tea = self.recent.state("tea", 3)
        assert tea is not None
        self.assertEqual(tea.topic, "")

    def test_size_is_bounded(self) -> None:
        """However many rooms there are, a bounded number is cached."""
        for number in range(CACHED_ROOMS):
            self.load(f"room{number}", *["x"] * (CACHED_MESSAGES + 5))
        self.assertIsNotNone(self.recent.state("room0", 1))
        self.load("one more", "x")
        self.assertIsNotNone(self.recent.state("room0", 1))
        self.assertIsNone(self.recent.state("room1", 1))
        self.announce(*[said("y", room="room0")] * 10)
        self.assertEqual(len(self.recent._rooms), CACHED_ROOMS)
        self.assertEqual(len(self.recent._rooms["room0"].messages), CACHED_MESSAGES)
