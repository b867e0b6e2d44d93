r"""``\room``: what is set for a room, and what follows from it."""

from __future__ import annotations

from unittest.mock import patch

from tests.support.moderation import ModerationCase
from twisted_chat.core.moderation.moderation import KnownAccount
from twisted_chat.core.replies import Request
from twisted_chat.core.routes import room_bans

PRIVATE = "error: #tea is private: ask alice for an invitation"


TOPIC = r"(usage: \room topic operators, or \room topic all)"

SETTINGS = (
    "private, public, quiet, open, hidden, listed, outside, inside, key, limit, "
    "topic, ban, unban, except, unexcept, invite-except, invite-unexcept"
)


class SettingTests(ModerationCase):
    r"""``\room``, and what follows it."""

    def test_each_change_is_shown_to_the_room(self) -> None:
        """Word for word."""
        for typed, shown in (
            ("private", "made #tea private"),
            ("public", "made #tea public"),
            ("quiet", "made #tea quiet"),
            ("open", "made #tea open"),
            ("hidden", "made #tea hidden"),
            ("listed", "made #tea listed"),
            ("outside", "let those outside talk in #tea"),
            ("inside", "let only those inside talk in #tea"),
            ("key pumpkin", "set a key for #tea"),
            ("key -", "removed the key of #tea"),
            ("limit 5", "set the limit of #tea to 5"),
            ("limit -", "removed the limit of #tea"),
            ("topic operators", "let only operators set the topic of #tea"),
            ("topic all", "let all set the topic of #tea"),
        ):
            self.assert_typed(self.alice, rf"\room {typed}", f"alice: {shown}")
            self.assert_sees(self.carol, f"alice: {shown}")

    def test_settings_are_listed(self) -> None:
        """The key to room operators only."""
        self.does(self.alice, r"\room key pumpkin", r"\room limit 9", r"\room quiet")
        self.does(self.alice, r"\voice bob", r"\mute carol", r"\room ban dave")
        lines = [
            "#tea",
            "public",
            "quiet (only those with a voice talk)",
            "listed",
            "key: pumpkin",
            "limit: 9 members",
            "topic set by: all",
            "room operators: alice",
            "voices: bob",
            "banned: dave",
            "muted: carol",
        ]
        self.assert_typed(self.alice, r"\room", *lines)
        lines[4] = "has a key"
        self.assert_typed(self.bob, r"\room", *lines)

    def test_muted_are_listed_under_the_nickname_that_they_have(self) -> None:
        """Or the one that they had, once they have left."""
        self.does(self.alice, r"\mute carol")
        self.does(self.carol, r"\nick elf")
        self.alice.types(r"\room")
        self.assertIn("muted: elf", self.alice.sees())
        self.alice.types(r"\unmute elf", r"\room")
        self.assertNotIn("muted: elf", self.alice.sees())
        self.does(self.alice, r"\mute elf")
        self.carol.leaves()
        self.alice.types(r"\room")
        self.assertIn("muted: elf", self.alice.sees())

    def test_others_may_not_set_anything(self) -> None:
        """Not even in the lobby, which is the operators'."""
        for typed in ("private", "key x", "limit 1", "topic all", "ban bob", "unban x"):
            self.assert_typed(
                self.bob,
                rf"\room {typed}",
                r"error: only room operators of #tea may use \room",
            )
        self.does(self.oscar, r"\join tea")
        self.assert_typed(self.oscar, r"\room quiet", "oscar: made #tea quiet")

    def test_lobby_stays_open(self) -> None:
        """Everyone starts there; it can be quiet."""
        for typed in ("private", "key x", "limit 1"):
            self.assert_typed(
                self.oscar,
                rf"\room {typed}",
                "error: #lobby is open to all: everyone starts there",
            )
        self.assert_typed(self.oscar, r"\room quiet", "oscar: made #lobby quiet")

    def test_what_is_set_already_is_refused(self) -> None:
        """Nothing is shown to the room."""
        for typed, reason in (
            ("public", "#tea is public already"),
            ("open", "#tea is open already"),
            ("key -", "#tea has no key"),
            ("limit -", "#tea has no limit"),
        ):
            self.assert_typed(self.alice, rf"\room {typed}", f"error: {reason}")
        self.assert_sees(self.bob)

    def test_invalid_settings_are_refused(self) -> None:
        """What is possible is said."""
        for typed, reason in (
            ("limit 0", "a limit is 1 to 100000 members"),
            ("limit x", "a limit is 1 to 100000 members"),
            ("key " + "x" * 33, "a key has 1 to 32 characters"),
            ("key", r"WORD is missing (usage: \room key WORD)"),
            ("except", r"WHO is missing (usage: \room except WHO)"),
            ("ban", r"WHO is missing (usage: \room ban WHO [DURATION])"),
            ("topic me", f"me is neither operators nor all {TOPIC}"),
            ("colour", f"colour is not a setting: choose one of {SETTINGS}"),
        ):
            self.assert_typed(self.alice, rf"\room {typed}", f"error: {reason}")

    def test_help_explains_what_may_follow(self) -> None:
        """One line each."""
        self.alice.types(r"\help room")
        lines = self.alice.sees()
        self.assertTrue(lines[0].startswith(r"\room [SETTING] - "))
        self.assertIn(
            r"\room limit N              let in no more than N; - removes the limit",
            lines,
        )

    def test_help_warns_that_the_past_is_opened(self) -> None:
        """Whoever opens a room to all again shows them what was said in it."""
        self.alice.types(r"\help room")
        lines = self.alice.sees()
        for typed in (r"\room public ", r"\room key WORD "):
            (line,) = (each for each in lines if each.startswith(typed))
            self.assertTrue(line.endswith("to read what was said before"), line)


