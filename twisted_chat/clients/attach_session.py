"""Attachment of an Engine.IO session to the chat, whatever protocol is inside.

Unlike a connection, a session may change its transport, and with it its framing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted_chat.core.backlog import Decode
from twisted_chat.core.chat import Chat
from twisted_chat.core.client import Identity
from twisted_chat.core.interfaces import Codec
from twisted_chat.core.joining.join_request import JoinRequest
from twisted_chat.core.limits import RateLimit
from twisted_chat.engineio.polling import GONE
from twisted_chat.engineio.session import Session

from .attach import Attachment, identity_of

# Other reasons are not logged: a client may have sent any text.
_ERRORS = {
    "ping timeout": "ping timeout",
    "too slow": "too slow",
    GONE: "connection lost",
    "the WebSocket closed with 1006": "connection lost",
}


class SessionConnection(Protocol):
    """A ``core.interfaces.Connection`` that is carried by a session.

    :ivar write: sends what the codec has encoded; set by the attachment.  It is the
        transport's own function: as little as can be between fan-out and outbox.
    """

    write: Callable[[bytes], None]

    @property
    def waiting(self) -> int:
        """See ``core.interfaces.Connection``."""

    def close(self, reason: str) -> None:
        """See ``core.interfaces.Connection``."""


class SessionAttachment(Attachment):
    """An attachment by a session; see ``Attachment``."""

    __slots__ = ("_session",)

    _connection: SessionConnection

    def __init__(
        self,
        chat: Chat,
        connection: SessionConnection,
        session: Session,
        codec: Codec,
        request: JoinRequest,
        *,
        wire: str,
        rate_limit: RateLimit | None,
        decode: Decode,
    ) -> None:
        self._session = session
        connection.write = session.transport.write
        super().__init__(
            chat,
            connection,
            codec,
            request,
            identity=session_identity(session, wire),
            rate_limit=rate_limit,
            decode=decode,
            source=session,
        )

    def upgraded(self, codec: Codec) -> None:
        """The session has another transport: write to it.

        :param codec: for the framing of the transport.
        """
        connection, client = self._connection, self.client
        former, connection.write = connection.write, self._session.transport.write
        # A client that catches up writes elsewhere until it has.
        if client.write == former:
            client.write_by(connection.write)
        self.recode(codec)

    def recode(self, codec: Codec) -> None:
        """Encode with another codec from here on, unless another connection does."""
        if self.current:
            self._chat.recode(self.client, codec)

    def end_session(self, reason: str) -> None:
        """The session is over; the log has only reasons that no client chose."""
        self.end(_ERRORS.get(reason, ""))


def session_identity(session: Session, wire: str) -> Identity:
    """Whose session it is.

    :param wire: by what it is connected, for the log.
    """
    encrypted = session.is_encrypted
    return identity_of(wire, session.address, is_encrypted=encrypted)
