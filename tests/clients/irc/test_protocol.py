"""IRC over TCP."""

from __future__ import annotations

from twisted.internet.error import ConnectionLost

from tests.support.irc_clients import PING_INTERVAL, PING_TIMEOUT, IrcCase
from twisted_chat.clients.irc.connection import REGISTRATION_TIMEOUT
from twisted_chat.clients.irc.protocol import CLOSE_TIMEOUT


class ProtocolTests(IrcCase):
    """Lines, pings and ends of connections."""

    def test_client_is_pinged_and_stays_if_it_answers(self) -> None:
        """Anything that it sends is an answer."""
        alice = self.irc("alice")
        for _ in range(3):
            self.clock.advance(PING_INTERVAL + 1)
            self.assertEqual(alice.sees(), ["PING chat.server"])
            alice.sends("PONG chat.server")
        self.assertFalse(alice.is_closed)

    def test_silent_client_is_disconnected(self) -> None:
        """It is told why, and so is the log."""
        alice = self.irc("alice", "lobby")
        self.clock.advance(PING_INTERVAL + 1)
        self.clock.advance(PING_TIMEOUT + 1)
        self.clock.advance(0)
        self.assertEqual(
            alice.sees(), ["PING chat.server", "ERROR :Closing link: Ping timeout"]
        )
        alice.goes()
        self.assertEqual(self.eve.sees(), ["alice: left the chat"])
        disconnects = self.room.chat.runtime.counters.disconnects
        self.assertEqual(disconnects["ping_timeout"], 1)

    def test_client_that_does_not_register_is_disconnected(self) -> None:
        """One that has registered is not."""
        alice, slow = self.irc("alice"), self.peer()
        slow.sends("NICK bob")
        self.clock.advance(REGISTRATION_TIMEOUT)
        self.clock.advance(0)
        self.assertEqual(slow.sees(), ["ERROR :Closing link: Registration timed out"])
        self.assertTrue(slow.is_closed)
        self.assertFalse(alice.is_closed)

    def test_client_that_does_not_close_is_aborted(self) -> None:
        """Once it had time to read."""
        alice = self.irc("alice")
        alice.sends("QUIT")
        self.assertFalse(alice.transport.aborted)
        self.clock.advance(CLOSE_TIMEOUT)
        self.assertTrue(alice.transport.aborted)

    def test_endless_line_ends_the_connection(self) -> None:
        """Whether or not it ends; one that is a little too long does not."""
        for end in (b"", b"\r\n"):
            alice = self.irc("alice")
            alice.sends_bytes(b"PRIVMSG #lobby :" + b"x" * 8000 + b"\r\n")
            self.assertEqual(alice.sees(), ["417 alice :Input line was too long"])
            alice.sends_bytes(b"PRIVMSG #lobby :" + b"x" * 16_384 + end)
            self.assertEqual(alice.sees()[-1], "ERROR :Closing link: Line too long")
            self.assertTrue(alice.is_closed)
            alice.goes()

    def test_broken_connection_is_counted(self) -> None:
        """Also of a client that has not registered."""
        self.peer().goes(ConnectionLost())
        self.irc("alice").goes(ConnectionLost())
        self.irc("bob").goes(OSError("broken"))
        disconnects = self.room.chat.runtime.counters.disconnects
        self.assertEqual(disconnects["connection_lost"], 1)
        self.assertEqual(disconnects["error"], 1)

    def test_slow_reader_is_counted_as_such(self) -> None:
        """The outbox has aborted its connection."""
        alice = self.irc("alice")
        alice.protocol.outbox.cut_off()
        alice.goes(ConnectionLost())
        disconnects = self.room.chat.runtime.counters.disconnects
        self.assertEqual(disconnects["too_slow"], 1)

    def test_bytes_that_arrive_are_counted(self) -> None:
        """As those of all clients."""
        traffic = self.keepalive.limits.traffic
        self.peer().sends("NICK bob")
        self.assertEqual(traffic.received_bytes, len("NICK bob\r\n"))
