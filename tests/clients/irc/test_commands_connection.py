"""CAP, NICK, USER, PASS, PING, PONG and QUIT."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase


class ConnectionCommandTests(IrcCase):
    """Of a client that is in the chat."""

    def test_capabilities_change_what_is_shown_from_then_on(self) -> None:
        """Their list is that of the client."""
        alice = self.irc("alice", "lobby")
        self.assertEqual(alice.asks("PRIVMSG #lobby :one"), [])
        self.assertEqual(
            alice.asks("CAP REQ :echo-message"), ["CAP alice ACK echo-message"]
        )
        (shown,) = alice.asks("PRIVMSG #lobby :two")
        self.assertEqual(shown, f"{self.source(alice)} PRIVMSG #lobby :two")
        alice.asks("CAP REQ -echo-message")
        self.assertEqual(alice.asks("PRIVMSG #lobby :three"), [])
        self.assertEqual(alice.asks("CAP LIST"), ["CAP alice LIST :"])
        self.assertEqual(alice.asks("CAP FOO"), ["410 alice FOO :Invalid CAP command"])

    def test_label_may_be_any_text(self) -> None:
        """With escapes in it."""
        alice = self.irc("alice", capabilities="batch labeled-response")
        for label in (r"a\nb", r"\s\:\\", "x" * 64):
            (line,) = alice.asks(f"@label={label} PING x")
            self.assertEqual(line, f"@label={label} :chat.server PONG chat.server :x")

    def test_nickname_is_changed_for_all(self) -> None:
        """On every wire."""
        alice, bob = self.irc("alice", "lobby"), self.irc("bob", "lobby")
        self.eve.sees()
        source = self.source(alice)
        self.assertEqual(alice.asks("NICK anna"), [f"{source} NICK anna"])
        self.assertEqual(bob.sees(), [f"{source} NICK anna"])
        self.assertEqual(self.eve.sees(), ["alice: is now known as anna"])
        self.assertEqual(alice.asks("NICK anna"), [])

    def test_nickname_that_one_cannot_have_is_refused(self) -> None:
        """And the old one stays."""
        alice = self.irc("alice")
        for nick, answer in (
            ("eve", "433 alice eve :"),
            ("a%b", "432 alice a%b :"),
            ("", "431 alice :"),
        ):
            (line,) = alice.asks(f"NICK :{nick}")
            self.assertTrue(line.startswith(answer), line)
        self.assertEqual(alice.nick, "alice")

    def test_client_registers_once(self) -> None:
        """462."""
        alice = self.irc("alice")
        for command in ("USER a 0 * :x", "PASS x"):
            self.assertEqual(alice.asks(command), ["462 alice :You may not reregister"])

    def test_ping_is_answered(self) -> None:
        """A pong is not."""
        alice = self.irc("alice")
        self.assertEqual(alice.asks("PING x"), ["PONG chat.server :x"])
        self.assertEqual(alice.asks("PING"), ["409 alice :No origin specified"])
        self.assertEqual(alice.asks("PONG x"), [])

    def test_label_is_acknowledged_where_there_is_no_answer(self) -> None:
        """And is on every other one."""
        alice = self.irc("alice", capabilities="batch labeled-response")
        server = ":chat.server"
        for command, answer in (
            ("PONG x", f"{server} ACK"),
            ("NICK alice", f"{server} ACK"),
            ("PING x", f"{server} PONG chat.server :x"),
            ("NO_SUCH", f"{server} 421 alice NO_SUCH :Unknown command"),
        ):
            self.assertEqual(alice.asks(f"@label=7 {command}"), [f"@label=7 {answer}"])

    def test_ping_is_answered_behind_what_others_said_before(self) -> None:
        """Though their messages are not stored yet."""
        alice, bob = self.irc("alice", "lobby"), self.irc("bob", "lobby")
        alice.sees()
        bob.protocol.dataReceived(b"PRIVMSG #lobby :hi\r\n")
        alice.protocol.dataReceived(b"PING x\r\n")
        self.settle()
        self.assertEqual(
            alice.sees(),
            [f"{self.source(bob)} PRIVMSG #lobby :hi", "PONG chat.server :x"],
        )

    def test_who_quits_is_told_and_disconnected(self) -> None:
        """The others are shown that."""
        alice, bob = self.irc("alice", "lobby"), self.irc("bob", "lobby")
        source = self.source(alice)
        self.assertEqual(
            alice.asks("QUIT :good night"), ["ERROR :Closing link: Quit: good night"]
        )
        self.assertTrue(alice.is_closed)
        self.eve.sees()
        alice.goes()
        self.assertEqual(self.eve.sees(), ["alice: left the chat"])
        self.assertTrue(bob.sees()[-1].startswith(f"{source} QUIT :"))
