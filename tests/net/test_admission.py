"""How many are let in."""

from __future__ import annotations

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.trial import unittest

from tests.support.memory import Wire
from twisted_chat.net.admission import MAX_REFUSED, Admission, FarewellFactory
from twisted_chat.net.switch import SwitchFactory


def ipv4(host: str) -> IAddress:
    return IPv4Address("TCP", host, 1)


def ipv6(host: str) -> IAddress:
    return IPv6Address("TCP", host, 1)


class AdmissionTests(unittest.SynchronousTestCase):
    """Limits in all and per address."""

    def test_in_all(self) -> None:
        """When the server is full, who comes is told; when one goes, one may come."""
        admission = Admission(2, 64)
        self.assertIsNone(admission.enter(ipv4("192.0.2.1")))
        self.assertIsNone(admission.enter(ipv4("127.0.0.1")))
        self.assertIn("full", admission.enter(ipv4("192.0.2.2")) or "")
        admission.leave(ipv4("127.0.0.1"))
        self.assertIsNone(admission.enter(ipv4("192.0.2.2")))

    def test_per_address(self) -> None:
        """One address cannot take all places, and others are not told to pay for it."""
        admission = Admission(100, 2)
        for _ in range(2):
            self.assertIsNone(admission.enter(ipv4("192.0.2.1")))
        self.assertIn("2 at most", admission.enter(ipv4("192.0.2.1")) or "")
        self.assertIn("2 at most", admission.enter(ipv6("::ffff:192.0.2.1")) or "")
        self.assertIsNone(admission.enter(ipv4("192.0.2.2")))
        admission.leave(ipv4("192.0.2.1"))
        self.assertIsNone(admission.enter(ipv4("192.0.2.1")))

    def test_an_ipv6_network_counts_as_one(self) -> None:
        """A household has more addresses than there are places."""
        admission = Admission(100, 1)
        self.assertIsNone(admission.enter(ipv6("2001:db8:1:2::1")))
        self.assertIsNotNone(admission.enter(ipv6("2001:db8:1:2:3:4:5:6")))
        self.assertIsNone(admission.enter(ipv6("2001:db8:1:3::1")))

    def test_the_machine_itself_is_exempt(self) -> None:
        """A proxy on the same machine brings any number."""
        admission = Admission(100, 1)
        near = (ipv4("127.0.0.1"), ipv4("127.1.2.3"), ipv6("::1"), UNIXAddress("/x"))
        for address in (*near, None) * 2:
            self.assertIsNone(admission.enter(address))

    def test_nothing_is_kept_of_those_who_left(self) -> None:
        """A million visitors, one after the other, take no memory."""
        admission = Admission(100, 1)
        admission.enter(ipv4("192.0.2.1"))
        admission.leave(ipv4("192.0.2.1"))
        self.assertEqual(admission._by_host, {})


class DoorTests(unittest.SynchronousTestCase):
    """What someone sees who is not let in."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.admission = Admission(1, 1)
        self.factory = SwitchFactory(
            self.clock, (), Factory.forProtocol(Protocol), admission=self.admission
        )
        self.first = self.connect()

    def connect(self) -> Wire:
        return Wire().accept(self.factory)

    def test_a_line_client(self) -> None:
        """One line that says why, then the end."""
        wire = self.connect()
        self.clock.advance(0.3)
        self.assertEqual(wire.take(), b"error: the server is full: try again later\r\n")
        self.assertTrue(wire.disconnecting)

    def test_a_browser(self) -> None:
        """503, with the reason as a page."""
        wire = self.connect()
        wire.send(b"GET / HTTP/1.1\r\n\r\n")
        head, _, body = wire.take().partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n"))
        self.assertIn(b"Content-Length: %d" % len(body), head)
        self.assertEqual(body, b"the server is full: try again later\n")

    def test_a_flood(self) -> None:
        """Past a hundred that are being told, the rest is closed without a word."""
        wires = [self.connect() for _ in range(MAX_REFUSED)]
        self.assertIsNone(self.factory.buildProtocol(ipv4("192.0.2.1")))
        wires[0].hang_up()
        self.assertIsNotNone(self.factory.buildProtocol(ipv4("192.0.2.1")))

    def test_a_place_is_free_again(self) -> None:
        """When someone goes, whatever protocol it spoke, the next one is let in."""
        self.clock.advance(0.3)
        self.first.hang_up()
        self.first = self.connect()
        self.clock.advance(0.3)
        self.assertEqual(self.first.take(), b"")


class FarewellTests(unittest.SynchronousTestCase):
    """Connections that cannot be served."""

    def test_without_a_word(self) -> None:
        """A protocol that is not spoken here is closed."""
        wire = Wire().accept(FarewellFactory())
        self.assertEqual(wire.take(), b"")
        self.assertTrue(wire.disconnecting)
