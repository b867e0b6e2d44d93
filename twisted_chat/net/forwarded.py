"""The client of a request that HTTP proxies forwarded.

Each proxy adds the address that it received the request from at the end of
``X-Forwarded-For`` or ``Forwarded`` (RFC 7239); what stands before that, anyone may
have written.  So the client is the right-most address that is not a trusted proxy's.

Invariants: the headers are read only if the connection comes from a trusted proxy; an
address that a client wrote itself is never believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address as IPv4
from ipaddress import (
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from itertools import chain

from twisted.internet.address import IPv4Address as TCPv4Address
from twisted.internet.address import IPv6Address as TCPv6Address
from twisted.internet.address import UNIXAddress
from twisted.internet.interfaces import IAddress
from twisted.web.http_headers import Headers

UNIX = "unix"
"""Stands for the programs that connect to a Unix socket."""

MAX_HOPS = 32
"""Addresses of a request that are looked at, the right-most first."""

_IP = IPv4 | IPv6Address
# A parameter of ``Forwarded``, if any, and what ends it; a quoted value may hold both.
_PAIR = re.compile(
    r"[ \t]*+(?:([!#$%&'*+\-.^_`|~\w]++)=(\"(?:[^\"\\]|\\.)*+\"|[^\s\",;]++))?+"
    r"[ \t]*+([,;]|\Z)"
)
_NODE = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::([\w.\-]{1,32}))?")


class ForwardingError(Exception):
    """The headers cannot be believed; the text is one line for the client.

    One of them may be the client's own: it could invent its address with it.
    """


class TrustedProxies:
    """The proxies that are believed.

    :param trusted: addresses, networks such as ``10.0.0.0/8``, and ``unix``.
    :raises ValueError: one is neither.
    """

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        self._networks: list[IPv4Network | IPv6Network] = []
        self._unix = False
        for one in trusted:
            if one.lower() == UNIX:
                self._unix = True
            else:
                self._networks.append(ip_network(one, strict=False))

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self._unix or bool(self._networks)

    def __contains__(self, address: object) -> bool:
        """Whether an address is a trusted proxy's."""
        if isinstance(address, UNIXAddress):
            return self._unix
        try:
            ip = _unmapped(getattr(address, "host", "").partition("%")[0])
        except ValueError:
            return False
        return self._has(ip)

    def client(self, peer: IAddress, headers: Headers) -> IAddress:
        """The client of a request.

        :param peer: the address of the connection.
        :return: ``peer`` unless it is trusted and names another.
        :raises ForwardingError: the headers are malformed, or contradict each other.
        """
        if peer not in self:
            return peer
        found = [
            self._right_most_untrusted(peer, nodes)
            for nodes in (_forwarded(headers), _x_forwarded_for(headers))
            if nodes
        ]
        hosts = {getattr(address, "host", None) for address in found}
        if len(hosts) > 1:
            raise ForwardingError(
                "Forwarded and X-Forwarded-For name different clients: let the proxy "
                "set one and remove the other."
            )
        return found[0] if found else peer

    def _right_most_untrusted(self, peer: IAddress, nodes: list[str]) -> IAddress:
        client = peer
        for node in reversed(nodes[-MAX_HOPS:]):
            known = _NODE.fullmatch(node)
            try:
                ip = _unmapped(known[1] or known[2] if known else node)
            except ValueError:
                # "unknown" or an invented name: nobody before it can be believed.
                break
            client = _tcp_address(ip, known[3] if known else "")
            if not self._has(ip):
                break
        return client

    def _has(self, ip: _IP) -> bool:
        return any(ip in network for network in self._networks)


def _x_forwarded_for(headers: Headers) -> list[str]:
    lines = headers.getRawHeaders(b"X-Forwarded-For") or []
    values = chain.from_iterable(line.split(b",") for line in lines)
    return [value.strip().decode("latin-1") for value in values if value.strip()]


def _forwarded(headers: Headers) -> list[str]:
    """The ``for`` of each element; empty for an element that has none.

    :raises ForwardingError: a line is malformed; where a quoted value ends is not
        known then, nor which element is the proxy's.
    """
    nodes: list[str] = []
    for line in headers.getRawHeaders(b"Forwarded") or []:
        text, node, at = line.decode("latin-1"), "", 0
        while True:
            pair = _PAIR.match(text, at)
            if pair is None:
                raise ForwardingError("The Forwarded header is malformed.")
            name, value, end = pair.groups()
            if name is not None and name.lower() == "for":
                node = re.sub(r"\\(.)", r"\1", value.strip('"'))
            at = pair.end()
            if end != ";":
                nodes.append(node)
                node = ""
            if not end:
                break
    return nodes


def _unmapped(text: str) -> _IP:
    """An address; an IPv4 address that is mapped into IPv6 as IPv4.

    :raises ValueError: it is not an address, or has a zone.
    """
    ip = ip_address(text)
    if isinstance(ip, IPv6Address):
        if ip.scope_id is not None:
            raise ValueError("an address with a zone means nothing elsewhere")
        return ip.ipv4_mapped or ip
    return ip


def _tcp_address(ip: _IP, port: str | None) -> IAddress:
    """An address of Twisted's; its port is 0 if the proxy does not tell."""
    number = int(port) if port and port.isdecimal() else 0
    kind = TCPv4Address if ip.version == 4 else TCPv6Address
    address: IAddress = kind("TCP", str(ip), number if number <= 0xFFFF else 0)
    return address
