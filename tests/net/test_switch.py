"""The protocol switch of a port."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IOpenSSLContextFactory, IUNIXTransport
from twisted.protocols.tls import TLSMemoryBIOFactory
from zope.interface import directlyProvides, implementer

from tests.support.certificates import NAME, certificate
from tests.support.memory import Wire
from tests.support.switch import REQUEST, Servers, SwitchTestCase, TurnClock
from tests.support.tls_client import TlsClient
from twisted_chat.net.admission import Admission
from twisted_chat.net.detection import Detector
from twisted_chat.net.first_bytes import MAX_FIRST_BYTES, foreign_protocol, tls_hello
from twisted_chat.net.switch import (
    FIRST_LINE_TIMEOUT,
    MAX_REJECTING,
    NEW_AT_ONCE,
    NEW_PER_SECOND,
    SILENCE_TIMEOUT,
    TLS_HANDSHAKE_TIMEOUT,
    SwitchFactory,
)


class SwitchTests(SwitchTestCase):
    """Each connection goes to the protocol that it speaks."""

    def test_request_goes_to_http(self) -> None:
        """With everything that follows it."""
        self.send(REQUEST)
        self.send(b"more")
        self.expect([REQUEST + b"more"], [])

    def test_line_goes_to_the_fallback(self) -> None:
        """At once."""
        self.send(b"hello\r\n")
        self.expect([], [b"hello\r\n"])

    def test_silent_connection_goes_to_the_fallback(self) -> None:
        """After a quarter of a second, in which nothing is decided."""
        self.clock.advance(SILENCE_TIMEOUT - 0.01)
        self.expect([], [])
        self.clock.advance(0.02)
        self.expect([], [b""])
        self.send(b"GET well soon\n")
        self.expect([], [b"GET well soon\n"])

    def test_request_that_is_read_late_goes_to_http(self) -> None:
        """The reactor was blocked for longer than the silence timeout."""
        request = b"GET / HTTP/1.1\r\n"
        # After half a second without a turn, the reactor runs its timers first.
        self.clock.callLater(SILENCE_TIMEOUT + 0.1, self.send, request)
        self.clock.advance(SILENCE_TIMEOUT * 2)
        self.expect([request], [])

    def test_slow_request_is_read_before_its_peer_counts_as_silent(self) -> None:
        """Also where the last turn of another connection is due already."""
        clock = self.clock = TurnClock()
        self.factory = SwitchFactory(clock, self.table, self.lines)
        slow = self.connect()
        clock.pass_time(0.05)
        silent = self.connect()
        clock.pass_time(0.05)
        slow.send(b"GE")
        clock.pass_time(SILENCE_TIMEOUT - 0.1)
        clock.turn()
        # The next turn begins before the slow one has to be decided, and is blocked.
        clock.callLater(0.04, clock.pass_time, 0.5)
        clock.pass_time(0.06)
        clock.turn()
        clock.turn()
        slow.send(b"T / HTTP/1.1\r\n")
        clock.turn()
        clock.turn()
        self.expect([b"GET / HTTP/1.1\r\n"], [b""])
        silent.send(b"hello\r\n")
        self.expect([b"GET / HTTP/1.1\r\n"], [b"hello\r\n"])

    def test_protocol_does_not_depend_on_how_the_bytes_are_cut(self) -> None:
        """A detector that matches waits for those before it."""
        foreign = Servers()
        self.table.append(Detector("foreign", foreign_protocol, foreign))
        self.factory = SwitchFactory(self.clock, self.table, self.lines)
        request = b"OPTIONS rtsp://chat.example HTTP/1.1\r\n"
        for self.bytewise in (False, True):
            self.wire = self.connect()
            self.send(request)
            self.expect([request] * (1 + self.bytewise), [])
        self.wire = self.connect()
        self.send(b"OPTIONS rtsp://chat.example RTSP/1.0")
        self.assertEqual(foreign.received, [])
        self.send(b"\n")
        self.assertEqual(foreign.received, [b"OPTIONS rtsp://chat.example RTSP/1.0\n"])
        self.wire = self.connect()
        self.send(b"OPTIONS rtsp://chat")
        self.clock.pump([0.1] * round(FIRST_LINE_TIMEOUT * 10 + 2))
        self.assertEqual(foreign.received[1:], [b"OPTIONS rtsp://chat"])

    def test_telnet_negotiation_goes_to_the_fallback(self) -> None:
        """At once."""
        self.send(b"\xff\xfb\x1f\xff\xfb\x20")
        self.expect([], [b"\xff\xfb\x1f\xff\xfb\x20"])

    def test_pause_within_a_word_means_the_fallback(self) -> None:
        """A person may type G, E, and pause."""
        self.send(b"G")
        self.clock.advance(0.2)
        self.send(b"E")
        self.clock.advance(0.2)
        self.expect([], [])
        self.clock.advance(0.06)
        self.expect([], [b"GE"])

    def test_request_may_pause_for_a_limited_time(self) -> None:
        """Once its path has begun it goes to HTTP, in the end without its line end."""
        self.send(b"GET /slow")
        self.clock.pump([0.5] * 4)
        self.send(b" HTTP/1.1\r\n")
        self.expect([b"GET /slow HTTP/1.1\r\n"], [])
        self.wire = self.connect()
        self.send(b"GET /slow")
        self.clock.pump([0.1] * round(FIRST_LINE_TIMEOUT * 10 + 2))
        self.assertEqual(self.http.received[1:], [b"GET /slow"])

    def test_connection_that_ends_at_once_leaves_no_timer(self) -> None:
        """A port scan reaches no protocol."""
        self.wire.disconnect()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.clock.advance(1)
        self.expect([], [])

    def test_no_timer_runs_after_the_handover(self) -> None:
        """The next protocol is notified when the connection is lost."""
        self.send(b"hello\n")
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.wire.disconnect()
        self.assertTrue(self.lines.built[0].lost)

    def test_long_first_line_is_handed_over_in_time(self) -> None:
        """Memory is bounded, whichever protocol it is for."""
        self.send(b"a" * (MAX_FIRST_BYTES + 1))
        self.expect([], [b"a" * (MAX_FIRST_BYTES + 1)])
        self.wire = self.connect()
        self.send(b"GET /" + b"a" * MAX_FIRST_BYTES)
        self.assertEqual(self.http.received, [b"GET /" + b"a" * MAX_FIRST_BYTES])

    def test_unsupported_protocol_is_closed(self) -> None:
        """SSH is detected, but not served."""
        self.send(b"SSH-2.0-OpenSSH_9.2\r\n")
        self.assertTrue(self.wire.disconnecting)
        self.expect([], [])

    def test_end_of_the_input_decides(self) -> None:
        """What is piped into nc reaches the fallback, and so does the end."""
        self.send(b"hi")
        self.wire.protocol.readConnectionLost()  # type: ignore[union-attr]
        self.expect([], [b"hi"])
        self.assertTrue(getattr(self.lines.built[0], "ended", False))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_end_of_the_input_within_a_request_closes(self) -> None:
        """HTTP cannot be half closed here."""
        self.send(b"GET /")
        self.wire.protocol.readConnectionLost()  # type: ignore[union-attr]
        self.expect([b"GET /"], [])
        self.assertTrue(self.wire.disconnecting)


class BytewiseSwitchTests(SwitchTests):
    """The same, byte by byte."""

    bytewise = True

    def test_long_first_line_is_handed_over_in_time(self) -> None:
        """Not byte by byte: that takes the square of the time."""
        self.bytewise = False
        super().test_long_first_line_is_handed_over_in_time()


class PortTests(SwitchTestCase):
    """What the switch does besides."""

    def test_nagle_is_disabled(self) -> None:
        """On every TCP connection."""
        self.assertTrue(self.wire.no_delay)

    def test_no_delay_of_a_unix_socket_is_ignored(self) -> None:
        """TCP's options do not exist there, and Twisted would log an error."""
        wire = Wire()
        directlyProvides(wire, IUNIXTransport)
        wire.accept(self.factory)
        wire.setTcpNoDelay(True)
        self.assertFalse(wire.no_delay)

    def test_factories_run_while_any_port_is_open(self) -> None:
        """They start with the first port and stop with the last."""
        self.factory.doStart()
        self.factory.doStart()
        self.assertEqual((self.http.running, self.lines.running), (1, 1))
        self.factory.doStop()
        self.assertEqual((self.http.running, self.lines.running), (1, 1))
        self.factory.doStop()
        self.assertEqual((self.http.running, self.lines.running), (0, 0))
        self.factory.doStop()

    def test_protocol_may_decline_a_connection(self) -> None:
        """The connection is aborted."""
        self.lines.buildProtocol = (  # type: ignore[method-assign]
            lambda addr: None  # type: ignore[assignment,return-value]
        )
        self.send(b"hello\n")
        self.assertTrue(self.wire.aborted)

    @given(st.lists(st.binary(min_size=1, max_size=40), max_size=10), st.booleans())
    def test_no_byte_is_lost_or_reordered(
        self, pieces: list[bytes], silent: bool
    ) -> None:
        """Whatever is received, in whatever pieces, whoever serves it."""
        self.setUp()
        if silent:
            self.clock.advance(1)
        for piece in pieces:
            self.wire.send(piece)
        self.clock.advance(FIRST_LINE_TIMEOUT + 1)
        whole = b"".join(pieces)
        served = b"".join(self.http.received + self.lines.received)
        if not self.wire.disconnecting:
            self.assertEqual(served, whole)


