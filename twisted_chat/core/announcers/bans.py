"""Bans of the chat: whom they disconnect, and who is shown that.

A part of the announcer of moderation.  Whoever is disconnected is told why.
"""

from __future__ import annotations

from twisted_chat.core.client import Client, ClientState
from twisted_chat.core.committer import Committer
from twisted_chat.core.events import Stored
from twisted_chat.core.interfaces import BANNED
from twisted_chat.core.moderation.changes import BANS
from twisted_chat.core.moderation.moderation import Moderation
from twisted_chat.core.moderation.networks import (
    address_in,
    household_of,
    network_text,
)
from twisted_chat.core.moderation.permissions import Permissions
from twisted_chat.core.moderation.sanction_extensions import SanctionExtensions
from twisted_chat.core.moderation.sanctions import Sanction, ban_text
from twisted_chat.core.moderation_events import Banned, Expelled, Unbanned
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import ErrorReply, Notice

from .announcement import Announcement


class BanAnnouncer:
    """Applies bans, and shows them.

    :ivar batch: what is being announced.
    """

    def __init__(
        self,
        pool: ClientPool,
        moderation: Moderation,
        permissions: Permissions,
        extensions: SanctionExtensions,
        committer: Committer,
        batch: Announcement,
    ) -> None:
        self._pool = pool
        self._moderation = moderation
        self._permissions = permissions
        self._extensions = extensions
        self._committer = committer
        self.batch = batch
        # The clients whose connections are to be closed after the batch.
        self._closing: list[Client] = []
        # The ids of those whose disconnection by the last ban was shown.
        self._expelled: set[str] = set()
        # Of those that it disconnects here: who imposed it, and the addresses that it
        # does not concern, as others are connected from there; by id.
        self._shared: dict[str, tuple[str, tuple[str, ...]]] = {}

    def check(self, client_id: str) -> None:
        """Disconnect a client if it is banned."""
        if not self._moderation.bans:
            return
        client = self._pool.clients.get(client_id)
        if client is not None:
            ban = self._permissions.ban_on(client)
            if ban is not None:
                self._disconnect(client, ban)

    def close_connections(self) -> None:
        """The batch was shown: close the connections of those who are banned."""
        while self._closing:
            self._closing.pop().connection.close(BANNED)

    def banned(self, event: Banned, stored: Stored) -> None:
        """Disconnect whom a ban concerns on this server."""
        ban = Sanction(event.target, event.nick, event.text, event.end)
        self._expelled.clear()
        self._forget_shared()
        target = self._pool.named_as(event.target)
        self._show_operators(stored, () if target is None else target.rooms)
        expelled: dict[Member, list[Client]] = {}
        for client in list(self._pool.clients.values()):
            is_present = client.state is ClientState.PRESENT
            if is_present and self._permissions.ban_on(client):
                self._disconnect(client, ban)
                expelled.setdefault(client.member, []).append(client)
        for member, clients in expelled.items():
            shown = Expelled(
                event.nick,
                member.nick,
                event.duration,
                event.text,
                "",
                member.id,
            )
            self._committer.submit(shown)
            addresses = dict.fromkeys(
                client.address
                for client in clients
                if self._extensions.removed(BANS + event.key, event, client)
            )
            self._shared[member.id] = (event.client_id, tuple(addresses))

    def unbanned(self, _event: Unbanned, stored: Stored) -> None:
        """Show operators that a ban has ended."""
        self._show_operators(stored, ())

    def expelled(self, event: Expelled, stored: Stored) -> None:
        """Show the rooms of a member that it was disconnected."""
        member = self._pool.member(event.target_id)
        # It may be gone, or was expelled by another server, too.
        if member is not None and member.id not in self._expelled:
            self._expelled.add(member.id)
            self.batch.show(stored, member.rooms)
        self._tell_of_shared(event)

    def _tell_of_shared(self, event: Expelled) -> None:
        """Under another name, whoever was expelled could come back from there."""
        author_id, addresses = self._shared.pop(event.target_id, ("", ()))
        author = self._pool.clients.get(author_id)
        if author is None:
            return
        own = address_in(author.address)
        found = map(address_in, addresses)
        for place in dict.fromkeys(household_of(each) for each in found if each):
            why = "others are connected from there"
            text = f"{network_text(place)} is not banned with {event.target}: {why}"
            is_own = own is not None and own in place
            # With the length of the prefix: a nickname may look like an address.
            advice = "" if is_own else f"(\\ban {place} keeps all of them out)"
            self.batch.reply(author, Notice((text,), advice))

    def _forget_shared(self) -> None:
        """Forget those who have left, whose expulsion was not stored.

        The expulsions of a ban that was announced just before may be yet to come.
        """
        self._shared = {
            each: shared
            for each, shared in self._shared.items()
            if self._pool.member(each) is not None
        }

    def _show_operators(self, stored: Stored, rooms: tuple[str, ...]) -> None:
        """Show an event to the operators who are in none of these rooms."""
        for client in self._pool.clients.values():
            if (
                client.view is not None
                and self._moderation.is_operator(client.member)
                and set(rooms).isdisjoint(client.rooms)
            ):
                self.batch.show_to(client, stored)

    def _disconnect(self, client: Client, ban: Sanction) -> None:
        """Tell a client that it is banned, and take nothing more from it."""
        if client.state is ClientState.PRESENT:
            client.move_to(ClientState.QUITTING)
            self.batch.reply(client, ErrorReply("banned", ban_text(ban)))
            self._closing.append(client)
