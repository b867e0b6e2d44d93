"""An Engine.IO 4 server as a resource of twisted.web.

Give ``EngineIOResource`` a callable that makes an ``EngineIOPeer`` for each client, and
put it where clients look for it: at ``/socket.io/`` or ``/engine.io/``.
(engine.io-protocol, version 4; JSONP and older versions are refused.)

Invariants: only this module knows methods, queries and headers.  A refusal has the
status, code and message of the protocol's reference server.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from io import SEEK_END
from typing import Any
from urllib.parse import parse_qs

from twisted.internet.interfaces import IReactorTime
from twisted.web.http import Request
from twisted.web.pages import notFound
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from twisted_chat.net.admission import Admission
from twisted_chat.net.encryption import request_is_encrypted
from twisted_chat.net.origins import Origins
from twisted_chat.net.peer_limits import PeerLimits
from twisted_chat.websocket.connection import WebSocketPeer
from twisted_chat.websocket.handshake import is_upgrade, upgrade

from .handshakes import Handshakes
from .packets import PROTOCOL, payload
from .polling import PollingTransport, respond
from .session import EngineIOPeer, Session, SessionState
from .sessions import Sessions, random_id
from .websocket import WebSocketTransport

PING_INTERVAL = 25.0
"""Seconds between heartbeats."""

PING_TIMEOUT = 20.0
"""Seconds in which a heartbeat has to be answered."""

MAX_PAYLOAD = 1_000_000
"""Bytes of one POST, or of one WebSocket message."""

MAX_SESSIONS = 10_000
"""Concurrent sessions."""

MAX_PER_HOST = 64
"""Concurrent sessions of one address; loopback addresses have no limit."""

MAX_QUERY_FIELDS = 32
"""Fields in the query of a request."""

AllowOrigin = Callable[[bytes | None, bytes], bool]
"""Called with ``Origin`` (or ``None``) and ``Host``: may the page connect?"""

SAME_ORIGIN: AllowOrigin = Origins()
"""Allows pages of the same host, and clients that are not browsers."""


_SITE = b"Sec-Fetch-Site"


class Refusal(Exception):
    """A request is refused, with a code of the protocol."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = json.dumps(
            {"code": code, "message": message}, separators=(",", ":")
        ).encode()

    def respond(self, request: Request) -> bytes:
        """Set the status and the type; return the body."""
        request.setResponseCode(self.status)
        request.setHeader(b"Content-Type", b"application/json")
        return self.body


