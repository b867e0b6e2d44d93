"""The protocols behind every port."""

from __future__ import annotations

from pathlib import Path

from twisted.internet.task import Clock
from twisted.trial import unittest

from tests.support.certificates import write_certificate, write_key
from tests.support.logs import Log
from tests.support.memory import WebSocketClient, Wire, handshake, masked, text
from tests.support.tls_client import TlsClient
from twisted_chat.clients.line import ChatProtocol
from twisted_chat.net.admission import Admission
from twisted_chat.net.origins import Origins
from twisted_chat.net.outbox import BufferedOutbox
from twisted_chat.net.peer_limits import PeerLimits
from twisted_chat.net.switch import SILENCE_BEFORE_TLS, SILENCE_TIMEOUT
from twisted_chat.net.tls import Certificate
from twisted_chat.server.listeners import make_engineio, make_factory
from twisted_chat.server.settings import Settings
from twisted_chat.testing import TestChat

SOCKETIO = "/socket.io/?EIO=4&transport="


class PortTestCase(unittest.SynchronousTestCase):
    """One port of a chat in memory."""

    settings = Settings(host=("chat.example",))

    def setUp(self) -> None:
        self.clock = Clock()
        self.room = TestChat()
        certificate = self.certificate()
        chat = self.room.chat
        origins = Origins(self.settings.allow_origin)
        self.admission = Admission(
            self.settings.max_clients, self.settings.max_per_host
        )
        limits = PeerLimits(self.clock, chat.runtime.counters)
        self.engineio = make_engineio(chat, self.settings, self.clock, origins, limits)
        self.factory = make_factory(
            chat,
            self.settings,
            self.clock,
            self.engineio,
            origins,
            self.admission,
            limits,
            certificate,
        )
        (self.alice,) = self.room.people("alice")

    def certificate(self) -> Certificate | None:
        """The certificate of the server, if it has one."""
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
        """The response to a browser."""
        lines = [f"GET {path} HTTP/1.1", "Host: chat.example"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return self.connect("\r\n".join((*lines, "", "")).encode()).take()


class HostNameTests(PortTestCase):
    """A server that has names."""

    settings = Settings(host=("Chat.example", "other.example"))

    def test_irc_server_is_called_as_the_first_host(self) -> None:
        """Of those that ``--host`` names."""
        client = self.connect(b"NICK bob\r\nUSER bob 0 * :Bob\r\n")
        self.assertIn(b":Chat.example 001 bob ", client.take())


class PortTests(PortTestCase):
    """Every kind of client joins the same chat."""

    def test_text_comes_from_a_line_client(self) -> None:
        """It is posted in the lobby."""
        wire = self.connect(b"hello\r\n")
        self.assertTrue(wire.take().startswith(b"Welcome, guest_"))
        self.assertRegex("\n".join(self.alice.sees()), r"guest_\d+: hello")

    def test_malformed_http_request_is_answered_and_not_posted(self) -> None:
        """Its headers may hold secrets."""
        request = b"GET /?rooms=bad room HTTP/1.1\r\nHost: x\r\nCookie: a=1\r\n\r\n"
        wire = self.connect(request)
        self.assertTrue(wire.take().startswith(b"HTTP/1.1 400 "))
        self.assertTrue(wire.half_closed)
        self.assertEqual(self.alice.sees(), [])

    def test_silent_client_is_a_line_client(self) -> None:
        """It waits for the server to send first."""
        wire = self.connect()
        self.assertEqual(wire.take(), b"")
        self.clock.advance(SILENCE_TIMEOUT + 0.01)
        self.settle()
        self.assertTrue(wire.take().startswith(b"Welcome, guest_"))

    def test_browser_gets_the_page_and_its_files(self) -> None:
        """And the health of the server."""
        for path in ("/", "/client.js", "/healthz", "/socket.io/socket.io.js"):
            answer = self.ask(path)
            self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK\r\n"), path)

    def test_address_may_be_a_whole_url(self) -> None:
        """As proxies and monitors send it, also for a handshake."""
        answer = self.ask("http://chat.example/healthz")
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK\r\n"), answer)
        for url in ("http://chat.example/ws", "ws://chat.example:80/"):
            client = WebSocketClient(self.factory, url, origin="http://chat.example")
            self.assertEqual(client.status, 101)

    def test_failing_store_is_unhealthy(self) -> None:
        """503, with the reason."""
        self.room.journal.fail("the disk is full", times=None)
        answer = self.ask("/healthz")
        self.assertTrue(answer.startswith(b"HTTP/1.1 503 "), answer)
        self.assertIn(b"the disk is full", answer)

    def test_websocket_and_line_clients_share_the_lobby(self) -> None:
        """Both receive what one of them sends."""
        client = WebSocketClient(self.factory, "/ws")
        self.assertEqual(client.status, 101)
        client.send(text("hello"))
        self.settle()
        self.assertRegex("\n".join(self.alice.sees()), r"guest_\d+: hello")
        self.assertRegex("\n".join(client.received()), r"guest_\d+: hello")

    def test_handshake_with_bare_line_feeds_is_accepted(self) -> None:
        """As people type it into nc."""
        wire = self.connect(handshake("/ws").replace(b"\r", b"") + text("hello"))
        self.assertTrue(wire.take().startswith(b"HTTP/1.1 101 "))
        wire.send(text("again"))
        self.settle()
        self.assertRegex("\n".join(self.alice.sees()), "(?s): hello.*: again")

    def test_socketio_and_line_clients_share_the_lobby(self) -> None:
        """The nickname is the one of its ``join``."""
        client = WebSocketClient(self.factory, f"{SOCKETIO}websocket")
        for packet in ("40", '42["join","bob"]', '42["messages","hello"]'):
            client.send(text(packet))
            self.settle()
        self.assertIn("bob: hello", self.alice.sees())

    def test_client_of_a_protocol_that_is_not_served_is_disconnected(self) -> None:
        """Nobody joins, nothing is posted, and the log names the protocol."""
        log = Log(self)
        browser = b"GET / HTTP/1.1\r\nHost: x\r\nCookie: secret=1\r\n\r\n"
        for protocol, first in (
            ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n"),
            ("PROXY", b"PROXY TCP4 203.0.113.7 192.0.2.1 51234 3000\r\n" + browser),
            ("SMTP", b"EHLO x\r\nAUTH PLAIN secret\r\n"),
            ("a binary protocol", b"\x10\x18\0\x04MQTT"),
        ):
            wire = self.connect(first)
            wire.send(browser)
            self.settle()
            self.assertTrue(wire.disconnecting)
            self.assertEqual(wire.take(), b"")
            line = (
                f"client error: 192.0.2.1:4711 speaks {protocol}, "
                "which is not served here"
            )
            self.assertEqual(log.lines(), [line])
            log.events.clear()
        self.assertEqual(self.alice.sees(), [])

    def test_irc_and_line_clients_share_the_lobby(self) -> None:
        """Its first command is enough to know it."""
        client = self.connect(b"NICK bob\r\nUSER bob 0 * :Bob\r\n")
        client.send(b"JOIN #lobby\r\nPRIVMSG #lobby :hello\r\n")
        self.settle()
        self.assertIn("bob: hello", self.alice.sees())
        self.alice.types("hi")
        self.assertIn(b" PRIVMSG #lobby :hi\r\n", client.take())

    def silent(self) -> Wire:
        """A client that has become a guest of the line chat, and was welcomed."""
        wire = self.connect()
        self.clock.advance(SILENCE_TIMEOUT)
        self.settle()
        self.assertIn(b"Welcome, guest_", wire.take())
        return wire

    def test_irc_client_that_is_late_is_served_as_if_it_were_not(self) -> None:
        """The guest that it was taken for leaves, however its first lines arrive."""
        first = b"\r\nNICK bob\r\nUSER bob 0 * :Bob\r\n"
        for bytewise in (False, True):
            wire = self.silent()
            wire.send(first, bytewise=bytewise)
            self.settle()
            welcome = wire.take()
            self.assertTrue(welcome.startswith(b":"), welcome)
            self.assertIn(b" 001 bob ", welcome)
            wire.send(b"JOIN #lobby\r\nPRIVMSG #lobby :hello\r\n")
            self.settle()
            joined, left, *seen = self.alice.sees()
            self.assertRegex(joined, r"guest_\d+: joined the chat")
            self.assertEqual(left, joined.replace("joined", "left"))
            self.assertEqual(seen, ["bob: joined the chat", "bob: hello"])
            self.alice.types("hi")
            wire.take()
            wire.disconnect()
            self.settle()
            self.assertEqual(self.alice.sees()[-1], "bob: left the chat")
            self.assertEqual(self.foreign, 0)

    def test_late_irc_client_is_no_guest_any_more(self) -> None:
        """Also if it was not welcomed yet; nothing that it sent is posted."""
        for first in (b"PASS secret\r\n", b"AUTHENTICATE PLAIN\r\n", b"CAP LS 302\n"):
            self.room.journal.hold()
            wire = self.connect()
            self.clock.advance(SILENCE_TIMEOUT)
            wire.send(first[:4])
            wire.send(first[4:])
            self.room.journal.release()
            self.settle()
            self.assertFalse(wire.disconnecting)
            self.assertNotIn(b"Welcome", wire.take())
        self.alice.types("\\who")
        *seen, here = self.alice.sees()
        self.assertNotIn("secret", "".join(seen))
        self.assertEqual(here, "here (1): alice")

    def test_late_irc_client_that_is_slow_to_read_is_disconnected(self) -> None:
        """Lines of both protocols cannot be mixed; nothing is posted."""
        log = Log(self)
        for first in (b"NICK bob\r\n", b"NICK bob"):
            wire = self.silent()
            assert isinstance(wire.protocol, ChatProtocol)
            outbox = wire.protocol.outbox
            assert isinstance(outbox, BufferedOutbox)
            outbox.pauseProducing()
            outbox.write(b"what waits")
            wire.send(first)
            wire.protocol.readConnectionLost()
            wire.send(b"USER bob 0 * :Bob\r\n")
            self.settle()
            self.assertTrue(wire.disconnecting)
            self.assertIn("client error: late IRC client from", log.lines()[-1])
        self.assertNotIn("bob", "".join(self.alice.sees()))

    def test_request_of_a_page_with_the_name_of_an_irc_command_is_rejected(
        self,
    ) -> None:
        """A page cannot choose IRC, either."""
        log = Log(self)
        wire = self.silent()
        wire.send(b"NICK / HTTP/1.1\r\nHost: x\r\n\r\nNICK bob\r\n")
        self.assertTrue(wire.disconnecting)
        self.assertIn("client error: late HTTP request from", log.lines()[-1])

    def test_late_irc_client_that_ends_its_input_is_disconnected(self) -> None:
        """IRC needs both directions."""
        wire = self.silent()
        wire.send(b"NICK bob")
        assert isinstance(wire.protocol, ChatProtocol)
        wire.protocol.readConnectionLost()
        self.settle()
        self.assertTrue(wire.disconnecting)
        self.assertNotIn("bob", "".join(self.alice.sees()))

    @property
    def foreign(self) -> int:
        return self.room.runtime.counters.refused_connections["foreign"]

    def test_client_that_waits_for_a_greeting_is_disconnected(self) -> None:
        """It is a guest already; what it sends then is not posted."""
        log = Log(self)
        for first in (b"EHLO x\r\n", b"FEAT\r\n", b"*1\r\n"):
            for cut in range(len(first)):
                wire = self.connect()
                self.clock.advance(SILENCE_TIMEOUT)
                self.settle()
                wire.send(first[:cut])
                wire.send(first[cut:] + b"secret\r\n")
                self.settle()
                self.assertTrue(wire.disconnecting)
                wire.send(b"secret\r\n")
                self.settle()
        self.assertIn("speaks SMTP, which is not served here", log.lines()[0])
        seen = self.alice.sees()
        self.assertTrue(seen)
        for line in seen:
            self.assertRegex(line, "joined the chat|left the chat")

    def test_tls_without_a_certificate_is_logged(self) -> None:
        """The log names the missing options."""
        log = Log(self)
        wire = self.connect(b"\x16\x03\x01\x02\x00")
        self.assertTrue(wire.disconnecting)
        (line,) = log.lines()
        self.assertIn("client error: 192.0.2.1:4711 requested TLS", line)
        self.assertIn("give --tls-cert and --tls-key", line)


class LogTests(PortTestCase):
    """What Twisted logs about a port."""

    def test_log_names_what_starts_on_a_port(self) -> None:
        """Not our classes."""
        for trust_proxy in ((), ("198.51.100.1",)):
            self.settings = Settings(trust_proxy=trust_proxy)
            self.setUp()
            self.assertEqual(self.factory.logPrefix(), "chat")


class CountTests(PortTestCase):
    """What the operator's metrics count."""

    settings = Settings(host=("chat.example",), trust_proxy=("198.51.100.1",))

    @property
    def received(self) -> int:
        return self.room.runtime.counters.received_bytes

    @property
    def foreign(self) -> int:
        return self.room.runtime.counters.refused_connections["foreign"]

    def test_received_bytes_of_every_kind_are_counted(self) -> None:
        """Each once, and handshakes as well."""
        for path in ("", "/ws", "/ws?format=json", f"{SOCKETIO}websocket"):
            before = self.received
            first = handshake(path) if path else b"hello\r\n"
            later = masked(0x81, b"40") if path else b"again\r\n"
            self.connect(first).send(later)
            self.connect(first + later)
            self.assertEqual(self.received - before, 2 * len(first + later), path)
        before = self.received
        self.connect(request := b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertEqual(self.received - before, len(request))

    def test_late_request_counts_as_foreign(self) -> None:
        """It reached the line chat, which does not read it."""
        wire = self.connect()
        self.clock.advance(1)
        wire.send(b"POST / HTTP/1.1\r\n\r\nspam")
        self.assertTrue(wire.disconnecting)
        self.assertEqual(self.foreign, 1)

    def test_malformed_proxy_header_counts_as_foreign(self) -> None:
        """Of a trusted proxy; others do not speak that protocol at all."""
        wire = self.connect(b"PROXY TCP4 x\r\n", "198.51.100.1")
        self.assertTrue(wire.aborted)
        self.assertEqual(self.foreign, 1)
        self.connect(b"PROXY TCP4 x\r\n", "198.51.100.2")
        self.assertEqual(self.foreign, 2)


class SettingsTests(PortTestCase):
    """Settings apply to every protocol."""

    settings = Settings(
        host=("chat.example",),
        max_clients=3,
        max_per_host=2,
        ping_interval=0.5,
        ping_timeout=0.25,
        allow_origin=("https://friend.example",),
    )

    def test_connections_are_limited_per_address_and_in_all(self) -> None:
        """Whatever protocol they speak."""
        first = self.connect(b"hi\n")
        self.connect(b"GET / HTTP/1.1\r\n")
        one_more = self.connect(b"hi\n").take()
        self.assertTrue(one_more.startswith(b"error: too many connections"), one_more)
        self.connect(b"hi\n", "192.0.2.2")
        full = self.connect(b"GET / HTTP/1.1\r\n\r\n", "192.0.2.3").take()
        self.assertTrue(full.startswith(b"HTTP/1.1 503 "), full)
        first.disconnect()
        welcome = self.connect(b"hi\n", "192.0.2.3").take()
        self.assertTrue(welcome.startswith(b"Welcome, "), welcome)

    def test_socketio_handshake_has_the_heartbeat_times(self) -> None:
        """In milliseconds."""
        answer = self.ask(f"{SOCKETIO}polling")
        self.assertIn(b'"pingInterval":500', answer)
        self.assertIn(b'"pingTimeout":250', answer)

    def test_only_pages_of_allowed_origins_may_connect(self) -> None:
        """Others get 403."""
        for origin, status in (
            ("https://friend.example", 101),
            ("https://stranger.example", 403),
        ):
            client = WebSocketClient(self.factory, "/ws", origin=origin)
            self.assertEqual(client.status, status)
            client.wire.disconnect()


class RefusedOriginTests(PortTestCase):
    """A page elsewhere, or behind a proxy that does not pass ``Host`` on."""

    REFUSAL = (
        "pages of https://chat.elsewhere may not connect (Host chat.example): "
        "pass Host on, or give --allow-origin"
    )

    def post(self, origin: str) -> bytes:
        request = f"POST /origin HTTP/1.1\r\nHost: chat.example\r\nOrigin: {origin}\r\n"
        return self.connect(f"{request}Content-Length: 0\r\n\r\n".encode()).take()

    def test_refusal_is_logged_once_for_each_origin(self) -> None:
        """Whichever protocol the page tries."""
        log = Log(self)
        for _ in range(2):
            for path in ("/ws", "/", f"{SOCKETIO}websocket"):
                client = WebSocketClient(
                    self.factory, path, origin="https://chat.elsewhere"
                )
                self.assertEqual(client.status, 403)
            self.ask(f"{SOCKETIO}polling", Origin="https://chat.elsewhere")
            self.post("https://chat.elsewhere")
        self.ask(f"{SOCKETIO}polling", Origin="null")
        first, second = log.lines()
        self.assertIn(f"client error: {self.REFUSAL}", first)
        self.assertIn("client error: pages of null may not connect", second)

    def test_page_can_ask_why(self) -> None:
        """A browser does not show it the answer to its handshake."""
        answer = self.post("https://chat.elsewhere")
        self.assertTrue(answer.startswith(b"HTTP/1.1 403 "), answer)
        self.assertTrue(answer.endswith(f"\r\n\r\n{self.REFUSAL}\n".encode()), answer)
        self.assertIn(b"Access-Control-Allow-Origin: *\r\n", answer)
        for allowed in (self.post("https://chat.example"), self.ask("/origin")):
            self.assertTrue(allowed.startswith(b"HTTP/1.1 200 "), allowed)
            self.assertTrue(allowed.endswith(b"\r\n\r\nok\n"), allowed)

    def test_handshake_is_answered_with_the_reason(self) -> None:
        """For those who use curl."""
        wire = self.connect(handshake("/ws", origin="https://chat.elsewhere"))
        self.assertIn(self.REFUSAL.encode(), wire.take())


class ProxyTests(PortTestCase):
    """A server behind trusted proxies."""

    settings = Settings(
        host=("chat.example",), max_per_host=2, trust_proxy=("192.0.2.0/24", "unix")
    )

    def websocket(self, header: str, peer: str = "192.0.2.1") -> Wire:
        """A WebSocket that a proxy forwards."""
        return self.connect(handshake("/ws", x_forwarded_for=header), peer)

    def test_limit_applies_to_each_forwarded_websocket(self) -> None:
        """By the right-most untrusted address, not by the proxy's."""
        wires = [self.websocket("1.1.1.1, 203.0.113.7") for _ in range(2)]
        for wire in wires:
            self.assertTrue(wire.take().startswith(b"HTTP/1.1 101 "))
            self.assertEqual(wire.getPeer().host, "203.0.113.7")
        refused = self.websocket("2.2.2.2, 203.0.113.7").take()
        self.assertTrue(refused.startswith(b"HTTP/1.1 503 "), refused)
        self.assertIn(b"Retry-After: 60", refused)
        self.assertIn(b"too many connections from your address", refused)
        other = self.websocket("203.0.113.8").take()
        self.assertTrue(other.startswith(b"HTTP/1.1 101 "), other)
        wires[0].disconnect()
        again = self.websocket("203.0.113.7").take()
        self.assertTrue(again.startswith(b"HTTP/1.1 101 "), again)

    def test_invalid_handshake_does_not_count(self) -> None:
        """Nor does a page."""
        for _ in range(5):
            request = handshake("/ws", x_forwarded_for="203.0.113.7", upgrade=None)
            answer = self.connect(request).take()
            self.assertTrue(answer.startswith(b"HTTP/1.1 426 "), answer)
        self.assertIn(b" 101 ", self.websocket("203.0.113.7").take())

    def test_limit_applies_to_each_forwarded_session(self) -> None:
        """Of Socket.IO by polling, over any connection of the proxy."""
        for client, status in (("7", 200), ("7", 200), ("7", 503), ("8", 200)):
            answer = self.ask(f"{SOCKETIO}polling", Forwarded=f"for=203.0.113.{client}")
            self.assertTrue(answer.startswith(b"HTTP/1.1 %d " % status), answer)

    def test_headers_of_others_are_not_read(self) -> None:
        """A client that is not a proxy cannot choose its address."""
        for header in ("203.0.113.7", "203.0.113.8"):
            wire = self.websocket(header, peer="198.51.100.1")
            self.assertIn(b" 101 ", wire.take())
            self.assertEqual(wire.getPeer().host, "198.51.100.1")
        refused = self.websocket("203.0.113.9", peer="198.51.100.1").take()
        self.assertTrue(refused.startswith(b"HTTP/1.1 503 "), refused)

    def test_contradictory_headers_are_refused(self) -> None:
        """With the reason, which is for the operator."""
        answer = self.ask("/", **{"Forwarded": "for=1.1.1.1", "X-Forwarded-For": "2"})
        self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), answer)
        self.assertIn(b"let the proxy set one", answer)

    def test_line_client_is_known_by_the_proxy_header(self) -> None:
        """It is served as any other, under its own address."""
        wire = self.connect(b"PROXY TCP4 203.0.113.7 192.0.2.1 51234 3000\r\nhi\r\n")
        self.assertTrue(wire.take().startswith(b"Welcome, guest_"))
        self.assertEqual(wire.getPeer().host, "203.0.113.7")
        self.assertRegex("\n".join(self.alice.sees()), r"guest_\d+: hi")
        self.assertNotIn("PROXY", "\n".join(self.alice.sees()))

    def test_client_of_the_proxy_header_names_no_other(self) -> None:
        """The client itself is not a trusted proxy."""
        first = b"PROXY TCP4 203.0.113.7 192.0.2.1 51234 3000\r\n"
        wire = self.connect(first + handshake("/ws", x_forwarded_for="1.1.1.1"))
        self.assertIn(b" 101 ", wire.take())
        self.assertEqual(wire.getPeer().host, "203.0.113.7")


