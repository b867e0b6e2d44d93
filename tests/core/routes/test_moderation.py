r"""Routes of those who keep order: ``\kick``, ``\mute``, ``\ban`` and ``\audit``."""

from __future__ import annotations

import re

from tests.support.moderation import ModerationCase
from twisted_chat.core.moderation.moderation import KnownAccount
from twisted_chat.core.routes.moderation import MAX_LINES

FOREVER = "error: you are banned until further notice"


class KickTests(ModerationCase):
    r"""``\kick NAME [TEXT]``"""

    def test_kicked_member_is_out_of_the_room(self) -> None:
        """The room sees it; the member is told why, and may come back."""
        self.alice.types(r"\kick bob no spam, please")
        line = "alice: kicked bob (no spam, please)"
        self.assert_all_see(line, self.alice, self.carol)
        self.assert_sees(
            self.bob,
            line,
            "error: you were kicked from #tea by alice (no spam, please)",
            "now talking in #lobby",
        )
        self.assertEqual(self.bob.client.rooms, ("lobby",))
        self.assert_typed(self.alice, r"\who", "here (2): alice, carol")
        self.bob.types(r"\join tea")
        self.assertIn("now talking in #tea", self.bob.sees())

    def test_no_reason_is_needed(self) -> None:
        """Then none is shown."""
        self.alice.types(r"\kick Bob")
        self.assert_sees(self.alice, "alice: kicked bob")
        self.assertIn("error: you were kicked from #tea by alice", self.bob.sees())

    def test_kicked_member_sees_nothing_more_of_the_room(self) -> None:
        """Also within the same batch."""
        with self.chat.together():
            self.alice.types(r"\kick bob", "secret")
        self.assertNotIn("secret", " ".join(self.bob.sees()))

    def test_operator_kicks_from_any_room(self) -> None:
        """Also from the lobby, which leaves the member in no room."""
        self.does(self.bob, r"\leave")
        self.oscar.types(r"\kick bob")
        self.assert_sees(
            self.bob,
            "oscar: kicked bob",
            "error: you were kicked from #lobby by oscar",
            r"you are in no room (\join ROOM)",
        )

    def test_others_may_not_kick(self) -> None:
        """Nothing happens then; the lobby is the operators'."""
        self.assert_typed(
            self.bob,
            r"\kick carol",
            r"error: only room operators of #tea may use \kick",
        )
        self.does(self.alice, r"\leave")
        self.assert_typed(
            self.alice,
            r"\kick bob",
            r"error: only room operators of #lobby may use \kick",
        )
        self.assertIn("tea", self.carol.client.rooms)

    def test_oneself_operators_and_those_elsewhere_are_not_kicked(self) -> None:
        """The reason is told."""
        self.does(self.carol, r"\leave")
        self.does(self.oscar, r"\join tea")
        for name, reason in (
            ("alice", "you cannot kick yourself"),
            ("oscar", "oscar is an operator"),
            ("carol", "carol is not in #tea"),
            ("dave", r"nobody here is called dave (try \who)"),
        ):
            self.assert_typed(self.alice, rf"\kick {name}", f"error: {reason}")