class PrivateRoomTests(ModerationCase):
    r"""``\room private``"""

    def setUp(self) -> None:
        super().setUp()
        self.does(self.carol, r"\leave")
        self.does(self.alice, "old", r"\room private")

    def test_nobody_enters_uninvited(self) -> None:
        """Operators do."""
        self.assert_typed(self.carol, r"\join tea", PRIVATE)
        self.oscar.types(r"\join tea")
        self.assertIn("now talking in #tea", self.oscar.sees())

    def test_nobody_outside_reads_it(self) -> None:
        """Its members, its history, what a search finds; whoever is in it does."""
        self.assert_typed(self.carol, r"\who tea", PRIVATE)
        for route, text in (("history", ""), ("search", "old"), ("who", "")):
            self.carol.asks(Request(route, text, room="tea"))
            self.assert_sees(self.carol, PRIVATE)
            self.bob.asks(Request(route, text, room="tea"))
            self.assertNotIn("error", " ".join(self.bob.sees()))

    def test_client_that_resumes_is_still_in_it(self) -> None:
        """A lost connection is not a departure; another client is not let in."""
        self.bob.leaves()
        again = self.chat.client(session=self.bob.client.session, rooms=("tea",))
        self.assertEqual(again.client.rooms, ("tea",))
        other = self.chat.client("dave", rooms=("lobby", "tea"))
        self.assertEqual(other.client.rooms, ("lobby",))
        self.assertEqual(other.sees()[0], PRIVATE)

    def test_room_operator_who_is_asked_has_the_nickname_of_now(self) -> None:
        """If there is none, an operator is asked."""
        self.does(self.alice, r"\nick alicia")
        self.assert_typed(
            self.carol,
            r"\join tea",
            "error: #tea is private: ask alicia for an invitation",
        )
        self.alice.leaves()
        self.carol.sees()
        self.assert_typed(
            self.carol,
            r"\join tea",
            "error: #tea is private: ask an operator for an invitation",
        )


