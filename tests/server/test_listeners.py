"""What every port speaks."""

from __future__ import annotations

from pathlib import Path

from twisted.internet.task import Clock
from twisted.trial import unittest

from tests.support.certificates import write_certificate, write_key
from tests.support.logs import Log
from tests.support.memory import WebSocketClient, Wire, handshake, text
from tests.support.tls_client import TlsClient
from twisted_chat.net.switch import SILENCE_TIMEOUT
from twisted_chat.net.tls import Certificate
from twisted_chat.server.listeners import make_front
from twisted_chat.server.settings import Settings
from twisted_chat.testing import TestChat

SOCKETIO = "/socket.io/?EIO=4&transport="


class FrontTestCase(unittest.SynchronousTestCase):
    """One port, and a chat behind it."""

    settings = Settings()

    def setUp(self) -> None:
        self.clock = Clock()
        self.room = TestChat()
        certificate = self.certificate()
        self.front = make_front(self.room.chat, self.settings, self.clock, certificate)
        self.factory = self.front.factory
        (self.alice,) = self.room.people("alice")

    def certificate(self) -> Certificate | None:
        """The one that was given."""
        return None

    def connect(self, first: bytes = b"", peer: str = "192.0.2.1") -> Wire:
        """Connect, send something, and give the server its turn."""
        wire = Wire(peer).accept(self.factory)
        if first:
            wire.send(first)
        self.settle()
        return wire

    def settle(self) -> None:
        for _ in range(5):
            self.clock.advance(0)
            self.room.settle()

    def ask(self, path: str, **headers: str) -> bytes:
        """What a browser is answered."""
        lines = [f"GET {path} HTTP/1.1", "Host: chat.example"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return self.connect("\r\n".join((*lines, "", "")).encode()).take()


class FrontTests(FrontTestCase):
    """Everyone reaches the same conversation, each with what they have."""

    def test_telnet(self) -> None:
        """Whoever types a line is in the room."""
        wire = self.connect(b"hello\r\n")
        self.assertTrue(wire.take().startswith(b"Welcome, guest_"))
        self.assertRegex("\n".join(self.alice.sees()), r"guest_\d+: hello")

    def test_a_program_that_quotes_no_spaces(self) -> None:
        """It is told; the lobby does not read its cookies."""
        request = b"GET /?rooms=bad room HTTP/1.1\r\nHost: x\r\nCookie: a=1\r\n\r\n"
        wire = self.connect(request)
        self.assertTrue(wire.take().startswith(b"HTTP/1.1 400 "))
        self.assertTrue(wire.half_closed)
        self.assertEqual(self.alice.sees(), [])

    def test_silence(self) -> None:
        """Whoever waits to be spoken to is welcomed, too."""
        wire = self.connect()
        self.assertEqual(wire.take(), b"")
        self.clock.advance(SILENCE_TIMEOUT + 0.01)
        self.settle()
        self.assertTrue(wire.take().startswith(b"Welcome, guest_"))

    def test_the_page(self) -> None:
        """A browser is given the page and what belongs to it."""
        for path in ("/", "/client.js", "/healthz", "/socket.io/socket.io.js"):
            answer = self.ask(path)
            self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK\r\n"), path)

    def test_health(self) -> None:
        """A store that fails is told to whoever watches."""
        self.room.journal.fail("the disk is full", times=None)
        answer = self.ask("/healthz")
        self.assertTrue(answer.startswith(b"HTTP/1.1 503 "), answer)
        self.assertIn(b"the disk is full", answer)

    def test_websocket(self) -> None:
        """A program's message is heard by those at a terminal."""
        client = WebSocketClient(self.factory, "/ws")
        self.assertEqual(client.status, 101)
        client.send(text("hello"))
        self.settle()
        self.assertRegex("\n".join(self.alice.sees()), r"guest_\d+: hello")
        self.assertRegex("\n".join(client.heard()), r"guest_\d+: hello")

    def test_a_websocket_by_hand(self) -> None:
        """A handshake whose lines end in LF alone is one, too."""
        wire = self.connect(handshake("/ws").replace(b"\r", b"") + text("hello"))
        self.assertTrue(wire.take().startswith(b"HTTP/1.1 101 "))
        wire.send(text("again"))
        self.settle()
        self.assertRegex("\n".join(self.alice.sees()), "(?s): hello.*: again")

    def test_socketio(self) -> None:
        """So is that of a Socket.IO client, by its name."""
        client = WebSocketClient(self.factory, f"{SOCKETIO}websocket")
        for packet in ("40", '42["join","bob"]', '42["messages","hello"]'):
            client.send(text(packet))
            self.settle()
        self.assertIn("bob: hello", self.alice.sees())

    def test_ssh(self) -> None:
        """What is not spoken yet is closed, and nobody hears of it."""
        wire = self.connect(b"SSH-2.0-OpenSSH_9.2\r\n")
        self.assertTrue(wire.disconnecting)
        self.assertEqual(self.alice.sees(), [])

    def test_no_certificate(self) -> None:
        """Who wants TLS without there being any is closed; the log says what to do."""
        log = Log(self)
        wire = self.connect(b"\x16\x03\x01\x02\x00")
        self.assertTrue(wire.disconnecting)
        (line,) = log.lines()
        self.assertIn("client error: 192.0.2.1:4711 wants TLS", line)
        self.assertIn("give --tls-cert and --tls-key", line)


class SettingsTests(FrontTestCase):
    """What the operator has set counts for every protocol."""

    settings = Settings(
        max_clients=3,
        max_per_host=2,
        ping_interval=0.5,
        ping_timeout=0.25,
        allow_origin=("https://friend.example",),
    )

    def test_limits(self) -> None:
        """One address, and then the server, is full for whichever protocol comes."""
        first = self.connect(b"hi\n")
        self.connect(b"GET / HTTP/1.1\r\n")
        one_more = self.connect(b"hi\n").take()
        self.assertTrue(one_more.startswith(b"error: too many connections"), one_more)
        self.connect(b"hi\n", "192.0.2.2")
        full = self.connect(b"GET / HTTP/1.1\r\n\r\n", "192.0.2.3").take()
        self.assertTrue(full.startswith(b"HTTP/1.1 503 "), full)
        first.hang_up()
        welcome = self.connect(b"hi\n", "192.0.2.3").take()
        self.assertTrue(welcome.startswith(b"Welcome, "), welcome)

    def test_heartbeats(self) -> None:
        """Socket.IO clients are told both times, in their milliseconds."""
        answer = self.ask(f"{SOCKETIO}polling")
        self.assertIn(b'"pingInterval":500', answer)
        self.assertIn(b'"pingTimeout":250', answer)

    def test_origins(self) -> None:
        """A page of a friend's may connect, a stranger's may not."""
        for origin, status in (
            ("https://friend.example", 101),
            ("https://stranger.example", 403),
        ):
            client = WebSocketClient(self.factory, "/ws", origin=origin)
            self.assertEqual(client.status, status)
            client.wire.hang_up()


class TlsTests(FrontTestCase):
    """With a certificate."""

    settings = Settings(max_clients=2)

    def certificate(self) -> Certificate:
        directory = Path(self.mktemp())
        directory.mkdir(parents=True)
        chain = write_certificate(directory / "chain.pem")
        return Certificate(chain, write_key(directory / "key.pem"))

    def secure(self) -> TlsClient:
        client = TlsClient(self.connect(), self.clock)
        client.exchange()
        return client

    def test_telnet(self) -> None:
        """Lines are as welcome within TLS as they are without."""
        client = self.secure()
        client.send(b"hello\r\n")
        self.settle()
        self.assertRegex(client.exchange().decode(), r"^Welcome, guest_\d+!\r\n")
        self.assertRegex("\n".join(self.alice.sees()), r"guest_\d+: hello")
        self.connect(b"in clear\r\n")
        self.assertIn("in clear", "\n".join(self.alice.sees()))

    def test_the_page(self) -> None:
        """The page, too."""
        client = self.secure()
        answer = client.send(b"GET / HTTP/1.1\r\nHost: chat.example\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK\r\n"))

    def test_limits(self) -> None:
        """Who speaks within TLS counts once, and no more when gone."""
        first, _second = self.secure(), self.secure()
        self.assertIn(b"full", self.connect(b"hi\n").take())
        first.wire.hang_up()
        self.assertIn(b"Welcome", self.connect(b"hi\n").take())