class AdmissionTests(SwitchTestCase):
    """Connections over a limit."""

    def setUp(self) -> None:
        super().setUp()
        self.factory = SwitchFactory(
            self.clock, (), self.lines, admission=Admission(1, 1)
        )
        self.first = self.connect()

    def test_line_client_over_the_limit_receives_the_reason(self) -> None:
        """One line, then the end."""
        wire = self.connect()
        self.clock.advance(0.3)
        self.assertEqual(wire.take(), b"error: the server is full: try again later\r\n")
        self.assertTrue(wire.disconnecting)

    def test_http_client_over_the_limit_receives_status_503(self) -> None:
        """The reason is the body."""
        wire = self.connect()
        wire.send(b"GET / HTTP/1.1\r\n\r\n")
        head, _, body = wire.take().partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n"))
        self.assertIn(b"Content-Length: %d" % len(body), head)
        self.assertEqual(body, b"the server is full: try again later\n")

    def test_connections_past_a_hundred_rejections_are_closed_at_once(self) -> None:
        """Memory for rejections is bounded."""
        wires = [self.connect() for _ in range(MAX_REJECTING)]
        self.assertIsNone(
            self.factory.buildProtocol(IPv4Address("TCP", "192.0.2.1", 1))
        )
        wires[0].disconnect()
        self.assertIsNotNone(
            self.factory.buildProtocol(IPv4Address("TCP", "192.0.2.1", 1))
        )

    def test_lost_connection_is_no_longer_counted(self) -> None:
        """Whichever protocol it had."""
        self.clock.advance(0.3)
        self.first.disconnect()
        self.first = self.connect()
        self.clock.advance(0.3)
        self.assertEqual(self.first.take(), b"")


