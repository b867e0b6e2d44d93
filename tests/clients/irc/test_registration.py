"""Registration, from the first line to the welcome."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase, IrcPeer
from twisted_chat.core.entrance import Entrance


class RegistrationTests(IrcCase):
    """A nickname and a user name are enough."""

    def register(self, peer: IrcPeer, nick: str = "alice") -> list[str]:
        return peer.asks(f"NICK {nick}", "USER alice 0 * :Alice")

    def test_client_is_welcomed(self) -> None:
        """In either order, and cut anywhere."""
        for bytewise in (False, True):
            for commands in (
                ("NICK alice", "USER alice 0 * :Alice"),
                ("USER alice 0 * :Alice", "NICK :alice"),
            ):
                peer = self.peer(bytewise=bytewise)
                seen = peer.asks(*commands)
                self.assertRegex(seen[0], r"\A001 alice :Welcome to .*, alice!~chat@")
                peer.goes()

    def test_capabilities_are_negotiated_first(self) -> None:
        """The welcome waits for their end."""
        peer = self.peer()
        self.assertTrue(peer.asks("CAP LS 302")[0].startswith("CAP * LS "))
        self.assertEqual(self.register(peer), [])
        self.assertEqual(peer.asks("CAP REQ :batch"), ["CAP alice ACK batch"])
        self.assertTrue(peer.asks("CAP END")[0].startswith("001 alice "))

    def test_other_commands_come_later(self) -> None:
        """They are answered with 451."""
        peer = self.peer()
        self.assertEqual(peer.asks("JOIN #tea"), ["451 * :You have not registered"])
        self.assertEqual(peer.asks("CAP FOO"), ["410 * FOO :Invalid CAP command"])
        self.assertEqual(peer.asks("PONG x", "ERROR :x", ":x"), [])
        self.assertEqual(peer.asks("PING x"), ["PONG chat.server :x"])

    def test_what_is_missing_is_named(self) -> None:
        """A parameter, or a text in it."""
        peer = self.peer()
        few = ":Not enough parameters"
        self.assertEqual(peer.asks("NICK"), ["431 * :No nickname given"])
        self.assertEqual(peer.asks("NICK :"), ["431 * :No nickname given"])
        self.assertEqual(peer.asks("USER alice"), [f"461 * USER {few}"])
        self.assertEqual(peer.asks("USER alice 0 * :"), [f"461 * USER {few}"])
        self.assertEqual(peer.asks("CAP"), [f"461 * CAP {few}"])

    def test_nickname_that_is_refused_may_be_replaced(self) -> None:
        """At once, or when the registration ends."""
        peer = self.peer()
        self.assertEqual(
            peer.asks("NICK eve"), ["433 * eve :Nickname is already in use"]
        )
        self.assertTrue(peer.asks("NICK a%b")[0].startswith("432 * a%b :"))
        self.assertTrue(peer.asks("NICK NickServ")[0].startswith("432 * NickServ :"))
        self.assertTrue(self.register(peer)[0].startswith("001 alice "))

    def test_line_that_is_not_a_message_is_refused(self) -> None:
        """With its reason; an empty one is ignored."""
        peer = self.peer()
        peer.sends_bytes(b"NICK \xff\r\n:x\r\n")
        (line,) = peer.sees()
        self.assertIn("not UTF-8", line)
        self.assertEqual(
            peer.asks("NICK " + "x" * 600), ["417 * :Input line was too long"]
        )

    def test_client_that_quits_is_disconnected(self) -> None:
        """Nobody has been shown it."""
        peer = self.peer()
        self.assertEqual(
            peer.asks("NICK alice", "QUIT", "NICK bob"), ["ERROR :Closing link: Quit"]
        )
        self.assertTrue(peer.is_closed)


class PasswordTests(IrcCase):
    """The password of the server."""

    def setUp(self) -> None:
        super().setUp()
        self.room.chat.entrance = Entrance("sesame", self.room.chat.runtime)

    def test_right_password_lets_in(self) -> None:
        """Before NICK and USER."""
        peer = self.peer()
        seen = peer.asks("PASS sesame", "NICK alice", "USER alice 0 * :Alice")
        self.assertTrue(seen[0].startswith("001 "))

    def test_other_clients_are_disconnected(self) -> None:
        """With a wrong one, or none."""
        for commands in ((), ("PASS no",)):
            peer = self.peer()
            seen = peer.asks(*commands, "NICK alice", "USER alice 0 * :Alice")
            self.assertEqual(seen[0], "464 * :wrong password")
            self.assertTrue(seen[1].startswith("ERROR :Closing link: Access denied"))
            self.assertTrue(peer.is_closed)
