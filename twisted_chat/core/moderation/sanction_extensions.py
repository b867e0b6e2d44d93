"""Extensions of sanctions: a ban or a mute follows whom it concerns.

It then concerns another nickname, an account or an address as well.  The server of the
client has that stored, as an event that is shown to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

from twisted_chat.core.client import Client
from twisted_chat.core.committer import Committer
from twisted_chat.core.events import LoggedIn, LoggedOut, Renamed
from twisted_chat.core.moderation_events import (
    Banned,
    Muted,
    RoomBanned,
    SanctionExtended,
)
from twisted_chat.core.pool import ClientPool

from .changes import MUTES
from .moderation import Moderation
from .networks import address_in, household_of
from .room_settings import BAN, MUTE, setting_key
from .sanctions import (
    MAX_CONCERNED,
    Sanction,
    name_identities,
    names_at,
    network_key,
)


class SanctionExtensions:
    """Extends the sanctions that concern clients of this server."""

    def __init__(
        self, pool: ClientPool, moderation: Moderation, committer: Committer
    ) -> None:
        self._pool = pool
        self._moderation = moderation
        self._committer = committer

    def renamed(self, event: Renamed) -> None:
        """A guest has another nickname: its mutes follow it."""
        client = self._pool.clients.get(event.client_id)
        # Each client that connects and then chooses its nickname comes here.
        if not self._moderation.all_mutes() or client is None or client.account:
            return
        added = (client.id, *names_at(client.member.nick, client.address))
        former = _of_guest(client, event.old)
        for key, mute in self._mutes_of(former):
            self._extend(key, mute, added, client)

    def logged_in(self, event: LoggedIn) -> None:
        """A guest is an account now: it is muted on all devices, and at each login."""
        client = self._pool.clients.get(event.client_id)
        if client is None:
            return
        former = _of_guest(client, event.old)
        for key, mute in self._mutes_of(former):
            self._extend(key, mute, (event.member_id,), client)
        self._extend_room_bans(client, event)

    def logged_out(self, event: LoggedOut, former: Iterable[str]) -> None:
        """A client is a guest now: the account's mutes follow it.

        :param former: the identities that it had.
        """
        client = self._pool.clients.get(event.client_id)
        if client is None or client.account:
            return
        for key, mute in self._mutes_of(former):
            self._extend(key, mute, (client.id,), client)
            self._extend_by_address(key, mute, client)

    def muted(self, event: Muted) -> None:
        """A mute of a guest concerns the name there, and the address."""
        mute = _imposed(event)
        client = self._pool.clients.get(mute.identities[0])
        if client is None or client.account:
            return
        key = MUTES + event.key
        if not event.everywhere:
            key = setting_key(event.room, event.opened, MUTE, event.key)
        names = names_at(client.member.nick, client.address)
        self._extend(key, mute, names, client)
        self._extend_by_address(key, mute, client)

    def removed(self, key: str, event: Banned | RoomBanned, client: Client) -> bool:
        """A ban has removed a client: it concerns the address, too.

        :param key: the whole key of the ban.
        :returns: whether others are connected from there, so that it does not.
        """
        return self._extend_by_address(key, _imposed(event), client)

    def _mutes_of(self, identities: Iterable[str]) -> list[tuple[str, Sanction]]:
        """The mutes of someone, everywhere and in each room, and their whole keys.

        Also in rooms in which the member is not at the moment.
        """
        moderation = self._moderation
        return [
            (area + key, mute)
            for area, mutes in moderation.all_mutes()
            for key, mute in mutes.find_all(identities, "", moderation.now())
        ]

    def _extend_room_bans(self, client: Client, event: LoggedIn) -> None:
        """The bans of a guest keep its account out of the rooms, too.

        Those of its client, and of the nickname that it had until then.
        """
        known_by = (event.client_id, *name_identities(event.old))
        now = self._moderation.now()
        for area, bans in self._moderation.room_sanctions(BAN):
            for key, ban in bans.find_all(known_by, "", now):
                self._extend(area + key, ban, (event.member_id,), client)

    def _extend_by_address(self, key: str, sanction: Sanction, client: Client) -> bool:
        """A sanction by name concerns the address, too, if no other member has it.

        One by ``$a:NAME`` concerns the account alone.

        :returns: whether another member has it.
        """
        network, identities = client.identity.network, sanction.identities
        if network is None or not identities or sanction.who.startswith("$"):
            return False
        for other in self._pool.clients.values():
            if other.identity.network == network and other.member is not client.member:
                return True
        address = address_in(client.address)
        if address is not None and not sanction.is_from(address):
            added = f"/{network_key(household_of(address))}"
            self._extend(key, sanction, (added,), client)
        return False

    def _extend(
        self, key: str, sanction: Sanction, added: Iterable[str], client: Client
    ) -> None:
        known = len(sanction.identities) + len(sanction.networks)
        for subject in added:
            if subject not in sanction.identities and known < MAX_CONCERNED:
                whole = f"{key}+{subject}"
                event = SanctionExtended(client.nick, client.id, whole, sanction.began)
                self._committer.submit(event)


def _imposed(event: Muted | Banned | RoomBanned) -> Sanction:
    """What an event has imposed, as far as it is extended at once."""
    identities = tuple(event.identities.split())
    return Sanction(event.target, event.nick, began=event.time, identities=identities)


def _of_guest(client: Client, nick: str) -> tuple[str, ...]:
    """The identities of a client while it was a guest of that nickname."""
    by_name = (*name_identities(nick), *names_at(nick, client.address))
    return (client.id, *dict.fromkeys(by_name))
