"""HTTP with limits on the size of a request and on the time it may take.

Invariants: every response carries the security headers; a request that exceeds a
limit is refused with a reason, and is the last one of its connection.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from io import BytesIO
from typing import Any

from twisted.internet.interfaces import IHalfCloseableProtocol, IReactorTime
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.protocols.policies import ProtocolWrapper
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel
from twisted.web.http import Request as HTTPRequest
from twisted.web.resource import IResource
from twisted.web.server import Request, Site
from zope.interface import implementer

from .forwarded import ForwardingError, TrustedProxies
from .handover import is_forwarded
from .hosts import DuplicateHost, Hosts
from .intake import Intake
from .large_inputs import REFUSAL
from .peer_limits import PeerLimits
from .reject import error_response
from .security_headers import secure

MAX_BODY = 1024 * 1024
"""Bytes of a request's body.  (Twisted bounds its headers: 16 KiB.)"""

REQUEST_TIMEOUT = 60.0
"""Seconds for a whole request, and for the next one to start."""

DRAIN_TIMEOUT = 2.0
"""Seconds in which the rest of a refused request is read and discarded: closing while
the client still sends would reset the connection, and the reason would be lost."""

_ABSOLUTE = re.compile(rb"(?:https?|wss?)://(?:[^/?#@]*@)?([^/?#]+)", re.IGNORECASE)


