"""``Forwarded`` and ``X-Forwarded-For``: who the client of a proxy is.

The input is what the client wrote; the trusted proxy adds its own address for it.
"""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_address

from twisted.internet.address import IPv4Address
from twisted.web.http_headers import Headers

from tests.fuzz.target import Target, expect, expect_equal
from twisted_chat.net.forwarded import ForwardingError, TrustedProxies

_PROXY = IPv4Address("TCP", "10.0.0.1", 443)
_CLIENT = "203.0.113.9"
_TRUSTED = TrustedProxies(["10.0.0.0/8"])
_NAMES = (b"X-Forwarded-For", b"Forwarded")


def check(data: bytes) -> None:
    """Forward a request that has these values already."""
    lines = [line for line in data.replace(b"\r", b"\n").split(b"\n") if line]
    for name, own in zip(
        _NAMES, (b"203.0.113.9", b'for="203.0.113.9:4711"'), strict=True
    ):
        # As nginx and haproxy do, in a line of its own; and at the end of the last one.
        _expect_client({name: [*lines, own]})
        if lines:
            _expect_client({name: [*lines[:-1], lines[-1] + b", " + own]})
    for headers in ({name: lines} for name in _NAMES):
        with suppress(ForwardingError):
            client = _TRUSTED.client(_PROXY, Headers(headers))
            ip_address(client.host)  # type: ignore[attr-defined]
            expect(0 <= client.port <= 0xFFFF, "a port")  # type: ignore[attr-defined]
    stranger = IPv4Address("TCP", "198.51.100.7", 1)
    both = Headers(dict.fromkeys(_NAMES, lines))
    expect_equal(_TRUSTED.client(stranger, both), stranger, "a stranger is believed")


def _expect_client(headers: dict[bytes, list[bytes]]) -> None:
    """The client is the one that the proxy saw, or the request is refused."""
    with suppress(ForwardingError):
        client = _TRUSTED.client(_PROXY, Headers(headers))
        expect_equal(client.host, _CLIENT, f"the client of {headers}")  # type: ignore[attr-defined]


TARGET = Target(
    check,
    seeds=(
        b"198.51.100.1",
        b"198.51.100.1, 10.0.0.7",
        b"2001:db8::1",
        b'for=198.51.100.1;proto=https;by="[2001:db8::2]:80"',
        b'for="[2001:db8::1]:4711", for=unknown',
        b'for="_hidden", For=198.51.100.1',
        b"unknown\n198.51.100.1",
        b'for="198.51.100.1',
        b'for="a\\"b", for=x',
        b"::ffff:198.51.100.1",
        b"fe80::1%eth0",
        b"[2001:db8::1]:80",
        b"198.51.100.1:80:80",
    ),
    tokens=(
        *(b"for=", b'"', b"\\", b",", b";", b" ", b"\t", b"=", b"[", b"]", b":", b"\n"),
        *(
            b"198.51.100.1",
            b"10.0.0.7",
            b"2001:db8::1",
            b"%eth0",
            b"unknown",
            b"_x",
            b"by=",
        ),
        *(b"203.0.113.9", b"10.0.0.1, " * 33, b"\xff", b"\xb2"),
    ),
    max_size=1000,
)
