"""How the log names a peer."""

from __future__ import annotations

from twisted.internet.address import (
    HostnameAddress,
    IPv4Address,
    IPv6Address,
    UNIXAddress,
)
from twisted.trial import unittest

from twisted_chat.net.addresses import shown


class ShownTests(unittest.SynchronousTestCase):
    """An operator reads addresses, not Python."""

    def test_ipv4(self) -> None:
        """Address and port, also of one that came by a socket for IPv6."""
        self.assertEqual(shown(IPv4Address("TCP", "192.0.2.1", 80)), "192.0.2.1:80")
        mapped = IPv6Address("TCP", "::ffff:192.0.2.1", 80)
        self.assertEqual(shown(mapped), "192.0.2.1:80")

    def test_ipv6(self) -> None:
        """In brackets, with its zone if it has one."""
        self.assertEqual(shown(IPv6Address("TCP", "::1", 80)), "[::1]:80")
        local = IPv6Address("TCP", "fe80::1%eth0", 80)
        self.assertEqual(shown(local), "[fe80::1%eth0]:80")

    def test_unix(self) -> None:
        """A peer there has no address of its own."""
        self.assertEqual(shown(UNIXAddress(None)), "a unix socket")
        self.assertEqual(shown(UNIXAddress("/run/chat")), "a unix socket")

    def test_anything_else(self) -> None:
        """A name is shown as it is; whoever has none is unknown."""
        named = HostnameAddress(b"chat.example", 80)
        for address in (named, None):
            self.assertEqual(shown(address), "an unknown address")
        by_name = IPv4Address("TCP", "chat.example", 80)
        self.assertEqual(shown(by_name), "chat.example:80")
