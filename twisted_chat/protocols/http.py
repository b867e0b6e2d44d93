"""HTTP with bounds: on what a request may be, and on how long it may take.

Rules of this file: knows no page; the headers that protect are on every answer.
"""

from __future__ import annotations

import re
from io import BytesIO

from twisted.internet.interfaces import IReactorTime
from twisted.web.http import HTTPChannel
from twisted.web.http import Request as HTTPRequest
from twisted.web.resource import IResource
from twisted.web.server import Request, Site

MAX_BODY = 1024 * 1024
"""Bytes of a request's body.  (Twisted bounds its headers: 16 KiB.)"""

PATIENCE = 60.0
"""Seconds for a whole request, and for the next one to begin."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'{sockets}; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_NO_SOCKETS = POLICY.format(sockets="").encode()
_HOST = re.compile(rb"[A-Za-z0-9.\-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")


class ChatRequest(Request):
    """A request with a bounded body, answered with headers that protect."""

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
            self.channel.write(
                b"HTTP/1.1 413 Content Too Large\r\n"
                b"Connection: close\r\nContent-Length: 0\r\n\r\n"
            )
            self.channel.loseConnection()


class ChatChannel(HTTPChannel):
    """An HTTP connection on which a request has to arrive within its time.

    Twisted's own clock begins anew with every byte.
    """

    _begun = False

    def resetTimeout(self) -> None:
        """Twisted: some bytes have come."""
        if not self._begun:
            self._begun = True
            super().resetTimeout()  # type: ignore[no-untyped-call]

    def requestDone(self, request: HTTPRequest) -> None:
        """Twisted: a request is answered."""
        self._begun = False
        super().requestDone(request)  # type: ignore[no-untyped-call]


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
