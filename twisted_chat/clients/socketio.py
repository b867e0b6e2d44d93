"""The chat for stock Socket.IO clients, in the main namespace.

They say ``join`` NAME and ``messages`` TEXT, or ``chat`` VALUE; see
``wire.socketio_chat`` for what they hear.

Rules of this file: what a client sends becomes a ``Request`` in its ``Inbox`` or
comes to nothing; routes are not reached from here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

from twisted_chat.core.chat import Chat
from twisted_chat.core.client import Client
from twisted_chat.core.events import LOBBY
from twisted_chat.core.inbox import Inbox
from twisted_chat.core.interfaces import Codec
from twisted_chat.core.limits import MAX_LINE, RateLimit
from twisted_chat.core.nicknames import fold
from twisted_chat.core.replies import Refused, Request
from twisted_chat.core.sanitize import sanitize
from twisted_chat.engineio.frames import frame, polled
from twisted_chat.socketio.packets import MAIN, Packet, raw_argument
from twisted_chat.socketio.server import Connection, NamespaceSocket, SocketIO

from .socketio_codec import MAX_PID, ResumingCodec, SocketIOCodec, session_of

MAX_VALUE = 64 * 1024
"""Bytes of the JSON of one ``chat`` value."""

GUEST = "guest_"
"""What the name of one begins with who has not chosen any."""

MAX_REMEMBERED = 1000
"""Clients that are gone whose names are kept, for when they resume."""

# No other reason is for the log: a client may have made it up.
_ERRORS = {
    "ping timeout": "ping timeout",
    "too slow": "too slow",
    "the client cancelled its GET": "connection lost",
    "the WebSocket closed with 1006": "connection lost",
}
_TRANSPORTS = {True: frame, False: polled}
_DIALECTS = ((True, True), (True, False), (False, True))


class ChatSocketIO:
    """Puts the chat into the main namespace of a server.

    :param pace: how fast one client may speak; ``None`` for no limit.
    """

    log = Logger()

    def __init__(self, server: SocketIO, chat: Chat, pace: RateLimit | None) -> None:
        self.chat = chat
        self.clock = server.clock
        self.pace = pace
        self._codecs = {
            (over_websocket, messages, values): SocketIOCodec(
                encode, self.position, messages=messages, chat=values
            )
            for over_websocket, encode in _TRANSPORTS.items()
            for messages, values in _DIALECTS
        }
        self._names: dict[str, str] = {}
        server.namespaces[MAIN] = self._member

    def position(self) -> str:
        """Up to where everything was announced."""
        return self.chat.pool.position

    def remember(self, client: Client) -> None:
        """A client is gone that may resume, under the name that it has now."""
        if client.nick and not client.nick.startswith(GUEST):
            self._names[client.id] = client.nick
            if len(self._names) > MAX_REMEMBERED:
                del self._names[next(iter(self._names))]

    def remembered(self, session: str) -> str | None:
        """The name of a client that is gone."""
        return self._names.pop(session, None)

    def codec(self, over_websocket: bool, messages: bool, values: bool) -> Codec:
        """The one for all clients of a kind; both dialects if none is known."""
        if not messages and not values:
            messages = values = True
        return self._codecs[over_websocket, messages, values]

    def resuming(
        self, over_websocket: bool, pid: str, welcomed: Callable[[], object]
    ) -> Codec:
        """One for a client that resumes."""
        encode = _TRANSPORTS[over_websocket]
        return ResumingCodec(encode, self.position, pid, welcomed)

    def _member(self, connection: Connection, namespace: str) -> NamespaceSocket:
        return ChatMember(self, connection, namespace)


class ChatMember(NamespaceSocket):
    """One client in the chat.

    :ivar write: sends what its codec has made.
    """

    __slots__ = ("_client", "_inbox", "_messages", "_place", "_values", "write")

    _client: Client
    _inbox: Inbox

    def __init__(
        self, place: ChatSocketIO, connection: Connection, namespace: str
    ) -> None:
        super().__init__(connection, namespace)
        self._place = place
        self._messages = False
        self._values = False
        # The fan-out's inner loop: as little as can be between it and the outbox.
        self.write: Callable[[bytes], None] = connection.session.writer()

    # What Socket.IO calls.

    def connect(self, auth: dict[str, Any]) -> None:
        """Let it in; the chat sends the answer, with its welcome."""
        place, session = self._place, self.connection.session
        over_websocket = session.socket is not None
        pid, offset = auth.get("pid"), auth.get("offset")
        secret = session_of(pid)
        codec, since = place.codec(over_websocket, False, False), None
        if secret is not None:
            codec = place.resuming(over_websocket, str(pid), self._welcomed)
            if isinstance(offset, str) and len(offset) <= MAX_PID:
                since = offset
        nick = None if secret is None else place.remembered(secret)
        self.accept()
        self._client = place.chat.attach(
            self, codec, nick=nick, since=since, session=secret
        )
        self._inbox = Inbox(
            place.chat,
            self._client,
            place.pace,
            session.pause,
            session.resume,
        )

    def event_received(self, packet: Packet) -> None:
        """Something that the client says."""
        name, *values = packet.data
        ref = None if packet.id is None else str(packet.id)
        try:
            if name not in ("join", "messages", "chat"):
                if ref is None:
                    return
                raise Refused("no_such_event", f"there is no event {str(name)[:64]!r}")
            if not values:
                raise Refused("bad_request", f"{name} needs a value")
            if packet.binary:
                raise Refused("bad_request", "binary data is not for this chat")
            if name == "chat":
                self._speaks(values=True)
                self._inbox.put(_chat_value(packet, values[0], ref))
            else:
                self._speaks(messages=True)
                text = _text(name, values[0])
                if name == "messages":
                    self._inbox.put(Request("", text, room=LOBBY, ref=ref))
                else:
                    fold(text)  # what a line's words could not spell is no name
                    self._inbox.put(Request("nick", text, ref=ref))
                    self._inbox.put(Request("snapshot", "", room=LOBBY, internal=True))
        except Refused as refusal:
            self._inbox.put(Request("", "", ref=ref, refusal=refusal))

    def upgraded(self) -> None:
        """From here on it is sent frames."""
        self._recode()

    def closed(self, reason: str) -> None:
        """What it had sent is still said, then it leaves."""
        self._log_departure(reason)
        self._place.remember(self._client)
        self._inbox.disconnected()

    # What the chat calls; see ``interfaces.Connection``.

    def close(self, reason: str) -> None:
        """End the connection; a stock client comes back by itself."""
        self.connection.session.close(reason)

    def _log_departure(self, reason: str) -> None:
        client, log = self._client, self._place.log
        if client.connection is not self:
            return  # it is here by another connection
        nick = client.nick or "a newcomer"
        if why := _ERRORS.get(reason):
            log.info("{line}", line=f"client error: {nick}: {why}")
        log.info("{line}", line=f"{nick} quit")

    def _welcomed(self) -> None:
        # Called by the codec while it encodes.
        self._place.clock.callLater(0, self._recode)

    def _speaks(self, *, messages: bool = False, values: bool = False) -> None:
        """The client shows which dialect it uses."""
        before = self._messages, self._values
        self._messages |= messages
        self._values |= values
        if before != (self._messages, self._values):
            self._recode()

    def _recode(self) -> None:
        if self.admitted:
            over_websocket = self.connection.session.socket is not None
            codec = self._place.codec(over_websocket, self._messages, self._values)
            self._place.chat.recode(self._client, codec)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise Refused("bad_request", f"{name} takes a text")
    text = sanitize(value)
    if len(text.encode()) > MAX_LINE:
        raise Refused("too_long", f"that is longer than {MAX_LINE} bytes: send less")
    return text


def _chat_value(packet: Packet, value: object, ref: str | None) -> Request:
    raw = raw_argument(packet)
    if len(raw.encode()) > MAX_VALUE:
        raise Refused("too_long", f"that is longer than {MAX_VALUE} bytes: send less")
    if not isinstance(value, str):
        return Request("custom_event", "", room=LOBBY, raw=raw, ref=ref, internal=True)
    text = sanitize(value).encode()[:MAX_LINE].decode(errors="ignore")
    return Request("", text, room=LOBBY, raw=raw, ref=ref)
