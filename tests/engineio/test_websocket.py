"""Engine.IO's WebSocket transport."""

from __future__ import annotations

from tests.support.engineio_client import EngineIOTestCase
from tests.support.memory import WebSocketClient, text
from twisted_chat.engineio.framing import WEBSOCKET
from twisted_chat.engineio.websocket import HOLD_TIME, MAX_HELD
from twisted_chat.net.large_inputs import MAX_OF_HOST
from twisted_chat.net.send_queue import MAX_QUEUED


class WebSocketTransportTests(EngineIOTestCase):
    """A session that starts on WebSocket."""

    def test_messages_are_frames(self) -> None:
        """Text and binary, in both directions."""
        client = self.connect()
        client.send_text("4hello")
        self.assertEqual(client.received(), ["4hello"])
        self.peers[0].session.send_binary(b"\x01\x02")
        (frame,) = client.frames()
        self.assertEqual(bytes(frame.data), b"\x01\x02")

    def test_first_subprotocol_is_agreed_to(self) -> None:
        """For ``io(url, {protocols: [...]})``; also in an upgrade."""
        client = self.socket(sec_websocket_protocol="my-app, other")
        self.assertIn("Sec-WebSocket-Protocol: my-app\r\n", client.head + "\r\n")
        query = f"EIO=4&transport=websocket&sid={self.open()}"
        client = self.socket(query, sec_websocket_protocol="my-app")
        self.assertEqual(client.status, 101)
        self.assertIn("Sec-WebSocket-Protocol: my-app", client.head)

    def test_encoded_messages_are_written_as_they_are(self) -> None:
        """With nothing between the application and the outbox."""
        client = self.connect()
        session = self.peers[0].session
        data = WEBSOCKET.text(b"a") + WEBSOCKET.text(b"b")
        session.transport.write(data)
        self.assertEqual(client.received(), ["4a", "4b"])

    def test_invalid_packet_ends_the_session(self) -> None:
        """With code 1002."""
        for packet in ("abc", "", "0", "5", "1x"):
            client = self.connect()
            client.send_text(packet)
            self.assertEqual(client.close_code(), 1002, packet)
            self.assertEqual(len(self.peers[-1].ends), 1)

    def test_client_closes_with_a_packet_or_with_the_websocket(self) -> None:
        """Either ends the session."""
        client = self.connect()
        client.send_text("1")
        self.assertEqual(client.close_code(), 1000)
        self.assertEqual(self.peers[0].ends, ["the client closed it"])
        client = self.connect()
        client.wire.disconnect()
        self.assertEqual(self.peers[1].ends, ["the WebSocket closed with 1006"])
        self.assertEqual(self.resource.sessions, 0)

    def test_close_sends_what_was_written_before_the_close_frame(self) -> None:
        """What is written later is discarded."""
        client = self.connect()
        session = self.peers[0].session
        session.send_text("last")
        session.close("enough")
        session.send_text("too late")
        frames = list(client.frames())
        self.assertEqual(bytes(frames[0].data), b"4last")
        self.assertEqual(bytes(frames[1].data), b"\x03\xe8enough")
        self.assertEqual(len(frames), 2)
        self.clock.advance(0)
        client.wire.disconnect()
        self.assertEqual(self.peers[0].ends, ["enough"])

    def test_held_writes_arrive_later_in_order(self) -> None:
        """Whoever wrote them."""
        client = self.connect()
        session = self.peers[0].session
        session.send_text("a")
        session.transport.hold_writes()
        session.send_text("b")
        session.transport.hold_writes()
        session.send_binary(b"c")
        self.assertEqual(client.received(), ["4a"])
        self.clock.advance(HOLD_TIME)
        self.assertEqual(
            [bytes(frame.data) for frame in client.frames()], [b"4b", b"c"]
        )
        session.send_text("d")
        self.assertEqual(client.received(), ["4d"])

    def test_held_writes_are_bounded_and_survive_the_end(self) -> None:
        """Over the limit they are sent at once; so they are by ``close``."""
        client, other = self.connect(), self.connect()
        for peer in self.peers:
            peer.session.transport.hold_writes()
        count = MAX_HELD // len(WEBSOCKET.text(b"x" * 100))
        for _ in range(count):
            self.peers[0].session.send_text("x" * 100)
        self.assertEqual(client.received(), [])
        self.peers[0].session.send_text("x" * 100)
        self.assertEqual(client.received(), ["4" + "x" * 100] * (count + 1))
        self.peers[1].session.send_text("last")
        self.peers[1].session.close("enough")
        self.assertEqual(
            [bytes(frame.data) for frame in other.frames()],
            [b"4last", b"\x03\xe8enough"],
        )

    def test_failing_application_closes_its_session_with_1011(self) -> None:
        """The failure is logged; other sessions go on."""
        other, client = self.connect(), self.connect()
        client.send_text("4fail")
        self.assertEqual(client.close_code(), 1011)
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)
        other.send_text("4x")
        self.assertEqual(other.received(), ["4x"])

    def test_client_that_reads_too_slowly_is_aborted(self) -> None:
        """Over 8 MiB."""
        client = self.connect()
        client.wire.producer.pauseProducing()
        session = self.peers[0].session
        for _ in range(MAX_QUEUED // 1000 + 1):
            session.send_text("x" * 1000)
        self.assertTrue(client.wire.aborted)
        client.wire.disconnect()
        self.assertEqual(self.peers[0].ends, ["too slow"])

    def test_held_write_function_stays_usable(self) -> None:
        """A caller may keep ``write`` while writes are held."""
        client = self.connect()
        session = self.peers[0].session
        session.transport.hold_writes()
        write = session.transport.write
        write(WEBSOCKET.text(b"a"))
        self.clock.advance(HOLD_TIME)
        write(WEBSOCKET.text(b"b"))
        self.assertEqual(client.received(), ["4a", "4b"])


class BytewiseWebSocketTransportTests(WebSocketTransportTests):
    """The same, byte by byte."""

    bytewise = True


class LargeInputTests(EngineIOTestCase):
    """Clients of one address that send large messages, and do not end them."""

    message = text("4" + "x" * 900_000)
    fitting = MAX_OF_HOST // len(message)

    def begin(self) -> WebSocketClient:
        """A client that sent all but the last byte of a large message."""
        client = self.connect()
        client.send(self.message[:-1])
        return client

    def test_more_of_them_than_may_be_held_are_refused(self) -> None:
        """With code 1013; those before are not affected."""
        clients = [self.begin() for _ in range(self.fitting)]
        self.assertEqual(self.begin().close_code(), 1013)
        for client in clients:
            self.assertIsNone(client.close_code())
            client.send(self.message[-1:])
        self.assertEqual(
            [len(str(peer.received[0])) for peer in self.peers[:-1]],
            [900_000] * self.fitting,
        )
        self.assertEqual(self.resource.sessions, self.fitting)

    def test_what_is_read_or_gone_is_held_no_more(self) -> None:
        """However a message or its connection ends, others can send theirs."""
        for _ in range(2):
            complete, lost, *others = [self.begin() for _ in range(self.fitting - 1)]
            invalid = self.connect()
            invalid.send(text("4" + "x" * 900_000, last=False))
            self.assertEqual(self.begin().close_code(), 1013)
            complete.send(self.message[-1:])
            lost.wire.disconnect()
            invalid.send(text("a new message within another"))
            self.assertEqual(invalid.close_code(), 1002)
            others += [self.begin() for _ in range(3)]
            self.assertEqual([each.close_code() for each in others[-3:]], [None] * 3)
            self.assertEqual(self.begin().close_code(), 1013)
            for each in others:
                each.wire.disconnect()
