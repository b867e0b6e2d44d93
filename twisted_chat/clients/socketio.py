"""Socket.IO clients, in the main namespace.

Stock clients emit ``join`` NAME and ``messages`` TEXT, or ``chat`` VALUE; see the codec
for what they receive.  Whatever a client emits becomes a ``Request`` in its inbox or is
ignored; it cannot name a route.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted_chat.core.chat import Chat
from twisted_chat.core.interfaces import Codec
from twisted_chat.core.joining import JoinRequest
from twisted_chat.core.limits import RateLimit
from twisted_chat.engineio.framing import POLLING, WEBSOCKET, Framing
from twisted_chat.socketio.packets import MAIN, Packet
from twisted_chat.socketio.server import Connection, Socket, SocketIO

from .attach import Attachment
from .socketio_codec import Dialect, SocketIOCodec, decode_event, dialect_of
from .socketio_recovery import RememberedNames, ResumeRequest, ResumingCodec

# Other reasons are not logged: a client may have sent any text.
_ERRORS = {
    "ping timeout": "ping timeout",
    "too slow": "too slow",
    "the client cancelled its GET": "connection lost",
    "the WebSocket closed with 1006": "connection lost",
}
_FRAMINGS = (POLLING, WEBSOCKET)


class ChatNamespace:
    """The chat as the main namespace of a server; what all its clients share.

    :param rate_limit: how fast one client may send; ``None`` for no limit.
    """

    def __init__(
        self, server: SocketIO, chat: Chat, rate_limit: RateLimit | None
    ) -> None:
        self.chat = chat
        self.clock = server.clock
        self.rate_limit = rate_limit
        self.names = RememberedNames()
        self._codecs = {
            (framing, dialect): SocketIOCodec(framing.text, self.position, dialect)
            for framing in _FRAMINGS
            for dialect in (Dialect.MESSAGES, Dialect.CHAT, Dialect.BOTH)
        }
        server.namespaces[MAIN] = self._socket

    def position(self) -> str:
        """The position up to which everything was announced."""
        return self.chat.pool.position

    def codec(self, framing: Framing, dialect: Dialect) -> Codec:
        """The codec shared by all clients with this framing and dialect."""
        return self._codecs[framing, dialect or Dialect.BOTH]

    def resuming_codec(
        self, framing: Framing, pid: str, welcomed: Callable[[], object]
    ) -> Codec:
        """A codec for one client that resumes.

        :param pid: the recovery id that the client sent.
        :param welcomed: called while its welcome is encoded; recode the client then.
        """
        return ResumingCodec(framing.text, self.position, pid, welcomed)

    def _socket(self, connection: Connection, namespace: str) -> Socket:
        return ChatSocket(self, connection, namespace)


class ChatSocket(Socket):
    """One client in the chat, and its ``core.interfaces.Connection``.

    :ivar write: sends what the codec has encoded.
    """

    __slots__ = ("_attachment", "_chat_namespace", "_dialect", "write")

    _attachment: Attachment

    def __init__(
        self, chat_namespace: ChatNamespace, connection: Connection, namespace: str
    ) -> None:
        super().__init__(connection, namespace)
        self._chat_namespace = chat_namespace
        self._dialect = Dialect.UNKNOWN
        # The fan-out's inner loop: as little as can be between it and the outbox.
        self.write: Callable[[bytes], None] = connection.session.transport.write

    # What Socket.IO calls.

    def connect(self, auth: dict[str, Any]) -> None:
        """The client joins; the welcome is the answer to its packet."""
        shared, session = self._chat_namespace, self.connection.session
        framing = session.transport.framing
        codec, request = shared.codec(framing, self._dialect), JoinRequest()
        resume = ResumeRequest.of(auth)
        if resume is not None:
            codec = shared.resuming_codec(framing, resume.pid, self._welcomed)
            request = JoinRequest(
                nick=shared.names.take(resume.session),
                since=resume.offset,
                session=resume.session,
            )
        self.accept()
        self._attachment = Attachment(
            shared.chat,
            self,
            codec,
            request,
            rate_limit=shared.rate_limit,
            pause=session.pause,
            resume=session.resume,
        )

    def event_received(self, packet: Packet) -> None:
        """The client emits an event."""
        dialect = self._dialect | dialect_of(packet)
        if dialect != self._dialect:
            self._dialect = dialect
            self._recode()
        for request in decode_event(packet):
            self._attachment.put(request)

    def upgraded(self) -> None:
        """The session has another transport: write to it, in its framing."""
        former, self.write = self.write, self.connection.session.transport.write
        if self.connected:
            client = self._attachment.client
            if client.write == former:
                client.write = self.write
            self._recode()

    def closed(self, reason: str) -> None:
        """The client has left the namespace, or its session is over."""
        client = self._attachment.client
        self._chat_namespace.names.remember(client.id, client.nick)
        self._attachment.end(_ERRORS.get(reason, ""))

    # What the chat calls; see ``interfaces.Connection``.

    def close(self, reason: str) -> None:
        """End the session; a stock client reconnects by itself."""
        self.connection.session.close(reason)

    def _welcomed(self) -> None:
        # Called by the codec while it encodes.
        self._chat_namespace.clock.callLater(0, self._recode)

    def _recode(self) -> None:
        if self.connected:
            shared = self._chat_namespace
            framing = self.connection.session.transport.framing
            codec = shared.codec(framing, self._dialect)
            shared.chat.recode(self._attachment.client, codec)
