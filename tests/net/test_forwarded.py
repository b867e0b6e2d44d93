"""The client of a forwarded request."""

from __future__ import annotations

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.interfaces import IAddress
from twisted.trial import unittest
from twisted.web.http_headers import Headers

from twisted_chat.net.forwarded import ForwardingError, TrustedProxies

PROXY = IPv4Address("TCP", "10.0.0.1", 40000)
TRUSTED = TrustedProxies(["10.0.0.0/8", "2001:db8:f::/48", "127.0.0.1", "unix"])


def client(peer: IAddress = PROXY, **headers: str | list[str]) -> IAddress:
    """The client of a request with these headers (``x_forwarded_for="..."``)."""
    raw = Headers()
    for name, value in headers.items():
        lines = [value] if isinstance(value, str) else value
        raw.setRawHeaders(name.replace("_", "-"), lines)
    return TRUSTED.client(peer, raw)


class TrustTests(unittest.SynchronousTestCase):
    """Which peers are proxies that are believed."""

    def test_trusted_are_addresses_networks_and_unix_sockets(self) -> None:
        """An IPv4 address that is mapped into IPv6 is the same address."""
        for host in ("10.0.0.1", "10.255.0.1", "127.0.0.1"):
            self.assertIn(IPv4Address("TCP", host, 1), TRUSTED)
        for host in ("::ffff:10.0.0.1", "2001:db8:f::1"):
            self.assertIn(IPv6Address("TCP", host, 1), TRUSTED)
        self.assertIn(UNIXAddress(None), TRUSTED)

    def test_other_addresses_are_not_trusted(self) -> None:
        """Least of all where nothing is trusted."""
        for host in ("11.0.0.1", "127.0.0.2", "203.0.113.7"):
            self.assertNotIn(IPv4Address("TCP", host, 1), TRUSTED)
        self.assertNotIn(IPv6Address("TCP", "::1", 1), TRUSTED)
        self.assertNotIn(None, TRUSTED)
        self.assertNotIn(UNIXAddress(None), TrustedProxies(["10.0.0.1"]))
        self.assertFalse(TrustedProxies())
        self.assertTrue(TrustedProxies(["unix"]))

    def test_invalid_network_is_refused(self) -> None:
        """Host names are not networks."""
        self.assertRaises(ValueError, TrustedProxies, ["proxy.example"])


class ClientTests(unittest.SynchronousTestCase):
    """The right-most address that is not a trusted proxy's."""

    def expect(self, host: str, port: int = 0, **headers: str | list[str]) -> None:
        found = client(PROXY, **headers)
        kind = IPv6Address if ":" in host else IPv4Address
        self.assertEqual(found, kind("TCP", host, port), headers)

    def test_headers_of_others_are_not_read(self) -> None:
        """Anyone may write them."""
        stranger = IPv4Address("TCP", "203.0.113.9", 1)
        self.assertIs(client(stranger, x_forwarded_for="1.1.1.1"), stranger)
        self.assertIs(client(stranger, forwarded="for=1.1.1.1"), stranger)
        self.assertIs(client(stranger, forwarded='for="'), stranger)

    def test_request_of_the_proxy_itself_is_its_own(self) -> None:
        """It has no such header."""
        self.assertIs(client(), PROXY)

    def test_right_most_untrusted_address_is_the_client(self) -> None:
        """What stands before it, the client may have written."""
        for value in (
            "203.0.113.7",
            "1.1.1.1, 203.0.113.7",
            "1.1.1.1, 203.0.113.7, 10.9.9.9",
            "1.1.1.1,203.0.113.7 , 2001:db8:f::2,::ffff:10.0.0.2",
            "garbage; 127.0.0.1, 203.0.113.7",
            ["1.1.1.1", "203.0.113.7", "10.0.0.3"],
        ):
            self.expect("203.0.113.7", x_forwarded_for=value)
        for value in (
            "for=203.0.113.7",
            'For="203.0.113.7";proto=https',
            "for=1.1.1.1, for=203.0.113.7;by=10.0.0.1",
            "for=1.1.1.1, proto=http;for=203.0.113.7 ,for=10.9.9.9",
            'for=1.1.1.1;x="a, for=2.2.2.2", for=203.0.113.7',
            ["for=1.1.1.1", "for=203.0.113.7"],
        ):
            self.expect("203.0.113.7", forwarded=value)

    def test_address_may_have_a_port(self) -> None:
        """IPv6 in brackets then, or without."""
        self.expect("203.0.113.7", 4711, x_forwarded_for="203.0.113.7:4711")
        self.expect("203.0.113.7", 0, x_forwarded_for="203.0.113.7:_hidden")
        self.expect("203.0.113.7", 0, x_forwarded_for="203.0.113.7:99999")
        self.expect("2001:db8::7", 0, x_forwarded_for="2001:db8::7")
        self.expect("2001:db8::7", 4711, forwarded='for="[2001:db8::7]:4711"')
        self.expect("203.0.113.7", 0, x_forwarded_for="::ffff:203.0.113.7")

    def test_unknown_client_counts_as_the_last_known_proxy(self) -> None:
        """Nobody before it can be believed."""
        for value in ("unknown", "1.1.1.1, unknown", "fe80::1%eth0", "1.2.3", "2001:1"):
            self.assertIs(client(x_forwarded_for=value), PROXY)
        self.expect("10.0.0.2", x_forwarded_for="1.1.1.1, unknown, 10.0.0.2")
        for value in ("for=_secret", "for=1.1.1.1, proto=https", "for=1.1.1.1,"):
            self.assertIs(client(forwarded=value), PROXY)

    def test_only_proxies_are_named(self) -> None:
        """The first of them made the request."""
        self.expect("10.0.0.3", x_forwarded_for="10.0.0.3, 10.0.0.2")

    def test_both_headers_may_say_the_same(self) -> None:
        """If they do not, one may be the client's invention."""
        self.expect(
            "203.0.113.7", forwarded="for=203.0.113.7", x_forwarded_for="203.0.113.7"
        )
        for forwarded in ("for=1.1.1.1", "for=unknown", "proto=https"):
            with self.assertRaises(ForwardingError):
                client(forwarded=forwarded, x_forwarded_for="203.0.113.7")

    def test_malformed_header_is_refused(self) -> None:
        """A quote that the client left open hides what the proxy added."""
        for value in (
            'for="1.1.1.1, for=203.0.113.7',
            'for="1.1.1.1, for="[2001:db8::7]:1"',
            "for=1.1.1.1 for=2.2.2.2",
            "1.1.1.1",
            "for=",
            'for="\\',
        ):
            with self.assertRaises(ForwardingError, msg=value):
                client(forwarded=value)

    def test_header_is_read_in_linear_time(self) -> None:
        """Far more than HTTP allows: quadratic time would be many minutes."""
        for part in (" ", "a", "\\", '"', "=", ";", "for=1;", '"a'):
            for end in ("x", '"', ", for=203.0.113.7"):
                try:
                    client(forwarded="for=a;" + part * (200_000 // len(part)) + end)
                except ForwardingError:
                    continue
