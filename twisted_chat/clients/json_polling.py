"""JSON clients by Engine.IO, for pages whose network does not pass WebSocket on.

Each message is one JSON object, as in a WebSocket frame; ``?format=json`` in the first
request asks for it, with the other parameters of a WebSocket.  Engine.IO cannot say why
a session ends, so the last message does: ``{"type":"closed","code":N,"reason":TEXT}``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from twisted.web.http import Request

from twisted_chat.core.chat import Chat
from twisted_chat.core.joining.join_request import JoinRequest
from twisted_chat.core.limits import RateLimit
from twisted_chat.core.replies import Reply
from twisted_chat.engineio.framing import POLLING, WEBSOCKET
from twisted_chat.engineio.session import EngineIOPeer, Session

from .attach_session import SessionAttachment, session_identity
from .first_frame import FirstFrame
from .gate import NOBODY, JsonGate
from .json import JsonCodec
from .json_objects import dump_json
from .websocket import Query, close_code


class JsonPolling:
    """What these clients share.

    :param other: makes the peers of the sessions that do not ask for JSON.
    :param rate_limit: how fast one client may send; ``None`` for no limit.
    """

    def __init__(
        self,
        chat: Chat,
        rate_limit: RateLimit | None,
        other: Callable[[Request], EngineIOPeer],
    ) -> None:
        self.chat = chat
        self.rate_limit = rate_limit
        self.codecs = {one: JsonCodec(one.text) for one in (POLLING, WEBSOCKET)}
        # All decode alike.
        self.decode = partial(self.codecs[POLLING].decode_frame, routes=chat.table)
        self._other = other

    def peer(self, request: Request) -> EngineIOPeer:
        """The peer of a session, by its first request."""
        query = Query(request)
        if query.wants_json:
            return JsonPollingClient(self, query)
        return self._other(request)


class JsonPollingClient(EngineIOPeer):
    """One client, and its ``core.interfaces.Connection``.

    :ivar write: sends what the codec has encoded.
    """

    __slots__ = ("_attachment", "_first", "_query", "_session", "_shared", "write")

    write: Callable[[bytes], None]
    _attachment: SessionAttachment | JsonGate
    _session: Session

    def __init__(self, shared: JsonPolling, query: Query) -> None:
        self._shared = shared
        self._query = query
        # Until the first frame.
        self._first: FirstFrame | None = None

    # What Engine.IO calls.

    def opened(self, session: Session) -> None:
        """Attach the client, now or with its first frame."""
        query = self._query
        # Freed: connections are long-lived.
        del self._query
        self._session = session
        chat = self._shared.chat
        if chat.entrance is None:
            self._begin(query)
            return
        self._attachment = JsonGate(
            chat,
            chat.entrance,
            session_identity(session, session.transport.framing.name),
            self._show,
            self.close,
            partial(self._begin, query),
        )

    def _begin(self, query: Query) -> None:
        runtime = self._shared.chat.runtime
        self._first = FirstFrame(runtime, query.join, query.wait, self._attach)

    def _show(self, reply: Reply, ref: str | None) -> None:
        """Show something to a client that is not attached yet."""
        self._session.write(self._codec.reply(reply, NOBODY, ref))

    def _attach(self, request: JoinRequest) -> None:
        shared, session = self._shared, self._session
        self._attachment = SessionAttachment(
            shared.chat,
            self,
            session,
            self._codec,
            request,
            wire=session.transport.framing.name,
            rate_limit=shared.rate_limit,
            decode=shared.decode,
        )

    def text_received(self, text: str) -> None:
        """One JSON object."""
        first, self._first = self._first, None
        if first is not None:
            attachment = self._attachment if not first.is_awaited else None
            guest = attachment if isinstance(attachment, SessionAttachment) else None
            if first.take(text, guest):
                return
        self._attachment.receive(text)

    def upgraded(self) -> None:
        """The session has another transport: write to it, in its framing."""
        attached = self._first is None or not self._first.is_awaited
        if attached and isinstance(self._attachment, SessionAttachment):
            self._attachment.upgraded(self._codec)

    def closed(self, reason: str) -> None:
        """The session is over."""
        if self._first is None or not self._first.cancel():
            self._attachment.end_session(reason)

    # What the chat calls; see ``interfaces.Connection``.

    @property
    def waiting(self) -> int:
        """Bytes that wait for the client."""
        return self._session.waiting

    def close(self, reason: str) -> None:
        """Say why, and end the session behind everything written so far."""
        last = {"type": "closed", "code": close_code(reason), "reason": reason}
        self._session.send_text(dump_json(last))
        self._session.close(reason)

    @property
    def _codec(self) -> JsonCodec:
        """The codec for the transport that the session has now."""
        return self._shared.codecs[self._session.transport.framing]