class EngineIOResource(Resource):
    """Serves Engine.IO.

    :param peer: called with the first request of each client, whose headers and query
        may identify it; makes the application's side of the session.
    :param clock: the reactor.
    :param ping_interval: seconds, as is ``ping_timeout``; fractions are allowed.
    :param max_payload: bytes of one POST or WebSocket message; a longer one ends the
        session.
    :param max_sessions: more are refused with status 503, as are more than
        ``max_per_host`` from one address.
    :param allow_origin: called for every request, on both transports.
    :param new_id: makes session ids, which must be hard to guess.
    :param refused: counts the sessions beyond a limit: ``full`` or ``per_host``.
    :param limits: of all connections of the server; by default of those of the
        resource.
    :ivar handshakes: delays those who open sessions too fast; ``None``, the default,
        for nobody.
    """

    def __init__(  # noqa: PLR0913 - each is an option of the application
        self,
        peer: Callable[[Request], EngineIOPeer],
        clock: IReactorTime,
        *,
        ping_interval: float = PING_INTERVAL,
        ping_timeout: float = PING_TIMEOUT,
        max_payload: int = MAX_PAYLOAD,
        max_sessions: int = MAX_SESSIONS,
        max_per_host: int = MAX_PER_HOST,
        allow_origin: AllowOrigin = SAME_ORIGIN,
        new_id: Callable[[], str] = random_id,
        refused: Counter[str] | None = None,
        limits: PeerLimits | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._peer = peer
        self._allow_origin = allow_origin
        self._clock = clock
        self.handshakes: Handshakes | None = None
        self._max_sessions = max_sessions
        self._sessions = Sessions(
            clock,
            new_id,
            Admission(max_sessions, max_per_host, refused),
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
            max_payload=max_payload,
            limits=limits or PeerLimits(clock),
        )

    @property
    def sessions(self) -> int:
        """The number of sessions."""
        return len(self._sessions)

    @property
    def is_half_full(self) -> bool:
        """Whether half of the sessions that there may be are in use."""
        return 2 * len(self._sessions) >= self._max_sessions

    def close(self, reason: str = "") -> None:
        """Close all sessions, before the server stops."""
        self._sessions.close(reason)

    def when_flushed(self, call: Callable[[], None]) -> None:
        """Call back, once, when the clients of closed sessions have fetched all
        messages, or a second after they last did.
        """
        self._sessions.draining.when_flushed(call)

    def getChild(self, path: bytes, request: Request) -> Any:
        """Twisted: accept a slash at the end of the path, and nothing below it."""
        return self if path == b"" else notFound()

    def render(self, request: Request) -> Any:
        """Twisted: answer a request."""
        try:
            self._check_origin(request)
            if request.method == b"OPTIONS":
                return self._preflight(request)
            return self._dispatch(request)
        except Refusal as refusal:
            return refusal.respond(request)

    def _check_origin(self, request: Request) -> None:
        headers = request.requestHeaders
        origins = headers.getRawHeaders(b"Origin")
        origin = origins[0] if origins else None
        host = headers.getRawHeaders(b"Host", [b""])[0]
        # An image of any page is fetched without an Origin, and opened a session.
        hides = origin is None and headers.getRawHeaders(_SITE) == [b"cross-site"]
        page = b"null" if hides else origin
        if len(origins or ()) > 1 or not self._allow_origin(page, host):
            raise Refusal(403, 4, "Forbidden")
        if origin is not None:
            request.setHeader(b"Access-Control-Allow-Origin", origin)
            request.setHeader(b"Access-Control-Allow-Credentials", b"true")
            request.setHeader(b"Vary", b"Origin")

    def _preflight(self, request: Request) -> bytes:
        request.setResponseCode(204)
        request.setHeader(b"Access-Control-Allow-Methods", b"GET,POST")
        asked = request.requestHeaders.getRawHeaders(b"Access-Control-Request-Headers")
        if asked:
            request.setHeader(b"Access-Control-Allow-Headers", asked[0])
        return b""

    def _dispatch(self, request: Request) -> Any:
        query = query_of(request)
        transport = query.get("transport")
        if transport not in ("polling", "websocket"):
            raise Refusal(400, 0, "Transport unknown")
        if (transport == "websocket") != is_upgrade(request) or "j" in query:
            raise Refusal(400, 3, "Bad request")
        sid = query.get("sid")
        if sid is None:
            return self._open(request, transport, query.get("EIO"))
        session = self._sessions.get(sid)
        if transport == "websocket":
            if session is None:
                raise Refusal(400, 1, "Session ID unknown")
            return self._accept(request, self._sessions.upgrade(session))
        if session is None or not session.check_alive():
            return self._drain(request, sid)
        return self._poll(request, session)

    def _open(self, request: Request, transport: str, version: str | None) -> Any:
        """Open a session with its first request."""
        if request.method != b"GET":
            raise Refusal(400, 2, "Bad handshake method")
        if version != PROTOCOL:
            raise Refusal(400, 5, "Unsupported protocol version")
        wait = 0.0 if self.handshakes is None else self.handshakes.delay(request)
        if wait > 0:
            self._open_later(request, transport, wait)
            return NOT_DONE_YET
        return self._create(request, transport)

    def _open_later(self, request: Request, transport: str, seconds: float) -> None:
        """Open a session after a while, unless the client does not wait for it."""

        def create() -> None:
            try:
                answer = self._create(request, transport)
            except Refusal as refusal:
                answer = refusal.respond(request)
            if answer is not NOT_DONE_YET:
                request.setHeader(b"Content-Length", str(len(answer)).encode())
                request.write(answer)
                request.finish()

        def cancel(_reason: object) -> None:
            if call.active():
                call.cancel()

        call = self._clock.callLater(seconds, create)
        request.notifyFinish().addErrback(cancel)

    def _create(self, request: Request, transport: str) -> Any:
        peer = self._peer(request)
        session = self._sessions.create(
            peer,
            request.getClientAddress(),
            is_encrypted=request_is_encrypted(request),
        )
        if session is None:
            raise Refusal(503, 4, "Too many sessions")
        if transport == "websocket":
            websocket = WebSocketTransport(session, self._sessions.clock)
            result = self._accept(request, websocket)
            if session.state is SessionState.OPENING:
                # The WebSocket handshake was refused.
                session.close()
            return result
        polling = PollingTransport(session, self._sessions.limits, self._clock)
        polling.get(request)
        session.open(polling)
        return NOT_DONE_YET

    def _accept(self, request: Request, peer: WebSocketPeer) -> Any:
        """Answer a WebSocket handshake."""
        sessions = self._sessions
        return upgrade(
            request,
            peer,
            keepalive=sessions.connection_keepalive,
            max_size=sessions.max_payload,
            any_subprotocol=True,
        )

    def _drain(self, request: Request, sid: str) -> Any:
        """Answer a GET of a session that ended."""
        draining = self._sessions.draining
        records = draining.take(sid) if request.method == b"GET" else None
        if records is None:
            raise Refusal(400, 1, "Session ID unknown")
        respond(request, payload(records))
        return NOT_DONE_YET

    def _poll(self, request: Request, session: Session) -> Any:
        """Pass a request to the polling transport of a session."""
        transport = session.transport
        if not isinstance(transport, PollingTransport) or (
            request.method not in (b"GET", b"POST")
        ):
            raise Refusal(400, 3, "Bad request")
        if request.method == b"GET":
            transport.get(request)
            return NOT_DONE_YET
        limit = self._sessions.max_payload
        size = _size_of_body(request)
        if size > limit:
            session.fail(f"a POST of more than {limit} bytes")
            raise Refusal(413, 3, "Payload too large")
        transport.post(request, size)
        return NOT_DONE_YET


def _size_of_body(request: Request) -> int:
    """Its bytes; nothing of it is read into memory."""
    content = request.content
    if content is None:
        return 0
    size: int = content.seek(0, SEEK_END)
    content.seek(0)
    return size


def query_of(request: Request) -> dict[str, str]:
    """The query of the URL.  (``request.args`` would include the fields of a form.)

    :raises Refusal: it has more than ``MAX_QUERY_FIELDS``.
    """
    # As text, because versions of Python differ in how they unescape bytes.
    text = request.uri.partition(b"?")[2].decode("latin-1")
    try:
        return dict(_fields(text))
    except ValueError:
        raise Refusal(400, 3, "Bad request") from None


# The application often asks for the query of the same request.
@lru_cache(maxsize=1)
def _fields(query: str) -> dict[str, str]:
    fields = parse_qs(query, encoding="latin-1", max_num_fields=MAX_QUERY_FIELDS)
    return {name: values[0] for name, values in fields.items()}
