"""Presence: members, nicknames and rooms, from events alone."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.events import (
    AwaySet,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Message,
    PresenceEvent,
    Quit,
    Renamed,
    Switched,
)
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


class AccountTests(SynchronousTestCase):
    """An account is one member, with all its clients."""

    def setUp(self) -> None:
        self.presence = Presence()
        self.apply(Joined("tea", "guest_1", "A"))

    def apply(self, *events: PresenceEvent) -> Member:
        member = None
        for event in events:
            member = self.presence.apply(event)
        assert member is not None
        return member

    def log_in(self, client_id: str, old: str = "guest_1") -> Member:
        return self.apply(LoggedIn(old, "bob", client_id, "@bob", "bob"))

    def test_guest_that_logs_in_becomes_the_member_of_the_account(self) -> None:
        """In its rooms, under the nickname of the account."""
        guest = self.presence.members["A"]
        bob = self.log_in("A")
        self.assertIs(bob, guest)
        self.assertEqual((bob.id, bob.nick, bob.account), ("@bob", "bob", "bob"))
        self.assertEqual((bob.rooms, bob.client_ids), (("tea",), ("A",)))
        self.assertEqual(self.presence.members, {"@bob": bob})
        self.assertEqual(self.presence.by_name, {"bob": bob})
        self.assertIs(self.presence.find("A"), bob)

    def test_guest_is_gone_once_it_is_one_more_client_of_a_member(self) -> None:
        """The rooms are those of the member."""
        bob = self.log_in("A")
        self.apply(Joined("milk", "guest_2", "B"))
        self.assertIs(self.log_in("B", "guest_2"), bob)
        self.assertEqual((bob.rooms, bob.client_ids), (("tea",), ("A", "B")))
        self.assertEqual(self.presence.members, {"@bob": bob})
        self.assertEqual(self.presence.by_name, {"bob": bob})

    def test_member_keeps_the_nickname_that_another_client_gave_it(self) -> None:
        """Whether a client logs in or arrives."""
        bob = self.log_in("A")
        self.apply(Renamed("bob", "robert", "A"), Joined("tea", "guest_2", "B"))
        self.log_in("B", "guest_2")
        self.apply(Joined("tea", "bob", "C", "@bob", "bob"))
        self.assertEqual(bob.nick, "robert")
        self.assertEqual(self.presence.by_name, {"robert": bob})

    def test_client_that_arrives_logged_in_is_the_member_at_once(self) -> None:
        """Or one more client of it, in all its rooms."""
        bob = self.apply(Joined("milk", "bob", "B", "@bob", "bob"))
        self.assertEqual((bob.account, bob.rooms), ("bob", ("milk",)))
        self.assertIs(self.apply(Joined("milk", "bob", "C", "@bob", "bob")), bob)
        self.assertEqual((bob.rooms, bob.client_ids), (("milk",), ("B", "C")))
        for client_id in ("@bob", "B", "C"):
            self.assertIs(self.presence.find(client_id), bob)

    def test_every_client_acts_for_the_member(self) -> None:
        """Whichever joins, leaves, goes away or changes the nickname."""
        bob = self.log_in("A")
        self.apply(Joined("milk", "bob", "B", "@bob", "bob"))
        self.apply(Left("tea", "bob", "B"), AwaySet("bob", "lunch", "B"))
        self.apply(Renamed("bob", "robert", "A"))
        self.assertEqual((bob.rooms, bob.away), (("milk",), "lunch"))
        self.assertIs(self.presence.by_name["robert"], bob)

    def test_member_leaves_with_its_last_client(self) -> None:
        """However the others have gone."""
        bob = self.log_in("A")
        self.apply(Joined("tea", "bob", "B", "@bob", "bob"))
        self.assertIs(self.presence.apply(Quit("bob", "A")), bob)
        self.assertIn(bob, self.presence)
        self.assertEqual((bob.client_ids, self.presence.find("A")), (("B",), None))
        self.assertIs(self.presence.apply(Quit("bob", "B")), bob)
        self.assertNotIn(bob, self.presence)
        self.assertEqual((self.presence.members, self.presence.by_name), ({}, {}))
        self.assertIsNone(self.presence.find("B"))

    def test_last_client_that_logs_out_is_a_guest_in_its_rooms(self) -> None:
        """The member of the account is gone."""
        bob = self.log_in("A")
        guest = self.apply(LoggedOut("bob", "guest_7", "A"))
        self.assertIs(guest, bob)
        self.assertEqual((guest.id, guest.nick, guest.account), ("A", "guest_7", ""))
        self.assertEqual((guest.rooms, guest.client_ids), (("tea",), ("A",)))
        self.assertEqual(self.presence.members, {"A": guest})
        self.assertEqual(self.presence.by_name, {"guest_7": guest})

    def test_other_clients_keep_the_member_when_one_logs_out(self) -> None:
        """Both are in the same rooms."""
        bob = self.log_in("A")
        self.apply(Joined("tea", "bob", "B", "@bob", "bob"))
        guest = self.apply(LoggedOut("bob", "guest_7", "A"))
        self.assertEqual(
            (guest.id, guest.nick, guest.rooms), ("A", "guest_7", ("tea",))
        )
        self.assertEqual((bob.client_ids, bob.nick), (("B",), "bob"))
        self.assertEqual(self.presence.members, {"@bob": bob, "A": guest})
        self.assertIs(self.presence.find("A"), guest)

    def test_guest_that_comes_back_logged_in_is_not_here_twice(self) -> None:
        """Nor is one that logged in and comes back as a guest."""
        bob = self.apply(Joined("tea", "bob", "A", "@bob", "bob"))
        self.assertEqual(self.presence.members, {"@bob": bob})
        guest = self.apply(Joined("tea", "guest_1", "A"))
        self.assertEqual(self.presence.members, {"A": guest})
        self.assertEqual(self.presence.by_name, {"guest_1": guest})

    def test_member_talks_in_the_room_that_it_switches_to(self) -> None:
        """It must be in it."""
        bob = self.log_in("A")
        self.apply(Joined("milk", "bob", "A", "@bob", "bob"))
        self.apply(Switched("tea", "bob", "A"))
        self.assertEqual(bob.rooms, ("milk", "tea"))
        self.apply(Switched("soup", "bob", "A"))
        self.assertEqual(bob.rooms, ("milk", "tea"))

    def test_logins_of_unknown_clients_change_nothing(self) -> None:
        """Nor does a guest log out, or a client log in twice."""
        self.assertIsNone(self.presence.apply(LoggedIn("x", "bob", "X", "@bob", "bob")))
        self.assertIsNone(self.presence.apply(LoggedOut("x", "guest_7", "X")))
        self.apply(LoggedOut("guest_1", "guest_7", "A"))
        self.assertEqual(self.presence.members["A"].nick, "guest_1")
        bob = self.log_in("A")
        event = LoggedIn("bob", "eve", "A", "@eve", "eve")
        self.assertIsNone(self.presence.apply(event))
        self.assertEqual((bob.nick, bob.client_ids), ("bob", ("A",)))
