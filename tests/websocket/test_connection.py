"""WebSocket connections of any application.

The cases are those that implementations are commonly tried with: framing, pings,
reserved bits and opcodes, fragmentation, UTF-8, limits, closing.  Each runs whole
and a byte at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.task import Clock
from twisted.trial import unittest
from twisted.web.resource import Resource
from twisted.web.server import Request, Site
from websockets.frames import Opcode

from tests.support.logs import Log
from tests.support.memory import ACCEPT, WebSocketClient, masked, more, text
from twisted_chat.net.send_queue import MAX_QUEUED
from twisted_chat.net.timers import CLOSING_TIMEOUT, Keepalive
from twisted_chat.websocket import connection as websocket
from twisted_chat.websocket.connection import (
    WebSocketConnection,
    WebSocketPeer,
    upgrade,
)
from twisted_chat.websocket.frames import frame_text

LIMIT = 64 * 1024


class Echo(WebSocketPeer):
    """Says everything back, and remembers how it ended."""

    def __init__(self) -> None:
        self.ends: list[tuple[int, str]] = []
        self.heard: list[str | bytes] = []

    def opened(self, connection: WebSocketConnection) -> None:
        self.connection = connection

    def text_received(self, text: str) -> None:
        self.heard.append(text)
        if text == "fail":
            raise RuntimeError("an application's mistake")
        self.connection.send_text(text)

    def binary_received(self, data: bytes) -> None:
        self.heard.append(data)
        self.connection.send_binary(data)

    def closed(self, code: int, reason: str) -> None:
        self.ends.append((code, reason))


class EchoResource(Resource):
    """Echoes on every path."""

    isLeaf = True

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.keepalive = Keepalive(clock, 25, 20)
        self.make: Callable[[], Echo] = Echo
        self.peers: list[Echo] = []

    def render_GET(self, request: Request) -> int | bytes:
        self.peers.append(self.make())
        return upgrade(
            request,
            self.peers[-1],
            keepalive=self.keepalive,
            max_size=LIMIT,
            subprotocols=("chat.json", "chat.text"),
        )


class WebSocketTestCase(unittest.SynchronousTestCase):
    """An echo server and one client of it."""

    bytewise = False

    def setUp(self) -> None:
        self.clock = Clock()
        self.resource = EchoResource(self.clock)
        self.site = Site(self.resource, reactor=self.clock)
        self.client = self.connect()

    def connect(self, **headers: Any) -> WebSocketClient:
        return WebSocketClient(self.site, bytewise=self.bytewise, **headers)

    @property
    def echo(self) -> Echo:
        return self.resource.peers[-1]

    @property
    def connection(self) -> WebSocketConnection:
        return self.echo.connection

    def frames(self) -> list[tuple[Opcode, bytes]]:
        return [(frame.opcode, bytes(frame.data)) for frame in self.client.frames()]

    def expect_failure(self, code: int) -> None:
        """The client is told why, sees the end, and nothing more is heard."""
        self.assertEqual(self.client.close_code(), code)
        self.assertTrue(self.client.wire.half_closed)
        self.assertEqual([end[0] for end in self.echo.ends], [code])
        before = list(self.echo.heard)
        self.client.say("still there?")
        self.assertEqual(self.echo.heard, before)
        self.client.wire.hang_up()
        self.assertEqual(len(self.echo.ends), 1)


class OpeningTests(WebSocketTestCase):
    """The handshake."""

    def test_it_is_answered(self) -> None:
        """The client gets 101, the key's answer, and no compression."""
        self.assertEqual(self.client.status, 101)
        self.assertIn(f"Sec-WebSocket-Accept: {ACCEPT.decode()}", self.client.head)
        asked = self.connect(sec_websocket_extensions="permessage-deflate")
        self.assertEqual(asked.status, 101)
        self.assertNotIn("Extensions", asked.head)

    def test_a_subprotocol(self) -> None:
        """The dearest of those both sides speak is agreed on, if there is one."""
        client = self.connect(sec_websocket_protocol="foo, chat.text, chat.json")
        self.assertIn("Sec-WebSocket-Protocol: chat.json", client.head)
        self.assertEqual(self.connection.subprotocol, "chat.json")
        client = self.connect(sec_websocket_protocol="foo")
        self.assertNotIn("Sec-WebSocket-Protocol", client.head)
        self.assertEqual(client.status, 101)

    def test_another_version_is_refused(self) -> None:
        """A client of an old version gets 426, and no application sees it."""
        client = self.connect(sec_websocket_version="8")
        self.assertEqual(client.status, 426)
        client.wire.hang_up()
        self.assertEqual(self.echo.ends, [])

    def test_its_address(self) -> None:
        """An application knows where its client is."""
        self.assertEqual(getattr(self.connection.address, "host", None), "192.0.2.1")