class MuteTests(ModerationCase):
    r"""``\mute NAME [DURATION]``, ``\unmute NAME``"""

    def test_what_a_muted_member_says_is_refused(self) -> None:
        """In that room, until the time is over."""
        self.alice.types(r"\mute bob 10m")
        line = "alice: muted bob for 10m"
        self.assert_all_see(line, self.alice, self.bob, self.carol)
        self.chat.advance(30)
        for said in ("hi", r"\me waves", r"\topic cake", r"\away for lunch"):
            self.assert_typed(self.bob, said, "error: you are muted for 9m")
        self.does(self.bob, r"\join lobby")
        self.assert_typed(self.bob, "here", "bob: here")
        self.does(self.bob, r"\join tea")
        self.chat.advance(570)
        self.assert_typed(self.bob, "back", "bob: back")

    def test_mute_without_a_duration_is_for_ever(self) -> None:
        """Until it is lifted, which the room sees."""
        self.alice.types(r"\mute bob")
        self.assert_sees(self.carol, "alice: muted bob")
        self.bob.sees()
        self.chat.advance(10_000_000)
        self.assert_typed(self.bob, "hi", "error: you are muted")
        self.alice.types(r"\unmute bob")
        self.assert_all_see("alice: unmuted bob", self.carol, self.bob)
        self.assert_typed(self.bob, "hi", "bob: hi")

    def test_operator_mutes_everywhere(self) -> None:
        """The member is told, wherever it is; messages to operators stay possible."""
        self.does(self.bob, r"\leave", r"\join den", r"\leave lobby")
        self.oscar.types(r"\mute bob")
        self.assert_sees(self.bob, "error: you are muted")
        for said in ("hi", r"\dm alice psst"):
            self.assert_typed(self.bob, said, "error: you are muted")
        self.assert_typed(self.bob, r"\dm oscar why?", "bob (private to oscar): why?")
        self.assert_sees(self.oscar, "oscar: muted bob", "bob (private): why?")

    def test_mute_in_a_room_leaves_direct_messages(self) -> None:
        """A room operator decides about the room."""
        self.does(self.alice, r"\mute bob")
        self.assert_typed(self.bob, r"\dm carol psst", "bob (private to carol): psst")

    def test_mute_follows_renames_and_reconnections(self) -> None:
        """Also both, one after the other."""
        self.does(self.oscar, r"\mute bob")
        self.does(self.bob, r"\nick rob")
        self.assert_typed(self.bob, "hi", "error: you are muted")
        self.bob.leaves()
        for nick in ("bob", "rob", "R0B"):
            again = self.chat.client(nick)
            again.sees()
            self.assert_typed(again, "hi", "error: you are muted")
            again.leaves()
        other = self.chat.client("robert")
        other.sees()
        self.assert_typed(other, "hi", "robert: hi")

    def test_mute_of_a_guest_follows_to_another_nickname(self) -> None:
        """By the address, if nobody else was connected from there."""
        eve = self.connect_from("192.0.2.7", "eve")
        self.does(self.oscar, r"\mute eve 2h")
        eve.leaves()
        again = self.connect_from("192.0.2.7", "dave")
        again.sees()
        self.assert_typed(again, "hi", "error: you are muted for 2h")
        self.does(again, r"\register correct horse")
        again.sees()
        self.assert_typed(again, "hi", "error: you are muted for 2h")
        self.oscar.types(r"\unmute eve")
        self.discard()
        again.sees()
        self.assert_typed(again, "hi", "dave: hi")

    def test_mute_of_a_guest_is_lifted_under_another_nickname(self) -> None:
        """Of whoever it concerns by the address."""
        self.connect_from("192.0.2.7", "eve").types(r"\join tea")
        self.does(self.alice, r"\mute eve")
        dave = self.connect_from("192.0.2.7", "dave")
        dave.types(r"\join tea")
        dave.sees()
        self.assert_typed(dave, "hi", "error: you are muted")
        self.alice.sees()
        self.assert_typed(self.alice, r"\unmute dave", "alice: unmuted dave")
        dave.sees()
        self.assert_typed(dave, "hi", "dave: hi")

    def test_mute_spares_others_of_an_address(self) -> None:
        """Who share it with the guest; the nickname is muted there, also renamed."""
        sister = self.connect_from("192.0.2.7", "sister")
        eve = self.connect_from("192.0.2.7", "eve")
        self.does(self.oscar, r"\mute eve")
        sister.sees()
        self.assert_typed(sister, "hi", "sister: hi")
        eve.leaves()
        again = self.connect_from("192.0.2.7", "eve")
        again.sees()
        self.assert_typed(again, "hi", "error: you are muted")
        again.types(r"\nick dave")
        again.leaves()
        again = self.connect_from("192.0.2.7", "dave")
        again.sees()
        self.assert_typed(again, "hi", "error: you are muted")

    def test_mute_spares_who_takes_the_nickname_elsewhere(self) -> None:
        """It is somebody else."""
        eve = self.connect_from("192.0.2.7", "eve")
        self.does(self.oscar, r"\mute eve")
        eve.leaves()
        other = self.connect_from("198.51.100.7", "eve")
        other.sees()
        self.assert_typed(other, "hi", "eve: hi")

    def test_muted_account_stays_muted_as_a_guest(self) -> None:
        """Whether it logs out or is removed, also if it was muted on another device."""
        for route in (r"\logout", r"\unregister correct horse"):
            eve = self.connect_from("192.0.2.7", "eve")
            eve.types(r"\register correct horse", r"\login eve correct horse")
            self.does(self.oscar, r"\mute eve")
            eve.leaves()
            again = self.connect_from("192.0.2.7")
            again.types(r"\login eve correct horse", route)
            again.sees()
            self.assert_typed(again, "hi", "error: you are muted")
            self.does(self.oscar, r"\unmute eve")
            again.leaves()

    def test_mute_follows_a_session(self) -> None:
        """Whatever nickname the client asks for."""
        self.does(self.oscar, r"\mute bob")
        self.bob.leaves()
        again = self.chat.client("dave", session=self.bob.client.session)
        again.sees()
        self.assert_typed(again, "hi", "error: you are muted")

    def test_last_message_of_a_muted_member_is_not_shown(self) -> None:
        """It leaves all the same."""
        self.does(self.alice, r"\mute bob")
        self.does(self.bob, r"\quit bye")
        self.assertIs(self.chat.pool.named_as("bob"), None)
        self.assertEqual(self.chat.pool.room("tea").history(), ())

    def test_only_operators_lift_what_operators_did(self) -> None:
        """A room operator lifts a mute of the room."""
        self.does(self.oscar, r"\mute bob")
        self.assert_typed(
            self.alice, r"\unmute bob", "error: only operators may unmute bob"
        )
        self.assert_typed(self.alice, r"\unmute carol", "error: carol is not muted")
        self.assert_typed(self.oscar, r"\unmute bob", "oscar: unmuted bob")
        self.does(self.alice, r"\mute bob")
        self.does(self.oscar, r"\join tea", r"\unmute bob")
        self.assert_typed(self.bob, "hi", "bob: hi")

    def test_those_who_are_gone_can_be_unmuted(self) -> None:
        """By the name that they had."""
        self.does(self.alice, r"\mute bob")
        self.bob.leaves()
        self.alice.sees()
        self.assert_typed(self.alice, r"\unmute BOB", "alice: unmuted BOB")

    def test_member_of_other_rooms_is_told_for_how_long(self) -> None:
        """As it was typed, however many acts there are at the same moment."""
        self.does(self.bob, r"\leave")
        self.does(self.alice, r"\room quiet", r"\room open")
        self.alice.types(r"\mute bob 30s")
        self.assert_sees(self.bob, "error: you are muted for 30s")

    def test_invalid_durations_are_refused(self) -> None:
        """With an example."""
        self.assert_typed(
            self.alice,
            r"\mute bob soon",
            "error: soon is not a duration: give 30s, 10m, 2h or 7d",
        )

    def test_others_may_not_mute(self) -> None:
        """Nor may anyone mute an operator."""
        self.assert_typed(
            self.bob,
            r"\mute carol",
            r"error: only room operators of #tea may use \mute",
        )
        self.assert_typed(self.alice, r"\mute oscar", "error: oscar is an operator")


