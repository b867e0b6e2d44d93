"""WebSocket clients: one JSON object in each message, or lines of text.

``?format=json`` or the subprotocol ``chat.json`` asks for objects.  The other query
parameters are those of ``JoinRequest``: ``nick``, ``since``, ``session``, ``away``, and
``rooms`` and ``ignore``, which are lists separated by commas; and ``resume``, which
says that the first frame will resume, see ``first_frame``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from twisted.web.http import Request

from twisted_chat.core.backlog import Decode
from twisted_chat.core.chat import Chat
from twisted_chat.core.client import Identity
from twisted_chat.core.events import LOBBY
from twisted_chat.core.interfaces import BANNED, SHUTTING_DOWN, TAKEN_OVER
from twisted_chat.core.joining.entrance import Entrance
from twisted_chat.core.joining.join_request import JoinRequest
from twisted_chat.core.limits import RateLimit
from twisted_chat.core.replies import Reply
from twisted_chat.net.encryption import request_is_encrypted
from twisted_chat.net.origins import Origins
from twisted_chat.net.timers import Keepalive
from twisted_chat.websocket.connection import WebSocketConnection
from twisted_chat.websocket.frames import frame_text
from twisted_chat.websocket.handshake import tokens, upgrade

from .attach import Attachment, identity_of
from .first_frame import GRACE, RESUME_TIMEOUT, FirstFrame
from .gate import NOBODY, Attached, JsonGate, LineGate
from .irc.shared import IrcShared
from .irc.websocket import MAX_MESSAGE as MAX_IRC_MESSAGE
from .irc.websocket import SUBPROTOCOLS as IRC_SUBPROTOCOLS
from .irc.websocket import IrcWebSocket
from .json import JsonCodec
from .text import LineCodec

MAX_MESSAGE = 64 * 1024
"""Bytes of one message from a client."""

IRC_PATH = b"/irc"
"""Where every handshake is for IRC."""

JSON = "chat.json"
"""The subprotocol that asks for objects."""

# What clients ask for whose URL has no query.
_NO_QUERY = JoinRequest()

_UNSUPPORTED = 1003
_NORMAL = 1000
_ABNORMAL = 1006
# Private codes: another connection has the session; the client may not come back.
_CODES = {SHUTTING_DOWN: 1001, TAKEN_OVER: 4000, BANNED: 4003}


class ChatWebSocketFactory:
    """What all WebSocket clients share; ``upgrade`` makes each connection.

    :param rate_limit: how fast one client may send; ``None`` for no limit.
    :param keepalive: sends the pings of all connections.
    :param origins: the origins whose pages may connect.
    :param irc: what IRC clients share; without it, none are served.
    """

    def __init__(
        self,
        chat: Chat,
        rate_limit: RateLimit | None,
        keepalive: Keepalive,
        origins: Origins,
        irc: IrcShared | None = None,
    ) -> None:
        self.chat = chat
        self._irc = irc
        self.rate_limit = rate_limit
        self.line_codec = LineCodec(frame_text, frame_text)
        self.json_codec = JsonCodec()
        routes = chat.table
        self._decode = {
            codec: partial(codec.decode_frame, routes=routes)
            for codec in (self.line_codec, self.json_codec)
        }
        self._keepalive = keepalive
        self._origins = origins

    def decode(self, codec: JsonCodec | LineCodec) -> Decode:
        """What makes requests of the frames of clients that have this codec."""
        return self._decode[codec]

    def upgrade(self, request: Request) -> int | bytes:
        """Answer a handshake.

        :return: what ``render_GET`` returns.
        """
        refusal = self._origins.refusal(request)
        if refusal is not None:
            request.setResponseCode(403)
            plain = [b"text/plain; charset=utf-8"]
            request.responseHeaders.setRawHeaders(b"Content-Type", plain)
            return refusal.encode() + b"\n"
        irc = irc_subprotocols(request)
        if self._irc is not None and (irc or request.path == IRC_PATH):
            encrypted = request_is_encrypted(request)
            return upgrade(
                request,
                IrcWebSocket(self._irc, encrypted=encrypted),
                keepalive=self._keepalive,
                max_size=MAX_IRC_MESSAGE,
                subprotocols=irc,
                any_subprotocol=True,
            )
        return upgrade(
            request,
            ChatWebSocket(self, Query(request)),
            keepalive=self._keepalive,
            max_size=MAX_MESSAGE,
            subprotocols=(JSON,),
            any_subprotocol=True,
        )


def irc_subprotocols(request: Request) -> list[str]:
    """The subprotocols of IRC that a client offers, in its order of preference."""
    offered = tokens(request, b"Sec-WebSocket-Protocol")
    names = (name.decode("latin-1") for name in offered)
    return [name for name in names if name in IRC_SUBPROTOCOLS]


class Query:
    """The query of a handshake's URL.

    :ivar is_encrypted: the handshake was sent over TLS.
    :ivar wants_json: it asks for JSON objects.
    """

    __slots__ = ("_args", "is_encrypted", "wants_json")

    def __init__(self, request: Request) -> None:
        self.is_encrypted = request_is_encrypted(request)
        self._args: dict[bytes, list[bytes]] = request.args or {}
        self.wants_json = self._last(b"format") == "json"

    @property
    def join(self) -> JoinRequest:
        """The other parameters."""
        if not self._args:
            return _NO_QUERY
        return JoinRequest(
            nick=self._last(b"nick"),
            since=self._last(b"since"),
            session=self._last(b"session"),
            rooms=self._listed(b"rooms") or (LOBBY,),
            away=self._last(b"away") or "",
            ignored=self._listed(b"ignore"),
        )

    @property
    def wait(self) -> float:
        """Seconds to wait for a first frame that resumes."""
        if self._last(b"resume"):
            return RESUME_TIMEOUT
        known = (b"nick", b"session", b"since")
        return 0.0 if any(map(self._last, known)) else GRACE

    def _last(self, name: bytes) -> str | None:
        values = self._args.get(name)
        return values[-1].decode("utf-8", "replace") or None if values else None

    def _listed(self, name: bytes) -> tuple[str, ...]:
        return tuple(filter(None, (self._last(name) or "").split(",")))


class ChatWebSocket:
    """One client: a ``WebSocketPeer``, and the chat's ``Connection`` to it.

    :ivar write: sends frames that the codec has encoded.
    """

    __slots__ = (
        "_attachment",
        "_codec",
        "_connection",
        "_factory",
        "_first",
        "_is_encrypted",
        "_query",
        "write",
    )

    write: Callable[[bytes], None]
    _attachment: Attached
    _codec: JsonCodec | LineCodec
    _connection: WebSocketConnection

    def __init__(self, factory: ChatWebSocketFactory, query: Query) -> None:
        self._factory = factory
        self._query = query
        self._is_encrypted = query.is_encrypted
        # Until the first frame of a client that exchanges objects.
        self._first: FirstFrame | None = None

    # What WebSocket calls.

    def opened(self, connection: WebSocketConnection) -> None:
        """The handshake is done: attach the client, now or with its first frame."""
        factory, query = self._factory, self._query
        # Freed: connections are long-lived.
        del self._query
        self._connection = connection
        self.write = connection.write_frames
        wants_json = query.wants_json or connection.subprotocol == JSON
        self._codec = factory.json_codec if wants_json else factory.line_codec
        entrance = factory.chat.entrance
        if entrance is None:
            self._begin(query)
        else:
            self._gate(query, entrance)

    def _gate(self, query: Query, entrance: Entrance) -> None:
        """Let the client in once it has given the password of the server."""
        chat, identity = self._factory.chat, self._identity
        begin = partial(self._begin, query)
        if self._codec is self._factory.json_codec:
            gate: JsonGate | LineGate = JsonGate(
                chat, entrance, identity, self._show, self.close, begin
            )
        else:
            gate = LineGate(
                chat, entrance, identity, self._show, self.close, begin, hide=_hide
            )
        self._attachment = gate

    def _begin(self, query: Query) -> None:
        """Attach the client, now or with its first frame."""
        if self._codec is self._factory.json_codec:
            runtime = self._factory.chat.runtime
            self._first = FirstFrame(runtime, query.join, query.wait, self._attach)
        else:
            self._attach(query.join)

    def _show(self, reply: Reply, ref: str | None) -> None:
        """Show something to a client that is not attached yet."""
        self.write(self._codec.reply(reply, NOBODY, ref))

    @property
    def _identity(self) -> Identity:
        encrypted = self._is_encrypted
        return identity_of(
            "websocket", self._connection.address, is_encrypted=encrypted
        )

    def _attach(self, request: JoinRequest) -> None:
        factory, connection = self._factory, self._connection
        self._attachment = Attachment(
            factory.chat,
            self,
            self._codec,
            request,
            identity=self._identity,
            rate_limit=factory.rate_limit,
            decode=factory.decode(self._codec),
            source=connection,
        )

    def text_received(self, text: str) -> None:
        """A message: one JSON object, or one or several lines."""
        first, self._first = self._first, None
        if first is not None:
            attachment = self._attachment if not first.is_awaited else None
            guest = attachment if isinstance(attachment, Attachment) else None
            if first.take(text, guest):
                return
        self._to_attachment(text)

    def _to_attachment(self, text: str) -> None:
        while isinstance(self._attachment, LineGate):
            # What follows the password may be in the same message.
            line, _, text = text.partition("\n")
            self._attachment.receive(line)
            if not text:
                return
        self._attachment.receive(text)

    def binary_received(self, _data: bytes) -> None:
        """The chat accepts text only."""
        self._connection.close(_UNSUPPORTED, "send text")

    def closed(self, code: int, reason: str) -> None:
        """The connection is lost, or a close frame was received."""
        if self._first is None or not self._first.cancel():
            self._attachment.end(_error(code, reason))

    # What the chat calls; see ``interfaces.Connection``.

    @property
    def waiting(self) -> int:
        """Bytes that wait for the client."""
        return self._connection.waiting

    def close(self, reason: str) -> None:
        """Send a close frame after everything written so far."""
        self._connection.close(close_code(reason), reason)


def _hide(_hidden: bool) -> None:
    """A WebSocket client cannot be asked to hide what is typed."""


def close_code(reason: str) -> int:
    """The code with which the chat closes a connection, by its reason."""
    return _CODES.get(reason, _NORMAL)


def _error(code: int, reason: str) -> str:
    """Why a connection broke; empty if it was closed cleanly."""
    if code == _ABNORMAL:
        return reason or "connection lost"
    return reason if reason == "too slow" else ""
