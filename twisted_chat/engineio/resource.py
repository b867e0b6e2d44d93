"""An Engine.IO 4 server as a resource of twisted.web, for any application.

Give ``EngineIOResource`` something that makes an ``EngineIOPeer`` for each client,
and put it where the clients look for it: ``/socket.io/`` or ``/engine.io/``.
(engine.io-protocol, version 4; JSONP and older versions are refused.)

Rules of this file: the only one of Engine.IO that knows methods, queries and
headers; a refusal has the code and the words of the protocol's own server.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs

from twisted.internet.interfaces import IReactorTime
from twisted.web.http import Request
from twisted.web.pages import notFound
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from twisted_chat.net.admission import Admission
from twisted_chat.net.origins import Origins
from twisted_chat.websocket.handshake import is_upgrade, upgrade

from .packets import PROTOCOL
from .polling import answer
from .session import EngineIOPeer, Session, Sessions
from .websocket import Link

PING_INTERVAL = 25.0
"""Seconds between heartbeats."""

PING_TIMEOUT = 20.0
"""Seconds in which a heartbeat has to be answered."""

MAX_PAYLOAD = 1_000_000
"""Bytes of one POST, or of one WebSocket message."""

MAX_SESSIONS = 10_000
"""Sessions at once."""

MAX_PER_HOST = 64
"""Sessions at once from one address; this machine itself has no limit."""

MAX_QUERY_FIELDS = 32
"""Fields in the query of a request."""

AllowOrigin = Callable[[bytes | None, bytes], bool]
"""Whether a page of this ``Origin`` may connect to this ``Host``."""

SAME_ORIGIN: AllowOrigin = Origins()
"""Pages of the very host that they connect to, and programs that are no pages."""


class Refusal(Exception):
    """A request that is refused, with a code of Engine.IO's own."""

    def __init__(self, status: int, code: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.body = json.dumps(
            {"code": code, "message": words}, separators=(",", ":")
        ).encode()


def random_id() -> str:
    """An id that nobody guesses: 120 bits."""
    return token_urlsafe(15)


class EngineIOResource(Resource):
    """Engine.IO for whatever ``peer`` makes.

    :param peer: called with the first request of each client, whose headers and
        query tell who that is; makes its side of the application.
    :param clock: the reactor.
    :param ping_interval: seconds, as is ``ping_timeout``; fractions are fine.
    :param max_payload: bytes of one POST or WebSocket message; more ends the
        session.
    :param max_sessions: more are refused with 503; as are more than
        ``max_per_host`` from one address.
    :param allow_origin: asked of every request, on both transports.
    :param new_id: makes session ids, which must be hard to guess.
    """

    def __init__(
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
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._peer = peer
        self._allow_origin = allow_origin
        self._sessions = Sessions(
            clock,
            new_id,
            Admission(max_sessions, max_per_host),
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
            max_payload=max_payload,
        )

    @property
    def sessions(self) -> int:
        """How many clients there are."""
        return len(self._sessions.by_id)

    def close(self, reason: str = "") -> None:
        """End all sessions, as a server does that stops."""
        for session in list(self._sessions.by_id.values()):
            session.close(reason)

    def when_told(self, call: Callable[[], None]) -> None:
        """Call back once the clients of closed sessions have fetched what was said
        to them, or a second after that.
        """
        self._sessions.when_told(call)

    def getChild(self, path: bytes, request: Request) -> Any:
        """The same with and without a slash at the end, and nothing below."""
        return self if path == b"" else notFound()

    def render(self, request: Request) -> Any:
        """Answer any request."""
        try:
            self._check_origin(request)
            if request.method == b"OPTIONS":
                return self._preflight(request)
            return self._dispatch(request)
        except Refusal as refusal:
            request.setResponseCode(refusal.status)
            request.setHeader(b"Content-Type", b"application/json")
            return refusal.body

    def _check_origin(self, request: Request) -> None:
        headers = request.requestHeaders
        origins = headers.getRawHeaders(b"Origin")
        origin = origins[0] if origins else None
        host = headers.getRawHeaders(b"Host", [b""])[0]
        if not self._allow_origin(origin, host):
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
        query = _query(request)
        transport = query.get("transport")
        if transport not in ("polling", "websocket"):
            raise Refusal(400, 0, "Transport unknown")
        if (transport == "websocket") != is_upgrade(request) or "j" in query:
            raise Refusal(400, 3, "Bad request")
        sid = query.get("sid")
        if sid is None:
            return self._begin(request, transport, query.get("EIO"))
        session = self._sessions.by_id.get(sid)
        if transport == "websocket":
            if session is None:
                raise Refusal(400, 1, "Session ID unknown")
            return self._connect(request, Link(self._sessions, session))
        if session is None or not session.check():
            return self._say_last(request, sid)
        return self._poll(request, session)

    def _begin(self, request: Request, transport: str, version: str | None) -> Any:
        if request.method != b"GET":
            raise Refusal(400, 2, "Bad handshake method")
        if version != PROTOCOL:
            raise Refusal(400, 5, "Unsupported protocol version")
        peer, address = self._peer(request), request.getClientAddress()
        if self._sessions.admission.enter(address) is not None:
            raise Refusal(503, 4, "Too many sessions")
        make = partial(Session, self._sessions, peer, address)
        if transport == "websocket":
            link = Link(self._sessions, make)
            result = self._connect(request, link)
            if link.unused:
                # It was no sound handshake.
                self._sessions.admission.leave(address)
            return result
        session = make()
        answer(request, session.begin_polling())
        session.begin()
        return NOT_DONE_YET

    def _connect(self, request: Request, link: Link) -> Any:
        sessions = self._sessions
        return upgrade(
            request, link, keepalive=sessions.goodbyes, max_size=sessions.max_payload
        )

    def _say_last(self, request: Request, sid: str) -> Any:
        words = self._sessions.last_words(sid) if request.method == b"GET" else None
        if words is None:
            raise Refusal(400, 1, "Session ID unknown")
        answer(request, words[:-1])
        return NOT_DONE_YET

    def _poll(self, request: Request, session: Session) -> Any:
        polling = session.polling
        if polling is None or request.method not in (b"GET", b"POST"):
            raise Refusal(400, 3, "Bad request")
        if request.method == b"GET":
            polling.poll(request)
            return NOT_DONE_YET
        limit = self._sessions.max_payload
        body = request.content.read(limit + 1) if request.content else b""
        if len(body) > limit:
            session.failed(f"a POST of more than {limit} bytes")
            raise Refusal(413, 3, "Payload too large")
        polling.push(request, body)
        return NOT_DONE_YET


def _query(request: Request) -> dict[str, str]:
    """The query of the address.  (``request.args`` has fields of a POST's too.)"""
    # As text: of bytes that are escaped, versions of Python think differently.
    text = request.uri.partition(b"?")[2].decode("latin-1")
    try:
        fields = parse_qs(text, encoding="latin-1", max_num_fields=MAX_QUERY_FIELDS)
    except ValueError:
        raise Refusal(400, 3, "Bad request") from None
    return {name: values[0] for name, values in fields.items()}
