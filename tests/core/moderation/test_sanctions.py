"""Bans and mutes: whom they concern, and until when."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.moderation.networks import network_in
from twisted_chat.core.moderation.sanctions import (
    Sanction,
    Sanctions,
    ban_text,
    identities_at,
    identities_of,
    imposed,
    mute_text,
    name_identities,
    name_key,
    names_at,
    network_key,
)
from twisted_chat.core.presence import Member

NOW = 1_700_000_000_000


def guest(nick: str, client_id: str = "G") -> Member:
    """A guest."""
    member = Member(client_id)
    member.rename(nick)
    return member


def bans(*sanctions: Sanction) -> Sanctions:
    """These, each under the key of its name."""
    found = Sanctions()
    for each in sanctions:
        found.apply(name_key(each.who), each.to_json())
    return found


BOB = Sanction("bob", "alice", "spam", 0, 5, name_identities("bob"))


class MaskTests(SynchronousTestCase):
    """Sanctions by what is seen of a member."""

    def test_mask_concerns_members_until_it_is_lifted(self) -> None:
        """Two with one mask are told apart."""
        ban = Sanction("b*!*@*", "al", masks=("b*!*@*",))
        found = Sanctions()
        for key in ("!one", "!two"):
            found.apply(key, ban.to_json())
        found.apply("!one", None)
        self.assertIsNotNone(found.of_member(guest("Bob"), "", NOW))
        self.assertIsNone(found.of_member(guest("al"), "", NOW))
        found.apply("!two", None)
        self.assertIsNone(found.of_member(guest("Bob"), "", NOW))


class SanctionTests(SynchronousTestCase):
    """One ban or mute."""

    def test_it_is_stored_and_read_again(self) -> None:
        """All of it."""
        ban = Sanction("b\u00f6b", "al", "x", 7, 5, ("=b", "~b"), ("10.0.0.0/8",))
        self.assertEqual(Sanction.from_json(ban.to_json()), ban)
        masked = replace(ban, masks=("b*!*@*",))
        self.assertEqual(Sanction.from_json(masked.to_json()), masked)

    def test_earlier_versions_read_one_without_masks(self) -> None:
        """Its value is as before."""
        self.assertNotIn("masks", BOB.to_json())

    def test_value_of_another_version_is_told_apart(self) -> None:
        """It is passed over where it is read."""
        for value in ("", "1", "[]", "{}", '{"who":"bob"}', '{"networks":1}'):
            self.assertRaises(ValueError, Sanction.from_json, value)

    def test_whoever_is_banned_is_told_until_when(self) -> None:
        """And why, if there is a reason."""
        self.assertEqual(ban_text(BOB), "you are banned until further notice (spam)")
        until = Sanction("bob", "alice", end=NOW)
        self.assertEqual(ban_text(until), "you are banned until 2023-11-14 22:13 UTC")

    def test_whoever_is_muted_is_told_for_how_long(self) -> None:
        """If it is not for ever."""
        self.assertEqual(mute_text(BOB, NOW), "you are muted")
        mute = Sanction("bob", "alice", end=NOW + 599_000)
        self.assertEqual(mute_text(mute, NOW), "you are muted for 9m")

    def test_list_names_who_imposed_it(self) -> None:
        """Until when, and why."""
        self.assertEqual(imposed(BOB), "by alice (spam)")
        until = Sanction("bob", "alice", end=NOW)
        self.assertEqual(imposed(until), "by alice until 2023-11-14 22:13 UTC")

    def test_guest_is_known_by_client_and_name(self) -> None:
        """An account by its own ids: its nickname may be anyone's."""
        self.assertEqual(identities_of(guest("bob")), ("G", "=bob", "~bob"))
        account = Member("@1", "bob", "bob", account="robert", clients=("A", "B"))
        self.assertEqual(identities_of(account), ("@1", "A", "B"))

    def test_guest_without_a_nickname_is_known_by_its_client_only(self) -> None:
        """The next guest who is called so is somebody else."""
        self.assertEqual(identities_of(guest("guest_1234")), ("G",))
        self.assertEqual(name_identities("GUEST_1234"), ())

    def test_nickname_is_bound_to_an_address(self) -> None:
        """To its household; not on the same machine, where all have the same."""
        for address, names in (
            ("192.0.2.7", ("=bob@192.0.2.7_32", "~bob@192.0.2.7_32")),
            ("2001:db8::7", ("=bob@2001:db8::_64", "~bob@2001:db8::_64")),
            ("127.0.0.1", ("=bob", "~bob")),
            ("", ("=bob", "~bob")),
        ):
            self.assertEqual(names_at("bob", address), names)
            known = identities_at(guest("bob"), address)
            self.assertEqual(set(known), {"G", "=bob", "~bob", *names})
        self.assertEqual(names_at("guest_1", "192.0.2.7"), ())

    def test_key_of_a_network_has_no_slash(self) -> None:
        """That separates the parts of a key."""
        network = network_in("10.0.0.0/8")
        assert network is not None
        self.assertEqual(network_key(network), "10.0.0.0_8")


