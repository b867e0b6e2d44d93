"""Lists of those who are ignored, and how they follow them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.ignoring.ignore_list import (
    MAX_PAST,
    Ignored,
    IgnoreList,
    ignore_list,
    ignored_member,
)
from twisted_chat.core.ignoring.ignoring import (
    ByAccount,
    ByFormerNick,
    ById,
    ByNick,
)
from twisted_chat.core.presence import Member

HOME, AWAY = "192.0.2.1", "192.0.2.2"


def guest(member_id: str, nick: str) -> Member:
    return Member(member_id, nick, nick.lower())


def account(name: str, nick: str = "") -> Member:
    nick = nick or name
    return Member(f"@{name}", nick, nick.lower(), account=name)


class FollowTests(SynchronousTestCase):
    """An ignore follows the person."""

    def setUp(self) -> None:
        self.ignored = IgnoreList()
        self.ignored.add(ignored_member(guest("1", "Pest"), HOME))
        self.here: set[str] = set()

    def rename(self, member: Member, address: str) -> bool:
        return self.ignored.renamed(member, address, self.here.__contains__)

    def arrive(self, member: Member, address: str) -> bool:
        return self.ignored.arrived(member, address, self.here.__contains__)

    def only(self) -> Ignored:
        (entry,) = self.ignored
        return entry

    def test_rename_is_followed(self) -> None:
        """The former nickname is free for others."""
        self.assertTrue(self.rename(guest("1", "Nice"), HOME))
        former = (ByFormerNick("pest"),)
        wanted = Ignored("Pest", "", "1", "nice", HOME, former)
        self.assertEqual(self.only(), wanted)
        self.assertFalse(self.rename(guest("2", "Bob"), AWAY))

    def test_rename_to_an_ignored_nickname_is_an_arrival(self) -> None:
        """A telnet client reconnects as a guest; who it is depends on its address."""
        self.assertTrue(self.rename(guest("2", "Pest"), HOME))
        self.assertEqual(self.only().member_id, "2")
        self.assertTrue(self.rename(guest("3", "Pest"), AWAY))
        self.assertEqual((self.only().member_id, self.only().folded), ("2", ""))

    def test_nickname_of_another_ignored_person_keeps_both(self) -> None:
        """Who left can still be shown again."""
        self.ignored.add(ignored_member(guest("2", "Rob"), ""))
        self.assertTrue(self.rename(guest("1", "Rob"), HOME))
        pest, rob = self.ignored
        self.assertEqual((pest.nick, pest.folded), ("Pest", "rob"))
        self.assertEqual((rob.nick, rob.folded, rob.member_id), ("Rob", "", "2"))

    def test_return_from_the_same_or_an_unknown_address_is_followed(self) -> None:
        """With the id of the new client."""
        for address in (HOME, ""):
            self.assertTrue(self.arrive(guest(f"2{address}", "Pest"), address))
            self.assertEqual(self.only().member_id, f"2{address}")

    def test_return_under_a_former_nickname_is_followed(self) -> None:
        """From the same address, once the person has left."""
        self.rename(guest("1", "Nice"), HOME)
        self.rename(guest("1", "Nicer"), HOME)
        self.here = {"1"}
        self.assertFalse(self.arrive(guest("2", "Pest"), HOME))
        self.here = set()
        for address in (AWAY, ""):
            self.assertFalse(self.arrive(guest("2", "Pest"), address))
        self.assertTrue(self.rename(guest("2", "Pest"), HOME))
        self.assertEqual((self.only().folded, self.only().member_id), ("pest", "2"))
        self.assertTrue(self.arrive(guest("3", "Nicer"), HOME))

    def test_next_owner_of_the_nickname_is_not_ignored(self) -> None:
        """Another address is another person."""
        self.assertTrue(self.arrive(guest("2", "Pest"), AWAY))
        self.assertEqual(self.only(), Ignored("Pest", "", "1", "", HOME))
        self.assertFalse(self.arrive(guest("3", "Bob"), HOME))

    def test_number_of_former_names_is_bounded(self) -> None:
        """The last ones are remembered."""
        for number in range(2 * MAX_PAST):
            self.rename(guest("1", f"n{number}"), HOME)
        self.assertEqual(len(self.only().past), MAX_PAST)

    def test_guest_that_logs_in_is_ignored_as_an_account(self) -> None:
        """And as a guest again once it has logged out; both at once if need be."""
        self.assertTrue(self.ignored.logged_in("1", account("Bob")))
        self.assertFalse(self.ignored.logged_in("1x", account("eve")))
        only = self.only()
        self.assertEqual(
            (only.account, only.account_id, only.folded), ("bob", "@Bob", "")
        )
        self.assertFalse(self.rename(account("Bob", "Rob"), HOME))
        self.assertTrue(self.ignored.logged_out("@Bob", guest("9", "Guest_7")))
        self.assertFalse(self.ignored.logged_out("@eve", guest("8", "guest_8")))
        wanted = {ByAccount("@Bob"), ById("9"), ByNick("guest_7")}
        self.assertLessEqual(wanted, self.ignored.marks)
        self.assertTrue(self.rename(guest("9", "Nice"), HOME))
        self.assertEqual(self.only().folded, "nice")

    def test_guest_that_logs_in_to_an_ignored_account_is_ignored_once(self) -> None:
        """As that account."""
        self.ignored.add(ignored_member(account("bob"), ""))
        self.assertTrue(self.ignored.logged_in("1", account("bob")))
        self.assertEqual(self.only().account, "bob")

    def test_account_is_not_taken_for_the_guest_of_that_nickname(self) -> None:
        """But for whoever was to come with it."""
        self.assertFalse(self.arrive(account("pest"), HOME))
        self.ignored.add_nick("Eve", "eve")
        self.assertTrue(self.arrive(account("eve"), HOME))
        self.assertEqual([entry.account for entry in self.ignored], ["", "eve"])


class ListTests(SynchronousTestCase):
    """Who is on a list."""

    def test_list_is_made_from_nicknames(self) -> None:
        """Of those who are there, and of whoever comes with such a nickname."""
        there = {"pest": (guest("1", "Pest"), HOME), "bob": (account("bob"), "")}
        names = ("Pest", "gone", "a b", "me", "BOB", "pest")
        made = ignore_list(names, "me", there.get)
        pest, gone, bob = made
        self.assertEqual(pest, Ignored("Pest", "", "1", "pest", HOME))
        self.assertEqual((gone.nick, gone.folded), ("gone", "gone"))
        self.assertEqual(bob, Ignored("bob", "bob", account_id="@bob"))
        self.assertTrue(made.arrived(guest("7", "gone"), HOME, set().__contains__))
        self.assertEqual([entry.member_id for entry in made], ["1", "7", ""])
        many = ignore_list([f"a{n}" for n in range(200)], "me", there.get)
        self.assertEqual(len(many), 100)

    def test_entry_is_found_by_what_a_person_types(self) -> None:
        """The nickname now or when it began, or the account."""
        ignored = IgnoreList()
        ignored.add(ignored_member(account("Bob", "robert"), ""))
        ignored.add(ignored_member(guest("1", "Eve"), ""))
        bob, _ = ignored
        renamed = guest("1", "Nice")
        ignored.renamed(renamed, "", set().__contains__)
        self.assertIs(ignored.named("bob", None), bob)
        self.assertIs(ignored.named("robert", None), bob)
        self.assertIs(ignored.named("rob", account("Bob", "rob")), bob)
        self.assertEqual(ignored.named("nice", renamed), ignored.of(renamed))
        self.assertEqual(ignored.named("eve", None), ignored.of(renamed))
        self.assertIsNone(ignored.named("nobody", None))
        self.assertIsNone(ignored.named(None, None))
        ignored.remove(bob)
        self.assertEqual(len(ignored), 1)

    def test_merged_list_has_each_entry_once(self) -> None:
        """And is a list of its own."""
        one, two = IgnoreList(), IgnoreList()
        one.add(ignored_member(account("bob"), ""))
        two.add(ignored_member(account("bob"), ""))
        two.add(ignored_member(account("eve"), ""))
        one.merge(two)
        self.assertEqual([entry.account for entry in one], ["bob", "eve"])
        one.remove(next(iter(one)))
        self.assertEqual(len(two), 2)
