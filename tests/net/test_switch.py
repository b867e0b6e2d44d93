"""First bytes: who serves a connection."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL
from twisted.internet.address import UNIXAddress
from twisted.internet.interfaces import IHalfCloseableProtocol, IOpenSSLContextFactory
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.trial import unittest
from zope.interface import implementer

from tests.support.certificates import NAME, certificate
from tests.support.logs import Log
from tests.support.memory import Wire
from tests.support.tls_client import TlsClient
from twisted_chat.net.admission import FarewellFactory
from twisted_chat.net.first_bytes import MAX_FIRST, http_request, ssh_banner, tls_hello
from twisted_chat.net.switch import (
    HANDSHAKE,
    PATIENCE,
    SILENCE,
    Detector,
    SwitchFactory,
)

REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\nspam me"

UNSOUND = b"GET /a b HTTP/1.1\r\nHost: x\r\nCookie: spam\r\n\r\n"
"""What a program sends that forgot to quote a space."""


class Server(Protocol):
    """Keeps what it reads."""

    def __init__(self) -> None:
        self.received = b""
        self.lost = False

    def dataReceived(self, data: bytes) -> None:
        self.received += data

    def connectionLost(self, *_reason: object) -> None:
        self.lost = True


@implementer(IHalfCloseableProtocol)
class LineServer(Server):
    """One that may be read to its end."""

    ended = False

    def readConnectionLost(self) -> None:
        self.ended = True

    def writeConnectionLost(self) -> None:
        pass


class Servers(Factory):
    """Remembers whom it serves."""

    def __init__(self, kind: type[Server] = Server) -> None:
        self.kind = kind
        self.built: list[Server] = []
        self.running = 0

    def startFactory(self) -> None:
        self.running += 1

    def stopFactory(self) -> None:
        self.running -= 1

    def buildProtocol(self, addr: object) -> Server:
        self.built.append(self.kind())
        return self.built[-1]

    @property
    def received(self) -> list[bytes]:
        return [server.received for server in self.built]


class SwitchTestCase(unittest.SynchronousTestCase):
    """A port with HTTP and the line chat behind it."""

    bytewise = False

    def setUp(self) -> None:
        self.clock = Clock()
        self.http, self.lines = Servers(), Servers(LineServer)
        self.table = [
            Detector("http", http_request, self.http),
            Detector("tls", tls_hello, FarewellFactory(note="no certificate: {peer}")),
            Detector("ssh", ssh_banner, FarewellFactory()),
        ]
        self.factory = SwitchFactory(self.clock, self.table, self.lines)
        self.wire = self.connect()

    def connect(self) -> Wire:
        return Wire().accept(self.factory)

    def send(self, data: bytes) -> None:
        self.wire.send(data, bytewise=self.bytewise)

    def expect(self, http: list[bytes], lines: list[bytes]) -> None:
        self.assertEqual((self.http.received, self.lines.received), (http, lines))


class SwitchTests(SwitchTestCase):
    """Each connection is served by the protocol it speaks."""

    def test_a_browser(self) -> None:
        """A request goes to HTTP, whole, with all that follows it."""
        self.send(REQUEST)
        self.send(b"more")
        self.expect([REQUEST + b"more"], [])

    def test_someone_who_types(self) -> None:
        """A line goes to the line chat at once."""
        self.send(b"hello\r\n")
        self.expect([], [b"hello\r\n"])

    def test_someone_silent(self) -> None:
        """After a quarter of a second the line chat says welcome."""
        self.clock.advance(SILENCE - 0.01)
        self.expect([], [])
        self.clock.advance(0.02)
        self.expect([], [b""])
        self.send(b"GET well soon\n")
        self.expect([], [b"GET well soon\n"])

    def test_a_busy_server(self) -> None:
        """A browser that has spoken in time is a browser, though it is read late."""
        request = b"GET / HTTP/1.1\r\n"
        # The server does nothing for half a second; then its timers come first.
        self.clock.callLater(SILENCE + 0.1, self.send, request)
        self.clock.advance(SILENCE * 2)
        self.expect([request], [])

    def test_telnet_negotiation(self) -> None:
        """A telnet that negotiates first is known at once."""
        self.send(b"\xff\xfb\x1f\xff\xfb\x20")
        self.expect([], [b"\xff\xfb\x1f\xff\xfb\x20"])

    def test_one_key_at_a_time(self) -> None:
        """Who types G, E, and pauses is a person."""
        self.send(b"G")
        self.clock.advance(0.2)
        self.send(b"E")
        self.clock.advance(0.2)
        self.expect([], [])
        self.clock.advance(0.06)
        self.expect([], [b"GE"])

    def test_a_slow_request(self) -> None:
        """Once its path has begun a request may pause, but not for ever."""
        self.send(b"GET /slow")
        self.clock.pump([0.5] * 4)
        self.send(b" HTTP/1.1\r\n")
        self.expect([b"GET /slow HTTP/1.1\r\n"], [])
        self.wire = self.connect()
        self.send(b"GET /slow")
        self.clock.pump([0.1] * round(PATIENCE * 10 + 2))
        self.assertEqual(self.http.received[1:], [b"GET /slow"])

    def test_it_leaves_at_once(self) -> None:
        """A port scan costs nothing that stays."""
        self.wire.hang_up()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.clock.advance(1)
        self.expect([], [])

    def test_no_timer_stays(self) -> None:
        """A connection that is served costs the switch nothing any more."""
        self.send(b"hello\n")
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.wire.hang_up()
        self.assertTrue(self.lines.built[0].lost)

    def test_bounded_in_memory(self) -> None:
        """A first line without end goes where it belongs, in time."""
        self.send(b"a" * (MAX_FIRST + 1))
        self.expect([], [b"a" * (MAX_FIRST + 1)])
        self.wire = self.connect()
        self.send(b"GET /" + b"a" * MAX_FIRST)
        self.assertEqual(self.http.received, [b"GET /" + b"a" * MAX_FIRST])

    def test_ssh(self) -> None:
        """It is not spoken here: the connection is closed."""
        self.send(b"SSH-2.0-OpenSSH_9.2\r\n")
        self.assertTrue(self.wire.disconnecting)
        self.expect([], [])

    def test_half_closed(self) -> None:
        """What is piped into nc is said though the pipe is at its end."""
        self.send(b"hi")
        self.wire.protocol.readConnectionLost()  # type: ignore[union-attr]
        self.expect([], [b"hi"])
        self.assertTrue(getattr(self.lines.built[0], "ended", False))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_half_closed_in_a_request(self) -> None:
        """A request without its end gets none."""
        self.send(b"GET /")
        self.wire.protocol.readConnectionLost()  # type: ignore[union-attr]
        self.expect([b"GET /"], [])
        self.assertTrue(self.wire.disconnecting)


class BytewiseSwitchTests(SwitchTests):
    """The same, in one-byte pieces."""

    bytewise = True

    def test_telnet_negotiation(self) -> None:
        """The same."""
        super().test_telnet_negotiation()

    def test_bounded_in_memory(self) -> None:
        """A first line without end goes where it belongs, in time."""
        self.bytewise = False
        super().test_bounded_in_memory()


class PortTests(SwitchTestCase):
    """What a port is besides."""

    def test_no_delay(self) -> None:
        """Every connection sends at once."""
        self.assertTrue(self.wire.no_delay)

    def test_a_unix_socket(self) -> None:
        """It has no such thing, and nobody tries."""
        wire = Wire()
        wire.peerAddr = UNIXAddress("/run/chat")
        wire.accept(self.factory)
        wire.setTcpNoDelay(True)
        self.assertFalse(wire.no_delay)

    def test_factories_run_while_a_port_is_open(self) -> None:
        """With two ports they are started once, and stopped with the last one."""
        self.factory.doStart()
        self.factory.doStart()
        self.assertEqual((self.http.running, self.lines.running), (1, 1))
        self.factory.doStop()
        self.assertEqual((self.http.running, self.lines.running), (1, 1))
        self.factory.doStop()
        self.assertEqual((self.http.running, self.lines.running), (0, 0))
        self.factory.doStop()

    def test_one_that_is_not_served(self) -> None:
        """A protocol may decline."""
        self.lines.buildProtocol = (  # type: ignore[method-assign]
            lambda addr: None  # type: ignore[assignment,return-value]
        )
        self.send(b"hello\n")
        self.assertTrue(self.wire.aborted)


class AttackTests(SwitchTestCase):
    """A web page cannot make a browser talk to people."""

    def expect_nothing_said(self) -> None:
        said = b"".join(self.lines.received)
        self.assertNotIn(b"spam", said)
        self.assertNotIn(b"\n", said)

    def test_a_form_that_posts_here(self) -> None:
        """It is HTTP, whatever its method, and however it is cut up."""
        for method in (b"POST", b"FOO", b"post", b"M-SEARCH"):
            for bytewise in (False, True):
                self.wire = self.connect()
                self.wire.send(REQUEST.replace(b"POST", method), bytewise=bytewise)
        self.assertEqual(len(self.http.built), 8)
        self.expect_nothing_said()

    def test_a_connection_opened_in_advance(self) -> None:
        """One that was silent, and is the line chat's, carries no request."""
        log = Log(self)
        for bytewise in (False, True):
            self.wire = self.connect()
            self.clock.advance(1)
            self.wire.send(REQUEST, bytewise=bytewise)
            self.assertTrue(self.wire.disconnecting)
            self.wire.send(b"spam\r\n")
        self.expect_nothing_said()
        line = "client error: a browser's request came too late from 192.0.2.1:4711"
        self.assertEqual(log.lines(), [line, line])

    def test_an_address_with_a_space(self) -> None:
        """HTTP will say what is wrong with it; its cookies are nobody's business."""
        for request in (UNSOUND, UNSOUND.replace(b"T ", b"T\t"), b"\r\n" + UNSOUND):
            for bytewise in (False, True):
                self.wire = self.connect()
                self.wire.send(request, bytewise=bytewise)
                self.assertEqual(self.http.received[-1], request)
        self.expect_nothing_said()

    def test_an_address_with_a_space_that_pauses(self) -> None:
        """Wherever it pauses: if the line chat has it already, it is closed."""
        for start in range(UNSOUND.index(b"\r")):
            self.setUp()
            self.send(UNSOUND[:start])
            self.clock.advance(SILENCE + 0.01)
            self.send(UNSOUND[start:])
            self.assertTrue(self.wire.disconnecting or self.http.built, start)
            self.expect_nothing_said()

    def test_a_request_that_is_piped(self) -> None:
        """Its line needs no end, if nothing follows."""
        request = UNSOUND.partition(b"\r")[0]
        for pause, http in ((0, [request]), (1, [])):
            self.setUp()
            self.clock.advance(pause)
            self.send(request)
            self.wire.protocol.readConnectionLost()  # type: ignore[union-attr]
            self.assertTrue(self.wire.disconnecting)
            self.assertEqual(self.http.received, http)
            for server in self.lines.built:
                self.assertFalse(getattr(server, "ended", False))

    def test_a_wish_that_is_piped(self) -> None:
        """What only begins like a request is said, slowly typed or piped."""
        for pause in (0, 1):
            self.setUp()
            self.clock.advance(pause)
            self.send(b"GET well")
            self.send(b" soon")
            self.wire.protocol.readConnectionLost()  # type: ignore[union-attr]
            self.expect([], [b"GET well soon"])
            self.assertTrue(getattr(self.lines.built[0], "ended", False))

    def test_a_long_address(self) -> None:
        """Nor does one whose first line is longer than any that is kept."""
        for pause in (0, 1):
            self.wire = self.connect()
            self.clock.advance(pause)
            self.send(b"POST /" + b"a" * 9000)
            self.send(b"a" * 9000 + REQUEST[5:])
        for end in (b" / HTTP/1.1\r\n", b"\r\nspam\r\n"):
            self.send(end)
        self.expect_nothing_said()

    def test_a_long_method(self) -> None:
        """Nor one whose method is that long."""
        self.send(b"A" * 5000)
        self.send(REQUEST)
        self.expect_nothing_said()
        self.assertTrue(self.wire.disconnecting)

    def test_people_may_say_anything(self) -> None:
        """The guard is gone with the first line."""
        self.clock.advance(1)
        self.send(b"hel")
        self.send(b"lo\n" + REQUEST)
        self.send(REQUEST)
        self.expect([], [b"hello\n" + REQUEST * 2])

    @given(st.lists(st.binary(min_size=1, max_size=40), max_size=10), st.booleans())
    def test_any_pieces(self, pieces: list[bytes], silent: bool) -> None:
        """Nothing is lost, doubled or reordered, whoever serves it."""
        self.setUp()
        if silent:
            self.clock.advance(1)
        for piece in pieces:
            self.wire.send(piece)
        self.clock.advance(PATIENCE + 1)
        whole = b"".join(pieces)
        served = b"".join(self.http.received + self.lines.received)
        if not self.wire.disconnecting:
            self.assertEqual(served, whole)