class SanctionsTests(SynchronousTestCase):
    """All of one kind."""

    def test_people_are_found_by_name_and_look_alike(self) -> None:
        """Nobody else is."""
        found = bans(BOB)
        for nick in ("bob", "BOB", "b0b"):
            self.assertEqual(
                found.find(identities_of(guest(nick)), "", NOW), ("=bob", BOB), nick
            )
        self.assertIs(found.find(identities_of(guest("rob")), "", NOW), None)
        self.assertIs(Sanctions().find(identities_of(guest("bob")), "", NOW), None)

    def test_people_are_found_by_network(self) -> None:
        """Both versions of IP; without an address they are not."""
        ban = Sanction("x", "alice", networks=("10.0.0.0/8", "2001:db8::/32"))
        found = bans(ban)
        for address in ("10.9.8.7", "::ffff:10.9.8.7", "2001:db8::1"):
            self.assertEqual(found.find((), address, NOW), ("=x", ban), address)
        for address in ("11.0.0.1", "2001:db9::1", "a unix socket", ""):
            self.assertIs(found.find((), address, NOW), None, address)

    def test_what_is_over_concerns_nobody(self) -> None:
        """It is not counted either."""
        found = bans(Sanction("bob", "alice", end=NOW, identities=("G",)))
        self.assertIsNot(found.find(("G",), "", NOW - 1), None)
        self.assertIs(found.find(("G",), "", NOW), None)
        self.assertEqual(found.valid(NOW), [])

    def test_longest_of_several_counts(self) -> None:
        """One for ever is the longest."""
        short = Sanction("a", "x", end=NOW + 5, identities=("G",))
        long = Sanction("b", "x", end=NOW + 9, identities=("G",))
        self.assertEqual(bans(short, long).find(("G",), "", NOW), ("=b", long))
        endless = Sanction("c", "x", identities=("G",))
        found = bans(short, endless, long)
        self.assertEqual(found.find(("G",), "", NOW), ("=c", endless))

    def test_one_that_ends_leaves_nothing(self) -> None:
        """Of another one that concerns the same people, it leaves all."""
        found = bans(
            Sanction("a", "x", identities=("G",), networks=("10.0.0.0/8",)),
            Sanction("b", "x", identities=("G",), networks=("10.0.0.0/8",)),
        )
        found.apply("=a", None)
        self.assertEqual(len(found), 1)
        self.assertIsNot(found.find(("G",), "", NOW), None)
        self.assertIsNot(found.find((), "10.0.0.1", NOW), None)
        found.apply("=b", None)
        self.assertFalse(found)
        self.assertIs(found.find(("G",), "10.0.0.1", NOW), None)

    def test_it_may_concern_more_later(self) -> None:
        """In whichever order the values are read."""
        for keys in (("=bob", "=bob+G", "=bob+/10.0.0.0_8"), ("=bob+G", "=bob")):
            found = Sanctions()
            for key in keys:
                found.apply(key, BOB.to_json() if key == "=bob" else "5")
            self.assertIsNot(found.find(("G",), "", NOW), None, keys)
            self.assertEqual(set(found.keys_of("=bob")), set(keys))
            if len(keys) == 3:
                self.assertIsNot(found.find((), "10.0.0.1", NOW), None)
            self.assertEqual(len(found), 1)

    def test_next_one_of_that_name_does_not_concern_it(self) -> None:
        """What was added belongs to the one that began at that time."""
        found = bans(BOB)
        found.apply("=bob+G", "5")
        found.apply("=bob", Sanction("bob", "al", began=6).to_json())
        self.assertIs(found.find(("G",), "", NOW), None)

    def test_they_are_listed_in_order(self) -> None:
        """The earliest first."""
        found = bans(Sanction("b", "x", began=2), Sanction("a", "x", began=1))
        self.assertEqual([each.who for each in found.valid(NOW)], ["a", "b"])
        self.assertEqual(found.get("=a").who, "a")
