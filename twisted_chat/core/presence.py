"""Presence: who is in the chat, under which nickname, in which rooms.

Everything here follows from the events alone, so that every server has the same at
the same position: the pool of each server and the roster of servers that share one
Redis are built on it.
"""

from __future__ import annotations

from dataclasses import dataclass

from .events import AwaySet, Event, Joined, Left, Quit, Renamed
from .nicknames import fold_or_none


@dataclass(slots=True, eq=False)
class Member:
    """Someone present in the chat, on whichever server.

    :ivar id: unique and secret; see ``events``.
    :ivar folded: the nickname folded, by which the member is looked up.
    :ivar rooms: in the order of joining.
    :ivar away: the away text; empty if the member is not away.
    """

    id: str
    nick: str = ""
    folded: str = ""
    rooms: tuple[str, ...] = ()
    away: str = ""

    @property
    def room(self) -> str | None:
        """The room that the member talks in: the one joined last."""
        return self.rooms[-1] if self.rooms else None

    def rename(self, nick: str) -> None:
        """Use another nickname."""
        self.nick = nick
        # A server of a later version may allow names that this one does not.
        self.folded = fold_or_none(nick) or nick


class Presence:
    """All members, by id and by folded nickname.

    :ivar members: by id.
    :ivar by_name: by folded nickname.
    """

    def __init__(self) -> None:
        self.members: dict[str, Member] = {}
        self.by_name: dict[str, Member] = {}

    def __len__(self) -> int:
        return len(self.members)

    def add(self, member: Member) -> None:
        """Use this object for the member from its first event on."""
        self.members[member.id] = member
        self.by_name[member.folded] = member

    def apply(self, event: Event) -> Member | None:
        """Bring presence up to an event.

        :returns: the member whose presence the event changed, if any.
        """
        match event:
            case Joined(room=room, nick=nick, client_id=client_id):
                return self._join(client_id, nick, room)
            case Left(room=room, client_id=client_id):
                if member := self.members.get(client_id):
                    member.rooms = tuple(name for name in member.rooms if name != room)
                return member
            case Quit(client_id=client_id):
                return self._remove(client_id)
            case Renamed(new=new, client_id=client_id):
                if member := self.members.get(client_id):
                    self._rename(member, new)
                return member
            case AwaySet(text=text, client_id=client_id):
                if member := self.members.get(client_id):
                    member.away = text
                return member
            case _:
                return None

    def _join(self, client_id: str, nick: str, room: str) -> Member:
        member = self.members.get(client_id)
        if member is None:
            member = Member(client_id)
            self.members[client_id] = member
        if member.nick != nick:
            # A member that was thought to have quit may come back renamed.
            self._rename(member, nick)
        if room not in member.rooms:
            member.rooms += (room,)
        return member

    def _rename(self, member: Member, nick: str) -> None:
        self._free_name(member)
        member.rename(nick)
        self.by_name[member.folded] = member

    def _remove(self, client_id: str) -> Member | None:
        member = self.members.pop(client_id, None)
        if member is not None:
            self._free_name(member)
        return member

    def _free_name(self, member: Member) -> None:
        if self.by_name.get(member.folded) is member:
            del self.by_name[member.folded]