class MessageTests(WebSocketTestCase):
    """Whole messages, in parts or in one."""

    def test_messages_of_every_size(self) -> None:
        """Text and bytes come back as they were."""
        for size in (0, 1, 125, 126, 127, 128, 65535, 65536):
            self.client.send(masked(0x81, b"*" * size) + masked(0x82, b"\xfe" * size))
            self.assertEqual(
                self.frames(),
                [(Opcode.TEXT, b"*" * size), (Opcode.BINARY, b"\xfe" * size)],
            )

    def test_many_in_one_segment(self) -> None:
        """Their order is kept."""
        self.client.send(b"".join(text(str(n)) for n in range(50)))
        self.assertEqual(self.client.heard(), [str(n) for n in range(50)])

    def test_fragments(self) -> None:
        """A message in parts is heard once, whole; empty parts are all right."""
        self.client.send(
            text("", last=False)
            + more("grü".encode()[:3], last=False)
            + more(b"", last=False)
            + more("grü".encode()[3:], last=False)
            + more(b"", last=True)
            + masked(0x02, b"\xff")
            + more(b"\xfe", last=True)
        )
        self.assertEqual(self.echo.heard, ["grü", b"\xff\xfe"])

    def test_a_ping_between_fragments(self) -> None:
        """It is answered at once, before the message is complete."""
        self.client.send(
            text("one ", last=False) + masked(0x89, b"?") + more(b"two", last=True)
        )
        self.assertEqual(
            self.frames(), [(Opcode.PONG, b"?"), (Opcode.TEXT, b"one two")]
        )

    def test_pings(self) -> None:
        """Each is answered with its own bytes; a pong that nobody asked for is not."""
        self.client.send(
            masked(0x89, b"")
            + masked(0x89, bytes(range(125)))
            + masked(0x8A, b"unasked")
        )
        self.assertEqual(
            self.frames(), [(Opcode.PONG, b""), (Opcode.PONG, bytes(range(125)))]
        )

    def test_every_kind_of_text(self) -> None:
        """Any characters that Unicode has come back, noncharacters too."""
        words = "Hello-µ@ßöäüàá-UTF-8!! \U0001f600 \ufffe \uffff \U0010ffff \0"
        self.client.say(words)
        self.assertEqual(self.client.heard(), [words])

    def test_a_client_that_keeps_us_busy(self) -> None:
        """Too many frames that say nothing end with 1008; some do no harm."""
        self.patch(websocket, "MAX_SMALL", 50)
        for start, frame in (
            (text("", last=False), more(b"", last=False)),
            (b"", masked(0x89, b"")),
            (b"", masked(0x8A, b"")),
        ):
            self.client = self.connect()
            self.client.send(start)
            for _ in range(3):
                self.clock.advance(1.1)
                self.client.send(frame * 49)
            self.assertIsNone(self.client.close_code())
            self.client.send(frame * 2)
            self.assertEqual(self.client.close_code(), 1008)

    def test_pongs_leave_together(self) -> None:
        """Many pings are answered in one write, in front of what follows them."""
        writes: list[bytes] = []
        outbox = self.connection._outbox

        def write(data: bytes) -> None:
            writes.append(data)
            outbox.write(data)

        self.connection.write_frames = write
        self.bytewise = self.client.bytewise = False
        self.client.send(masked(0x89, b"a") + masked(0x89, b"b") + text("c"))
        self.assertEqual(len(writes), 2)
        self.assertEqual(
            self.frames(),
            [(Opcode.PONG, b"a"), (Opcode.PONG, b"b"), (Opcode.TEXT, b"c")],
        )


