"""The connection of an IRC client, from its beginning to its end."""

from __future__ import annotations

from tests.support.irc_clients import REGISTERED, IrcCase
from twisted_chat.core.accounts.policy import Mode, Policy
from twisted_chat.core.limits import RateLimit


class ConnectionTests(IrcCase):
    """Registered, attached, closed."""

    def test_nickname_that_another_has_taken_meanwhile_is_refused(self) -> None:
        """The client chooses another, and is in the chat then."""
        first, second = self.peer(), self.peer()
        for peer in (first, second):
            peer.sends("CAP LS", "NICK alice", "USER alice 0 * :Alice")
            peer.sees()
        self.assertTrue(first.asks("CAP END")[0].startswith("001 alice "))
        self.assertEqual(
            second.asks("CAP END"), ["433 * alice :Nickname is already in use"]
        )
        self.assertEqual(second.asks("JOIN #lobby"), ["451 * :You have not registered"])
        self.assertTrue(second.asks("NICK bob")[0].startswith("001 bob "))

    def test_registered_nickname_is_refused_at_the_end(self) -> None:
        """Before that, the client may log in."""
        self.eve.types(r"\nick bob", r"\register long-password", r"\quit")
        peer = self.peer()
        self.assertEqual(peer.asks("NICK bob"), [])
        self.assertEqual(
            peer.asks("USER bob 0 * :Bob"), [f"433 * bob :bob {REGISTERED}"]
        )

    def test_registration_is_freed(self) -> None:
        """Connections are long-lived."""
        alice = self.irc("alice")
        self.assertIsNone(alice.protocol._registration)
        self.assertEqual(alice.asks("PING x"), ["PONG chat.server :x"])

    def test_reason_is_the_last_line(self) -> None:
        """Nothing is sent after it."""
        alice = self.irc("alice", "lobby")
        alice.protocol.close("too much input")
        self.assertEqual(alice.sees(), ["ERROR :Closing link: too much input"])
        alice.protocol.close("again")
        self.eve.types("hi")
        self.assertEqual(alice.sees(), [])
        self.assertTrue(alice.is_closed)

    def test_banned_client_is_told_and_disconnected(self) -> None:
        """465, when it connects, when it is banned, when it takes that name."""
        alice, bob = self.irc("alice", "lobby"), self.irc("bob")
        self.room.log_in(self.eve, "eve")
        self.room.chat.operators.ids.add(self.eve.client.member_id)
        self.eve.types(r"\ban alice 2h spam")
        self.assertEqual(
            alice.sees()[-2:],
            [
                "465 alice :You are banned until 2023-11-15 00:13 UTC (spam)",
                "ERROR :Closing link: Banned",
            ],
        )
        alice.goes()
        again = self.peer()
        seen = again.asks("NICK alice", "USER alice 0 * :Alice")
        self.assertEqual([line.split()[0] for line in seen], ["465", "ERROR"])
        seen = bob.asks("NICK alice")
        self.assertEqual(seen[0].split()[:2], ["465", "bob"])
        self.assertTrue(again.is_closed and bob.is_closed)

    def test_server_that_stops_says_so(self) -> None:
        """With the reason."""
        alice = self.irc("alice", "lobby")
        self.room.stop()
        self.assertEqual(
            alice.sees()[-1], "ERROR :Closing link: The server is shutting down"
        )


class AccountTests(IrcCase):
    """A chat in which nobody talks without an account."""

    def setUp(self) -> None:
        super().setUp()
        self.room.chat.accounts.policy = Policy(Mode.REQUIRED)

    def test_guest_says_nothing(self) -> None:
        """477, wherever it speaks."""
        named = "/msg NickServ IDENTIFY NAME PASSWORD"
        advice = f"{named}, or /msg NickServ REGISTER PASSWORD"
        alice = self.irc("alice", "lobby")
        for command, target in (
            ("PRIVMSG #lobby :hi", "#lobby"),
            ("PRIVMSG eve :hi", "eve"),
            ("TOPIC #lobby :hi", "#lobby"),
        ):
            self.assertEqual(
                alice.asks(command),
                [f"477 alice {target} :Log in first: {advice}"],
            )


class FloodTests(IrcCase):
    """Flood control delays."""

    rate_limit = RateLimit(2, 1)

    def test_first_room_that_is_shown_costs_nothing(self) -> None:
        """On other wires, it is in the welcome; any further one counts."""
        for room in ("lobby", "tea"):
            self.eve.types(f"\\join {room}", *["x" * 4000] * 5)
        self.room.advance(60)
        alice = self.irc("alice")
        self.room.advance(10)
        self.assertIn("xxx", "".join(alice.asks("JOIN #lobby")))
        alice.sends("PRIVMSG #lobby :first")
        self.assertFalse(alice.protocol.read_paused)
        self.room.advance(10)
        self.assertIn("xxx", "".join(alice.asks("JOIN #tea")))
        alice.sends("PRIVMSG #lobby :second")
        self.assertTrue(alice.protocol.read_paused)
        self.eve.sees()
        self.room.advance(10)
        self.assertIn("second", "".join(self.eve.sees()))

    def test_fast_client_is_read_from_later(self) -> None:
        """Nothing is dropped, and it is not disconnected."""
        alice = self.irc("alice")
        self.room.advance(10)
        alice.sends("JOIN #lobby", *(f"PRIVMSG #lobby :{n}" for n in range(4)))
        said = [line for line in self.eve.sees() if line.startswith("alice: ")]
        self.assertEqual(said[-1], "alice: 0")
        self.assertTrue(alice.protocol.read_paused)
        self.assertEqual(alice.transport.producerState, "paused")
        self.room.advance(10)
        self.assertEqual(self.eve.sees(), ["alice: 1", "alice: 2", "alice: 3"])
        self.assertFalse(alice.protocol.read_paused)
