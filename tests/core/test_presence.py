"""Presence: members, nicknames and rooms, from events alone."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.events import AwaySet, Joined, Left, Message, Quit, Renamed
from twisted_chat.core.presence import Member, Presence


class PresenceTests(SynchronousTestCase):
    """Members join, leave and change their nicknames."""

    def setUp(self) -> None:
        self.presence = Presence()
        self.alice = self.apply_joined("A", "Alice", "tea")
        self.bob = self.apply_joined("B", "bob", "tea")

    def apply_joined(self, client_id: str, nick: str, room: str) -> Member:
        member = self.presence.apply(Joined(room, nick, client_id))
        assert member is not None
        return member

    def test_member_is_found_by_id_and_by_folded_nickname(self) -> None:
        """Each look-up is one step."""
        self.assertIs(self.presence.members["A"], self.alice)
        self.assertIs(self.presence.by_name["alice"], self.alice)
        self.assertEqual(len(self.presence), 2)

    def test_member_talks_in_the_room_joined_last(self) -> None:
        """Joining a room a second time changes nothing."""
        self.apply_joined("A", "Alice", "milk")
        self.apply_joined("A", "Alice", "tea")
        self.assertEqual(self.alice.rooms, ("tea", "milk"))
        self.assertEqual(self.alice.room, "milk")

    def test_member_that_left_every_room_is_still_present(self) -> None:
        """It talks in none."""
        self.presence.apply(Left("tea", "Alice", "A"))
        self.assertEqual(self.alice.rooms, ())
        self.assertIsNone(self.alice.room)
        self.assertIn("A", self.presence.members)

    def test_member_that_quit_is_not_found(self) -> None:
        """Neither by id nor by nickname; a second ``Quit`` changes nothing."""
        self.assertIs(self.presence.apply(Quit("Alice", "A")), self.alice)
        self.assertIsNone(self.presence.apply(Quit("Alice", "A")))
        self.assertNotIn("A", self.presence.members)
        self.assertNotIn("alice", self.presence.by_name)

    def test_nickname_of_a_member_that_quit_stays_with_its_new_owner(self) -> None:
        """It was renamed to that before."""
        self.presence.apply(Renamed("bob", "Alice", "B"))
        self.presence.apply(Quit("Alice", "A"))
        self.assertIs(self.presence.by_name["alice"], self.bob)

    def test_renamed_member_is_found_by_its_new_nickname_only(self) -> None:
        """The old one is free."""
        self.presence.apply(Renamed("Alice", "Eve", "A"))
        self.assertNotIn("alice", self.presence.by_name)
        self.assertIs(self.presence.by_name["eve"], self.alice)
        self.assertEqual((self.alice.nick, self.alice.folded), ("Eve", "eve"))

    def test_swapped_nicknames_belong_to_their_new_owners(self) -> None:
        """Each is found by its present one."""
        self.presence.apply(Renamed("bob", "alice", "B"))
        self.presence.apply(Renamed("Alice", "bob", "A"))
        self.assertIs(self.presence.by_name["alice"], self.bob)
        self.assertIs(self.presence.by_name["bob"], self.alice)

    def test_member_that_joins_with_another_nickname_is_renamed(self) -> None:
        """It was declared gone, and lost its nickname meanwhile."""
        self.apply_joined("A", "Eve", "tea")
        self.assertEqual(self.alice.nick, "Eve")
        self.assertNotIn("alice", self.presence.by_name)

    def test_nickname_of_a_later_version_is_taken_as_it_is(self) -> None:
        """A server of a later version may allow what this one does not."""
        self.presence.apply(Renamed("bob", "b o b", "B"))
        self.assertIs(self.presence.by_name["b o b"], self.bob)

    def test_away_text_is_set_and_cleared(self) -> None:
        """An empty text means back."""
        self.presence.apply(AwaySet("Alice", "lunch", "A"))
        self.assertEqual(self.alice.away, "lunch")
        self.presence.apply(AwaySet("Alice", "", "A"))
        self.assertEqual(self.alice.away, "")

    def test_events_of_unknown_members_change_nothing(self) -> None:
        """Nor do events that are not about presence."""
        for event in (
            Left("tea", "x", "X"),
            Quit("x", "X"),
            Renamed("x", "y", "X"),
            AwaySet("x", "lunch", "X"),
            Message("tea", "x", "hi", "X"),
        ):
            self.assertIsNone(self.presence.apply(event))
        self.assertEqual(set(self.presence.members), {"A", "B"})

    def test_added_member_object_is_used_for_its_events(self) -> None:
        """A client and the pool share it."""
        carol = Member("C", "carol", "carol")
        self.presence.add(carol)
        self.assertIs(self.apply_joined("C", "carol", "tea"), carol)
        self.assertIs(self.presence.by_name["carol"], carol)