class BrokenTests(WebSocketTestCase):
    """Clients that break the protocol are told so, and only they."""

    def test_too_big_a_frame(self) -> None:
        """More than 64 KiB is refused before it is read, with 1009."""
        self.client.send(masked(0x82, bytes(LIMIT + 1))[:20])
        self.expect_failure(1009)

    def test_too_big_in_parts(self) -> None:
        """Parts count together."""
        half = b"x" * (LIMIT // 2)
        self.client.send(masked(0x01, half) + more(half, last=False))
        self.assertEqual(self.frames(), [])
        self.client.send(more(b"x", last=True))
        self.expect_failure(1009)

    def test_not_utf8(self) -> None:
        """Text that is not UTF-8 is refused with 1007, whole or in parts."""
        bad = (
            b"\xff",
            b"abc\xce",
            b"\xed\xa0\x80",
            b"\xf4\x90\x80\x80",
            b"\xc0\xaf",
            b"\xce\xba\xed\xa0\x80edited",
        )
        for payload in bad:
            self.client = self.connect()
            self.client.send(masked(0x81, payload))
            self.expect_failure(1007)
            self.client = self.connect()
            self.client.send(masked(0x01, payload[:1]) + more(payload[1:], last=True))
            self.expect_failure(1007)

    def test_not_utf8_fails_at_once(self) -> None:
        """No need to wait for the end of a message that is broken already."""
        self.client.send(masked(0x01, b"abc\xff"))
        self.expect_failure(1007)

    def test_what_the_protocol_forbids(self) -> None:
        """Each of these ends with 1002."""
        cases = {
            "a reserved bit": masked(0xC1, b"x"),
            "another reserved bit": masked(0xA1, b"x"),
            "the third": masked(0x91, b"x"),
            "a reserved bit in a ping": masked(0xC9, b"x"),
            "an opcode without a meaning": masked(0x83, b"x"),
            "a control opcode without one": masked(0x8B, b"x"),
            "a ping in parts": masked(0x09, b"x"),
            "too long a ping": masked(0x89, b"x" * 126),
            "no mask": frame_text(b"x"),
            "a part of nothing": more(b"x", last=True),
            "a message within another": text("x", last=False) + text("y"),
            "a close frame of one byte": masked(0x88, b"x"),
            "too long a close frame": masked(0x88, b"\x03\xe8" + b"x" * 124),
        }
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000):
            cases[f"close code {code}"] = masked(0x88, code.to_bytes(2, "big"))
        for what, data in cases.items():
            with self.subTest(what):
                self.client = self.connect()
                self.client.send(data)
                self.expect_failure(1002)

    def test_a_reason_that_is_not_utf8(self) -> None:
        """A goodbye in no language is answered with 1007."""
        self.client.send(masked(0x88, b"\x03\xe8\xce\xba\xed\xa0\x80"))
        self.expect_failure(1007)

    def test_what_came_before_is_heard(self) -> None:
        """A good message in front of a broken one counts."""
        self.client.send(text("good") + masked(0xC1, b"bad"))
        self.assertEqual(self.echo.heard, ["good"])
        self.assertEqual(self.client.heard(), ["good"])

    def test_one_that_does_not_go_is_cut_off(self) -> None:
        """Who keeps sending after it was refused is gone seconds later."""
        self.client.send(masked(0xC1, b"bad"))
        self.clock.pump([0.1] * round((CLOSING_TIMEOUT + 0.5) * 10))
        self.assertTrue(self.client.wire.aborted)


class ClosingTests(WebSocketTestCase):
    """How a connection ends."""

    def test_the_client_says_goodbye(self) -> None:
        """Its code comes back, and the server closes, as the RFC wants it."""
        for code in (1000, 1001, 1002, 1003, 1007, 1011, 3000, 3999, 4000, 4999):
            self.client = self.connect()
            self.client.send(masked(0x88, code.to_bytes(2, "big") + "tschüß".encode()))
            self.assertEqual(self.client.close_code(), code)
            self.assertTrue(self.client.wire.disconnecting)
            self.assertEqual(self.echo.ends, [(code, "tschüß")])
            self.client.wire.hang_up()
            self.assertEqual(len(self.echo.ends), 1)

    def test_without_a_code(self) -> None:
        """A goodbye without a word gets one back."""
        self.client.send(masked(0x88, b""))
        self.assertEqual(self.frames(), [(Opcode.CLOSE, b"")])
        self.assertEqual(self.echo.ends, [(1005, "")])

    def test_after_goodbye_nothing_counts(self) -> None:
        """What a client says after its goodbye is not heard."""
        self.client.send(masked(0x88, b"\x03\xe8") + text("x") + masked(0x89, b"y"))
        self.assertEqual(self.echo.heard, [])
        self.assertEqual(self.frames(), [(Opcode.CLOSE, b"\x03\xe8")])

    def test_the_server_says_goodbye(self) -> None:
        """The client gets code and reason; what is written later is not sent."""
        self.connection.send_text("last words")
        self.connection.close(1001, "the server stops")
        self.connection.close(1000)
        self.connection.send_text("too late")
        self.assertEqual(
            self.frames(),
            [
                (Opcode.TEXT, b"last words"),
                (Opcode.CLOSE, b"\x03\xe9the server stops"),
            ],
        )
        self.assertFalse(self.client.wire.disconnecting)
        self.client.send(text("not heard") + masked(0x88, b"\x03\xe9"))
        self.assertTrue(self.client.wire.disconnecting)
        self.assertEqual(self.echo.heard, [])
        self.assertEqual(self.echo.ends, [(1001, "the server stops")])

    def test_a_goodbye_that_is_not_answered(self) -> None:
        """The server waits for seconds, not for ever."""
        self.connection.close()
        self.clock.pump([0.1] * round((CLOSING_TIMEOUT + 0.5) * 10))
        self.assertTrue(self.client.wire.aborted)
        self.client.wire.hang_up()
        self.assertEqual(self.echo.ends, [(1000, "")])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_broken_after_goodbye(self) -> None:
        """A client that answers a goodbye with nonsense hears nothing more."""
        self.connection.close(1000)
        self.assertEqual(self.client.close_code(), 1000)
        self.client.send(masked(0xC1, b"bad"))
        self.assertEqual(self.frames(), [])
        self.assertEqual(self.echo.ends, [(1000, "")])

    def test_the_connection_breaks(self) -> None:
        """1006, once."""
        self.client.wire.hang_up()
        self.assertEqual(self.echo.ends, [(1006, "")])
        self.connection.send_text("to nobody")
        self.connection.close()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_an_application_aborts(self) -> None:
        """The connection ends at once."""
        self.connection.abort()
        self.assertTrue(self.client.wire.aborted)
        self.client.wire.hang_up()
        self.assertEqual(self.echo.ends, [(1006, "")])

    def test_an_application_fails(self) -> None:
        """Its client gets 1011, the log gets the traceback, nobody else notices."""
        self.client.say("fail")
        self.assertEqual(self.client.close_code(), 1011)
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_an_application_fails_at_the_end(self) -> None:
        """That is logged too."""
        self.echo.ends = None  # type: ignore[assignment]
        self.client.wire.hang_up()
        self.assertEqual(len(self.flushLoggedErrors(AttributeError)), 1)


