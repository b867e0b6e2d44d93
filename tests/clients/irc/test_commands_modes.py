"""MODE with a channel: the settings of a room."""

from __future__ import annotations

from tests.support.irc_clients import PASSWORD, IrcCase

BAD_KEY = "A key has 1 to 32 characters, none of them a blank or a comma"
NOT_OPERATOR = "482 bob #tea :You're not a channel operator"


class ModeCommandTests(IrcCase):
    """Alice has created #tea, and bob and eve are in it; eve is a line client."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.irc("alice", "tea")
        self.bob = self.irc("bob", "tea")
        self.eve.types(r"\join tea")
        self.read()

    def read(self) -> None:
        for client in (self.alice, self.bob, self.eve):
            client.sees()

    def changes(self, sent: str) -> list[str]:
        """What the others are shown of a change: bob, then eve."""
        own = self.alice.asks(f"MODE #tea {sent}")
        shown = self.bob.sees()
        self.assertEqual(own, shown)
        source = f"{self.source(self.alice)} MODE #tea "
        return [line.removeprefix(source) for line in shown] + self.eve.sees()

    def test_modes_are_shown_with_the_time_of_creation(self) -> None:
        """The key to room operators."""
        opened = self.room.chat.moderation.settings("tea").opened // 1000
        self.assertEqual(
            self.alice.asks("MODE #tea"),
            ["324 alice #tea +n", f"329 alice #tea {opened}"],
        )
        self.alice.asks("MODE #tea +ntkl pumpkin 7")
        self.assertEqual(
            self.alice.asks("MODE #tea")[0], "324 alice #tea +ntkl pumpkin 7"
        )
        self.assertEqual(self.bob.asks("MODE #tea")[0], "324 bob #tea +ntkl * 7")
        started = int(self.shared.server.started)
        self.assertEqual(self.bob.asks("MODE #lobby")[1], f"329 bob #lobby {started}")

    def test_each_setting_is_a_mode(self) -> None:
        """Told to every wire in its own words."""
        for sent, shown, said in (
            ("+i", "+i", "made #tea private"),
            ("-i", "-i", "made #tea public"),
            ("+m", "+m", "made #tea quiet"),
            ("-m", "-m", "made #tea open"),
            ("+s", "+s", "made #tea hidden"),
            ("-s", "-s", "made #tea listed"),
            ("+t", "+t", "let only operators set the topic of #tea"),
            ("-t", "-t", "let all set the topic of #tea"),
            ("-n", "-n", "let those outside talk in #tea"),
            ("+n", "+n", "let only those inside talk in #tea"),
            ("+k pumpkin", "+k *", "set a key for #tea"),
            ("-k pumpkin", "-k *", "removed the key of #tea"),
            ("+l 5", "+l 5", "set the limit of #tea to 5"),
            ("-l", "-l", "removed the limit of #tea"),
            ("+o bob", "+o bob", "made bob a room operator"),
            ("-o bob", "-o bob", "removed bob as a room operator"),
            ("+v bob", "+v bob", "gave voice to bob"),
            ("-v bob", "-v bob", "removed voice from bob"),
            ("+b troll", "+b troll!*@*", "banned troll!*@* from #tea"),
            ("-b TROLL!*@*", "-b troll!*@*", "unbanned troll!*@* from #tea"),
            ("+e dave!*@*", "+e dave!*@*", "excepted dave!*@* from the bans of #tea"),
            (
                *("-e dave", "-e dave!*@*"),
                "removed the exception for dave!*@* from the bans of #tea",
            ),
            ("+I ann!*@*", "+I ann!*@*", "let ann!*@* into #tea without an invitation"),
            ("-I ann!*@*", "-I ann!*@*", "let ann!*@* into #tea only by invitation"),
        ):
            self.assertEqual(self.changes(sent), [shown, f"alice: {said}"])

    def test_setting_of_another_wire_is_a_mode(self) -> None:
        """With whoever changed it as the source."""
        self.alice.asks("MODE #tea +o eve")
        self.read()
        self.eve.types(r"\room private", r"\room ban bob")
        eve = self.room.chat.pool.named_as("eve")
        assert eve is not None
        source = f":{self.shared.server.source(eve)}"
        shown = [
            f"{source} MODE #tea +i",
            f"{source} MODE #tea +b bob!*@*",
            f"{source} KICK #tea bob :Banned",
        ]
        self.assertEqual(self.alice.sees(), shown)
        self.assertEqual(self.bob.sees(), shown)
        self.assertEqual(
            self.bob.asks("JOIN #tea"), ["474 bob #tea :Cannot join channel (+b)"]
        )

    def test_ban_of_who_is_not_in_the_room_kicks_nobody(self) -> None:
        """Who is here, but elsewhere."""
        self.irc("carol")
        self.alice.asks("MODE #tea +o eve")
        self.read()
        self.eve.types(r"\room ban carol")
        (line,) = self.alice.sees()
        self.assertTrue(line.endswith(" MODE #tea +b carol!*@*"), line)

    def test_what_is_so_already_is_not_shown(self) -> None:
        """To anyone."""
        for sent in ("-i", "-m", "-l", "-k x", "+n", "-v bob", "-b x", "-e x"):
            self.assertEqual(self.changes(sent), [])
        self.changes("+kl key 5")
        for sent in ("+k key", "+l 05", "+o alice"):
            self.assertEqual(self.changes(sent), [])

    def test_last_room_operator_may_give_that_up(self) -> None:
        """On IRC; whoever has an account and created the room stays it."""
        self.assertEqual(self.changes("-o alice")[0], "-o alice")
        self.assertEqual(
            self.alice.asks("MODE #tea +i"),
            ["482 alice #tea :You're not a channel operator"],
        )
        self.account("carol")
        carol = self.irc("carl")
        carol.asks(f"PRIVMSG NickServ :IDENTIFY carol {PASSWORD}", "JOIN #milk")
        (refused,) = carol.asks(f"MODE #milk -o {carol.nick}")
        self.assertIn("whoever created the room stays its operator", refused)

    def test_several_changes_are_made_in_order(self) -> None:
        """Those without parameters are one; a refusal does not keep others back."""
        source = self.source(self.alice)
        self.assertEqual(
            self.alice.asks("MODE #tea +iot-s+l nobody x"),
            [
                f"{source} MODE #tea +it",
                "401 alice nobody :No such nick",
                "696 alice #tea l * :A limit is 1 to 100000 members",
            ],
        )

    def test_modes_without_parameters_are_changed_at_once(self) -> None:
        """Both on and off; what is so already is left out."""
        self.assertEqual(
            self.changes("+ims"),
            ["+ims", "alice: made #tea private, made #tea quiet, made #tea hidden"],
        )
        shown, said = self.changes("-im+ts-n")
        self.assertEqual(shown, "+t-imn")
        self.assertIn("made #tea public, made #tea open, let only operators", said)
        self.assertEqual(self.alice.asks("MODE #tea")[0], "324 alice #tea +st")

    def test_those_outside_talk_if_that_is_set(self) -> None:
        """Unless the room is closed to them, or they are banned from it."""
        dave = self.irc("dave")
        talks = ("PRIVMSG #tea :hi", "PRIVMSG #tea :\x01ACTION waves\x01")
        for sent in talks:
            (refused,) = dave.asks(sent)
            self.assertTrue(refused.startswith("404 dave #tea "), refused)
        self.changes("-n")
        self.assertEqual(dave.asks(*talks), [])
        self.assertEqual(self.eve.sees(), ["dave: hi", "* dave waves"])
        for mode in ("+i", "+b dave", "+k x"):
            self.alice.asks(f"MODE #tea {mode}")
            for sent in talks:
                (refused,) = dave.asks(sent)
                self.assertTrue(refused.startswith("404 dave #tea "), refused)
            self.alice.asks("MODE #tea -ik-b * dave")
        self.assertTrue(dave.asks("PRIVMSG #x :hi")[0].startswith("404 dave #x "))

    def test_what_is_like_an_address_is_not_a_mask(self) -> None:
        """It would concern nobody."""
        for mask in ("1.2.3.4.5", "10.0.0.0/33", "192.168.*", "*!*@192.168.*", "1.2.3"):
            for letter in "beI":
                (refused,) = self.alice.asks(f"MODE #tea +{letter} {mask}")
                shown = mask.removeprefix("*!*@")
                expected = f"FAIL MODE BAD_REQUEST :{shown} is not an address or a"
                self.assertTrue(refused.startswith(expected), refused)
        self.assertEqual(self.alice.asks("MODE #tea -b 1.2.3.4.5"), [])
        (refused,) = self.alice.asks("MODE #tea +b 192.0.2.7")
        only = "Only operators ban or except addresses: give a nickname"
        self.assertEqual(refused, f"482 alice #tea :{only}")

    def test_lists_are_shown(self) -> None:
        """To everyone who may read the room; those by address to operators."""
        self.alice.asks("MODE #tea +b one!*@*", "MODE #tea +e two", "MODE #tea +I thr*")
        began = int(self.room.clock.seconds())
        for sent, entry, mask, end in (
            ("b", "367", "one!*@*", "368 bob #tea :End of channel ban list"),
            ("+e", "348", "two!*@*", "349 bob #tea :End of channel exception list"),
            (
                *("I", "346", "thr*!*@*"),
                "347 bob #tea :End of channel invite exception list",
            ),
        ):
            self.assertEqual(
                self.bob.asks(f"MODE #tea {sent}"),
                [f"{entry} bob #tea {mask} alice {began}", end],
            )
        self.alice.asks("MODE #tea +i")
        dave = self.irc("dave")
        self.assertEqual(
            dave.asks("MODE #tea b", "MODE #tea"),
            ["442 dave #tea :You're not on that channel"] * 2,
        )

    def test_others_may_change_nothing(self) -> None:
        """Neither who is not an operator nor who is outside."""
        for sent in ("+i", "+o bob", "+b x", "-k x", "+l 5"):
            self.assertEqual(self.bob.asks(f"MODE #tea {sent}"), [NOT_OPERATOR])
        self.assertEqual(
            self.irc("dave").asks("MODE #tea +i"),
            ["442 dave #tea :You're not on that channel"],
        )

    def test_parameters_are_checked(self) -> None:
        """And the channel, the nickname and the letter."""
        bad_limit = "696 alice #tea l * :A limit is 1 to 100000 members"
        bad_key = f"696 alice #tea k * :{BAD_KEY}"
        self.irc("dave")
        for sent, error in (
            ("+k :", bad_key),
            ("+k :a b", bad_key),
            ("+k a,b", bad_key),
            (f"+k {'x' * 33}", bad_key),
            ("+k", bad_key),
            ("+l 0", bad_limit),
            ("+l -1", bad_limit),
            ("+l :", bad_limit),
            ("+l 1234567890", bad_limit),
            ("+o nobody", "401 alice nobody :No such nick"),
            ("+v dave", "441 alice dave #tea :They aren't on that channel"),
            ("+x", "472 alice x :is unknown mode char to me"),
        ):
            self.assertEqual(self.alice.asks(f"MODE #tea {sent}"), [error])
        self.assertEqual(
            self.alice.asks("MODE #nowhere +i"), ["403 alice #nowhere :No such channel"]
        )
        self.assertEqual(
            self.alice.asks("MODE"), ["461 alice MODE :Not enough parameters"]
        )

    def test_lobby_stays_open(self) -> None:
        """It has neither key nor limit."""
        self.room.chat.moderation.is_operator = lambda member: member.nick == "alice"
        self.alice.asks("JOIN #lobby", "CAP REQ standard-replies")
        for sent in ("+i", "+k x", "+l 5"):
            (refused,) = self.alice.asks(f"MODE #lobby {sent}")
            self.assertTrue(refused.startswith("FAIL MODE BAD_REQUEST :"), refused)

    def test_labels_are_on_the_answer(self) -> None:
        """Whether something was changed or not."""
        carol = self.irc("carol", "milk", capabilities="batch labeled-response")
        source = self.source(carol)
        self.assertEqual(
            carol.asks("@label=1 MODE #milk +i"), [f"@label=1 {source} MODE #milk +i"]
        )
        self.assertEqual(
            carol.asks("@label=2 MODE #milk +i"), ["@label=2 :chat.server ACK"]
        )

    def test_quiet_room_lets_those_with_a_voice_talk(self) -> None:
        """As on other wires."""
        self.changes("+m")
        refused = "404 bob #tea "
        self.assertTrue(self.bob.asks("PRIVMSG #tea :hi")[0].startswith(refused))
        self.changes("+v bob")
        self.assertEqual(self.bob.asks("PRIVMSG #tea :hi"), [])
        self.assertEqual(self.eve.sees(), ["bob: hi"])