class TlsProxyTests(PortTestCase):
    """A proxy that forwards TLS as it is."""

    settings = Settings(host=("chat.example",), trust_proxy=("192.0.2.1",))

    def certificate(self) -> Certificate:
        return a_certificate(self.mktemp())

    def test_tls_follows_the_proxy_header(self) -> None:
        """And within it the choice of the protocol."""
        wire = self.connect(b"PROXY TCP4 203.0.113.7 192.0.2.1 51234 3000\r\n")
        client = TlsClient(wire, self.clock)
        client.exchange()
        client.send(b"hello\r\n")
        self.settle()
        self.assertRegex(client.exchange().decode(), r"^Welcome, guest_\d+!\r\n")
        self.assertEqual(wire.getPeer().host, "203.0.113.7")

    def test_websocket_within_tls_may_be_forwarded(self) -> None:
        """By a proxy that connects with TLS."""
        client = TlsClient(self.connect(), self.clock)
        client.exchange()
        answer = client.send(handshake("/ws", x_forwarded_for="203.0.113.7"))
        self.assertTrue(answer.startswith(b"HTTP/1.1 101 "), answer)
        self.settle()
        client.wire.disconnect()


def a_certificate(directory: str) -> Certificate:
    """A certificate in a new directory."""
    path = Path(directory)
    path.mkdir(parents=True)
    chain = write_certificate(path / "chain.pem")
    return Certificate(chain, write_key(path / "key.pem"))


