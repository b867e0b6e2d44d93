"""Line clients: how connections start and end."""

from __future__ import annotations

import socket
from unittest import mock

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IHalfCloseableProtocol,
    ITCPTransport,
    IUNIXTransport,
)
from twisted.protocols.basic import LineReceiver
from zope.interface import directlyProvides

from tests.support.line_clients import LineCase, Peer, Transport
from twisted_chat.clients.line import CLOSE_TIMEOUT
from twisted_chat.core.limits import RateLimit
from twisted_chat.net.slow_readers import GRACE
from twisted_chat.testing import START


class ConnectionTests(LineCase):
    """From the first byte to the last."""

    def test_protocol_is_a_half_closeable_line_receiver(self) -> None:
        """Its factory has the pool."""
        peer = self.named()
        self.assertIsInstance(peer.protocol, LineReceiver)
        self.assertTrue(IHalfCloseableProtocol.providedBy(peer.protocol))
        self.assertIs(self.factory.pool, self.room.pool)
        peer.protocol.writeConnectionLost()

    def test_tcp_socket_sends_at_once_and_reads_urgent_data_in_line(self) -> None:
        """Small packets leave at once."""
        transport = Transport()
        directlyProvides(transport, ITCPTransport)
        transport.handle = handle = mock.Mock()
        handle.send.side_effect = len
        Peer(self, transport=transport)
        self.assertTrue(transport.no_delay)
        handle.setsockopt.assert_called_once_with(
            socket.SOL_SOCKET, socket.SO_OOBINLINE, 1
        )

    def test_unix_socket_needs_no_options(self) -> None:
        """It has no urgent data."""
        transport = Transport()
        directlyProvides(transport, IUNIXTransport)
        transport.handle = handle = mock.Mock()
        Peer(self, transport=transport)
        handle.setsockopt.assert_not_called()

    def test_half_close_posts_the_last_line_and_closes(self) -> None:
        """``printf hi | nc``: the line needs no end."""
        for data in (b"hi", b"hi\r", b"hi\n"):
            peer = self.named()
            peer.sends(data)
            peer.half_closes()
            self.assertEqual(peer.lines(), ["alice: hi"])
            self.assertTrue(peer.transport.disconnecting)
            peer.goes()
            self.assertEqual(self.eve.sees(), ["alice: hi", "alice: left the chat"])

    def test_end_of_both_directions_posts_the_last_line(self) -> None:
        """As at the end of TLS; but not if the connection broke within the line."""
        for reason, posted in (
            (ConnectionDone(), ["alice: hi"]),
            (ConnectionLost(), []),
        ):
            peer = self.named()
            peer.sends(b"hi")
            peer.goes(reason)
            self.assertEqual(self.eve.sees(), [*posted, "alice: left the chat"])

    def test_half_close_before_the_welcome_loses_nothing(self) -> None:
        """Or without any line."""
        self.room.journal.hold()
        peer = Peer(self)
        peer.sends(b"one\ntwo")
        peer.half_closes()
        self.assertFalse(peer.transport.disconnecting)
        self.room.journal.release()
        self.settle()
        nick = peer.protocol.attachment.client.nick
        self.assertEqual(
            self.eve.sees(),
            [f"{nick}: joined the chat", f"{nick}: one", f"{nick}: two"],
        )
        self.assertTrue(peer.transport.disconnecting)
        silent = self.named()
        silent.half_closes()
        self.assertTrue(silent.transport.disconnecting)

    def test_half_close_within_a_refused_line_posts_nothing(self) -> None:
        """The rest of it is discarded."""
        peer = self.named()
        peer.sends(b"x" * 5000)
        peer.half_closes()
        self.assertEqual(self.eve.sees(), [])

    def test_departure_is_logged_but_no_message(self) -> None:
        """The others see it, too."""
        peer = self.named()
        peer.sends(b"secret\n")
        peer.goes()
        self.assertIn("alice quit", self.room.log)
        self.assertNotIn("secret", " ".join(self.room.log))
        self.assertEqual(self.eve.sees(), ["alice: secret", "alice: left the chat"])

    def test_broken_connection_is_logged_with_the_reason(self) -> None:
        """Then the client leaves like any other."""
        for reason, why in (
            (ConnectionLost(), "connection lost"),
            (OSError("no route"), "no route"),
        ):
            peer = self.named()
            self.room.log.clear()
            peer.goes(reason)
            self.assertEqual(
                self.room.log, [f"client error: alice: {why}", "alice quit"]
            )
            self.assertEqual(self.eve.sees(), ["alice: left the chat"])

    def test_client_that_leaves_before_the_welcome_is_never_shown(self) -> None:
        """And leaves nothing behind."""
        self.room.journal.hold("read")
        self.room.pool.rooms["lobby"].loaded = False
        peer = Peer(self)
        peer.goes()
        self.room.journal.release("read")
        self.settle()
        self.assertEqual(self.eve.sees(), [])
        self.assertEqual(self.room.pool.rooms["lobby"].joining, 1)

    def test_slow_reader_is_disconnected_and_logged(self) -> None:
        """The others receive everything."""
        transport = Transport()
        transport.handle = handle = mock.Mock()
        type(handle).family = socket.AF_INET
        transport.writeSomeData = len  # type: ignore[attr-defined]
        handle.send.side_effect = BlockingIOError
        slow = Peer(self, transport=transport)
        other = self.named("bob")
        for _ in range(30):
            other.sends(b"x" * 4000 + b"\n")
        self.assertFalse(transport.aborted)
        self.clock.pump([1.0] * (GRACE + 1))
        self.assertTrue(transport.aborted)
        self.assertEqual(len(other.lines()), 30)
        nick = slow.protocol.attachment.client.nick
        slow.goes(ConnectionLost())
        self.assertIn(f"client error: {nick}: too slow", self.room.log)
        self.assertIn(f"{nick} quit", self.room.log)

    def test_client_that_does_not_read_the_end_is_aborted(self) -> None:
        """After a while."""
        peer = self.named()
        peer.sends(b"\\quit\n")
        self.assertTrue(peer.transport.disconnecting)
        self.clock.advance(CLOSE_TIMEOUT - 1)
        self.assertFalse(peer.transport.aborted)
        self.clock.advance(1)
        self.assertTrue(peer.transport.aborted)

    def test_client_that_reads_the_end_is_not_aborted(self) -> None:
        """It has left already, and no timer keeps what is left of it."""
        peer = self.named()
        before = len(self.clock.getDelayedCalls())
        peer.sends(b"\\quit\n")
        peer.goes()
        self.assertEqual(len(self.clock.getDelayedCalls()), before)
        self.clock.advance(CLOSE_TIMEOUT)
        self.assertFalse(peer.transport.aborted)
        self.assertEqual(self.eve.sees(), ["alice: left the chat"])

    def test_stopping_server_notifies_the_client(self) -> None:
        """And closes the connection."""
        peer = self.named()
        self.assertTrue(self.room.stop())
        self.assertEqual(peer.lines(), ["The server is shutting down."])
        self.assertTrue(peer.transport.disconnecting)


class RateLimitTests(LineCase):
    """Rate limits."""

    rate_limit = RateLimit(10, 5)

    def test_reading_pauses_until_everything_received_is_posted(self) -> None:
        """At the rate limit."""
        peer = Peer(self)
        self.eve.sees()
        peer.sends(b"".join(b"%d\n" % n for n in range(100)))
        self.assertEqual(peer.transport.producerState, "paused")
        self.assertEqual(len(self.eve.sees()), 10)
        seen = 10
        while peer.transport.producerState == "paused":
            self.room.advance(0.5)
            seen += len(self.eve.sees())
        self.assertEqual(seen, 100)
        self.assertApproximates(self.room.clock.seconds() - START, 18, 0.6)
