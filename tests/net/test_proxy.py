"""Headers of the PROXY protocol."""

from __future__ import annotations

from ipaddress import ip_address
from struct import pack

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.trial import unittest

from twisted_chat.net.proxy import (
    MAX_V1,
    MAX_V2,
    ProxyError,
    ProxyHeader,
    may_be_proxy_header,
    parse_proxy_header,
)

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def version_2(
    family: int, addresses: bytes = b"", *, command: int = 0x21, more: bytes = b""
) -> bytes:
    """A header of version 2; ``more`` is what follows the addresses in it."""
    body = addresses + more
    return SIGNATURE + pack("!BBH", command, family, len(body)) + body


def addresses(source: str, target: str, source_port: int, target_port: int) -> bytes:
    ips = ip_address(source).packed + ip_address(target).packed
    return ips + pack("!HH", source_port, target_port)


V2_IPV4 = version_2(0x11, addresses("203.0.113.7", "192.0.2.1", 51234, 3000))
V2_IPV6 = version_2(
    0x21, addresses("2001:db8::7", "2001:db8::1", 51234, 3000), more=b"\x03\0\x01x"
)
LONGEST = (
    b"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
    b"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"
)


class ValidTests(unittest.SynchronousTestCase):
    """What proxies send."""

    def parse(self, header: bytes) -> ProxyHeader:
        """Parse it byte by byte, then whole and with what follows."""
        for size in range(len(header)):
            self.assertTrue(may_be_proxy_header(header[:size]))
            self.assertIsNone(parse_proxy_header(header[:size]))
        found = parse_proxy_header(header)
        self.assertEqual(parse_proxy_header(header + b"PROXY hello\r\n"), found)
        assert found is not None
        self.assertEqual(found.size, len(header))
        return found

    def test_client_is_the_source(self) -> None:
        """With its port, in both versions and families."""
        ipv4 = IPv4Address("TCP", "203.0.113.7", 51234)
        ipv6 = IPv6Address("TCP", "2001:db8::7", 51234)
        for header, source in (
            (b"PROXY TCP4 203.0.113.7 192.0.2.1 51234 3000\r\n", ipv4),
            (b"PROXY TCP6 2001:db8::7 2001:db8::1 51234 3000\r\n", ipv6),
            (V2_IPV4, ipv4),
            (V2_IPV6, ipv6),
        ):
            self.assertEqual(self.parse(header).source, source)

    def test_longest_line_is_accepted(self) -> None:
        """It has 104 bytes; 107 are allowed."""
        self.assertIsNotNone(self.parse(LONGEST).source)
        unknown = b"PROXY UNKNOWN " + b"x" * (MAX_V1 - 16) + b"\r\n"
        self.assertEqual(len(unknown), MAX_V1)
        self.assertIsNone(self.parse(unknown).source)

    def test_proxy_may_not_say_who_the_client_is(self) -> None:
        """Its health checks, Unix sockets, and what is not TCP."""
        for header in (
            b"PROXY UNKNOWN\r\n",
            b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n",
            version_2(0x00, command=0x20),
            version_2(0x11, b"short", command=0x20),
            version_2(0x00, more=b"\x04\0\0"),
            version_2(0x31, bytes(216)),
            version_2(0x12, addresses("203.0.113.7", "192.0.2.1", 1, 2)),
        ):
            self.assertIsNone(self.parse(header).source)


class InvalidTests(unittest.SynchronousTestCase):
    """What is refused, whole and byte by byte."""

    def refused(self, header: bytes) -> None:
        self.assertTrue(may_be_proxy_header(header), header)
        self.assertRaises(ProxyError, parse_proxy_header, header)
        for size in range(len(header)):
            try:
                self.assertIsNone(parse_proxy_header(header[:size]), header)
            except ProxyError:
                return

    def test_malformed_line_is_refused(self) -> None:
        """It is never cut, guessed or posted."""
        for line in (
            b"PROXY \r\n",
            b"PROXY hello\r\n",
            b"PROXY TCP4 203.0.113.7 192.0.2.1 51234 3000\n",
            b"PROXY TCP4 203.0.113.7 192.0.2.1 51234\r\n",
            b"PROXY TCP4 203.0.113.7 192.0.2.1 51234 3000 1\r\n",
            b"PROXY TCP4  203.0.113.7 192.0.2.1 51234 3000\r\n",
            b"PROXY TCP4 203.0.113.777 192.0.2.1 51234 3000\r\n",
            b"PROXY TCP4 2001:db8::7 2001:db8::1 51234 3000\r\n",
            b"PROXY TCP6 fe80::1%eth0 fe80::2 51234 3000\r\n",
            b"PROXY TCP6 203.0.113.7 192.0.2.1 51234 3000\r\n",
            b"PROXY TCP4 203.0.113.7 192.0.2.1 65536 3000\r\n",
            b"PROXY TCP4 203.0.113.7 192.0.2.1 1 99999\r\n",
            b"PROXY TCP5 203.0.113.7 192.0.2.1 1 2\r\n",
            b"PROXY TCP4 \xc2\xb9.0.0.1 192.0.2.1 1 2\r\n",
            b"PROXY UNKNOWN " + b"x" * MAX_V1,
            b"PROXY UNKNOWN " + b"x" * MAX_V1 + b"\r\n",
        ):
            self.refused(line)

    def test_malformed_header_of_version_2_is_refused(self) -> None:
        """Another version or command, too short or too long."""
        for header in (
            version_2(0x11, bytes(12), command=0x31),
            version_2(0x11, bytes(12), command=0x22),
            version_2(0x11, bytes(11)),
            version_2(0x21, bytes(35)),
            version_2(0x31, bytes(215)),
            version_2(0x41, bytes(12)),
            version_2(0x13, bytes(12)),
            version_2(0x00, bytes(MAX_V2)),
        ):
            self.refused(header)

    def test_other_first_bytes_are_not_a_header(self) -> None:
        """Empty lines and words that begin alike."""
        for first in (b"PROXIES", b"proxy TCP4", b"\r\n\r\nhello", b"\n", b"hello"):
            self.assertFalse(may_be_proxy_header(first))

    @given(st.sampled_from([b"PROXY ", SIGNATURE]), st.binary(max_size=300))
    def test_whatever_follows_is_parsed_refused_or_awaited(
        self, start: bytes, rest: bytes
    ) -> None:
        """Nothing else can happen."""
        try:
            found = parse_proxy_header(start + rest)
        except ProxyError:
            return
        if found is not None:
            self.assertLessEqual(found.size, len(start + rest))
