"""Entering rooms, and opening those that nobody is in."""

from __future__ import annotations

from tests.support.routes import RouteCase
from twisted_chat.core.moderation_events import RoomClosed, RoomOpened


class RoomEntryTests(RouteCase):
    """Whoever is first in a room opens it."""

    def events(self, kind: type) -> list[object]:
        """The events of a kind that were stored."""
        return [
            event
            for batch in self.chat.journal.batches
            for event in batch
            if isinstance(event, kind)
        ]

    def test_first_member_opens_a_room(self) -> None:
        """The next does not; the lobby is never opened."""
        self.assertEqual(self.events(RoomOpened), [])
        self.alice.types(r"\join tea")
        self.bob.types(r"\join tea")
        (opened,) = self.events(RoomOpened)
        assert isinstance(opened, RoomOpened)
        self.assertEqual((opened.room, opened.nick), ("tea", "alice"))
        self.assertFalse(opened.account)

    def test_one_of_two_that_join_together_opens_it(self) -> None:
        """The first."""
        with self.chat.together():
            self.alice.types(r"\join tea")
            self.bob.types(r"\join tea")
        self.assertEqual(len(self.events(RoomOpened)), 1)
        self.alice.sees()
        self.assert_typed(self.alice, r"\kick bob", "alice: kicked bob")

    def test_one_of_two_that_connect_at_once_opens_it(self) -> None:
        """Also while the room is being read."""
        self.chat.journal.hold("read")
        people = [self.chat.client(nick, rooms=("tea",)) for nick in ("carol", "dave")]
        self.chat.journal.release("read")
        self.chat.settle()
        self.assertEqual(len(self.events(RoomOpened)), 1)
        operators = self.chat.chat.moderation.settings("tea").roles["op"]
        self.assertEqual(list(operators), [people[0].client.id])

    def test_client_that_connects_opens_its_rooms(self) -> None:
        """Each of those that it asks for."""
        carol = self.chat.client("carol", rooms=("tea", "den"))
        carol.sees()
        self.assertEqual(len(self.events(RoomOpened)), 2)
        self.assert_typed(carol, r"\room quiet", "carol: made #den quiet")

    def test_room_is_closed_with_its_last_member(self) -> None:
        """By one event, however the member leaves."""
        for leave in (r"\leave", r"\quit"):
            carol = self.chat.client("carol", rooms=("lobby", "tea"))
            carol.types(leave)
            self.assertEqual(self.chat.chat.moderation.vacant(), [])
            carol.leaves()
        self.assertEqual(len(self.events(RoomClosed)), 2)

    def test_server_that_stops_closes_no_rooms(self) -> None:
        """Those in them come back after the restart."""
        self.alice.types(r"\join tea")
        self.chat.stop()
        self.assertEqual(self.events(RoomClosed), [])

    def test_room_that_cannot_be_stored_is_not_opened(self) -> None:
        """The next attempt opens it."""
        self.chat.journal.fail()
        self.alice.types(r"\join tea")
        self.assertEqual(self.alice.client.rooms, ("lobby",))
        self.alice.sees()
        self.alice.types(r"\join tea", r"\room quiet")
        self.assertIn("alice: made #tea quiet", self.alice.sees())
