"""Ignore lists, and how they follow those who are ignored."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.events import Event, Joined, Message, Stored
from twisted_chat.core.ignoring import (
    Ignored,
    follow_arrival,
    follow_rename,
    ignore_list,
    is_ignored,
    without_ignored,
)


class FollowTests(SynchronousTestCase):
    """An ignore follows the person."""

    def setUp(self) -> None:
        self.ignored = {"pest": Ignored("Pest", "1", "192.0.2.1")}
        self.here: set[str] = set()

    def rename(self, client_id: str, new: str, address: str) -> bool:
        is_here = self.here.__contains__
        return follow_rename(self.ignored, client_id, new, address, is_here)

    def arrive(self, client_id: str, folded: str, address: str) -> bool:
        is_here = self.here.__contains__
        return follow_arrival(self.ignored, client_id, folded, address, is_here)

    def test_rename_is_followed(self) -> None:
        """The former nickname is free for others."""
        self.assertTrue(self.rename("1", "Nice", "192.0.2.1"))
        nice = Ignored("Pest", "1", "192.0.2.1", ("~pest",))
        self.assertEqual(self.ignored, {"nice": nice})
        self.assertFalse(self.rename("2", "Bob", "192.0.2.2"))

    def test_rename_to_an_ignored_nickname_is_an_arrival(self) -> None:
        """A telnet client reconnects as a guest; who it is depends on its address."""
        self.assertTrue(self.rename("2", "Pest", "192.0.2.1"))
        self.assertEqual(self.ignored["pest"].client_id, "2")
        self.assertTrue(self.rename("3", "Pest", "192.0.2.2"))
        self.assertEqual(list(self.ignored), [":2"])

    def test_nickname_of_another_ignored_person_keeps_both(self) -> None:
        """Who left can still be shown again."""
        self.ignored["rob"] = Ignored("Rob", "2")
        self.assertTrue(self.rename("1", "Rob", "192.0.2.1"))
        self.assertEqual(self.ignored["rob"].nick, "Pest")
        self.assertEqual(self.ignored[":2"], Ignored("Rob", "2"))

    def test_return_from_the_same_or_an_unknown_address_is_followed(self) -> None:
        """With the id of the new client."""
        for address in ("192.0.2.1", ""):
            self.assertTrue(self.arrive(f"2{address}", "pest", address))
            self.assertEqual(self.ignored["pest"].client_id, f"2{address}")

    def test_return_under_a_former_nickname_is_followed(self) -> None:
        """From the same address, once the person has left."""
        self.rename("1", "Nice", "192.0.2.1")
        self.rename("1", "Nicer", "192.0.2.1")
        self.here = {"1"}
        self.assertFalse(self.arrive("2", "pest", "192.0.2.1"))
        self.here = set()
        for address in ("192.0.2.2", ""):
            self.assertFalse(self.arrive("2", "pest", address))
        self.assertTrue(self.rename("2", "Pest", "192.0.2.1"))
        self.assertEqual(list(self.ignored), ["pest"])
        self.assertEqual(self.ignored["pest"].client_id, "2")
        self.assertTrue(self.arrive("3", "nicer", "192.0.2.1"))

    def test_next_owner_of_the_nickname_is_not_ignored(self) -> None:
        """Another address is another person."""
        self.assertTrue(self.arrive("2", "pest", "192.0.2.2"))
        self.assertEqual(self.ignored, {":1": Ignored("Pest", "1", "192.0.2.1")})
        self.assertFalse(self.arrive("3", "bob", "192.0.2.1"))

    def test_list_is_made_from_nicknames(self) -> None:
        """Of those who are there, and of whoever comes with such a nickname."""
        there = {"pest": ("1", "192.0.2.1")}
        made = ignore_list(("Pest", "gone", "a b", "me"), "me", there.get)
        self.assertEqual(made["pest"], Ignored("Pest", "1", "192.0.2.1"))
        self.assertEqual(list(made), ["pest", "gone"])
        self.assertTrue(
            follow_arrival(made, "7", "gone", "192.0.2.7", self.here.__contains__)
        )
        self.assertEqual(made["gone"].client_id, "7")
        many = ignore_list([f"a{n}" for n in range(200)], "me", there.get)
        self.assertEqual(len(many), 100)

    def test_history_is_shown_without_their_messages(self) -> None:
        """By id, or by nickname where the store keeps no ids."""
        events: tuple[Event, ...] = (
            Message("lobby", "bob", "hi", ""),
            Message("lobby", "PEST", "spam", ""),
            Message("lobby", "other", "spam", "1"),
            Joined("lobby", "pest", "1"),
        )
        history = [Stored(str(at), 0, event, "") for at, event in enumerate(events)]
        shown = without_ignored(history, frozenset({"pest", "1"}))
        self.assertEqual([stored.position for stored in shown], ["0", "3"])

    def test_former_nickname_counts_only_where_there_is_no_id(self) -> None:
        """Its next owner is shown."""
        ignoring = frozenset({"~pest"})
        self.assertTrue(is_ignored(Message("lobby", "pest", "spam", ""), ignoring))
        self.assertFalse(is_ignored(Message("lobby", "pest", "hi", "2"), ignoring))
