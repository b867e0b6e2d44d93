"""Socket.IO clients, in the main namespace.

Stock clients emit ``join`` NAME and ``messages`` TEXT, or ``chat`` VALUE; see the codec
for what they receive.  They may choose a dialect with ``auth.dialect``, or ``dialect``
in the query of the URL.  Whatever a client emits becomes a ``Request`` in its inbox or
is ignored; it cannot name a route.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from twisted_chat.core.chat import Chat
from twisted_chat.core.inbox import Inbox
from twisted_chat.core.interfaces import Codec, StoreError
from twisted_chat.core.joining.join_request import Credentials, JoinRequest
from twisted_chat.core.joining.sessions import client_id_of
from twisted_chat.core.limits import TOKEN_BYTES, RateLimit
from twisted_chat.core.replies import Refused, Request, refusal
from twisted_chat.engineio.framing import POLLING, WEBSOCKET, Framing
from twisted_chat.socketio.packets import (
    MAIN,
    MAX_EVENT,
    Packet,
    event_of,
    event_text,
)
from twisted_chat.socketio.server import Connection, Socket, SocketIO

from .attach_session import SessionAttachment, session_identity
from .gate import NEEDED
from .socketio_codec import (
    CHOICES,
    Dialect,
    SocketIOCodec,
    decode_event,
    dialect_of,
    event_too_long,
)
from .socketio_recovery import (
    NEW_USAGE,
    ResumeRequest,
    ResumingCodec,
    Usage,
    Usages,
)

_SHOWS_HISTORY = "snapshot"
"""The route that ``join`` is decoded to, among others."""

_WIRE = "socket.io"

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
        self._usages = Usages()
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
        self,
        framing: Framing,
        pid: str,
        usage: Usage,
        welcomed: Callable[[Usage], object],
    ) -> Codec:
        """A codec for one client that resumes.

        :param pid: the recovery id that the client sent.
        :param usage: how it used the chat before.
        :param welcomed: called while its welcome is encoded; recode the client then.
        """
        return ResumingCodec(framing.text, self.position, pid, usage, welcomed)

    def remember(self, client_id: str, usage: Usage) -> None:
        """A client that may resume has left."""
        self._usages.remember(client_id, usage)

    def usage(self, session: str) -> Usage:
        """How the client that had this session used the chat."""
        client_id = client_id_of(session)
        client = self.chat.pool.clients.get(client_id)
        if client is not None and isinstance(client.connection, ChatSocket):
            return client.connection.usage
        return self._usages.take(client_id)

    def _socket(self, connection: Connection, namespace: str) -> Socket:
        return ChatSocket(self, connection, namespace)


class ChatSocket(Socket):
    """One client in the chat, and its ``core.interfaces.Connection``.

    :ivar usage: how it uses the chat.
    :ivar write: sends what the codec has encoded.
    """

    __slots__ = (
        "_attachment",
        "_chat_namespace",
        "_packet",
        "_presented",
        "usage",
        "write",
    )

    write: Callable[[bytes], None]
    _attachment: SessionAttachment

    def __init__(
        self, chat_namespace: ChatNamespace, connection: Connection, namespace: str
    ) -> None:
        super().__init__(connection, namespace)
        self._chat_namespace = chat_namespace
        self.usage = NEW_USAGE
        # The event that is being received.
        self._packet: Packet | None = None
        # The ``pid`` of a client that resumes, until it is welcomed.
        self._presented = ""

    # What Socket.IO calls.

    def connect(self, auth: dict[str, Any]) -> None:
        """The client joins; the welcome is the answer to its packet."""
        shared = self._chat_namespace
        request = JoinRequest()
        try:
            dialect = _chosen_dialect(auth, self.connection.query)
            credentials = _credentials_in(auth)
            self._enter(auth)
        except Refused as refused:
            self.refuse(refused.text)
            return
        resume = ResumeRequest.of(auth)
        if resume is not None:
            request = JoinRequest(since=resume.offset, session=resume.session)
            self.usage = shared.usage(resume.session)
        if dialect is not None:
            self.usage = replace(self.usage, dialect=dialect, is_fixed=True)
        self._presented = "" if resume is None else resume.pid
        former = self.connection.kept
        if isinstance(former, Inbox) and (wait := former.wait()) > 0:
            # It left, and would be sent everything again and again.
            shared.clock.callLater(wait, self._log_in, request, credentials)
        else:
            self._log_in(request, credentials)

    def _enter(self, auth: Mapping[str, Any]) -> None:
        """Check the password of the server.

        :raises Refused: it is wrong, or missing.
        """
        entrance = self._chat_namespace.chat.entrance
        if entrance is None:
            return
        password = auth.get("server_password")
        if not isinstance(password, str):
            raise NEEDED
        identity = session_identity(self.connection.session, _WIRE)
        entrance.check(password, identity)

    def _log_in(self, request: JoinRequest, credentials: Credentials | None) -> None:
        """Let the client join once it is known who it is."""
        if credentials is None:
            self._join(request)
        else:
            runtime = self._chat_namespace.chat.runtime
            runtime.spawn(self._check(request, credentials))

    async def _check(self, request: JoinRequest, credentials: Credentials) -> None:
        logins = self._chat_namespace.chat.account_logins
        identity = session_identity(self.connection.session, _WIRE)
        try:
            account = await logins.account_of(credentials, identity, self)
        except (Refused, StoreError) as error:
            if self.connection.has(self):
                self.refuse(str(error))
            return
        self._join(replace(request, account=account.name, member_id=account.id))

    def _join(self, request: JoinRequest) -> None:
        if not self.connection.has(self):
            return
        shared, former = self._chat_namespace, self.connection.kept
        self.accept()
        self._attachment = SessionAttachment(
            shared.chat,
            self,
            self.connection.session,
            self._codec(),
            request,
            wire=_WIRE,
            rate_limit=shared.rate_limit,
            decode=self._decode,
        )
        if isinstance(former, Inbox):
            self._attachment.continue_rate(former)
            self._attachment.charge(1)
        self.connection.kept = self._attachment

    def event_received(self, packet: Packet) -> None:
        """The client emits an event."""
        if packet.is_too_long:
            ref = None if packet.id is None else str(packet.id)
            self._attachment.put(refusal(event_too_long(), ref))
            self._attachment.charge(MAX_EVENT // TOKEN_BYTES)
            return
        # Decoded only once, unless it has to wait.
        self._packet = packet
        self._attachment.receive(event_text(packet))
        self._packet = None

    def _decode(self, text: str) -> list[Request]:
        """The requests in an event; see ``core.backlog.Decode``."""
        packet = self._packet or event_of(text)
        before = self.usage
        requests = decode_event(packet, was_shown_history=before.has_joined)
        joins = any(request.route == _SHOWS_HISTORY for request in requests)
        self.usage = usage = before.emits(dialect_of(packet), joins=joins)
        if usage.dialect != before.dialect:
            self._recode()
        return requests

    def upgraded(self) -> None:
        """The session has another transport: write to it, in its framing."""
        if self.connected:
            self._attachment.upgraded(self._codec())

    def closed(self, reason: str) -> None:
        """The client has left the namespace, or its session is over."""
        client = self._attachment.client
        self._chat_namespace.remember(client.id, self.usage)
        self._attachment.end_session(reason)

    # What the chat calls; see ``interfaces.Connection``.

    @property
    def waiting(self) -> int:
        """Bytes that wait for the client."""
        return self.connection.session.waiting

    def close(self, reason: str) -> None:
        """End the session; a stock client reconnects by itself."""
        self.connection.session.close(reason)

    def _welcomed(self, usage: Usage) -> None:
        # Called by the codec while it encodes.
        self.usage, self._presented = usage, ""
        self._chat_namespace.clock.callLater(0, self._recode)

    def _recode(self) -> None:
        if self.connected:
            self._attachment.recode(self._codec())

    def _codec(self) -> Codec:
        """The codec that the client has now."""
        shared, framing = (
            self._chat_namespace,
            self.connection.session.transport.framing,
        )
        if not self._presented:
            return shared.codec(framing, self.usage.dialect)
        return shared.resuming_codec(
            framing, self._presented, self.usage, self._welcomed
        )


def _credentials_in(auth: Mapping[str, Any]) -> Credentials | None:
    """With what a client logs in, if it does.

    :raises Refused: it is not complete.
    """
    token, nick, password = auth.get("token"), auth.get("nick"), auth.get("password")
    if token is None and password is None:
        return None
    if isinstance(token, str) and token:
        return Credentials(token=token)
    if isinstance(nick, str) and isinstance(password, str):
        return Credentials(nick, password)
    raise Refused("bad_field", "log in with {nick, password} or {token}, as strings")


def _chosen_dialect(
    auth: Mapping[str, Any], query: Mapping[str, str]
) -> Dialect | None:
    """The dialect that a client asks for; ``None`` if the server is to find out.

    :raises Refused: the dialect is unknown.
    """
    choice = auth.get("dialect", query.get("dialect"))
    if choice is None:
        return None
    dialect = CHOICES.get(choice) if isinstance(choice, str) else None
    if dialect is None:
        known = ", ".join(CHOICES)
        raise Refused("bad_field", f"no such dialect: choose one of {known}")
    return dialect
