"""Connection limits, and addresses in the log."""

from __future__ import annotations

from collections import Counter

from twisted.internet.address import (
    HostnameAddress,
    IPv4Address,
    IPv6Address,
    UNIXAddress,
)
from twisted.internet.interfaces import IAddress
from twisted.trial import unittest

from twisted_chat.net.admission import (
    Admission,
    format_address,
    format_host,
    log_addresses,
)


def ipv4(host: str) -> IAddress:
    return IPv4Address("TCP", host, 1)


def ipv6(host: str) -> IAddress:
    return IPv6Address("TCP", host, 1)


class AdmissionTests(unittest.SynchronousTestCase):
    """Limits in total and per address."""

    def test_connection_over_the_total_limit_is_refused(self) -> None:
        """When one leaves, another may enter; loopback counts in the total."""
        admission = Admission(2, 64)
        self.assertIsNone(admission.enter(ipv4("192.0.2.1")))
        self.assertIsNone(admission.enter(ipv4("127.0.0.1")))
        self.assertIn("full", admission.enter(ipv4("192.0.2.2")) or "")
        admission.leave(ipv4("127.0.0.1"))
        self.assertIsNone(admission.enter(ipv4("192.0.2.2")))

    def test_connection_over_the_limit_per_address_is_refused(self) -> None:
        """An IPv4 address that is mapped into IPv6 is the same address."""
        admission = Admission(100, 2)
        for _ in range(2):
            self.assertIsNone(admission.enter(ipv4("192.0.2.1")))
        self.assertIn("2 at most", admission.enter(ipv4("192.0.2.1")) or "")
        self.assertIn("2 at most", admission.enter(ipv6("::ffff:192.0.2.1")) or "")
        self.assertIsNone(admission.enter(ipv4("192.0.2.2")))
        admission.leave(ipv4("192.0.2.1"))
        self.assertIsNone(admission.enter(ipv4("192.0.2.1")))

    def test_ipv6_network_counts_as_one_address(self) -> None:
        """A household is assigned 64 bits of addresses."""
        admission = Admission(100, 1)
        self.assertIsNone(admission.enter(ipv6("2001:db8:1:2::1")))
        self.assertIsNotNone(admission.enter(ipv6("2001:db8:1:2:3:4:5:6")))
        self.assertIsNone(admission.enter(ipv6("2001:db8:1:3::1")))

    def test_loopback_and_unix_sockets_have_no_limit_per_address(self) -> None:
        """A proxy on the same machine forwards any number of connections."""
        admission = Admission(100, 1)
        near = (ipv4("127.0.0.1"), ipv4("127.1.2.3"), ipv6("::1"), UNIXAddress("/x"))
        for address in (*near, None) * 2:
            self.assertIsNone(admission.enter(address))

    def test_connection_may_be_counted_for_another_address(self) -> None:
        """That of the client for whom a proxy connected; the total is unchanged."""
        admission = Admission(1, 2)
        self.assertIsNone(admission.enter(None))
        for _ in range(2):
            self.assertIsNone(admission.enter_host(ipv4("192.0.2.1")))
        self.assertIn("2 at most", admission.enter_host(ipv4("192.0.2.1")) or "")
        admission.leave_host(ipv4("192.0.2.1"))
        self.assertIsNone(admission.enter_host(ipv4("192.0.2.1")))
        self.assertIsNone(admission.enter_host(None))
        admission.leave_host(None)

    def test_refusals_are_counted_by_reason(self) -> None:
        """Where the counter is shared by all who refuse."""
        refused: Counter[str] = Counter()
        admission = Admission(2, 1, refused)
        for host in ("192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.1"):
            admission.enter(ipv4(host))
        admission.enter_host(ipv4("192.0.2.1"))
        self.assertEqual(refused, {"full": 2, "per_host": 2})
        self.assertEqual(admission.total, 2)

    def test_addresses_that_left_take_no_memory(self) -> None:
        """The counter has no entry of zero."""
        admission = Admission(100, 1)
        admission.enter(ipv4("192.0.2.1"))
        admission.leave(ipv4("192.0.2.1"))
        self.assertEqual(admission._by_host, {})


class FormatHostTests(unittest.SynchronousTestCase):
    """Addresses without their ports, by which people are found."""

    def test_address_has_neither_port_nor_brackets(self) -> None:
        """An IPv4 address that is mapped into IPv6 is IPv4."""
        for address, shown in (
            (IPv4Address("TCP", "192.0.2.1", 80), "192.0.2.1"),
            (IPv6Address("TCP", "::ffff:192.0.2.1", 80), "192.0.2.1"),
            (IPv6Address("TCP", "fe80::1%eth0", 80), "fe80::1%eth0"),
            (IPv4Address("TCP", "chat.example", 80), "chat.example"),
            (UNIXAddress("/run/chat"), "a unix socket"),
            (None, ""),
        ):
            self.assertEqual(format_host(address), shown)


class FormatAddressTests(unittest.SynchronousTestCase):
    """Addresses as an operator writes them."""

    def test_ipv4_address_is_shown_with_its_port(self) -> None:
        """Also if it is mapped into IPv6."""
        self.assertEqual(
            format_address(IPv4Address("TCP", "192.0.2.1", 80)), "192.0.2.1:80"
        )
        mapped = IPv6Address("TCP", "::ffff:192.0.2.1", 80)
        self.assertEqual(format_address(mapped), "192.0.2.1:80")

    def test_unknown_port_is_not_shown(self) -> None:
        """A proxy may tell the address alone."""
        self.assertEqual(
            format_address(IPv4Address("TCP", "192.0.2.1", 0)), "192.0.2.1"
        )
        self.assertEqual(
            format_address(IPv6Address("TCP", "2001:db8::1", 0)), "[2001:db8::1]"
        )

    def test_ipv6_address_is_shown_in_brackets(self) -> None:
        """With its zone, if it has one."""
        self.assertEqual(format_address(IPv6Address("TCP", "::1", 80)), "[::1]:80")
        local = IPv6Address("TCP", "fe80::1%eth0", 80)
        self.assertEqual(format_address(local), "[fe80::1%eth0]:80")

    def test_unix_socket_is_shown_without_a_path(self) -> None:
        """The peer of a Unix socket has no address."""
        self.assertEqual(format_address(UNIXAddress(None)), "a unix socket")
        self.assertEqual(format_address(UNIXAddress("/run/chat")), "a unix socket")

    def test_address_is_left_out_where_the_log_names_none(self) -> None:
        """The line stays a sentence."""
        self.addCleanup(log_addresses, shown=True)
        log_addresses(shown=False)
        for address in (IPv4Address("TCP", "192.0.2.1", 80), UNIXAddress(None), None):
            self.assertEqual(format_address(address), "a client")

    def test_other_addresses_are_shown_as_far_as_known(self) -> None:
        """A host name is shown as it is."""
        named = HostnameAddress(b"chat.example", 80)
        for address in (named, None):
            self.assertEqual(format_address(address), "an unknown address")
        by_name = IPv4Address("TCP", "chat.example", 80)
        self.assertEqual(format_address(by_name), "chat.example:80")