class FlowTests(WebSocketTestCase):
    """Clients that are slow, silent or too fast."""

    def test_a_silent_client(self) -> None:
        """It is pinged after 25 seconds, and gone 20 seconds later."""
        self.clock.pump([0.1] * 256)
        self.assertEqual(self.frames(), [(Opcode.PING, b"")])
        self.clock.pump([0.1] * 206)
        self.assertTrue(self.client.wire.aborted)
        self.client.wire.hang_up()
        self.assertEqual(self.echo.ends, [(1006, "ping timeout")])

    def test_an_answer_keeps_it(self) -> None:
        """With a pong, or any other word, it stays."""
        for answer in (masked(0x8A, b""), text("hello")) * 5:
            self.clock.pump([0.1] * 256)
            self.client.send(answer)
        self.assertFalse(self.client.wire.aborted)

    def test_a_client_that_does_not_read(self) -> None:
        """Past 1 MiB it is cut off and the application told, once it is gone."""
        log = Log(self)
        self.client.wire.producer.pauseProducing()
        for _ in range(MAX_QUEUED // 50_000 + 2):
            self.connection.write_frames(frame_text(bytes(50_000)))
        self.assertTrue(self.client.wire.aborted)
        self.assertEqual(log.lines(), ["too slow: 192.0.2.1:4711"])
        self.assertEqual(self.echo.ends, [])
        self.client.wire.hang_up()
        self.assertEqual(self.echo.ends, [(1008, "too slow")])

    def test_broken_while_it_does_not_read(self) -> None:
        """What waits is sent first, then the reason, then the end."""
        self.client.wire.producer.pauseProducing()
        self.connection.send_text("waiting")
        self.client.send(masked(0xC1, b"bad"))
        self.client.wire.producer.resumeProducing()
        self.assertEqual([f[0] for f in self.frames()], [Opcode.TEXT, Opcode.CLOSE])
        self.assertTrue(self.client.wire.disconnecting)

    def test_pausing(self) -> None:
        """An application can stop reading, twice, and go on; no one is dead by it."""
        self.connection.pause()
        self.connection.pause()
        self.assertEqual(self.client.wire.producerState, "paused")
        self.clock.pump([0.1] * 1000)
        self.assertFalse(self.client.wire.aborted)
        self.connection.resume()
        self.connection.resume()
        self.assertEqual(self.client.wire.producerState, "producing")


class BytewiseOpeningTests(OpeningTests):
    """The same, in one-byte pieces."""

    bytewise = True


class BytewiseMessageTests(MessageTests):
    """The same, in one-byte pieces."""

    bytewise = True


class BytewiseBrokenTests(BrokenTests):
    """The same, in one-byte pieces."""

    bytewise = True


class BytewiseClosingTests(ClosingTests):
    """The same, in one-byte pieces."""

    bytewise = True
