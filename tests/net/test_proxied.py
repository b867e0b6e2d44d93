"""Connections from trusted proxies."""

from __future__ import annotations

from twisted.internet.interfaces import IProtocolFactory

from tests.support.logs import Log
from tests.support.memory import Wire
from tests.support.switch import REQUEST, SwitchTestCase
from twisted_chat.net.admission import Admission
from twisted_chat.net.forwarded import TrustedProxies
from twisted_chat.net.proxied import HEADER_TIMEOUT, TrustedProxyFactory
from twisted_chat.net.switch import MAX_REJECTING, SILENCE_TIMEOUT, SwitchFactory

from .test_proxy import SIGNATURE, V2_IPV4

HEADER = b"PROXY TCP4 203.0.113.7 192.0.2.1 51234 3000\r\n"
UNKNOWN = b"PROXY UNKNOWN\r\n"


class ProxiedTests(SwitchTestCase):
    """The header, then the choice of the protocol as everywhere."""

    def setUp(self) -> None:
        super().setUp()
        self.wire.disconnect()
        self.port = SwitchFactory(
            self.clock, self.table, self.lines, admission=Admission(1000, 2)
        )
        trusted = TrustedProxies(["192.0.2.0/24"])
        self.proxied = TrustedProxyFactory(self.port, trusted, self.clock)
        self.wire = self.connect_from("192.0.2.1")

    def connect_from(self, host: str) -> Wire:
        factory: IProtocolFactory = self.proxied
        return Wire(host).accept(factory)

    def peer(self) -> str:
        return str(self.wire.getPeer().host)

    def test_header_names_the_client(self) -> None:
        """The protocol receives what follows, at once or later."""
        for header in (HEADER, V2_IPV4):
            for pause in (False, True):
                self.setUp()
                self.send(header)
                if pause:
                    self.clock.advance(0.1)
                self.send(REQUEST)
                self.expect([REQUEST], [])
                self.assertEqual(self.peer(), "203.0.113.7")

    def test_silence_after_the_header_means_the_fallback(self) -> None:
        """A telnet client waits for the welcome."""
        self.send(HEADER)
        self.clock.advance(SILENCE_TIMEOUT + 0.01)
        self.expect([], [b""])
        self.send(b"hello\n")
        self.expect([], [b"hello\n"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_proxy_may_send_no_header(self) -> None:
        """As HTTP proxies; its connections have no limit per address."""
        for _ in range(3):
            self.wire = self.connect_from("192.0.2.1")
            self.send(b"hello\n")
            self.assertEqual(self.wire.take(), b"")
        self.expect([], [b"hello\n"] * 3)
        self.assertEqual(self.peer(), "192.0.2.1")

    def test_silent_proxy_reaches_the_fallback(self) -> None:
        """It forwards bytes without a header."""
        self.clock.pump([SILENCE_TIMEOUT + 0.01] * 2)
        self.expect([], [b""])

    def test_empty_lines_are_lines(self) -> None:
        """The signature of version 2 begins with two."""
        self.send(b"\r\n")
        self.clock.pump([SILENCE_TIMEOUT + 0.01] * 2)
        self.expect([], [b"\r\n"])

    def test_proxy_need_not_know_the_client(self) -> None:
        """Then the connection counts as the proxy's."""
        for _ in range(3):
            self.wire = self.connect_from("192.0.2.1")
            self.send(UNKNOWN + b"hello\n")
        self.expect([], [b"hello\n"] * 3)
        self.assertEqual(self.peer(), "192.0.2.1")

    def test_header_of_another_peer_is_not_read(self) -> None:
        """Its connection is served as if nothing was trusted."""
        self.wire = self.connect_from("203.0.113.1")
        self.send(HEADER)
        self.assertEqual(self.peer(), "203.0.113.1")

    def test_second_header_is_not_read(self) -> None:
        """The first is the proxy's, the second the client's."""
        self.send(HEADER + HEADER.replace(b"203.0.113.7", b"1.1.1.1"))
        self.assertEqual(self.peer(), "203.0.113.7")

    def test_malformed_header_is_closed_and_logged(self) -> None:
        """Nothing of it reaches a protocol."""
        for header in (b"PROXY TCP4 x\r\n", SIGNATURE + b"\x99\x11\0\0"):
            log = Log(self)
            self.wire = self.connect_from("192.0.2.1")
            self.wire.send(header)
            self.assertTrue(self.wire.aborted)
            (line,) = log.lines()
            self.assertIn("client error: 192.0.2.1:4711: ", line)
        self.expect([], [])

    def test_incomplete_header_is_closed_in_time(self) -> None:
        """It is never a message."""
        self.wire.disconnect()
        for begin in (HEADER[:20], V2_IPV4[:20]):
            self.wire = self.connect_from("192.0.2.1")
            self.send(begin)
            self.clock.advance(HEADER_TIMEOUT - 0.1)
            self.assertFalse(self.wire.aborted)
            self.clock.advance(0.2)
            self.assertTrue(self.wire.aborted)
            self.wire = self.connect_from("192.0.2.1")
            self.send(begin)
            self.wire.protocol.readConnectionLost()  # type: ignore[union-attr]
            self.assertTrue(self.wire.aborted)
        self.expect([], [])

    def test_end_of_the_input_is_passed_on(self) -> None:
        """What is piped into nc is posted, with and without a header."""
        for first in (b"hi", HEADER + b"hi"):
            self.setUp()
            self.send(first)
            self.wire.protocol.readConnectionLost()  # type: ignore[union-attr]
            self.expect([], [b"hi"])
            self.assertTrue(getattr(self.lines.built[0], "ended", False))
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_connection_that_ends_at_once_leaves_no_timer(self) -> None:
        """As a health check of the proxy."""
        self.wire.disconnect()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_limit_per_address_is_the_clients(self) -> None:
        """Others behind the same proxy are not affected."""
        wires = []
        for _ in range(3):
            self.wire = self.connect_from("192.0.2.1")
            self.send(HEADER + b"hi\n")
            wires.append(self.wire)
        self.assertEqual(
            [wire.take()[:27] for wire in wires],
            [b"", b"", b"error: too many connections"],
        )
        self.wire = self.connect_from("192.0.2.1")
        self.send(HEADER.replace(b".7 ", b".8 ") + b"hi\n")
        self.assertEqual(self.wire.take(), b"")
        wires[0].disconnect()
        self.wire = self.connect_from("192.0.2.1")
        self.send(HEADER + b"hi\n")
        self.assertEqual(self.wire.take(), b"")

    def test_rejections_are_bounded(self) -> None:
        """Further connections over a limit are aborted."""
        for _ in range(MAX_REJECTING + 3):
            self.wire = self.connect_from("192.0.2.1")
            self.wire.send(HEADER)
        self.assertTrue(self.wire.aborted)

    def test_factories_start_and_stop_with_the_port(self) -> None:
        """As without a proxy."""
        self.proxied.doStart()
        self.assertEqual((self.http.running, self.lines.running), (1, 1))
        self.proxied.doStop()
        self.assertEqual((self.http.running, self.lines.running), (0, 0))


class BytewiseProxiedTests(ProxiedTests):
    """The same, byte by byte."""

    bytewise = True
