"""Claims: nicknames and rooms that an event takes before it is stored.

Whoever logs in or out has its nickname first, and whoever joins has its room loaded.
If the event is not stored then, both are given back.
"""

from __future__ import annotations

from twisted_chat.core.client import Client, ClientState
from twisted_chat.core.events import Event, Joined, LoggedIn, LoggedOut, Renamed
from twisted_chat.core.interfaces import RETRY_DELAY, NameRegistry, StoreError
from twisted_chat.core.joining.room_entry import RoomEntry
from twisted_chat.core.moderation.ban_checks import BanChecks
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.replies import Refused
from twisted_chat.core.runtime import Runtime

from .naming import Naming
from .nicknames import Name, fold
from .registry import claim, release


class Claims:
    """Claims nicknames for logins, and gives back what was claimed."""

    def __init__(
        self,
        *,
        pool: ClientPool,
        names: NameRegistry,
        naming: Naming,
        bans: BanChecks,
        entry: RoomEntry,
        runtime: Runtime,
    ) -> None:
        self._pool = pool
        self._names = names
        self._naming = naming
        self._bans = bans
        self._entry = entry
        self._runtime = runtime

    async def log_in(
        self, client: Client, account: str, member_id: str, nick: str
    ) -> LoggedIn:
        """Claim the nickname for a client that logs in to an account.

        Only the announcement shows whether the member was already present.

        :param account: its name.
        :param nick: the nickname of its member, unless that is present.
        :returns: the event to be submitted, for the client.
        :raises Refused: ``logged_in``; ``banned``; ``nick_taken`` and the like.
        :raises StoreError: nothing was claimed.
        """
        if client.account:
            raise logged_in_already(client.account)
        banned = self._bans.at_login(client, member_id)
        if banned is not None:
            self._bans.expel(client)
            raise banned
        present = self._pool.member(member_id)
        if present is not None:
            nick = present.nick
        name = await claim(self._names, nick, member_id, former=client.id)
        return LoggedIn(client.nick, name.text, client.id, member_id, account)

    async def log_out(self, client: Client) -> LoggedOut:
        """Claim a guest's name for a client that logs out.

        :returns: the event to be submitted, for the client.
        :raises Refused: ``not_logged_in``.
        :raises StoreError: nothing was claimed.
        """
        if not client.account:
            raise Refused("not_logged_in", "you are not logged in")
        name = await self._naming.claim_guest(client.id)
        return LoggedOut(client.nick, name.text, client.id)

    def release(self, event: Event, client: Client) -> None:
        """Release what was claimed or opened for an event that is not stored."""
        match event:
            case Renamed(new=new):
                owner, kept = client.member_id, client.nick
                self._naming.release(owner, new, kept=kept)
            case LoggedIn():
                self.give_back(event, client)
            case LoggedOut(nick=nick):
                self._naming.release(client.id, nick)
            case Joined(room=room):
                self._entry.give_up(client.id, self._pool.room(room))
            case _:
                pass

    def give_back(self, event: LoggedIn, client: Client) -> None:
        """A client does not log in, for which ``log_in`` has claimed a nickname."""
        self._runtime.spawn(self._give_back(event, client))

    async def _give_back(self, event: LoggedIn, client: Client) -> None:
        """The nickname of a client that could not log in is its own again.

        If the store that knows who owns it is away, too, that is done later.
        """
        if self._pool.member(event.member_id) is not None:
            return
        try:
            if client.state is not ClientState.GONE:
                keys = Name(client.nick, fold(client.nick)).keys
                await self._names.claim(keys, client.id, former=event.member_id)
            await release(self._names, event.member_id, event.nick)
        except StoreError:
            self._runtime.call_later(RETRY_DELAY, lambda: self.give_back(event, client))


def logged_in_already(account: str) -> Refused:
    """Somebody asks for what only a guest can do."""
    return Refused("logged_in", f"you are logged in as {account}", "\\logout first")