class AdmissionTests(ModerationCase):
    """Keys, limits, bans and quiet rooms."""

    def test_key_is_needed(self) -> None:
        """To join, and to read from outside."""
        self.does(self.carol, r"\leave")
        self.does(self.alice, r"\room key pumpkin")
        needed = r"error: #tea needs a key: \join tea KEY"
        self.assert_typed(self.carol, r"\join tea", needed)
        self.assert_typed(self.carol, r"\join tea Pumpkin", needed)
        self.assert_typed(self.carol, r"\who tea", needed)
        self.carol.types(r"\join tea pumpkin")
        self.assertIn("now talking in #tea", self.carol.sees())

    def test_full_room_lets_nobody_in(self) -> None:
        """Until someone leaves."""
        self.does(self.carol, r"\leave")
        self.does(self.alice, r"\room limit 2")
        self.assert_typed(self.carol, r"\join tea", "error: #tea is full")
        self.does(self.bob, r"\leave")
        self.carol.types(r"\join tea")
        self.assertIn("now talking in #tea", self.carol.sees())

    def test_banned_member_is_out_and_stays_out(self) -> None:
        """For that time, under other names, and after reconnecting."""
        self.alice.types(r"\room ban bob 2h")
        line = "alice: banned bob from #tea for 2h"
        self.assert_all_see(line, self.alice, self.carol)
        self.assert_sees(
            self.bob,
            line,
            "error: you were banned from #tea by alice for 2h",
            "now talking in #lobby",
        )
        self.does(self.bob, r"\nick rob")
        banned = "error: you are banned from #tea"
        self.assert_typed(self.bob, r"\join tea", banned)
        self.assert_typed(self.bob, r"\who tea", banned)
        self.bob.leaves()
        again = self.chat.client("ann", session=self.bob.client.session)
        again.sees()
        self.assert_typed(again, r"\join tea", banned)
        again.leaves()
        other = self.chat.client("bob", rooms=("lobby", "tea"))
        self.assertEqual(other.sees()[0], banned)
        self.chat.advance(7200)
        other.types(r"\join tea")
        self.assertIn("now talking in #tea", other.sees())

    def test_ban_from_a_room_is_lifted(self) -> None:
        """The room sees it."""
        self.does(self.alice, r"\room ban bob")
        self.alice.types(r"\room unban bob")
        self.assert_all_see("alice: unbanned bob from #tea", self.alice, self.carol)
        self.bob.sees()
        self.bob.types(r"\join tea")
        self.assertIn("now talking in #tea", self.bob.sees())
        self.alice.sees()
        self.assert_typed(
            self.alice, r"\room unban bob", "error: bob is not banned from #tea"
        )

    def test_ban_of_a_guest_is_shown_by_name_to_all(self) -> None:
        """Also if it concerns the address of the guest."""
        dave = self.connect_from("192.0.2.7", "dave")
        self.does(dave, r"\join tea")
        self.does(self.alice, r"\room ban dave")
        self.alice.types(r"\room")
        self.assertIn("banned: dave", self.alice.sees())
        unbanned = "alice: unbanned dave from #tea"
        self.assert_typed(self.alice, r"\room unban dave", unbanned)

    def test_some_cannot_be_banned_from_a_room(self) -> None:
        """Oneself, operators; and only operators ban addresses."""
        for who, reason in (
            ("alice", "you cannot ban yourself"),
            ("oscar", "oscar is an operator"),
            ("a:b", "a:b is not a nickname, an address or a network"),
            ("guest_1", "guest_1 is not here: give the address instead"),
            ("192.0.2.1", "only operators ban or except addresses: give a nickname"),
        ):
            self.assert_typed(self.alice, rf"\room ban {who}", f"error: {reason}")

    def test_account_that_is_not_here_is_banned_by_its_id(self) -> None:
        """It cannot come in once it has logged in; that of an operator can."""

        async def find_account(name: str) -> KnownAccount | None:
            return KnownAccount(f"@{name}", name, name == "olga")

        self.moderation.find_account = find_account
        self.assert_typed(self.alice, r"\room ban dora", "alice: banned dora from #tea")
        refused = "error: olga is an operator"
        self.assert_typed(self.alice, r"\room ban olga", refused)
        dora = self.chat.client("dora", account="dora")
        self.discard()
        dora.sees()
        self.assert_typed(dora, r"\join tea", "error: you are banned from #tea")

    def test_address_is_shown_to_operators_only(self) -> None:
        """Also in the list of settings."""
        self.does(self.oscar, r"\join tea")
        self.oscar.types(r"\room ban 192.0.2.0/24")
        self.assert_all_see("oscar: banned an address from #tea", self.alice, self.bob)
        for client, sees in ((self.alice, False), (self.oscar, True)):
            client.sees()
            client.types(r"\room")
            self.assertEqual("banned: 192.0.2.0/24" in client.sees(), sees)
        self.assert_typed(
            self.oscar,
            r"\room unban 192.0.2.0/24",
            "oscar: unbanned an address from #tea",
        )

    def test_bans_that_are_over_make_place(self) -> None:
        """No room has more than there may be."""
        with patch.object(room_bans, "MAX_ROOM_SANCTIONS", 2):
            self.does(self.alice, r"\room ban x 1s", r"\room ban y 2s")
            self.assert_typed(
                self.alice,
                r"\room ban z",
                "error: 2 bans are in force in #tea: \\room unban one first",
            )
            self.chat.advance(1)
            self.does(self.alice, r"\room ban z")
        self.assertEqual(len(self.moderation.settings("tea").bans), 2)

    def test_whoever_is_banned_from_the_lobby_stays_out_of_the_chat(self) -> None:
        """Everyone starts there; whoever asks for another room is let in."""
        self.does(self.oscar, r"\room ban bob")
        self.bob.leaves()
        again = self.chat.client("bob")
        self.assert_sees(again, "error: you are banned from #lobby")
        self.assertEqual(again.closed, "banned")
        elsewhere = self.chat.client("bob", rooms=("tea",))
        self.assertEqual(elsewhere.client.rooms, ("tea",))

    def test_only_those_with_a_voice_talk_in_a_quiet_room(self) -> None:
        """Room operators and operators do, too."""
        self.does(self.alice, r"\room quiet")
        quiet = "error: #tea is quiet: ask alice for a voice"
        self.assert_typed(self.bob, "hi", quiet)
        self.assert_typed(self.bob, r"\me waves", quiet)
        self.alice.types(r"\voice bob")
        self.assert_all_see("alice: gave voice to bob", self.alice, self.bob)
        self.assert_typed(self.bob, "hi", "bob: hi")
        self.assert_typed(self.alice, "ho", "bob: hi", "alice: ho")
        self.does(self.oscar, r"\join tea", "oscar talks")
        self.does(self.alice, r"\devoice bob")
        self.assert_typed(self.bob, "hi", quiet)

    def test_hidden_room_is_not_listed_for_those_outside(self) -> None:
        """It is for its members and operators."""
        self.does(self.carol, r"\leave")
        self.does(self.alice, r"\room hidden")
        self.assert_typed(self.carol, r"\rooms", "rooms (1): lobby (4)")
        for client in (self.bob, self.oscar):
            self.assert_typed(client, r"\rooms", "rooms (2): lobby (4), tea (2)")

    def test_only_operators_set_the_topic_if_so_set(self) -> None:
        """Everyone is shown it."""
        self.does(self.alice, r"\room topic operators", r"\topic cake")
        self.assert_typed(self.bob, r"\topic", "topic of #tea: cake")
        self.assert_typed(
            self.bob,
            r"\topic pie",
            "error: only operators set the topic of #tea: ask alice to set it",
        )


class EndTests(ModerationCase):
    """What is left when everyone has left the room."""

    def test_settings_of_guests_end_with_the_room(self) -> None:
        """Whoever joins next opens it anew, and reads what was said before."""
        self.does(self.alice, r"\room quiet", r"\op bob", "old")
        for client in (self.alice, self.bob, self.carol):
            self.does(client, r"\leave")
        self.carol.types(r"\join tea")
        self.assertIn("[#tea] alice: old", self.carol.sees())
        self.does(self.bob, r"\join tea")
        self.assert_typed(self.carol, r"\kick bob", "carol: kicked bob")

    def test_history_of_a_private_room_stays_closed(self) -> None:
        """When it is opened anew, only what is said then is shown."""
        self.does(self.alice, "old", r"\room private")
        for client in (self.alice, self.bob, self.carol):
            self.does(client, r"\leave")
        self.does(self.carol, r"\join tea", "new")
        self.assert_typed(self.carol, r"\history", "carol: new")
        self.assert_typed(self.carol, r"\search old", "found (0): old")
        self.bob.types(r"\join tea")
        self.assert_sees(
            self.bob,
            "[#tea] carol: new",
            "bob: joined the chat",
            "now talking in #tea",
        )
