"""How often sessions may be opened."""

from __future__ import annotations

from tests.support.engineio_client import PATH, EngineIOTestCase, Exchange
from twisted_chat.engineio.handshakes import Handshakes

POLLING = "EIO=4&transport=polling"
REQUEST = f"GET {PATH}?{POLLING} HTTP/1.1\r\nHost: chat.example\r\n\r\n".encode()
LOOPBACK = "127.0.0.1"


class HandshakesTests(EngineIOTestCase):
    """Two at once on one connection, three from one address, then one a second."""

    def serve(self, **options: object) -> None:
        self.handshakes = Handshakes(self.clock, 2, 1.0, 3)
        super().serve(**{"max_per_host": 100, **options})
        self.resource.handshakes = self.handshakes

    def keep_alive(self, peer: str = LOOPBACK) -> Exchange:
        """A connection on which a session was opened."""
        return Exchange(self.site, "GET", f"{PATH}?{POLLING}", peer=peer)

    def test_connection_is_answered_at_the_rate(self) -> None:
        """Loopback, too; nothing is refused."""
        connection = self.keep_alive()
        connection.wire.send(REQUEST * 5, bytewise=False)
        self.assertEqual(self.resource.sessions, 2)
        for sessions in (3, 4, 5, 6, 6):
            self.clock.advance(1)
            self.assertEqual(self.resource.sessions, sessions)
        self.assertEqual(connection.wire.value().count(b"HTTP/1.1 200 OK"), 6)

    def test_loopback_is_not_counted_by_address(self) -> None:
        """A thousand local clients may connect at once."""
        for _ in range(1000):
            self.keep_alive()
        self.assertEqual(self.resource.sessions, 1000)

    def test_address_is_answered_at_the_rate(self) -> None:
        """However many connections it has; other addresses do not wait."""
        answers = [self.keep_alive("192.0.2.1") for _ in range(5)]
        self.assertEqual([one.answered for one in answers], [True] * 3 + [False] * 2)
        self.assertTrue(self.keep_alive("192.0.2.2").answered)
        self.clock.advance(1)
        self.clock.advance(1)
        self.assertTrue(all(one.answered for one in answers))

    def test_websocket_that_waited_is_opened(self) -> None:
        """Like one that did not wait."""
        for _ in range(3):
            self.connect()
        client = self.socket()
        self.assertEqual(self.resource.sessions, 3)
        self.clock.advance(1)
        client.read_head()
        self.assertEqual(client.received()[0][:1], "0")
        client.send_text("4hello")
        self.assertEqual(client.received(), ["4hello"])

    def test_client_that_does_not_wait_has_no_session(self) -> None:
        """Nor a timer."""
        answers = [self.keep_alive("192.0.2.1") for _ in range(4)]
        timers = len(self.clock.getDelayedCalls())
        answers[-1].wire.disconnect()
        self.assertEqual(len(self.clock.getDelayedCalls()), timers - 1)
        self.clock.advance(5)
        self.assertEqual(self.resource.sessions, 3)

    def test_refusal_after_the_wait_is_answered(self) -> None:
        """With its status and body."""
        self.serve(max_sessions=3)
        answers = [self.keep_alive("192.0.2.1") for _ in range(4)]
        self.clock.advance(1)
        body = '{"code":4,"message":"Too many sessions"}'
        self.assertEqual(answers[-1].outcome, (503, body))

    def test_addresses_are_forgotten(self) -> None:
        """Once they may have a whole burst again."""
        for number in range(50):
            self.keep_alive(f"192.0.2.{number}").wire.disconnect()
            self.clock.advance(2)
        self.assertLess(len(self.handshakes._hosts), 3)
