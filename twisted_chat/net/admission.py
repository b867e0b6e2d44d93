"""How many may be connected at once: in all, and from one address.

Who comes when it is full is told so in one line of the protocol it speaks.

Rules of this file: counts connections; knows no chat.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from typing import Any

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import Logger

from .addresses import shown
from .http_refusal import http_refusal

MAX_REFUSED = 100
"""Refused connections that are kept until it is known how to tell them; while
there are so many, further ones are closed without a word."""


class Admission:
    """Counts connections against two limits; one for all ports together.

    :param most: connections in all.
    :param most_per_host: connections from one address; one IPv6 network of 64
        bits counts as one, as that is what a household is given.  The machine
        itself, and Unix sockets, are exempt.
    """

    def __init__(self, most: int, most_per_host: int) -> None:
        self._most = most
        self._most_per_host = most_per_host
        self._all = 0
        self._by_host: Counter[int] = Counter()
        self.refused = 0
        """Connections that are being told that there is no room."""

    def enter(self, address: IAddress | None) -> str | None:
        """Count one more in; ``leave`` has to follow.

        :return: ``None``, or why it is not let in, and it was not counted.
        """
        if self._all >= self._most:
            return "the server is full: try again later"
        host = _counted_host(address)
        if host is not None:
            if self._by_host[host] >= self._most_per_host:
                return (
                    "too many connections from your address: "
                    f"{self._most_per_host} at most"
                )
            self._by_host[host] += 1
        self._all += 1
        return None

    def leave(self, address: IAddress | None) -> None:
        """Count one out again."""
        self._all -= 1
        host = _counted_host(address)
        if host is not None:
            self._by_host[host] -= 1
            if not self._by_host[host]:
                del self._by_host[host]


def _counted_host(address: IAddress | None) -> int | None:
    """One number for all that count as one; ``None`` for the machine itself."""
    try:
        ip = ip_address(getattr(address, "host", "").partition("%")[0])
    except ValueError:
        return None
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif not ip.is_loopback:
            return int(ip) >> 64 << 64
    return None if ip.is_loopback else int(ip)


def when_lost(transport: Any, call: Callable[[], None]) -> None:
    """Call once a transport is gone, whichever protocol has it by then."""
    lost = transport.connectionLost

    def connectionLost(*reason: object) -> None:
        # Let go of the transport, or it would wait for the garbage collector.
        del transport.connectionLost
        call()
        lost(*reason)

    transport.connectionLost = connectionLost


class Farewell(Protocol):
    """Says one thing and closes."""

    transport: Any

    def __init__(self, factory: FarewellFactory) -> None:
        self._farewell = factory

    def connectionMade(self) -> None:
        """The transport is ours."""
        factory = self._farewell
        if factory.note:
            factory.log.info(factory.note, peer=shown(self.transport.getPeer()))
        if factory.words:
            self.transport.write(factory.words)
        self.transport.loseConnection()


class FarewellFactory(Factory):
    """For connections that cannot be served.

    :param words: what they are told.
    :param note: what the log is told, with ``{peer}``.
    """

    noisy = False
    log = Logger()

    def __init__(self, words: bytes = b"", note: str = "") -> None:
        self.words = words
        self.note = note

    def buildProtocol(self, _addr: IAddress | None) -> Farewell:
        """A peer that will be told."""
        return Farewell(self)


def line_farewell(reason: str) -> FarewellFactory:
    """Refuse a line client."""
    return FarewellFactory(f"error: {reason}\r\n".encode())


def http_farewell(reason: str) -> FarewellFactory:
    """Refuse a browser or another HTTP client."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return FarewellFactory(http_refusal(status, reason, "Retry-After: 60"))
