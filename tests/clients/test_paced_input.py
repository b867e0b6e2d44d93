"""Input that is costly to read, of whatever kind of client: it is read in portions."""

from __future__ import annotations

from twisted.internet.error import ConnectionLost

from tests.clients.test_json_polling import JsonPollingCase
from tests.support.line_clients import LineCase, Peer
from tests.support.memory import masked, text
from tests.support.pacing import costly_limits, costly_pacing
from tests.support.socketio_chat import LineClient
from tests.support.websocket_chat import ChatTestCase
from twisted_chat.net.intake import PIECE

LINES = [f"line {number}" for number in range(PIECE)]
"""More than a piece, on any wire."""


class LineTests(LineCase):
    """A line client."""

    def setUp(self) -> None:
        super().setUp()
        self.peer = self.named()
        self.factory.limits.pacing = costly_pacing(self.clock)

    def connect(self) -> Peer:
        peer = Peer(self)
        peer.sends(b"\\nick bob\r\n")
        self.wait()
        self.eve.sees()
        return peer

    def wait(self) -> None:
        for _ in range(1000):
            self.clock.advance(0.001)
        self.room.settle()

    def test_long_segment_is_read_in_portions(self) -> None:
        """In order, and nothing is read from the client meanwhile."""
        peer = self.connect()
        peer.sends("\n".join([*LINES, ""]).encode())
        seen = self.eve.sees()
        self.assertLess(len(seen), len(LINES))
        self.assertEqual(peer.transport.producerState, "paused")
        self.wait()
        seen += self.eve.sees()
        self.assertEqual(seen, [f"bob: {line}" for line in LINES])
        self.assertEqual(peer.transport.producerState, "producing")

    def test_telnet_commands_are_read_in_portions(self) -> None:
        """All of them are answered."""
        peer = self.connect()
        peer.sends(b"\xff\xf6" * 2000)
        first = peer.sees().count(b"[yes]")
        self.assertLess(first, 2000)
        self.wait()
        self.assertEqual(first + peer.sees().count(b"[yes]"), 2000)

    def test_what_was_received_before_the_end_is_read(self) -> None:
        """Then the client leaves; a last line needs no end if it half-closes."""
        for half_closes in (True, False):
            with self.subTest(half_closes=half_closes):
                peer = self.connect()
                peer.sends("\n".join([*LINES, "last"]).encode())
                if half_closes:
                    peer.half_closes()
                    self.wait()
                    peer.goes()
                else:
                    peer.goes(ConnectionLost())
                self.wait()
                last = ["bob: last"] * half_closes
                posted = [f"bob: {line}" for line in LINES]
                self.assertEqual(
                    self.eve.sees(), [*posted, *last, "bob: left the chat"]
                )


class WebSocketTests(ChatTestCase):
    """A WebSocket client."""

    def setUp(self) -> None:
        super().setUp()
        self.ann = self.connect("?nick=ann")
        self.keepalive.limits.pacing = costly_pacing(self.clock)
        self.bob = self.connect("?nick=bob")
        self.wait()
        self.ann.received()

    def wait(self) -> None:
        for _ in range(1000):
            self.clock.advance(0.001)

    def test_long_segment_is_read_in_portions(self) -> None:
        """Pings in it, too."""
        frames = [text(line) for line in LINES]
        self.bob.send(b"".join([*frames, masked(0x89, b"ping")]))
        self.assertEqual(self.bob.wire.producerState, "paused")
        seen = self.ann.received()
        self.assertLess(len(seen), len(LINES))
        self.wait()
        seen += self.ann.received()
        self.assertEqual(seen, [f"bob: {line}" for line in LINES])
        self.assertEqual(self.bob.wire.producerState, "producing")
        self.assertIn(b"\x8a\x04ping", self.bob.wire.value())

    def test_what_was_received_before_the_end_is_read(self) -> None:
        """Then the client leaves."""
        self.bob.send(b"".join(text(line) for line in LINES))
        self.bob.wire.disconnect()
        self.wait()
        posted = [f"bob: {line}" for line in LINES]
        self.assertEqual(self.ann.received(), [*posted, "bob: left the chat"])


class PollingTests(JsonPollingCase):
    """Clients by long polling."""

    def wait(self) -> None:
        for _ in range(3000):
            self.clock.advance(0.001)

    def test_long_post_is_read_in_portions(self) -> None:
        """It is answered when all of it is read."""
        self.serve(limits=costly_limits(self.clock))
        ann = LineClient(self, "ann")
        sid = self.open_page()
        self.wait()
        ann.sees()
        messages = [{"type": "message", "text": str(n)} for n in range(300)]
        answer = self.send(sid, *messages)
        self.assertFalse(answer.answered)
        seen = ann.sees()
        self.assertLess(len(seen), 300)
        self.wait()
        seen += ann.sees()
        self.assertEqual(seen, [f"bob: {n}" for n in range(300)])
        self.assertEqual(answer.outcome, (200, "ok"))

    def test_packets_without_a_message_are_read_in_portions(self) -> None:
        """A session that ends meanwhile takes no more of them."""
        self.serve(limits=costly_limits(self.clock))
        sid = self.open_page()
        self.wait()
        answer = self.poll(sid, b"\x1e".join([b"6", b"3"] * 300))
        self.assertFalse(answer.answered)
        self.wait()
        self.assertEqual(answer.outcome, (200, "ok"))
        ending = self.poll(sid, b"\x1e".join([b"6"] * 300))
        self.chat.stop(lambda: None)
        self.wait()
        self.assertEqual(ending.outcome, (200, "ok"))
