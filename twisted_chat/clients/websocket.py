"""The chat over WebSocket: lines, or JSON objects, one a frame.

``?format=json`` or the subprotocol ``chat.json`` asks for objects.  ``nick``,
``rooms`` (with commas between, the one spoken in last), ``since`` and ``session``
say who someone is and where they stopped.

Rules of this file: between a message for everyone and the socket stands nothing
but the outbox; what a client asks goes through its inbox.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.web.http import Request

from twisted_chat.core.chat import Chat
from twisted_chat.core.client import Client
from twisted_chat.core.events import LOBBY
from twisted_chat.core.inbox import Inbox
from twisted_chat.core.interfaces import SHUTTING_DOWN, TAKEN_OVER, Codec
from twisted_chat.core.limits import MAX_ROOMS, RateLimit
from twisted_chat.net.origins import Origins
from twisted_chat.net.timers import Keepalive
from twisted_chat.websocket.connection import WebSocketConnection, upgrade
from twisted_chat.websocket.frames import frame_text

from .json import JsonCodec
from .json_requests import decode_json
from .text import LineCodec, decode_bytes

MAX_FRAME = 64 * 1024
"""Bytes of one message of a client."""

JSON = "chat.json"
"""The subprotocol that asks for objects."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_UNSUPPORTED = 1003
_NORMAL = 1000
_ABNORMAL = 1006
# The last one is private, so that a page can tell that it is somebody else's now.
_CODES = {SHUTTING_DOWN: 1001, TAKEN_OVER: 4000}


class ChatWebSockets:
    """Lets WebSocket clients into the chat.

    :param pace: how fast one client may speak; ``None`` for no limit.
    :param keepalive: shared by all of them.
    :param origins: whose pages may connect.
    """

    log = Logger()

    def __init__(
        self,
        chat: Chat,
        clock: IReactorTime,
        pace: RateLimit | None,
        keepalive: Keepalive,
        origins: Origins,
    ) -> None:
        self.chat = chat
        self.clock = clock
        self.pace = pace
        self.text = LineCodec(frame_text)
        self.json = JsonCodec()
        self._keepalive = keepalive
        self._origins = origins

    def answer(self, request: Request) -> int | bytes:
        """Answer a handshake: what ``render_GET`` returns."""
        if not self._origins.allow(request):
            request.setResponseCode(403)
            plain = [b"text/plain; charset=utf-8"]
            request.responseHeaders.setRawHeaders(b"Content-Type", plain)
            return b"Pages of other sites may not connect (see --allow-origin).\n"
        peer = ChatWebSocket(self, Query(request))
        return upgrade(
            request,
            peer,
            keepalive=self._keepalive,
            max_size=MAX_FRAME,
            subprotocols=(JSON,),
        )


class Query:
    """What the address of a handshake says about its client."""

    __slots__ = ("json", "nick", "rooms", "session", "since")

    def __init__(self, request: Request) -> None:
        args: dict[bytes, list[bytes]] = request.args or {}

        def last(name: bytes) -> str | None:
            values = args.get(name)
            return values[-1].decode("utf-8", "replace") or None if values else None

        self.json = last(b"format") == "json"
        self.nick = last(b"nick")
        self.since = last(b"since")
        self.session = last(b"session")
        rooms = (last(b"rooms") or "").split(",")
        self.rooms = tuple(room for room in rooms if room)[-MAX_ROOMS:] or (LOBBY,)


class ChatWebSocket:
    """One client: a ``WebSocketPeer``, and the chat's ``Connection`` to it.

    :ivar write: sends frames that its codec has made.
    """

    __slots__ = (
        "_client",
        "_connection",
        "_inbox",
        "_json",
        "_place",
        "_query",
        "write",
    )

    write: Callable[[bytes], None]
    _client: Client
    _connection: WebSocketConnection
    _inbox: Inbox

    def __init__(self, place: ChatWebSockets, query: Query) -> None:
        self._place = place
        self._query: Query | None = query

    # What WebSocket calls.

    def opened(self, connection: WebSocketConnection) -> None:
        """Let it in."""
        place, query = self._place, self._query
        if query is None:
            return
        # Asked once, and not kept for the hours that follow.
        self._query = None
        self._connection = connection
        self.write = connection.write_frames
        self._json = query.json or connection.subprotocol == JSON
        codec: Codec = place.json if self._json else place.text
        self._client = place.chat.attach(
            self,
            codec,
            nick=query.nick,
            since=query.since,
            session=query.session,
            rooms=query.rooms,
        )
        self._inbox = Inbox(
            place.chat,
            self._client,
            place.pace,
            connection.pause,
            connection.resume,
        )

    def text_received(self, text: str) -> None:
        """One object; or one line, or what someone has pasted."""
        known = self._place.chat.table
        if self._json:
            self._inbox.put(decode_json(text, known))
            return
        for line in _LINE_END.split(text):
            if line:
                self._inbox.put(decode_bytes(line.encode(), known))

    def binary_received(self, _data: bytes) -> None:
        """A chat is text."""
        self._connection.close(_UNSUPPORTED, "send text")

    def closed(self, code: int, reason: str) -> None:
        """It is gone, or said that it goes."""
        self._fall_silent()
        if self._client.connection is self:
            self._log_departure(code, reason)
        self._inbox.disconnected()

    # What the chat calls; see ``interfaces.Connection``.

    def close(self, reason: str) -> None:
        """Say goodbye once all that was written is sent."""
        self._connection.close(_CODES.get(reason, _NORMAL), reason)
        self._fall_silent()

    def _log_departure(self, code: int, reason: str) -> None:
        log, nick = self._place.log, self._client.nick or "a newcomer"
        if code == _ABNORMAL:
            reason = reason or "connection lost"
        if code == _ABNORMAL or reason == "too slow":
            log.info("{line}", line=f"client error: {nick}: {reason}")
        log.info("{line}", line=f"{nick} quit")

    def _fall_silent(self) -> None:
        """Nothing may follow a goodbye (RFC 6455, section 5.5.1)."""
        self.write = _dropped
        if self._client.connection is self:
            self._client.write = _dropped


def _dropped(_data: bytes) -> None:
    """Nobody is there."""
