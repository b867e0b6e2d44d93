"""The header of the PROXY protocol, versions 1 and 2."""

from __future__ import annotations

from ipaddress import ip_address

from tests.fuzz.target import Target, expect, expect_equal
from twisted_chat.net.proxy import (
    MAX_V1,
    MAX_V2,
    ProxyError,
    ProxyHeader,
    may_be_proxy_header,
    parse_proxy_header,
)

_V2 = b"\r\n\r\n\0\r\nQUIT\n"


def check(data: bytes) -> None:
    """Parse the beginning of a connection, as it arrives."""
    whole = _parse(data)
    arrived = next(
        (found for end in range(len(data)) if (found := _parse(data[:end]))), whole
    )
    expect_equal(arrived, whole, "the header depends on the cuts")
    expect_equal(
        _parse(data + b"\r\nmore"), whole or _parse(data + b"\r\nmore"), "more"
    )
    if whole is None:
        limit = MAX_V2 if data.startswith(_V2) else MAX_V1
        expect(len(data) < limit, f"{len(data)} bytes, and still not a header")
    if isinstance(whole, ProxyHeader):
        limit = MAX_V2 if data.startswith(_V2) else MAX_V1
        expect(0 < whole.size <= min(len(data), limit), f"a header of {whole.size}")
        if whole.source is not None:
            ip_address(whole.source.host)
            expect(0 <= whole.source.port <= 0xFFFF, "an impossible port")


def _parse(data: bytes) -> ProxyHeader | str | None:
    """The header, ``None`` if it is incomplete, or why it is none."""
    if not may_be_proxy_header(data):
        return "not a header"
    try:
        return parse_proxy_header(data)
    except ProxyError as error:
        return str(error)


TARGET = Target(
    check,
    seeds=(
        b"PROXY TCP4 203.0.113.7 192.0.2.1 51234 3000\r\nhello\r\n",
        b"PROXY TCP6 2001:db8::7 2001:db8::1 51234 3000\r\nGET / HTTP/1.1\r\n",
        b"PROXY UNKNOWN\r\n",
        b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n",
        _V2 + b"\x21\x11\x00\x0c\xcb\x00\x71\x07\xc0\x00\x02\x01\xc8\x22\x0b\xb8hi\r\n",
        _V2 + b"\x21\x21\x00\x28" + bytes(36) + b"\x03\0\x01x",
        _V2 + b"\x20\x00\x00\x00",
        _V2 + b"\x21\x31\x00\xd8" + bytes(216),
    ),
    tokens=(
        b"PROXY ",
        b"TCP4 ",
        b"TCP6 ",
        b"UNKNOWN",
        b"\r\n",
        b" 65535",
        b"::ffff:192.0.2.1",
        b"fe80::1%eth0",
        _V2,
        b"\x21\x11\x00\x0c",
        b"\x21\x21\x00\x24",
        b"\x10\x00",
    ),
    max_size=MAX_V2 + 64,
)