@implementer(IOpenSSLContextFactory)
class Certificate:
    """One for a day and one name."""

    def __init__(self) -> None:
        self.context = SSL.Context(SSL.TLS_SERVER_METHOD)
        key, signed = certificate(NAME)
        self.context.use_privatekey(key)
        self.context.use_certificate(signed)

    def getContext(self) -> SSL.Context:
        return self.context


class TlsTests(SwitchTestCase):
    """TLS on the same port."""

    def setUp(self) -> None:
        super().setUp()
        self.wire.hang_up()
        inner = SwitchFactory(self.clock, self.table[:1], self.lines)
        tls = TLSMemoryBIOFactory(Certificate(), False, inner, clock=self.clock)
        self.factory = SwitchFactory(
            self.clock, [Detector("tls", tls_hello, tls), *self.table], self.lines
        )
        self.wire = self.connect()
        self.client = TlsClient(self.wire, self.clock)

    def test_a_browser_within_tls(self) -> None:
        """The same choice again, in one-byte pieces too."""
        for bytewise in (False, True):
            self.setUp()
            self.client.exchange(bytewise=bytewise)
            self.client.send(REQUEST)
            self.expect([REQUEST], [])

    def test_silence_within_tls(self) -> None:
        """A client that is silent after the handshake talks to the line chat."""
        self.client.exchange()
        self.clock.advance(SILENCE + 0.01)
        self.expect([], [b""])
        self.client.send(b"hello\n")
        self.expect([], [b"hello\n"])
        self.lines.built[0].transport.write(b"hi\r\n")  # type: ignore[union-attr]
        self.clock.advance(0)
        self.assertEqual(self.client.exchange(), b"hi\r\n")

    def test_a_distant_handshake(self) -> None:
        """A handshake may take longer than silence."""
        self.client.hello()
        self.clock.advance(SILENCE * 3)
        self.expect([], [])
        self.client.exchange()
        self.client.send(REQUEST)
        self.expect([REQUEST], [])

    def test_a_handshake_without_end(self) -> None:
        """Who says hello and no more is gone after some seconds."""
        self.wire.send(b"\x16\x03\x01")
        self.clock.advance(HANDSHAKE + 0.1)
        self.assertTrue(self.wire.aborted)

    def test_no_certificate(self) -> None:
        """Without one, the connection is closed and the log says why."""
        self.factory = SwitchFactory(self.clock, self.table, self.lines)
        self.wire = self.connect()
        TlsClient(self.wire, self.clock).hello()
        self.assertTrue(self.wire.disconnecting)
        self.expect([], [])