PER_HOST = 8
TURN = 1 / (NEW_PER_SECOND * PER_HOST)


class NewConnectionTests(SwitchTestCase):
    """An address that connects again and again."""

    def setUp(self) -> None:
        super().setUp()
        self.wire.disconnect()
        self.factory = SwitchFactory(
            self.clock, self.table, self.lines, admission=Admission(1000, PER_HOST)
        )
        for _ in range(NEW_AT_ONCE * PER_HOST):
            self.connect().disconnect()
        self.lines.built.clear()
        self.wire = self.connect()

    def test_connection_past_the_rate_waits(self) -> None:
        """Nothing is read from it meanwhile, and it is served like any other then."""
        self.assertEqual(self.wire.producerState, "paused")
        self.clock.advance(0.9 * TURN)
        self.assertEqual(self.wire.producerState, "paused")
        self.clock.advance(0.2 * TURN)
        self.assertEqual(self.wire.producerState, "producing")
        self.send(REQUEST)
        self.expect(http=[REQUEST], lines=[])

    def test_what_was_received_before_is_passed_on_after_it(self) -> None:
        """By a proxy's header a connection is known only after some bytes."""
        self.send(REQUEST)
        self.expect(http=[], lines=[])
        self.clock.advance(2 * TURN)
        self.expect(http=[REQUEST], lines=[])

    def test_silence_counts_from_when_it_is_served(self) -> None:
        """The line chat's client speaks later."""
        self.clock.advance(1.1 * TURN)
        self.clock.advance(0.9 * SILENCE_TIMEOUT)
        self.expect(http=[], lines=[])
        self.clock.advance(0.2 * SILENCE_TIMEOUT)
        self.expect(http=[], lines=[b""])

    def test_connection_that_is_lost_meanwhile_leaves_nothing_behind(self) -> None:
        """Neither a timer nor a place."""
        self.wire.disconnect()
        self.assertEqual(self.clock.getDelayedCalls(), [])


