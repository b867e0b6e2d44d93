"""HTTP with bounds: on what a request may be, and on how long it may take.

Rules of this file: knows no page; the headers that protect are on every answer.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from io import BytesIO
from typing import Any

from twisted.internet.interfaces import IHalfCloseableProtocol, IReactorTime
from twisted.logger import Logger
from twisted.protocols.policies import ProtocolWrapper
from twisted.web.http import HTTPChannel
from twisted.web.http import Request as HTTPRequest
from twisted.web.resource import IResource
from twisted.web.server import Request, Site
from zope.interface import implementer

from .http_refusal import http_refusal

MAX_BODY = 1024 * 1024
"""Bytes of a request's body.  (Twisted bounds its headers: 16 KiB.)"""

PATIENCE = 60.0
"""Seconds for a whole request, and for the next one to begin."""

LINGER = 2.0
"""Seconds in which a client that was refused may go on sending: if the connection
were closed under its request, it would not read why."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'{sockets}; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_NO_SOCKETS = POLICY.format(sockets="").encode()
_HOST = re.compile(rb"[A-Za-z0-9.\-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")


class ChatRequest(Request):
    """A request with a bounded body, answered with headers that protect."""

    channel: ChatChannel
    _size = 0
    _refused = False

    def __init__(self, channel: HTTPChannel, *_queued: object) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            channel, parsePOSTFormSubmission=False
        )

    def gotLength(self, length: int | None) -> None:
        """Twisted: the headers are here, the body may follow."""
        self.content = BytesIO()
        if length is not None and length > MAX_BODY:
            self._refuse_body()

    def handleContentChunk(self, data: bytes) -> None:
        """Twisted: a part of the body."""
        self._size += len(data)
        if self._size > MAX_BODY:
            self._refuse_body()
        if not self._refused:
            super().handleContentChunk(data)  # type: ignore[no-untyped-call]

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Twisted: the body is complete."""
        if not self._refused:
            super().requestReceived(command, path, version)  # type: ignore[no-untyped-call]

    def render(self, resrc: IResource) -> None:
        """Twisted: answer."""
        headers = self.responseHeaders
        headers.removeHeader(b"Server")
        headers.setRawHeaders(b"Content-Security-Policy", [self._policy()])
        headers.setRawHeaders(b"X-Content-Type-Options", [b"nosniff"])
        headers.setRawHeaders(b"Referrer-Policy", [b"no-referrer"])
        super().render(resrc)  # type: ignore[no-untyped-call]

    def _policy(self) -> bytes:
        # Older Safari does not count a WebSocket to the same host as 'self'.
        hosts = self.requestHeaders.getRawHeaders(b"Host") or [b""]
        if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
            return _NO_SOCKETS
        host = hosts[0].decode()
        return POLICY.format(sockets=f" ws://{host} wss://{host}").encode()

    def _refuse_body(self) -> None:
        if not self._refused:
            self._refused = True
            self.channel.refuse(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"A request's body has {MAX_BODY} bytes at most.",
            )


@implementer(IHalfCloseableProtocol)
class ChatChannel(HTTPChannel):
    """An HTTP connection on which a request has to arrive within its time.

    Twisted's own clock begins anew with every byte.  A line may end in LF alone
    (RFC 9112, section 2.2), and what is no request is told why.
    """

    delimiter = b"\n"
    _begun = False
    # It would tell of each browser that keeps a connection and does not use it.
    _log = Logger(observer=lambda _: None)  # type: ignore[arg-type]

    def resetTimeout(self) -> None:
        """Twisted: some bytes have come."""
        if not self._begun:
            self._begun = True
            super().resetTimeout()  # type: ignore[no-untyped-call]

    def requestDone(self, request: HTTPRequest) -> None:
        """Twisted: a request is answered."""
        self._begun = False
        super().requestDone(request)  # type: ignore[no-untyped-call]

    def lineReceived(self, line: bytes) -> None:
        """Twisted: a line of a request's head."""
        super().lineReceived(line.removesuffix(b"\r"))  # type: ignore[no-untyped-call]

    def readConnectionLost(self) -> None:
        """Twisted: the peer sends no more; it may still read what it was answered."""
        self.loseConnection()  # type: ignore[no-untyped-call]

    def writeConnectionLost(self) -> None:
        """Twisted: the last answer is sent."""

    def lineLengthExceeded(self, _line: bytes) -> None:
        """Twisted: a line of a request's head is longer than its whole head may be."""
        if self._has_first_line():
            self._refuse_headers()
        else:
            words = f"A request's first line has {self.MAX_LENGTH} bytes at most."
            self.refuse(HTTPStatus.REQUEST_URI_TOO_LONG, words)

    def _respondToBadRequestAndDisconnect(self) -> None:
        # Twisted: this is no request, or too big a one.
        if (
            self._receivedHeaderSize > self.totalHeadersSize
            or self._receivedHeaderCount > self.maxHeaders
        ):
            self._refuse_headers()
        elif self._has_first_line():
            words = "A header or the body of this request is malformed."
            self.refuse(HTTPStatus.BAD_REQUEST, words)
        else:
            words = (
                "A request's first line is METHOD ADDRESS HTTP/1.1; "
                "a space in the address is written %20."
            )
            self.refuse(HTTPStatus.BAD_REQUEST, words)

    def _has_first_line(self) -> bool:
        return hasattr(self, "_command")

    def _refuse_headers(self) -> None:
        self.refuse(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            f"A request's headers have {self.totalHeadersSize} bytes at most, "
            f"and are {self.maxHeaders} at most.",
        )

    def refuse(self, status: HTTPStatus, words: str) -> None:
        """Say in one line why a request is not served; it is the last one."""
        transport: Any = self.transport
        transport.write(http_refusal(status, words))
        self.dataReceived = _ignored  # type: ignore[method-assign]
        self.clearLineBuffer()  # type: ignore[no-untyped-call]
        if isinstance(transport, ProtocolWrapper):
            self.loseConnection()  # type: ignore[no-untyped-call]
        else:
            transport.loseWriteConnection()
        self.setTimeout(LINGER)  # type: ignore[no-untyped-call]


class ChatSite(Site):
    """HTTP for the chat: no access log, no tracebacks, HTTP/1.1 only."""

    noisy = False
    displayTracebacks = False
    protocol = ChatChannel  # type: ignore[assignment]

    def __init__(self, root: IResource, clock: IReactorTime) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            root, requestFactory=ChatRequest, timeout=PATIENCE, reactor=clock
        )

    def log(self, request: HTTPRequest) -> None:
        """Twisted: a request for the access log, which there is not."""

    def startFactory(self) -> None:
        """Twisted: would start to keep the access log's time."""

    def stopFactory(self) -> None:
        """Twisted: would stop that."""


def _ignored(_data: bytes) -> None:
    """What follows a request that was refused."""
