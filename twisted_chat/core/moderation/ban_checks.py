"""Bans, where someone comes in: at connecting, at a new nickname, at a login.

Each check returns why it is refused, or ``None``; ``turn_away`` and ``expel`` end the
connection.
"""

from __future__ import annotations

from twisted_chat.core.client import Client, ClientState, Identity
from twisted_chat.core.interfaces import BANNED, Codec, Connection
from twisted_chat.core.isolation import encoded
from twisted_chat.core.joining.join_request import JoinRequest
from twisted_chat.core.joining.sessions import client_id_of, is_session
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import Refused, TurnedAway
from twisted_chat.core.runtime import Runtime

from .moderation import Moderation
from .permissions import Permissions
from .sanctions import identities_of, name_identities


class BanChecks:
    """Keeps those out who are banned."""

    def __init__(
        self,
        pool: ClientPool,
        moderation: Moderation,
        permissions: Permissions,
        runtime: Runtime,
    ) -> None:
        self._pool = pool
        self._moderation = moderation
        self._permissions = permissions
        self._runtime = runtime

    def at_connecting(self, request: JoinRequest, identity: Identity) -> Refused | None:
        """A client connects: as far as it is known who it is."""
        if not self._moderation.bans:
            return None
        identities: tuple[str, ...] = ()
        member = None
        if request.session and is_session(request.session):
            client_id = client_id_of(request.session)
            member = self._pool.member(client_id)
            identities = identities_of(member) if member else (client_id,)
        if request.account:
            identities += (request.member_id,)
            member = member or Member(request.member_id)
        elif request.nick:
            identities += name_identities(request.nick)
        return self._permissions.may_connect(member, identities, identity.address)

    def at_renaming(self, client: Client, nick: str) -> Refused | None:
        """A client asks for a nickname; an account may have any that is free."""
        if not self._moderation.bans or client.account:
            return None
        identities = (client.id, *name_identities(nick))
        return self._permissions.may_connect(client.member, identities, client.address)

    def at_login(self, client: Client, member_id: str) -> Refused | None:
        """A client logs in to an account."""
        if not self._moderation.bans:
            return None
        return self._permissions.may_log_in(member_id, client.address)

    def turn_away(
        self, connection: Connection, codec: Codec, identity: Identity, why: Refused
    ) -> Client:
        """Tell a client that connects why it may not come in, and disconnect it."""
        client = Client("", connection, codec, identity)
        client.move_to(ClientState.GONE)

        def tell() -> None:
            told = TurnedAway(why.code, why.text)
            data = encoded(self._runtime, codec.reply, told, client, None)
            connection.write(data)
            self._runtime.counters.count_reply(told, len(data))
            connection.close(BANNED)

        self._runtime.call_later(0, tell)
        return client

    def expel(self, client: Client) -> None:
        """Take nothing more from a client, and disconnect it once it is told why."""
        if client.state is ClientState.PRESENT:
            client.move_to(ClientState.QUITTING)
            connection = client.connection
            self._runtime.call_later(0, lambda: connection.close(BANNED))