@implementer(IOpenSSLContextFactory)
class Certificate:
    """A certificate made for the test."""

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
        self.wire.disconnect()
        inner = SwitchFactory(self.clock, self.table[:1], self.lines)
        tls = TLSMemoryBIOFactory(Certificate(), False, inner, clock=self.clock)
        self.factory = SwitchFactory(
            self.clock, [Detector("tls", tls_hello, tls), *self.table], self.lines
        )
        self.wire = self.connect()
        self.client = TlsClient(self.wire, self.clock)

    def test_request_within_tls_goes_to_http(self) -> None:
        """Also if TLS arrives byte by byte."""
        for bytewise in (False, True):
            self.setUp()
            self.client.exchange(bytewise=bytewise)
            self.client.send(REQUEST)
            self.expect([REQUEST], [])

    def test_silence_within_tls_means_the_fallback(self) -> None:
        """The silence timeout starts after the handshake."""
        self.client.exchange()
        self.clock.advance(SILENCE_TIMEOUT + 0.01)
        self.expect([], [b""])
        self.client.send(b"hello\n")
        self.expect([], [b"hello\n"])
        self.lines.built[0].transport.write(b"hi\r\n")  # type: ignore[union-attr]
        self.clock.advance(0)
        self.assertEqual(self.client.exchange(), b"hi\r\n")

    def test_line_before_the_end_of_tls_goes_to_the_fallback(self) -> None:
        """It needs no end of its own; what may be a request is dropped."""
        for first, received in ((b"hello", [b"hello"]), (b"GET /", [])):
            self.setUp()
            self.client.exchange()
            self.client.send(first)
            self.expect([], [])
            self.client.end()
            self.expect([], received)
            self.assertEqual(
                [line.lost for line in self.lines.built], [True] * len(received)
            )
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_tls_handshake_may_take_longer_than_the_silence_timeout(self) -> None:
        """A distant client takes several round trips."""
        self.client.hello()
        self.clock.advance(SILENCE_TIMEOUT * 3)
        self.expect([], [])
        self.client.exchange()
        self.client.send(REQUEST)
        self.expect([REQUEST], [])

    def test_tls_handshake_has_a_time_limit(self) -> None:
        """A connection that does not complete it is aborted."""
        self.wire.send(b"\x16\x03\x01")
        self.clock.advance(TLS_HANDSHAKE_TIMEOUT + 0.1)
        self.assertTrue(self.wire.aborted)

    def test_tls_without_a_certificate_is_closed(self) -> None:
        """Nothing reaches any protocol."""
        self.factory = SwitchFactory(self.clock, self.table, self.lines)
        self.wire = self.connect()
        TlsClient(self.wire, self.clock).hello()
        self.assertTrue(self.wire.disconnecting)
        self.expect([], [])
