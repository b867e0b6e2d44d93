"""Attachment of one connection to the chat, the same for every kind of client.

An adapter attaches its connection, puts in what its codec decoded, and ends the
attachment when the connection is gone.  The client itself may outlive it: what
it had sent is still posted, and another connection may resume it.
"""

from __future__ import annotations

from functools import lru_cache

from twisted.internet.interfaces import IAddress

from twisted_chat.core.backlog import Decode
from twisted_chat.core.chat import Chat
from twisted_chat.core.client import GUEST, NO_CONNECTION, Identity
from twisted_chat.core.inbox import Inbox
from twisted_chat.core.interfaces import Codec, Connection, Source
from twisted_chat.core.joining.join_request import NEW_CLIENT, JoinRequest
from twisted_chat.core.limits import RateLimit
from twisted_chat.net.admission import format_host, host_key

_REASONS = ("connection lost", "ping timeout", "too slow")
"""Errors that end the connections of any kind of client; others can be any text."""


class Attachment(Inbox):
    """One connection, the client that it belongs to, and the requests it receives.

    :param identity: whose connection it is; see ``identity_of``.
    :param rate_limit: how fast the client may send; ``None`` for no limit.
    :param decode: makes requests of what the connection receives.
    :param source: where that is received; paused while anything waits.
    """

    # Not an object beside the inbox: there is one for each of ten thousand clients.
    __slots__ = ()

    def __init__(
        self,
        chat: Chat,
        connection: Connection,
        codec: Codec,
        request: JoinRequest = NEW_CLIENT,
        *,
        identity: Identity = GUEST,
        rate_limit: RateLimit | None,
        decode: Decode,
        source: Source,
    ) -> None:
        client = chat.attach(connection, codec, request, identity)
        super().__init__(chat, client, rate_limit, decode, source)

    @property
    def current(self) -> bool:
        """Whether no other connection has resumed the client."""
        return self.client.connection is self._connection

    def end(self, error: str = "") -> None:
        """The connection is gone: log it, and let the client leave.

        :param error: why the connection broke; empty if it was closed cleanly.
        """
        if self.current:
            nick = self.client.nick
            runtime = self._chat.runtime
            runtime.counters.disconnects[_reason(error)] += 1
            log_line = runtime.log_line
            if error:
                log_line(f"client error: {nick or 'a new client'}: {error}")
            if nick:
                self._log_quit()
        self.disconnected()

    def _log_quit(self) -> None:
        """Log that the client goes, after the line that it has joined.

        One that has sent lines and is gone before it was welcomed still joins, to post
        them.
        """
        client, log_line = self.client, self._chat.runtime.log_line
        if client.is_joining:
            client.when_idle(lambda: log_line(f"{client.nick} quit"))
        else:
            log_line(f"{client.nick} quit")

    def hand_over(self) -> None:
        """The connection is another client's: this one leaves, and for good."""
        client = self.client
        if client.nick:
            self._chat.runtime.log_line(f"{client.nick} quit")
        # Nobody has the session that it may have been told.
        client.session = ""
        # Now, as it leaves later if anything is pending.
        self._connection = client.connection = NO_CONNECTION
        client.write_by(NO_CONNECTION.write)
        self.disconnected()


def _reason(error: str) -> str:
    """Why a connection ended, as one of a few words."""
    if not error:
        return "closed"
    return error.replace(" ", "_") if error in _REASONS else "error"


def identity_of(
    wire: str, address: IAddress | None, *, is_encrypted: bool = False
) -> Identity:
    """Whose connection it is.

    :param wire: by what it is connected, for the log.
    :param address: of the peer; ``None`` if it is unknown.
    :param is_encrypted: what the peer sends cannot be read on its way.
    """
    if not wire and address is None:
        return GUEST
    network = host_key(address)
    # Nothing of a peer on the same machine is on a network.
    secure = is_encrypted or (address is not None and network is None)
    return _identity(format_host(address), wire, network, secure, is_encrypted)


@lru_cache(maxsize=1024)
def _identity(
    host: str, wire: str, network: int | None, secure: bool, encrypted: bool, /
) -> Identity:
    """One object for all clients of a host."""
    return Identity(
        host, wire=wire, network=network, secure=secure, encrypted=encrypted
    )
