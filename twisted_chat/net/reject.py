"""Rejections: one last message in the peer's own protocol, then the end.

Invariant: nothing that a rejected peer sends is read.
"""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from typing import Any

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import Logger

from .admission import format_address
from .first_bytes import foreign_name


class Reject(Protocol):
    """Sends one message and closes the connection."""

    transport: Any

    def __init__(self, factory: RejectFactory) -> None:
        self._factory = factory

    def connectionMade(self) -> None:
        """Twisted: the transport is connected."""
        factory = self._factory
        if factory.refused is not None:
            factory.refused["foreign"] += 1
        if factory.log_format:
            peer = format_address(self.transport.getPeer())
            factory.log.info(factory.log_format, peer=peer)
        if factory.message:
            self.transport.write(factory.message)
        self.transport.loseConnection()


class RejectFactory(Factory):
    """Rejects each connection that it is given.

    :param message: sent to the peer; may be empty.
    :param log_format: logged for each connection, with ``{peer}``; empty for nothing.
    :param refused: counts the connections, as ``foreign``.
    """

    noisy = False
    log = Logger()

    def __init__(
        self,
        message: bytes = b"",
        log_format: str = "",
        refused: Counter[str] | None = None,
    ) -> None:
        self.message = message
        self.log_format = log_format
        self.refused = refused

    def buildProtocol(self, addr: IAddress | None) -> Reject:
        """Twisted: a peer connects."""
        return Reject(self)


class RejectForeign(Protocol):
    """Closes a connection whose protocol is not served, and names that in the log."""

    transport: Any
    _log = Logger()

    def __init__(self, refused: Counter[str]) -> None:
        self._refused = refused

    def connectionMade(self) -> None:
        """Twisted: the transport is connected."""
        self._refused["foreign"] += 1

    def dataReceived(self, data: bytes) -> None:
        """Twisted: the first bytes, and what follows before the end."""
        name = foreign_name(data)
        if name is not None and not self.transport.disconnecting:
            log_foreign(self._log, self.transport, name)
        self.transport.loseConnection()


def log_foreign(log: Logger, transport: Any, name: str) -> None:
    """Log that a peer speaks a protocol that is not served."""
    log.info(
        "client error: {peer} speaks {protocol}, which is not served here",
        peer=format_address(transport.getPeer()),
        protocol=name,
    )


class RejectForeignFactory(Factory):
    """Rejects connections that ``foreign_protocol`` has matched.

    :param refused: counts them, as ``foreign``.
    """

    noisy = False

    def __init__(self, refused: Counter[str] | None = None) -> None:
        self._refused: Counter[str] = Counter() if refused is None else refused

    def buildProtocol(self, addr: IAddress | None) -> RejectForeign:
        """Twisted: a peer connects."""
        return RejectForeign(self._refused)


def reject_line_client(reason: str) -> RejectFactory:
    """Reject clients of the line chat."""
    return RejectFactory(f"error: {reason}\r\n".encode())


def reject_http_client(reason: str) -> RejectFactory:
    """Reject HTTP clients, with status 503."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return RejectFactory(error_response(status, reason, "Retry-After: 60"))


def error_response(status: HTTPStatus, text: str, *headers: str) -> bytes:
    """A whole HTTP response that closes its connection (RFC 9112).

    The body is plain text, which no browser renders as a page.

    :param text: one line that says what to do instead.
    :param headers: further header lines, such as ``Retry-After: 60``.
    """
    body = f"{text}\n".encode()
    lines = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Content-Security-Policy: default-src 'none'",
        "X-Content-Type-Options: nosniff",
        *headers,
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode() + body
