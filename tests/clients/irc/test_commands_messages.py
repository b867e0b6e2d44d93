"""PRIVMSG and NOTICE."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase


class MessageCommandTests(IrcCase):
    """Messages to rooms and to members."""

    def test_message_is_shown_to_the_others_on_every_wire(self) -> None:
        """Its author knows it."""
        alice, bob = self.irc("alice", "lobby"), self.irc("bob", "lobby")
        alice.sees()
        self.eve.sees()
        self.assertEqual(alice.asks("PRIVMSG #lobby :hi all"), [])
        self.assertEqual(bob.sees(), [f"{self.source(alice)} PRIVMSG #lobby :hi all"])
        self.assertEqual(self.eve.sees(), ["alice: hi all"])

    def test_password_is_not_posted(self) -> None:
        """A route that is typed as on other wires, in a room or to a member."""
        alice = self.irc("alice", "lobby")
        self.eve.sees()
        for text in ("\\login gus secret", "/login gus secret", " /logni gus secret"):
            for target in ("#lobby", "eve"):
                (line,) = alice.asks(f"PRIVMSG {target} :{text}")
                self.assertTrue(line.startswith("FAIL PRIVMSG HAS_PASSWORD :"), line)
                self.assertIn("/msg NickServ IDENTIFY NAME PASSWORD", line)
        self.assertEqual(self.eve.sees(), [])
        alice.sends("PRIVMSG #lobby :/shrug login")
        self.assertEqual(self.eve.sees(), ["alice: /shrug login"])

    def test_message_to_a_nickname_is_a_direct_message(self) -> None:
        """Which nobody else is shown."""
        alice, bob = self.irc("alice", "lobby"), self.irc("bob", "lobby")
        self.eve.sees()
        self.assertEqual(alice.asks("PRIVMSG eve :psst"), [])
        self.assertEqual(self.eve.sees(), ["alice (private): psst"])
        self.eve.types(r"\dm alice yes")
        self.assertEqual(len(alice.sees()), 1)
        self.assertEqual(bob.asks(), [])

    def test_sender_is_told_that_the_recipient_is_away(self) -> None:
        """301."""
        alice = self.irc("alice")
        self.eve.types(r"\away lunch")
        self.assertEqual(alice.asks("PRIVMSG eve :psst"), ["301 alice eve :lunch"])

    def test_message_may_have_several_targets(self) -> None:
        """Each once."""
        alice = self.irc("alice", "lobby")
        alice.sends("PRIVMSG #lobby,eve,eve :hi")
        self.assertEqual(self.eve.sees(), ["alice: hi", "alice (private): hi"])
        (line,) = alice.asks("PRIVMSG a,b,c,d,e :hi")
        self.assertTrue(line.startswith("407 alice "), line)

    def test_action_is_an_action_on_every_wire(self) -> None:
        """The closing mark may be missing."""
        alice, bob = self.irc("alice", "lobby"), self.irc("bob", "lobby")
        self.eve.sees()
        alice.sends("PRIVMSG #lobby :\x01ACTION waves\x01")
        self.assertEqual(self.eve.sees(), ["* alice waves"])
        self.assertEqual(
            bob.sees(),
            [f"{self.source(alice)} PRIVMSG #lobby :\x01ACTION waves\x01"],
        )
        alice.sends("PRIVMSG #lobby :\x01ACTION nods")
        self.assertEqual(self.eve.sees(), ["* alice nods"])

    def test_action_may_be_a_direct_message(self) -> None:
        """Which says whose it is, for other clients."""
        alice, bob = self.irc("alice"), self.irc("bob")
        alice.sends("PRIVMSG eve,bob :\x01ACTION waves\x01")
        self.assertEqual(self.eve.sees(), ["alice (private): * alice waves"])
        self.assertEqual(
            bob.sees(), [f"{self.source(alice)} PRIVMSG bob :\x01ACTION waves\x01"]
        )

    def test_notice_is_one_for_irc_clients(self) -> None:
        """And a message for others."""
        alice, bob = self.irc("alice", "lobby"), self.irc("bob", "lobby")
        self.eve.sees()
        alice.sends("NOTICE #lobby,bob :a robot speaks")
        source = self.source(alice)
        self.assertEqual(
            bob.sees()[-2:],
            [
                f"{source} NOTICE #lobby :a robot speaks",
                f"{source} NOTICE bob :a robot speaks",
            ],
        )
        self.assertEqual(self.eve.sees(), ["alice: a robot speaks"])

    def test_formatting_is_for_irc_clients(self) -> None:
        """Also in actions, and in the history; others are shown the text."""
        alice, bob = self.irc("alice", "lobby"), self.irc("bob", "lobby")
        self.eve.sees()
        bold, action = "\x02bold\x02 \x0304red", "\x01ACTION \x1dbows\x01"
        for text in (bold, action):
            alice.sends(f"PRIVMSG #lobby :{text}")
        self.assertEqual(self.eve.sees(), ["alice: bold red", "* alice bows"])
        for seen in (bob.sees(), self.irc("carol").asks("JOIN #lobby")):
            self.assertEqual(
                [line.partition(" :")[2] for line in seen[-2:]], [bold, action]
            )

    def test_masked_words_are_masked_for_all(self) -> None:
        """No code within a word hides it from the filter."""
        self.room.chat.texts.mask = lambda text: text.replace("bad", "***")
        alice, bob = self.irc("alice", "lobby"), self.irc("bob", "lobby")
        alice.sends("PRIVMSG #lobby :a b\x02a\x02d word")
        self.assertTrue(bob.sees()[-1].endswith(" PRIVMSG #lobby :a *** word"))

    def test_tags_of_clients_are_kept_with_the_message(self) -> None:
        """Those that begin with a plus sign, for those who know tags."""
        alice = self.irc("alice", "lobby")
        bob = self.irc("bob", "lobby", capabilities="message-tags")
        carol = self.irc("carol", "lobby")
        alice.sends("@+draft/reply=7;other=x;label=1 PRIVMSG #lobby :yes")
        (line,) = bob.sees()[-1:]
        tags = line.split()[0][1:].split(";")
        self.assertEqual(min(tags), "+draft/reply=7")
        self.assertEqual(len(tags), 2)
        self.assertTrue(carol.sees()[-1].startswith(self.source(alice)))

    def test_what_cannot_be_sent_is_refused(self) -> None:
        """With the numeric of its reason."""
        alice = self.irc("alice")
        for command, answer in (
            ("PRIVMSG", "411 alice :No recipient given"),
            ("PRIVMSG ,", "411 alice :No recipient given"),
            ("PRIVMSG eve", "412 alice :No text to send"),
            ("PRIVMSG eve :", "412 alice :No text to send"),
            ("PRIVMSG eve :\x02", "412 alice :No text to send"),
            ("PRIVMSG #lobby :hi", "404 alice #lobby :Cannot send to channel"),
            ("PRIVMSG nobody :hi", "401 alice nobody :No such nick"),
        ):
            self.assertEqual(alice.asks(command), [answer])

    def test_message_may_be_for_those_with_a_role(self) -> None:
        """Others of the room are not shown it; on other wires it is a private one."""
        alice, bob, carol = (
            self.irc(name, "tea") for name in ("alice", "bob", "carol")
        )
        self.eve.types(r"\join tea")
        alice.sends("MODE #tea +oo carol eve", "MODE #tea +v bob")
        for peer in (alice, bob, carol):
            peer.sees()
        self.eve.sees()
        self.assertEqual(bob.asks("PRIVMSG @#tea :to operators"), [])
        line = f"{self.source(bob)} PRIVMSG @#tea :to operators"
        self.assertEqual((alice.sees(), carol.sees()), ([line], [line]))
        self.assertEqual(self.eve.sees(), ["bob (private): to operators"])
        alice.sends("NOTICE +#tea :to voices")
        line = f"{self.source(alice)} NOTICE +#tea :to voices"
        self.assertEqual((bob.sees(), carol.sees()), ([line], [line]))

    def test_message_for_those_with_a_role_is_echoed_once(self) -> None:
        """However many they are; also if there is nobody."""
        capabilities = "echo-message batch labeled-response"
        alice = self.irc("alice", "tea", capabilities=capabilities)
        for name in ("bob", "carol"):
            self.irc(name, "tea")
            alice.sends(f"MODE #tea +o {name}")
        self.assertEqual(
            alice.asks("@label=1 PRIVMSG @#tea :hi"),
            [f"@label=1 {self.source(alice)} PRIVMSG @#tea :hi"],
        )
        alice.sends("JOIN #milk")
        self.assertEqual(
            alice.asks("@label=1 PRIVMSG @#milk :hi"), ["@label=1 :chat.server ACK"]
        )
        (line,) = alice.asks("PRIVMSG @#lobby :hi")
        self.assertTrue(line.startswith("404 alice @#lobby :"), line)

    def test_notice_is_never_answered(self) -> None:
        """But its label is acknowledged."""
        alice = self.irc("alice", capabilities="batch labeled-response")
        for command in ("NOTICE #lobby :hi", "NOTICE nobody :hi", "NOTICE"):
            self.assertEqual(alice.asks(command), [])
        self.assertEqual(
            alice.asks("@label=1 NOTICE nobody :hi"), ["@label=1 :chat.server ACK"]
        )

    def test_message_that_cannot_be_relayed_in_one_line_is_refused(self) -> None:
        """To the byte: with its source it has more than 512."""
        alice, bob = self.irc("alice", "lobby"), self.irc("bob", "lobby")
        head = len(f"{self.source(alice)} PRIVMSG #lobby :\r\n")
        alice.sends(f"PRIVMSG #lobby :{'x' * (512 - head)}")
        bob.sees()
        self.assertEqual(
            alice.asks(f"PRIVMSG #lobby :{'x' * (513 - head)}"),
            ["417 alice :Input line was too long"],
        )
        self.assertEqual(bob.sees(), [])

    def test_long_message_of_others_is_several_lines(self) -> None:
        """Each of at most 512 bytes."""
        alice = self.irc("alice", "lobby")
        self.eve.types("ä" * 600)
        data = alice.transport.value()
        lines = data.split(b"\r\n")[:-1]
        self.assertEqual(len(lines), 3)
        self.assertLessEqual(max(map(len, lines)), 510)
        texts = [line.partition(b" :")[2].decode() for line in lines]
        self.assertEqual("".join(texts), "ä" * 600)

    def test_echo_is_the_answer(self) -> None:
        """To each target, in one batch, with the label."""
        capabilities = "echo-message batch labeled-response"
        alice = self.irc("alice", "lobby", capabilities=capabilities)
        source = self.source(alice)
        self.assertEqual(
            alice.asks("@label=1 PRIVMSG #lobby :hi"),
            [f"@label=1 {source} PRIVMSG #lobby :hi"],
        )
        begin, to_room, to_eve, end = alice.asks("@label=2 PRIVMSG #lobby,eve :hi")
        self.assertRegex(
            begin, r"\A@label=2 :chat.server BATCH \+\w+ labeled-response\Z"
        )
        batch = begin.split()[3][1:]
        self.assertEqual(to_room, f"@batch={batch} {source} PRIVMSG #lobby :hi")
        self.assertEqual(to_eve, f"@batch={batch} {source} PRIVMSG eve :hi")
        self.assertEqual(end, f"BATCH -{batch}")

    def test_without_echo_the_answer_is_an_acknowledgement(self) -> None:
        """If there is a label."""
        alice = self.irc("alice", "lobby", capabilities="batch labeled-response")
        self.assertEqual(
            alice.asks("@label=1 PRIVMSG #lobby :hi"), ["@label=1 :chat.server ACK"]
        )
