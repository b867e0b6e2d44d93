"""The roster: presence on all servers, as announced on this one.

It exists beside the client pool for two things that only several servers need: to
find out what changed while this server was cut off, and which of its clients the other
servers took for gone.  Invariant: it changes only as events are announced.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from twisted_chat.core.events import (
    NO_ROOM,
    AwaySet,
    Event,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Quit,
    Renamed,
    Stored,
    Switched,
)
from twisted_chat.core.limits import MAX_AWAY
from twisted_chat.core.presence import Member, Presence
from twisted_chat.core.texts.sanitize import cut_label

from .entries import to_text


class Roster:
    """All members, by member id.

    :param own_keys: how the keys of this server's own entries begin.
    :ivar local: the ids of the clients that are connected to this server.
    :ivar evicted: of each local client that the other servers took for gone, its member
        as it was.
    """

    def __init__(self, own_keys: str) -> None:
        self._own_keys = own_keys
        self._presence = Presence()
        self.local: set[str] = set()
        self.evicted: dict[str, Member] = {}
        self._quitting: set[str] = set()

    @property
    def members(self) -> Mapping[str, Member]:
        """All members, by member id."""
        return self._presence.members

    def mark_quitting(self, client_id: str) -> None:
        """A local client is about to quit, and must not be brought back."""
        self.evicted.pop(client_id, None)
        if self._presence.find(client_id) is not None:
            self._quitting.add(client_id)

    def apply(self, batch: Iterable[Stored]) -> None:
        """Bring the roster up to a batch that is being announced."""
        for stored in batch:
            event = stored.event
            member = self._presence.apply(event)
            match event:
                case Joined(client_id=client_id):
                    if stored.key.startswith(self._own_keys):
                        self.local.add(client_id)
                    else:
                        self.local.discard(client_id)
                    self.evicted.pop(client_id, None)
                case Quit(client_id=client_id):
                    is_local = client_id in self.local
                    is_own = stored.key.startswith(self._own_keys)
                    is_expected = is_own or client_id in self._quitting
                    if member is not None and is_local and not is_expected:
                        # As it is now: other clients may change it.
                        self.evicted[client_id] = replace(member)
                    self.local.discard(client_id)
                    self._quitting.discard(client_id)
                case _:
                    pass

    def local_rooms(self) -> list[str]:
        """The rooms that any member with a local client is in."""
        return sorted({room for one in self._local_members() for room in one.rooms})

    def local_ids(self) -> list[str]:
        """The ids of the members with local clients."""
        return sorted({member.id for member in self._local_members()})

    def _local_members(self) -> list[Member]:
        found = map(self._presence.find, self.local)
        return [member for member in found if member is not None]

    def changes_to(self, actual: Mapping[str, Member]) -> list[Event]:
        """The events that lead from this presence to the actual one.

        :param actual: all members, by member id.
        """
        changes = _Changes(self.members.values())
        here = {client_id for one in actual.values() for client_id in one.client_ids}
        for member in list(self.members.values()):
            for client_id in member.client_ids:
                if client_id not in here:
                    changes.add(Quit(member.nick, client_id))
        for member in actual.values():
            for client_id in member.client_ids:
                changes.bring(client_id, member)
            changes.change(member)
        return changes.events


class _Changes:
    """Events, and presence after them.

    :param members: those that are present before.
    """

    def __init__(self, members: Iterable[Member]) -> None:
        self.events: list[Event] = []
        self._presence = Presence()
        for member in members:
            self._presence.add(replace(member))
            for client_id in member.clients:
                self._presence.attach(self._presence.members[member.id], client_id)

    def add(self, event: Event) -> None:
        """The next event."""
        self.events.append(event)
        self._presence.apply(event)

    def bring(self, client_id: str, now: Member) -> None:
        """Make a client one of a member, in one of its rooms or in all."""
        before = self._presence.find(client_id)
        if before is not None and before.id != now.id and before.account:
            nick = before.nick if now.account else now.nick
            self.add(LoggedOut(before.nick, nick, client_id))
            before = self._presence.find(client_id)
        if before is not None and before.id != now.id:
            login = LoggedIn(before.nick, now.nick, client_id, now.id, now.account)
            self.add(login)
        if before is None:
            present = self._presence.members.get(now.id)
            rooms = now.rooms if present is None else now.rooms[-1:]
            for room in rooms or (NO_ROOM,):
                self.add(Joined(room, now.nick, client_id, now.id, now.account))

    def change(self, now: Member) -> None:
        """Give a member the nickname, the rooms and the away text that it has now."""
        before, client_id = self._presence.members.get(now.id), now.client_ids[0]
        if before is None:
            return
        if before.nick != now.nick:
            self.add(Renamed(before.nick, now.nick, client_id))
        for room in before.rooms:
            if room not in now.rooms:
                self.add(Left(room, now.nick, client_id))
        for room in now.rooms:
            if room not in before.rooms:
                joined = Joined(room, now.nick, client_id, now.id, now.account)
                self.add(joined)
        if now.account and before.rooms[-1:] != now.rooms[-1:]:
            self.add(Switched(now.rooms[-1], now.nick, client_id))
        if before.away != now.away:
            self.add(AwaySet(now.nick, now.away, client_id))


def read_presence(
    found: Sequence[bytes], server: str
) -> tuple[dict[str, Member], set[str]]:
    """The result of ``presence.lua``, after its first two elements.

    :param server: the name of this server.
    :returns: the members by member id, and the ids of the clients of this server.
    """
    members: dict[str, Member] = {}
    local = set()
    for at in range(0, len(found), 3):
        client_server, client, data = found[at : at + 3]
        client_id = to_text(client)
        stored = json.loads(to_text(data))
        member = members.setdefault(
            stored["id"],
            Member(
                stored["id"],
                stored["nick"],
                rooms=tuple(stored["rooms"].split()),
                away=cut_label(stored["away"], MAX_AWAY),
                account=stored.get("account", ""),
            ),
        )
        if member.account:
            member.clients += (client_id,)
        if to_text(client_server) == server:
            local.add(client_id)
    return members, local