class BanTests(ModerationCase):
    r"""``\ban WHO [DURATION] [TEXT]``, ``\unban WHO``, ``\bans``"""

    def test_banned_member_is_told_and_disconnected(self) -> None:
        """Its rooms see it."""
        self.oscar.types(r"\ban bob 2h no spam")
        self.assert_sees(
            self.bob, "error: you are banned until 2023-11-15 00:13 UTC (no spam)"
        )
        self.assertEqual(self.bob.closed, "banned")
        lines = ["oscar: banned bob for 2h (no spam)", "bob: left the chat"]
        self.assertEqual(self.alice.sees(), lines)
        self.assertEqual(self.oscar.sees(), lines)

    def test_banned_guest_cannot_come_back(self) -> None:
        """Neither by name, nor by session, nor by one that looks like the name."""
        self.does(self.oscar, r"\ban bob")
        for nick, session in (
            ("bob", None),
            ("B0B", None),
            (None, self.bob.client.session),
            ("dave", self.bob.client.session),
        ):
            again = self.chat.client(nick, session=session)
            self.assert_sees(again, FOREVER)
            self.assertEqual(again.closed, "banned")
        self.assertEqual(len(self.chat.pool), 3)

    def test_banned_name_cannot_be_taken(self) -> None:
        """Whoever asks for it is disconnected."""
        self.does(self.oscar, r"\ban bob")
        again = self.chat.client()
        again.sees()
        self.assert_typed(again, r"\nick bob", FOREVER)
        self.assertEqual(again.closed, "banned")

    def test_nothing_more_of_a_banned_member_is_taken(self) -> None:
        """Also what it has sent already."""
        with self.chat.together():
            self.oscar.types(r"\ban bob")
            self.bob.types("spam", *["spam"] * 20)
        self.chat.settle()
        seen = [line for line in self.alice.sees() if line == "bob: spam"]
        self.assertLessEqual(len(seen), 21)
        self.bob.types("more spam")
        self.assert_sees(self.alice)

    def test_address_of_a_guest_is_banned_with_it(self) -> None:
        """If nobody else is connected from there."""
        troll = self.connect_from("192.0.2.7", "troll")
        self.does(self.oscar, r"\ban troll")
        self.assertEqual(troll.closed, "banned")
        again = self.connect_from("192.0.2.7", "other")
        self.assertEqual(again.closed, "banned")
        neighbour = self.connect_from("192.0.2.8", "other")
        self.assertIs(neighbour.closed, None)

    def test_address_that_others_use_is_not_banned(self) -> None:
        """A class or a household behind one address goes on, and the operator knows."""
        self.connect_from("192.0.2.7", "troll")
        friend = self.connect_from("192.0.2.7", "friend")
        self.oscar.sees()
        self.assert_typed(
            self.oscar,
            r"\ban troll",
            "oscar: banned troll",
            "192.0.2.7 is not banned with troll: others are connected from there"
            r" (\ban 192.0.2.7/32 keeps all of them out)",
            "troll: left the chat",
        )
        self.assertIs(friend.closed, None)
        self.assertIs(self.connect_from("192.0.2.7", "other").closed, None)
        self.assertNotIn("192.0.2", " ".join(friend.sees() + self.alice.sees()))

    def test_advice_to_ban_an_address_means_nobody_with_such_a_nickname(self) -> None:
        """A friend of the troll may be called so."""
        for nick in ("troll", "friend"):
            self.connect_from("192.0.2.7", nick)
        other = self.connect_from("192.0.2.9", "192.0.2.7")
        self.oscar.types(r"\ban troll")
        (told,) = [line for line in self.oscar.sees() if "is not banned" in line]
        advised = re.search(r"\((\\ban \S+) ", told)
        assert advised is not None
        self.does(self.oscar, advised[1])
        self.assertIs(other.closed, None)
        self.assertEqual(self.connect_from("192.0.2.7").closed, "banned")

    def test_address_of_the_operator_is_not_advised_to_ban(self) -> None:
        """Nobody can ban their own address."""
        olga = self.connect_from("2001:db8::1", "olga")
        self.connect_from("2001:db8::2", "troll")
        self.moderation.is_operator = lambda member: member.nick in ("olga", "oscar")
        self.does(olga, r"\ban troll")
        told = "is not banned with troll: others are connected from there"
        self.assertIn(f"2001:db8::/64 {told}", olga.sees())

    def test_operators_who_ban_together_know_of_their_shared_addresses(self) -> None:
        """The second ban is announced before the first guest has left."""
        olga = self.chat.client("olga")
        self.moderation.is_operator = lambda member: member.nick in ("olga", "oscar")
        for host, nick in (("192.0.2.7", "troll"), ("192.0.2.9", "spammer")):
            self.connect_from(host, nick)
            self.connect_from(host, f"friend_of_{nick}")
        with self.chat.together():
            self.oscar.types(r"\ban troll")
            olga.types(r"\ban spammer")
        told = "is not banned with {}: others are connected from there"
        self.assertIn(told.format("troll"), " ".join(self.oscar.sees()))
        self.assertIn(told.format("spammer"), " ".join(olga.sees()))

    def test_network_is_banned_for_whoever_is_in_it(self) -> None:
        """Members elsewhere are not told the address."""
        troll = self.connect_from("192.0.2.7", "troll")
        self.does(troll, r"\join tea")
        self.oscar.types(r"\ban 192.0.2.9/24 30s flood")
        self.assertEqual(troll.closed, "banned")
        self.assert_sees(
            self.oscar,
            "oscar: banned 192.0.2.0/24 for 30s (flood)",
            "oscar: banned troll for 30s (flood)",
            "troll: left the chat",
        )
        self.assertNotIn("192.0.2", " ".join(self.alice.sees()))
        self.assertEqual(self.connect_from("192.0.2.200").closed, "banned")
        self.chat.advance(31)
        self.assertIs(self.connect_from("192.0.2.200").closed, None)

    def test_expelled_member_is_shown_where_it_was(self) -> None:
        """An operator who is not there sees the ban as well."""
        self.does(self.bob, r"\leave lobby")
        self.oscar.types(r"\ban bob")
        self.assert_sees(self.oscar, "oscar: banned bob")
        self.assert_sees(self.alice, "oscar: banned bob", "bob: left the chat")

    def test_ban_is_lifted(self) -> None:
        """By the name or the network; operators see it."""
        self.connect_from("192.0.2.7", "troll")
        self.does(self.oscar, r"\ban troll", r"\ban 198.51.100.0/24")
        self.assert_typed(self.oscar, r"\unban TROLL", "oscar: unbanned troll")
        self.assertIs(self.connect_from("192.0.2.7", "troll").closed, None)
        self.assert_typed(
            self.oscar, r"\unban 198.51.100.0/24", "oscar: unbanned 198.51.100.0/24"
        )
        self.assertIs(self.connect_from("198.51.100.1").closed, None)
        self.assert_typed(
            self.oscar,
            r"\unban carol",
            r"error: carol is not banned (\bans lists who is)",
        )
        self.assert_typed(self.oscar, r"\bans", "bans (0):")

    def test_bans_are_listed(self) -> None:
        """Those that are not over."""
        self.does(self.oscar, r"\ban troll 2h spam", r"\ban 192.0.2.0/24", r"\ban x 1s")
        self.chat.advance(2)
        self.assert_typed(
            self.oscar,
            r"\bans",
            "bans (2):",
            "troll by oscar until 2023-11-15 00:13 UTC (spam)",
            "192.0.2.0/24 by oscar",
        )

    def test_mutes_that_hold_everywhere_are_listed(self) -> None:
        """Below the bans; those of a room are among its settings."""
        self.does(self.oscar, r"\mute bob 2h")
        self.does(self.alice, r"\mute carol")
        self.assert_typed(
            self.oscar,
            r"\bans",
            "bans (0):",
            "mutes (1):",
            "bob by oscar until 2023-11-15 00:13 UTC",
        )

    def test_mistyped_duration_is_no_reason(self) -> None:
        """The ban would be for ever."""
        for typed, word in (
            *((r"\ban bob 2 h", "2"), (r"\ban bob 10", "10")),
            *((r"\ban bob 10min spam", "10min"), (r"\ban bob 2d,", "2d,")),
            (r"\room ban bob 10 minutes", "10 minutes"),
            (r"\mute bob 10 m", "10 m"),
        ):
            self.assert_typed(
                self.oscar,
                typed,
                f"error: {word} is not a duration: give 30s, 10m, 2h or 7d",
            )
        self.assertIsNone(self.bob.closed)

    def test_list_of_bans_is_bounded(self) -> None:
        """It says how many are left out."""
        for number in range(MAX_LINES + 2):
            self.oscar.types(rf"\ban troll{number}")
        self.oscar.sees()
        self.oscar.types(r"\bans")
        lines = self.oscar.sees()
        self.assertEqual(lines[:2], ["bans (502):", "and 2 earlier ones"])
        self.assertEqual(len(lines), MAX_LINES + 2)

    def test_some_cannot_be_banned(self) -> None:
        """Oneself, operators, all addresses, one's own, and what is not a name."""
        self.oscar = self.connect_from("192.0.2.1", "osc4r")
        self.moderation.is_operator = lambda member: member.nick in ("osc4r", "oscar")
        self.oscar.sees()
        for who, reason in (
            ("osc4r", "you cannot ban yourself"),
            ("oscar", "oscar is an operator"),
            ("0.0.0.0/0", "0.0.0.0/0 is too wide: give a network of /8 or longer"),
            ("::/0", "::/0 is too wide: give a network of /16 or longer"),
            ("10.0.0.0/4", "10.0.0.0/4 is too wide: give a network of /8 or longer"),
            ("0.0.0.0/1", "0.0.0.0/1 is too wide: give a network of /8 or longer"),
            ("192.0.2.1", "you cannot ban yourself: you are connected from there"),
            ("192.0.0.0/8", "you cannot ban yourself: you are connected from there"),
            ("a:b", "a:b is not a nickname, an address or a network"),
        ):
            self.assert_typed(self.oscar, rf"\ban {who}", f"error: {reason}")
        self.assertFalse(self.moderation.bans)

    def test_what_is_like_an_address_is_not_a_name(self) -> None:
        """It is refused: as a name, it would keep nobody out."""
        for who in ("1.2.3.4.5", "10.0.0.0/33", "1.2.3", "fe80::1%eth0", "192.168.*"):
            self.assert_typed(
                self.oscar,
                rf"\ban {who} 2h",
                f"error: {who} is not an address or a network:"
                " give one such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32",
            )
        self.assertFalse(self.moderation.bans)

    def test_whoever_has_an_address_as_a_name_is_meant_by_it(self) -> None:
        """And nobody who is connected from there."""
        troll = self.connect_from("192.0.2.7", "198.51.100.1")
        victim = self.connect_from("198.51.100.1", "victim")
        self.does(self.oscar, r"\ban 198.51.100.1")
        self.assertEqual(troll.closed, "banned")
        self.assertIs(victim.closed, None)
        self.does(self.oscar, r"\ban 198.51.100.1/32")
        self.assertEqual(victim.closed, "banned")

    def test_network_of_another_operator_cannot_be_banned(self) -> None:
        """He is named."""
        self.connect_from("192.0.2.1", "olga")
        self.moderation.is_operator = lambda member: member.nick in ("olga", "oscar")
        self.assert_typed(
            self.oscar,
            r"\ban 192.0.2.0/24",
            "error: olga is an operator and connected from there",
        )

    def test_operator_is_not_kept_out_by_a_network(self) -> None:
        """Nobody can lock the operators out."""
        self.does(self.oscar, r"\ban 192.0.2.0/24")
        self.moderation.is_operator = lambda member: member.nick == "olga"
        self.assertIs(self.connect_from("192.0.2.1", "olga").closed, "banned")

    def test_account_is_banned_by_its_id(self) -> None:
        """Also one that is not present; not an operator's."""

        async def find_account(name: str) -> KnownAccount | None:
            known = {"dora": False, "olga": True}
            return (
                KnownAccount(f"@{name}", name, known[name]) if name in known else None
            )

        self.moderation.find_account = find_account
        self.assert_typed(self.oscar, r"\ban dora", "oscar: banned dora")
        self.assert_typed(self.oscar, r"\ban olga", "error: olga is an operator")
        self.assertIsNot(self.moderation.ban_of(("@dora",), ""), None)
        self.assertIs(self.moderation.ban_of(("=dora",), ""), None)
        self.assert_typed(self.oscar, r"\unban dora", "oscar: unbanned dora")

    def test_others_may_not_ban(self) -> None:
        """Nor lift or list bans: room operators are not operators."""
        for route in (r"\ban bob", r"\unban bob", r"\bans", r"\audit"):
            name = route.split()[0]
            self.assert_typed(
                self.alice, route, f"error: only operators may use {name}"
            )