class ChatRequest(Request):
    """A request with a bounded body, whose response has the security headers.

    :ivar inline_scripts: hashes of the scripts within the page that is the response, as
        a Content-Security-Policy has them.
    """

    channel: ChatChannel
    inline_scripts: Sequence[str] = ()
    _size = 0
    _refused = False

    def __init__(self, channel: HTTPChannel, *_queued: object) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            channel, parsePOSTFormSubmission=False
        )

    def gotLength(self, length: int | None) -> None:
        """Twisted: the headers are complete, a body may follow."""
        self.content = BytesIO()
        if length is not None and length > MAX_BODY:
            self._refuse_body()

    def handleContentChunk(self, data: bytes) -> None:
        """Twisted: part of the body."""
        self._size += len(data)
        if self._size > MAX_BODY:
            self._refuse_body()
        elif not self._refused and not self._hold(self._size):
            self._refused = True
            self._let_go()
            self.channel.refuse(HTTPStatus.SERVICE_UNAVAILABLE, REFUSAL)
        if not self._refused:
            super().handleContentChunk(data)  # type: ignore[no-untyped-call]

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Twisted: the body is complete.

        The address may be a whole URL, whose host then replaces the ``Host`` header
        (RFC 9112, section 3.2.2).
        """
        self._let_go()
        if self._refused:
            return
        absolute = _ABSOLUTE.match(path)
        if absolute is not None:
            self.requestHeaders.setRawHeaders(b"Host", [absolute[1]])
            path = b"/" + path[absolute.end() :].removeprefix(b"/")
        super().requestReceived(command, path, version)  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Failure) -> None:
        """Twisted: the client disconnected."""
        self._let_go()
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def _hold(self, size: int) -> bool:
        """Count a body that is not complete; false if too much is held already."""
        site = self.channel.site
        # What a trusted proxy sends are the requests of many clients.
        peer = None if site.trusted else self.channel.getPeer()  # type: ignore[no-untyped-call]
        return site.limits.large_inputs.hold(self, peer, size)

    def _let_go(self) -> None:
        """There is no body any more, or it is complete."""
        self.channel.site.limits.large_inputs.let_go(self)

    def process(self) -> None:
        """Twisted: the request is whole; its client is known from here on."""
        if not self._is_for_us():
            return
        trusted = self.channel.site.trusted
        if trusted:
            try:
                self.client = trusted.client(self.client, self.requestHeaders)
            except ForwardingError as error:
                self.channel.refuse(HTTPStatus.BAD_REQUEST, str(error))
                return
        super().process()  # type: ignore[no-untyped-call]

    def _is_for_us(self) -> bool:
        """Whether ``Host`` names this server; if not, the request is refused."""
        site = self.channel.site
        if site.hosts is None:
            return True
        # What a trusted proxy passes on, it was configured for.
        any_name = is_forwarded(self.channel.transport)
        try:
            refusal = site.hosts.refusal(self.requestHeaders, any_name=any_name)
        except DuplicateHost as error:
            self.channel.refuse(HTTPStatus.BAD_REQUEST, str(error))
            return False
        if refusal is None:
            return True
        self.channel.refuse(HTTPStatus.MISDIRECTED_REQUEST, refusal)
        return False

    def write(self, data: bytes) -> None:
        """Twisted: part of the response."""
        if not self.startedWriting:
            # Not before: most requests of a chat become WebSockets.
            secure(self.responseHeaders, self.requestHeaders, self.inline_scripts)
        super().write(data)  # type: ignore[no-untyped-call]

    def _refuse_body(self) -> None:
        if not self._refused:
            self._refused = True
            self._let_go()
            self.channel.refuse(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"The request body is longer than {MAX_BODY} bytes.",
            )


class _IntakeProducer:
    """What a channel pauses while it is busy: the intake of its connection."""

    def __init__(self, intake: Intake, transport: Any) -> None:
        self.pauseProducing = intake.pause
        self.resumeProducing = intake.resume
        self.registerProducer = transport.registerProducer
        self.unregisterProducer = transport.unregisterProducer


@implementer(IHalfCloseableProtocol)
class ChatChannel(HTTPChannel):
    """An HTTP connection whose requests have a time limit.

    (Twisted's own timeout restarts with every byte.)  A line may end in LF alone
    (RFC 9112, section 2.2), and malformed requests are refused with a reason.
    """

    site: ChatSite
    delimiter = b"\n"
    _request_started = False
    # Twisted would log each browser that keeps a connection it does not use.
    _log = Logger(observer=lambda _: None)  # type: ignore[arg-type]

    def connectionMade(self) -> None:
        """Twisted: a client has connected, and its first request is coming."""
        self._intake = Intake(self.site.limits.pacing, self, self.transport)
        super().connectionMade()  # type: ignore[no-untyped-call]
        producer: Any = _IntakeProducer(self._intake, self._networkProducer)
        self._networkProducer = producer

    def dataReceived(self, data: bytes) -> None:
        """Twisted: some bytes were received."""
        self.site.limits.traffic.received_bytes += len(data)
        self._intake.received(data)

    def read(self, data: bytes) -> None:
        """Read some of what was received; see ``intake``."""
        super().dataReceived(data)  # type: ignore[no-untyped-call]

    def rawDataReceived(self, data: bytes) -> None:
        """Twisted: a part of a body, or what follows a request that is not answered."""
        super().rawDataReceived(data)
        if len(self._dataBuffer) > 1:
            # Each of many small parts would take many times its size.
            self._dataBuffer = [b"".join(self._dataBuffer)]

    def setLineMode(self, extra: bytes = b"") -> None:
        """Twisted: a request is answered; read what followed it, in portions too."""
        self.line_mode = 1
        if extra:
            self._intake.read_again(extra)

    def clearLineBuffer(self) -> bytes:
        """Twisted: return what is not read yet, and read nothing any more."""
        rest: bytes = super().clearLineBuffer()  # type: ignore[no-untyped-call]
        return rest + self._intake.take_unread()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Twisted: the connection is lost; requests that are not read are dropped."""
        self._intake.stop()
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def resetTimeout(self) -> None:
        """Twisted: some bytes were received."""
        if not self._request_started:
            self._request_started = True
            super().resetTimeout()  # type: ignore[no-untyped-call]

    def requestDone(self, request: HTTPRequest) -> None:
        """Twisted: a response is sent."""
        self._request_started = False
        super().requestDone(request)  # type: ignore[no-untyped-call]

    def lineReceived(self, line: bytes) -> None:
        """Twisted: a request line or a header line."""
        super().lineReceived(line.removesuffix(b"\r"))  # type: ignore[no-untyped-call]

    def readConnectionLost(self) -> None:
        """Twisted: the peer sends no more, but may still read the response."""
        self._intake.when_read(self.loseConnection)

    def writeConnectionLost(self) -> None:
        """Twisted: the last response is sent."""

    def lineLengthExceeded(self, _line: bytes) -> None:
        """Twisted: one line is longer than the request line and headers may be."""
        if self._has_request_line():
            self._refuse_headers()
        else:
            text = f"The request line is longer than {self.MAX_LENGTH} bytes."
            self.refuse(HTTPStatus.REQUEST_URI_TOO_LONG, text)

    def _respondToBadRequestAndDisconnect(self) -> None:
        # Twisted: the request is malformed or too large.
        if (
            self._receivedHeaderSize > self.totalHeadersSize
            or self._receivedHeaderCount > self.maxHeaders
        ):
            self._refuse_headers()
        elif self._has_request_line():
            text = "A header or the body of the request is malformed."
            self.refuse(HTTPStatus.BAD_REQUEST, text)
        else:
            text = (
                "The request line must be METHOD ADDRESS HTTP/1.1; "
                "write a space in the address as %20."
            )
            self.refuse(HTTPStatus.BAD_REQUEST, text)

    def _has_request_line(self) -> bool:
        return hasattr(self, "_command")

    def _refuse_headers(self) -> None:
        self.refuse(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            f"A request may have {self.maxHeaders} headers, "
            f"of {self.totalHeadersSize} bytes in total.",
        )

    def refuse(self, status: HTTPStatus, text: str) -> None:
        """Refuse a request in one line, and close the connection."""
        transport: Any = self.transport
        transport.write(error_response(status, text))
        self.clearLineBuffer()
        if isinstance(transport, ProtocolWrapper):
            self.loseConnection()  # type: ignore[no-untyped-call]
        else:
            transport.loseWriteConnection()
        self.setTimeout(DRAIN_TIMEOUT)  # type: ignore[no-untyped-call]


class ChatSite(Site):
    """HTTP for the chat: no access log, no tracebacks, HTTP/1.1 only.

    :param trusted: proxies whose requests name the client; see ``forwarded``.
    :param hosts: the names of the server; ``None`` to answer to any.
    :param limits: of all connections of the server; by default of those of the site.
    """

    noisy = False
    displayTracebacks = False
    protocol = ChatChannel  # type: ignore[assignment]

    def __init__(
        self,
        root: IResource,
        clock: IReactorTime,
        trusted: TrustedProxies | None = None,
        hosts: Hosts | None = None,
        limits: PeerLimits | None = None,
    ) -> None:
        self.hosts = hosts
        self.limits = limits or PeerLimits(clock)
        self.trusted = trusted or TrustedProxies()
        super().__init__(  # type: ignore[no-untyped-call]
            root, requestFactory=ChatRequest, timeout=REQUEST_TIMEOUT, reactor=clock
        )

    def log(self, request: HTTPRequest) -> None:
        """Twisted: called for the access log; there is none."""

    def startFactory(self) -> None:
        """Twisted: would start the clock of the access log."""

    def stopFactory(self) -> None:
        """Twisted: would stop the clock of the access log."""
