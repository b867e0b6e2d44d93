"""The header of the PROXY protocol, versions 1 and 2: the client's address, first.

A proxy that forwards bytes sends it before anything else, TLS included.  This module
only parses; whoever reads the connection decides which peers may send it.
(HAProxy's proxy-protocol.txt.)

Invariants: pure functions of what was received so far; a header is bounded, and one
that is not well-formed is never taken for a shorter one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address as IPv4
from ipaddress import IPv6Address as IPv6
from ipaddress import ip_address

from twisted.internet.address import IPv4Address, IPv6Address

MAX_V1 = 107
"""Bytes of the longest header of version 1, with its line end."""

MAX_V2 = 4096
"""Bytes of a header of version 2: addresses, and what else a proxy knows."""

DECISIVE = 6
"""Bytes that decide whether a connection begins with a header."""

_V1 = b"PROXY "
_V2 = b"\r\n\r\n\0\r\nQUIT\n"
_V2_FIXED = 16
_LINE = re.compile(
    rb"PROXY (?:UNKNOWN(?: .*)?"
    rb"|TCP(?P<version>[46]) (?P<source>\S+) (?P<target>\S+)"
    rb" (?P<port>\d{1,5}) (?P<target_port>\d{1,5}))\r\n"
)
# The low half of byte 14 of version 2 is 1 for a stream; the high half is the family.
_TCP4, _TCP6 = 0x11, 0x21
# Bytes of the addresses of each family: none, IPv4, IPv6, Unix.
_SIZES = {0: 0, 1: 12, 2: 36, 3: 216}


class ProxyError(Exception):
    """A header is malformed; the text says why."""


@dataclass(frozen=True, slots=True)
class ProxyHeader:
    """One header.

    :ivar size: its bytes; what follows belongs to the connection.
    :ivar source: the client's address; ``None`` if the proxy does not say, as for a
        connection of its own (a health check) or one from a Unix socket.
    """

    size: int
    source: IPv4Address | IPv6Address | None


def may_be_proxy_header(first: bytes) -> bool:
    """Whether the bytes received so far are, or can become, a header."""
    return any(
        first.startswith(start) or start.startswith(first) for start in (_V1, _V2)
    )


def parse_proxy_header(first: bytes) -> ProxyHeader | None:
    """Parse the beginning of a connection.

    :param first: bytes for which ``may_be_proxy_header`` is true.
    :return: ``None`` if more has to be received.
    :raises ProxyError: the header is malformed, or too long.
    """
    if len(first) < DECISIVE:
        return None
    return _parse_v1(first) if first.startswith(_V1) else _parse_v2(first)


def _parse_v1(first: bytes) -> ProxyHeader | None:
    end = first.find(b"\n", 0, MAX_V1) + 1
    if not end:
        if len(first) >= MAX_V1:
            raise ProxyError(f"a PROXY line is longer than {MAX_V1} bytes")
        return None
    line = _LINE.fullmatch(first, 0, end)
    if line is None:
        raise ProxyError("malformed PROXY line")
    if line["version"] is None:
        return ProxyHeader(end, None)
    try:
        version = int(line["version"])
        source = ip_address(line["source"].decode("ascii"))
        target = ip_address(line["target"].decode("ascii"))
    except ValueError:
        raise ProxyError("malformed address in a PROXY line") from None
    if {source.version, target.version} != {version} or "%" in str(source):
        raise ProxyError("malformed address in a PROXY line")
    if max(int(line["port"]), int(line["target_port"])) > 0xFFFF:
        raise ProxyError("malformed port in a PROXY line")
    return ProxyHeader(end, _address(source, int(line["port"])))


def _parse_v2(first: bytes) -> ProxyHeader | None:
    if len(first) < _V2_FIXED:
        return None
    command, family = first[12], first[13]
    length = int.from_bytes(first[14:16], "big")
    if command not in (0x20, 0x21):
        raise ProxyError("unknown version or command of a PROXY header")
    needed = _SIZES.get(family >> 4)
    if needed is None or family & 0x0F > 2:
        raise ProxyError("unknown address family in a PROXY header")
    size = _V2_FIXED + length
    if size > MAX_V2:
        raise ProxyError(f"a PROXY header is longer than {MAX_V2} bytes")
    is_local = command == 0x20
    if length < needed and not is_local:
        raise ProxyError("a PROXY header is too short for its addresses")
    if len(first) < size:
        return None
    if is_local or family not in (_TCP4, _TCP6):
        return ProxyHeader(size, None)
    if family == _TCP4:
        return ProxyHeader(size, _address(IPv4(first[16:20]), _port(first, 24)))
    return ProxyHeader(size, _address(IPv6(first[16:32]), _port(first, 48)))


def _port(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")


def _address(ip: IPv4 | IPv6, port: int) -> IPv4Address | IPv6Address:
    kind = IPv4Address if ip.version == 4 else IPv6Address
    return kind("TCP", str(ip), port)
