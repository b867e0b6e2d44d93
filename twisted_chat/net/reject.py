"""Rejections: one last message in the peer's own protocol, then the end.

Invariant: nothing that a rejected peer sends is read.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import Logger

from .admission import format_address


class Reject(Protocol):
    """Sends one message and closes the connection."""

    transport: Any

    def __init__(self, factory: RejectFactory) -> None:
        self._factory = factory

    def connectionMade(self) -> None:
        """Twisted: the transport is connected."""
        factory = self._factory
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
    """

    noisy = False
    log = Logger()

    def __init__(self, message: bytes = b"", log_format: str = "") -> None:
        self.message = message
        self.log_format = log_format

    def buildProtocol(self, addr: IAddress | None) -> Reject:
        """Twisted: a peer connects."""
        return Reject(self)


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
