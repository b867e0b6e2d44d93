"""WebSocket connections.

The cases are those of the common conformance suites: framing, pings, reserved bits and
opcodes, fragmentation, UTF-8, limits, closing.  Each runs whole and byte by byte.
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
from tests.support.memory import (
    ACCEPT,
    WebSocketClient,
    Wire,
    handshake,
    masked,
    more,
    text,
)
from twisted_chat.net.send_queue import MAX_QUEUED
from twisted_chat.net.timers import CLOSING_TIMEOUT, Keepalive
from twisted_chat.websocket import connection as websocket
from twisted_chat.websocket.connection import (
    State,
    WebSocketConnection,
    WebSocketPeer,
)
from twisted_chat.websocket.frames import frame_text
from twisted_chat.websocket.handshake import upgrade

LIMIT = 64 * 1024


class Echo(WebSocketPeer):
    """Sends back every message, and records how the connection ended."""

    def __init__(self) -> None:
        self.ends: list[tuple[int, str]] = []
        self.received: list[str | bytes] = []

    def opened(self, connection: WebSocketConnection) -> None:
        self.connection = connection

    def text_received(self, text: str) -> None:
        self.received.append(text)
        if text == "fail":
            raise RuntimeError("a bug of the application")
        self.connection.send_text(text)

    def binary_received(self, data: bytes) -> None:
        self.received.append(data)
        self.connection.send_binary(data)

    def closed(self, code: int, reason: str) -> None:
        self.ends.append((code, reason))


class EchoResource(Resource):
    """Accepts WebSockets on every path."""

    isLeaf = True

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.keepalive = Keepalive(clock, 25, 20)
        self.make: Callable[[], Echo] = Echo
        self.peers: list[Echo] = []
        self.any_subprotocol = False

    def render_GET(self, request: Request) -> int | bytes:
        self.peers.append(self.make())
        return upgrade(
            request,
            self.peers[-1],
            keepalive=self.keepalive,
            max_size=LIMIT,
            subprotocols=("chat.json", "chat.text"),
            any_subprotocol=self.any_subprotocol,
        )


class WebSocketTestCase(unittest.SynchronousTestCase):
    """An echo server and one client."""

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
        """The client receives the code and the end; nothing it sends is delivered."""
        self.assertEqual(self.client.close_code(), code)
        self.assertTrue(self.client.wire.half_closed)
        self.assertEqual([end[0] for end in self.echo.ends], [code])
        before = list(self.echo.received)
        self.client.send_text("still there?")
        self.assertEqual(self.echo.received, before)
        self.client.wire.disconnect()
        self.assertEqual(len(self.echo.ends), 1)


class OpeningTests(WebSocketTestCase):
    """The opening handshake."""

    def test_handshake_is_accepted_without_compression(self) -> None:
        """The client receives 101 and the accept key."""
        self.assertEqual(self.client.status, 101)
        self.assertIn(f"Sec-WebSocket-Accept: {ACCEPT.decode()}", self.client.head)
        asked = self.connect(sec_websocket_extensions="permessage-deflate")
        self.assertEqual(asked.status, 101)
        self.assertNotIn("Extensions", asked.head)

    def test_preferred_subprotocol_is_negotiated(self) -> None:
        """Or none, if none is supported."""
        client = self.connect(sec_websocket_protocol="foo, chat.text, chat.json")
        self.assertIn("Sec-WebSocket-Protocol: chat.json", client.head)
        self.assertEqual(self.connection.subprotocol, "chat.json")
        client = self.connect(sec_websocket_protocol="foo")
        self.assertNotIn("Sec-WebSocket-Protocol", client.head)
        self.assertEqual(client.status, 101)

    def test_first_subprotocol_is_agreed_to_if_any_will_do(self) -> None:
        """A browser closes a connection on which it gets none of those it offered."""
        self.resource.any_subprotocol = True
        for offered, agreed in (
            ("my-app", "my-app"),
            ("my-app, v2.my-app", "my-app"),
            ("my-app, chat.text", "chat.text"),
            ('a"b, a/b, , ok', "ok"),
        ):
            client = self.connect(sec_websocket_protocol=offered)
            self.assertIn(f"Sec-WebSocket-Protocol: {agreed}\r\n", client.head + "\r\n")
            self.assertEqual(self.connection.subprotocol, agreed)
        for unusable in (None, "", ", ,", 'a"b', "x" * 129, "\xfc"):
            client = self.connect(sec_websocket_protocol=unusable)
            self.assertEqual(client.status, 101)
            self.assertNotIn("Sec-WebSocket-Protocol", client.head)

    def test_refused_handshake_reaches_no_application(self) -> None:
        """Such as that of an old version."""
        client = self.connect(sec_websocket_version="8")
        self.assertEqual(client.status, 426)
        client.wire.disconnect()
        self.assertEqual(self.echo.ends, [])

    def test_pipelined_handshake_is_refused(self) -> None:
        """Its frames would overtake the response that is not sent yet."""
        wire = Wire().accept(self.site)
        wire.dataBuffer = b"the rest of a response"  # type: ignore[attr-defined]
        wire.doWrite = lambda: None  # type: ignore[attr-defined]
        wire.send(handshake())
        self.assertIn(b" 400 ", wire.take().splitlines()[0])
        self.assertEqual(self.echo.received, [])

    def test_connection_has_the_address_of_the_client(self) -> None:
        """For the application."""
        self.assertEqual(getattr(self.connection.address, "host", None), "192.0.2.1")


class MessageTests(WebSocketTestCase):
    """Messages, whole or in fragments, and pings."""

    def test_messages_of_any_size_are_delivered(self) -> None:
        """Text and binary."""
        for size in (0, 1, 125, 126, 127, 128, 65535, 65536):
            self.client.send(masked(0x81, b"*" * size) + masked(0x82, b"\xfe" * size))
            self.assertEqual(
                self.frames(),
                [(Opcode.TEXT, b"*" * size), (Opcode.BINARY, b"\xfe" * size)],
            )

    def test_messages_in_one_segment_keep_their_order(self) -> None:
        """Each is delivered by itself."""
        self.client.send(b"".join(text(str(n)) for n in range(50)))
        self.assertEqual(self.client.received(), [str(n) for n in range(50)])

    def test_fragmented_message_is_delivered_once(self) -> None:
        """Fragments may be empty, and may split a character."""
        self.client.send(
            text("", last=False)
            + more("grü".encode()[:3], last=False)
            + more(b"", last=False)
            + more("grü".encode()[3:], last=False)
            + more(b"", last=True)
            + masked(0x02, b"\xff")
            + more(b"\xfe", last=True)
        )
        self.assertEqual(self.echo.received, ["grü", b"\xff\xfe"])

    def test_ping_between_fragments_is_answered_at_once(self) -> None:
        """Before the message is complete."""
        self.client.send(
            text("one ", last=False) + masked(0x89, b"?") + more(b"two", last=True)
        )
        self.assertEqual(
            self.frames(), [(Opcode.PONG, b"?"), (Opcode.TEXT, b"one two")]
        )

    def test_ping_is_answered_with_its_payload(self) -> None:
        """A pong is not answered."""
        self.client.send(
            masked(0x89, b"")
            + masked(0x89, bytes(range(125)))
            + masked(0x8A, b"unasked")
        )
        self.assertEqual(
            self.frames(), [(Opcode.PONG, b""), (Opcode.PONG, bytes(range(125)))]
        )

    def test_any_unicode_text_is_delivered(self) -> None:
        """Noncharacters and NUL included."""
        content = "Hello-µ@ßöäüàá-UTF-8!! \U0001f600 \ufffe \uffff \U0010ffff \0"
        self.client.send_text(content)
        self.assertEqual(self.client.received(), [content])

    def test_flood_of_small_frames_closes_with_1008(self) -> None:
        """A limited number per second is accepted."""
        self.patch(websocket, "MAX_SMALL_FRAMES", 50)
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

    def test_pings_of_a_segment_are_answered_in_one_write(self) -> None:
        """Before the messages that follow them."""
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


class ViolationTests(WebSocketTestCase):
    """Clients that violate the protocol."""

    def test_frame_over_the_limit_closes_with_1009(self) -> None:
        """Before its payload is read."""
        self.client.send(masked(0x82, bytes(LIMIT + 1))[:20])
        self.expect_failure(1009)

    def test_fragments_over_the_limit_close_with_1009(self) -> None:
        """Their sizes are added."""
        half = b"x" * (LIMIT // 2)
        self.client.send(masked(0x01, half) + more(half, last=False))
        self.assertEqual(self.frames(), [])
        self.client.send(more(b"x", last=True))
        self.expect_failure(1009)

    def test_invalid_utf8_closes_with_1007(self) -> None:
        """In a whole message or in fragments."""
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

    def test_invalid_utf8_closes_before_the_message_is_complete(self) -> None:
        """The rest is not waited for."""
        self.client.send(masked(0x01, b"abc\xff"))
        self.expect_failure(1007)

    def test_protocol_violation_closes_with_1002(self) -> None:
        """Each of these."""
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

    def test_invalid_utf8_in_a_close_frame_closes_with_1007(self) -> None:
        """As in a text message."""
        self.client.send(masked(0x88, b"\x03\xe8\xce\xba\xed\xa0\x80"))
        self.expect_failure(1007)

    def test_message_before_a_violation_is_delivered(self) -> None:
        """And answered."""
        self.client.send(text("good") + masked(0xC1, b"bad"))
        self.assertEqual(self.echo.received, ["good"])
        self.assertEqual(self.client.received(), ["good"])

    def test_client_that_does_not_close_is_aborted(self) -> None:
        """Three seconds after its violation."""
        self.client.send(masked(0xC1, b"bad"))
        self.clock.pump([0.1] * round((CLOSING_TIMEOUT + 0.5) * 10))
        self.assertTrue(self.client.wire.aborted)


class ClosingTests(WebSocketTestCase):
    """The closing handshake."""

    def test_close_frame_of_the_client_is_echoed(self) -> None:
        """Then the server closes the transport (RFC 6455, section 7.1.1)."""
        for code in (1000, 1001, 1002, 1003, 1007, 1011, 3000, 3999, 4000, 4999):
            self.client = self.connect()
            self.client.send(masked(0x88, code.to_bytes(2, "big") + "tschüß".encode()))
            self.assertEqual(self.client.close_code(), code)
            self.assertTrue(self.client.wire.disconnecting)
            self.assertEqual(self.echo.ends, [(code, "tschüß")])
            self.client.wire.disconnect()
            self.assertEqual(len(self.echo.ends), 1)

    def test_close_frame_without_a_code_is_echoed(self) -> None:
        """The application is notified with 1005."""
        self.client.send(masked(0x88, b""))
        self.assertEqual(self.frames(), [(Opcode.CLOSE, b"")])
        self.assertEqual(self.echo.ends, [(1005, "")])

    def test_frames_after_a_close_frame_are_ignored(self) -> None:
        """Pings, too."""
        self.client.send(masked(0x88, b"\x03\xe8") + text("x") + masked(0x89, b"y"))
        self.assertEqual(self.echo.received, [])
        self.assertEqual(self.frames(), [(Opcode.CLOSE, b"\x03\xe8")])

    def test_close_sends_a_close_frame_behind_what_was_written(self) -> None:
        """What is written later is not sent."""
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
        self.client.send(text("not announced") + masked(0x88, b"\x03\xe9"))
        self.assertTrue(self.client.wire.disconnecting)
        self.assertEqual(self.echo.received, [])
        self.assertEqual(self.echo.ends, [(1001, "the server stops")])

    def test_kept_write_function_sends_nothing_after_a_close_frame(self) -> None:
        """RFC 6455, section 5.5.1; a fan-out may keep ``write_frames``."""
        write_frames = self.connection.write_frames
        self.connection.close()
        write_frames(frame_text(b"too late"))
        self.assertEqual([opcode for opcode, _ in self.frames()], [Opcode.CLOSE])

    def test_unanswered_close_frame_aborts_after_a_timeout(self) -> None:
        """No timer is left."""
        self.connection.close()
        self.clock.pump([0.1] * round((CLOSING_TIMEOUT + 0.5) * 10))
        self.assertTrue(self.client.wire.aborted)
        self.client.wire.disconnect()
        self.assertEqual(self.echo.ends, [(1000, "")])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_violation_after_close_sends_no_second_close_frame(self) -> None:
        """The application is notified with the first code."""
        self.connection.close(1000)
        self.assertEqual(self.client.close_code(), 1000)
        self.client.send(masked(0xC1, b"bad"))
        self.assertEqual(self.frames(), [])
        self.assertEqual(self.echo.ends, [(1000, "")])

    def test_lost_connection_is_reported_as_1006(self) -> None:
        """Once; later writes are discarded."""
        self.client.wire.disconnect()
        self.assertEqual(self.echo.ends, [(1006, "")])
        self.connection.send_text("to nobody")
        self.connection.close()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_abort_closes_at_once(self) -> None:
        """The application is notified with 1006."""
        self.connection.abort()
        self.assertTrue(self.client.wire.aborted)
        self.client.wire.disconnect()
        self.assertEqual(self.echo.ends, [(1006, "")])

    def test_failing_application_closes_with_1011(self) -> None:
        """The log has the traceback."""
        self.client.send_text("fail")
        self.assertEqual(self.client.close_code(), 1011)
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_failure_in_opened_closes_with_1011(self) -> None:
        """It is logged, too."""

        class FailingPeer(Echo):
            def opened(self, connection: WebSocketConnection) -> None:
                raise RuntimeError("a bug of the application")

        self.resource.make = FailingPeer
        self.assertEqual(self.connect().close_code(), 1011)
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_failure_in_closed_is_logged(self) -> None:
        """The connection is gone already."""
        self.echo.ends = None  # type: ignore[assignment]
        self.client.wire.disconnect()
        self.assertEqual(len(self.flushLoggedErrors(AttributeError)), 1)


class StateTests(WebSocketTestCase):
    """The state of a connection advances, and never goes back."""

    def test_connection_is_connecting_before_it_has_a_transport(self) -> None:
        """Then it is open."""
        connection = WebSocketConnection(Echo(), self.resource.keepalive)
        self.assertIs(connection.state, State.CONNECTING)
        self.assertIs(self.connection.state, State.OPEN)

    def test_close_frame_starts_closing(self) -> None:
        """From either side; the loss of the transport ends it."""
        self.connection.close()
        first, second = self.client, self.connect()
        second.send(masked(0x88, b""))
        for client, echo in zip((first, second), self.resource.peers, strict=True):
            self.assertIs(echo.connection.state, State.CLOSING)
            client.wire.disconnect()
            self.assertIs(echo.connection.state, State.CLOSED)

    def test_lost_transport_closes_an_open_connection(self) -> None:
        """Later calls change nothing."""
        self.client.wire.disconnect()
        self.connection.close()
        self.connection.abort()
        self.assertIs(self.connection.state, State.CLOSED)

    def test_peer_can_be_replaced(self) -> None:
        """The new one receives the following messages, and the end."""
        old, new = self.echo, Echo()
        new.opened(self.connection)
        self.connection.peer = new
        self.client.send_text("hello")
        self.client.wire.disconnect()
        self.assertEqual((old.received, old.ends), ([], []))
        self.assertEqual((new.received, len(new.ends)), (["hello"], 1))


class FlowTests(WebSocketTestCase):
    """Clients that are slow, silent or too fast."""

    def test_silent_client_is_pinged_then_aborted(self) -> None:
        """After 25 and 20 seconds."""
        self.clock.pump([0.1] * 256)
        self.assertEqual(self.frames(), [(Opcode.PING, b"")])
        self.clock.pump([0.1] * 206)
        self.assertTrue(self.client.wire.aborted)
        self.client.wire.disconnect()
        self.assertEqual(self.echo.ends, [(1006, "ping timeout")])

    def test_any_frame_answers_a_ping(self) -> None:
        """A pong, or a message."""
        for answer in (masked(0x8A, b""), text("hello")) * 5:
            self.clock.pump([0.1] * 256)
            self.client.send(answer)
        self.assertFalse(self.client.wire.aborted)

    def test_client_that_reads_too_slowly_is_aborted(self) -> None:
        """Over 8 MiB; the application is notified when the connection is lost."""
        log = Log(self)
        self.client.wire.producer.pauseProducing()
        for _ in range(MAX_QUEUED // 50_000 + 2):
            self.connection.write_frames(frame_text(bytes(50_000)))
        self.assertTrue(self.client.wire.aborted)
        self.assertEqual(log.lines(), ["too slow: 192.0.2.1:4711"])
        self.assertEqual(self.echo.ends, [])
        self.client.wire.disconnect()
        self.assertEqual(self.echo.ends, [(1008, "too slow")])

    def test_close_frame_waits_behind_queued_messages(self) -> None:
        """Also after a violation."""
        self.client.wire.producer.pauseProducing()
        self.connection.send_text("waiting")
        self.client.send(masked(0xC1, b"bad"))
        self.client.wire.producer.resumeProducing()
        self.assertEqual([f[0] for f in self.frames()], [Opcode.TEXT, Opcode.CLOSE])
        self.assertTrue(self.client.wire.disconnecting)

    def test_paused_connection_does_not_time_out(self) -> None:
        """Pausing and resuming twice do no harm."""
        self.connection.pause()
        self.connection.pause()
        self.assertEqual(self.client.wire.producerState, "paused")
        self.clock.pump([0.1] * 1000)
        self.assertFalse(self.client.wire.aborted)
        self.connection.resume()
        self.connection.resume()
        self.assertEqual(self.client.wire.producerState, "producing")


class BytewiseOpeningTests(OpeningTests):
    """The same, byte by byte."""

    bytewise = True


class BytewiseMessageTests(MessageTests):
    """The same, byte by byte."""

    bytewise = True


class BytewiseViolationTests(ViolationTests):
    """The same, byte by byte."""

    bytewise = True


class BytewiseClosingTests(ClosingTests):
    """The same, byte by byte."""

    bytewise = True