class AuditTests(ModerationCase):
    r"""``\audit [N]``"""

    def test_acts_are_listed(self) -> None:
        """With time, who, what, whom, where and why; without texts of messages."""
        self.does(
            self.alice, r"\kick bob spam", r"\mute carol 10m", r"\room key secret"
        )
        self.does(self.oscar, r"\ban troll 2h (sic)")
        self.assert_typed(
            self.oscar,
            r"\audit",
            "2023-11-14 22:13 alice kick bob #tea (spam)",
            "2023-11-14 22:13 alice mute carol #tea for 10m",
            "2023-11-14 22:13 alice room key #tea",
            "2023-11-14 22:13 oscar ban troll for 2h ((sic))",
        )
        self.assert_typed(
            self.oscar, r"\audit 1", "2023-11-14 22:13 oscar ban troll for 2h ((sic))"
        )

    def test_deleting_what_others_said_is_in_the_log(self) -> None:
        """Not what was said, and not what one deletes of one's own."""
        self.does(self.bob, "spam", "more spam")
        self.does(self.bob, r"\delete")
        self.does(self.alice, r"\delete bob")
        self.does(self.bob, "spam", "more spam")
        self.does(self.alice, r"\delete bob 2")
        self.assert_typed(
            self.oscar,
            r"\audit",
            "2023-11-14 22:13 alice delete bob #tea",
            "2023-11-14 22:13 alice delete bob 2 #tea",
        )

    def test_mute_everywhere_names_no_room(self) -> None:
        """Nor does its end; one of a room names that in both."""
        self.does(self.oscar, r"\join tea", r"\mute bob", r"\unmute bob")
        self.does(self.alice, r"\mute bob", r"\unmute bob")
        self.assert_typed(
            self.oscar,
            r"\audit",
            "2023-11-14 22:13 oscar mute bob",
            "2023-11-14 22:13 oscar unmute bob",
            "2023-11-14 22:13 alice mute bob #tea",
            "2023-11-14 22:13 alice unmute bob #tea",
        )

    def test_empty_log_says_so(self) -> None:
        """And what is not a number is refused."""
        self.assert_typed(self.oscar, r"\audit", "the audit log is empty")
        for word in ("0", "-1", "x"):
            self.assert_typed(
                self.oscar,
                rf"\audit {word}",
                rf"error: {word} is not a positive whole number (try \audit 20)",
            )