class HostTests(PortTestCase):
    """A page of another name, which resolves to this machine."""

    settings = Settings(trust_proxy=("192.0.2.99",))
    REQUESTS = (
        b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        handshake(host="evil.example", origin="http://evil.example"),
        (
            b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n"
            b"Host: evil.example\r\n\r\n"
        ),
    )

    def test_request_for_another_name_is_refused(self) -> None:
        """Of whatever kind."""
        for request in self.REQUESTS:
            answer = self.connect(request).take()
            self.assertIn(b" 421 ", answer.partition(b"\r\n")[0])
            self.assertIn(b"start it with --host evil.example", answer)

    def test_trusted_proxy_may_pass_on_any_name(self) -> None:
        """With a PROXY header or without one; the log has no line about it."""
        log = Log(self)
        for request in self.REQUESTS:
            for header in (b"", b"PROXY TCP4 203.0.113.7 192.0.2.99 1 2\r\n"):
                answer = self.connect(header + request, "192.0.2.99").take()
                self.assertRegex(answer.partition(b"\r\n")[0], b" (200|101) ")
        self.assertNotIn("--host", "\n".join(log.lines()))


class TlsTests(PortTestCase):
    """A server with a certificate."""

    settings = Settings(max_clients=2)

    def certificate(self) -> Certificate:
        return a_certificate(self.mktemp())

    def secure(self) -> TlsClient:
        client = TlsClient(self.connect(), self.clock)
        client.exchange()
        return client

    def test_line_clients_connect_with_and_without_tls(self) -> None:
        """On the same port."""
        client = self.secure()
        client.send(b"hello\r\n")
        self.settle()
        self.assertRegex(client.exchange().decode(), r"^Welcome, guest_\d+!\r\n")
        self.assertRegex("\n".join(self.alice.sees()), r"guest_\d+: hello")
        self.connect(b"in clear\r\n")
        self.assertIn("in clear", "\n".join(self.alice.sees()))

    def test_handshake_that_begins_late_is_served(self) -> None:
        """As that of HexChat, 0.3 s after it has connected; later it cannot be."""
        connection = self.connect()
        self.clock.advance(0.4)
        client = TlsClient(connection, self.clock)
        client.exchange()
        client.send(b"hello\r\n")
        self.settle()
        self.assertRegex(client.exchange().decode(), r"^Welcome, guest_\d+!\r\n")
        silent = self.connect()
        self.clock.advance(SILENCE_BEFORE_TLS)
        self.settle()
        self.assertRegex(silent.take(), rb"^Welcome, guest_\d+!\r\n")

    def test_late_irc_client_is_served_within_tls(self) -> None:
        """The guest that it was taken for leaves."""
        client = self.secure()
        self.clock.advance(SILENCE_TIMEOUT)
        self.settle()
        self.assertIn(b"Welcome, guest_", client.exchange())
        client.send(b"NICK bob\r\nUSER bob 0 * :Bob\r\n")
        self.settle()
        self.assertIn(b" 001 bob ", client.exchange())
        client.send(b"JOIN #lobby\r\nPRIVMSG #lobby :hello\r\n")
        self.settle()
        self.assertIn(b" JOIN #lobby\r\n", client.exchange())
        self.assertEqual(self.alice.sees()[-2:], ["bob: joined the chat", "bob: hello"])
        self.alice.types("hi")
        self.settle()
        self.assertIn(b" PRIVMSG #lobby :hi\r\n", client.exchange())

    def test_browser_gets_the_page_over_tls(self) -> None:
        """On the same port too."""
        client = self.secure()
        answer = client.send(b"GET / HTTP/1.1\r\nHost: chat.example\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK\r\n"))

    def test_tls_connection_counts_once(self) -> None:
        """And not at all once it is closed."""
        first, _second = self.secure(), self.secure()
        self.assertIn(b"full", self.connect(b"hi\n").take())
        first.wire.disconnect()
        self.assertIn(b"Welcome", self.connect(b"hi\n").take())


class HandshakeLimitTests(PortTestCase):
    """Nobody takes all places of Socket.IO clients with a few bytes."""

    settings = Settings(host=("chat.example",), max_clients=200, max_per_host=1000)

    def test_one_connection_opens_sessions_at_the_flood_rate(self) -> None:
        """Those that it does not use end after 10 s, as half of the places are taken.

        A client on another connection is answered all the time.
        """
        target = f"{SOCKETIO}polling"
        request = f"GET {target} HTTP/1.1\r\nHost: chat.example\r\n\r\n".encode()
        wire = self.connect(request * 1000)
        self.assertEqual(wire.value().count(b"HTTP/1.1 200 OK"), 10)
        for _ in range(25):
            answer = self.ask(target)
            self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK"), answer)
            self.clock.pump([0.25] * 40)
