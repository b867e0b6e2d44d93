"""The roster: presence on all servers, as announced on this one.

It exists beside the client pool for two things that only several servers need: to
find out what changed while this server was cut off, and which of its members the
other servers took for gone.  Invariant: it changes only as events are announced.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from twisted_chat.core.events import AwaySet, Event, Joined, Left, Quit, Renamed, Stored
from twisted_chat.core.limits import MAX_AWAY
from twisted_chat.core.presence import Member, Presence
from twisted_chat.core.sanitize import cut_label

from .entries import to_text


class Roster:
    """All members, by client id.

    :param own_keys: how the keys of this server's own entries begin.
    :ivar local: the ids of the members that are connected to this server.
    :ivar evicted: local members that the other servers took for gone, as they were.
    """

    def __init__(self, own_keys: str) -> None:
        self._own_keys = own_keys
        self._presence = Presence()
        self.local: set[str] = set()
        self.evicted: dict[str, Member] = {}
        self._quitting: set[str] = set()

    @property
    def members(self) -> Mapping[str, Member]:
        """All members, by client id."""
        return self._presence.members

    def mark_quitting(self, client_id: str) -> None:
        """A local member is about to quit, and must not be brought back."""
        self.evicted.pop(client_id, None)
        if client_id in self.members:
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
                        self.evicted[client_id] = member
                    self.local.discard(client_id)
                    self._quitting.discard(client_id)
                case _:
                    pass

    def local_rooms(self) -> list[str]:
        """The rooms that any local member is in."""
        members = self.members
        return sorted({room for id_ in self.local for room in members[id_].rooms})

    def changes_to(self, actual: Mapping[str, Member]) -> list[Event]:
        """The events that lead from this presence to the actual one."""
        events: list[Event] = [
            Quit(member.nick, client_id)
            for client_id, member in self.members.items()
            if client_id not in actual
        ]
        for client_id, now in actual.items():
            before = self.members.get(client_id) or Member(client_id, now.nick)
            if before.nick != now.nick:
                events.append(Renamed(before.nick, now.nick, client_id))
            events += (
                Left(room, now.nick, client_id)
                for room in before.rooms
                if room not in now.rooms
            )
            events += (
                Joined(room, now.nick, client_id)
                for room in now.rooms
                if room not in before.rooms
            )
            if before.away != now.away:
                events.append(AwaySet(now.nick, now.away, client_id))
        return events


def read_presence(
    found: Sequence[bytes], server: str
) -> tuple[dict[str, Member], set[str]]:
    """The result of ``presence.lua``, after its first two elements.

    :param server: the name of this server.
    :returns: the members by client id, and the ids of those on this server.
    """
    members = {}
    local = set()
    for at in range(0, len(found), 3):
        member_server, client, data = found[at : at + 3]
        client_id = to_text(client)
        stored = json.loads(to_text(data))
        members[client_id] = Member(
            client_id,
            stored["nick"],
            rooms=tuple(stored["rooms"].split()),
            away=cut_label(stored["away"], MAX_AWAY),
        )
        if to_text(member_server) == server:
            local.add(client_id)
    return members, local
