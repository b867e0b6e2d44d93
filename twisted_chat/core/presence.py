"""Presence: who is in the chat, under which nickname, in which rooms.

Everything here follows from the events alone, so that every server has the same at
the same position: the pool of each server and the roster of servers that share one
Redis are built on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .accounts.record import ID_MARK
from .events import (
    NO_ROOM,
    AwaySet,
    Event,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Quit,
    Renamed,
    Switched,
)
from .ignoring.ignore_list import IgnoreList
from .moderation_events import Kicked, RoomBanned
from .names.nicknames import fold_or_none
from .read_markers import ReadMarker


def is_account_id(member_id: str) -> bool:
    """Whether this is the member id of an account, present or not."""
    return member_id.startswith(ID_MARK)


@dataclass(slots=True, eq=False)
class Member:
    """Someone present in the chat: a guest or an account, on whichever servers.

    :ivar id: the member id; that of a guest is secret, see ``events``.
    :ivar folded: the nickname folded, by which the member is looked up.
    :ivar rooms: in the order of joining; the member talks in the last.
    :ivar away: the away text; empty if the member is not away.
    :ivar account: the name of the account; empty for a guest.
    :ivar clients: the ids of the clients of an account, in the order of arrival; empty
        for a guest, which has one client with its own id.
    :ivar read: how far it has read, by room, see ``ReadUpTo.room``; ``None`` if that is
        not known on this server.
    :ivar ignored: whom it ignores; ``None`` or empty for nobody, or if it is not known
        on this server.
    """

    id: str
    nick: str = ""
    folded: str = ""
    rooms: tuple[str, ...] = ()
    away: str = ""
    account: str = ""
    clients: tuple[str, ...] = ()
    ignored: IgnoreList | None = None
    read: dict[str, ReadMarker] | None = None

    @property
    def room(self) -> str | None:
        """The room that the member talks in."""
        return self.rooms[-1] if self.rooms else None

    @property
    def client_ids(self) -> tuple[str, ...]:
        """The ids of all its clients, on whichever server."""
        return self.clients or (self.id,)

    @property
    def account_id(self) -> str:
        """The id of the account; empty for a guest."""
        return self.id if self.account else ""

    def rename(self, nick: str) -> None:
        """Use another nickname."""
        self.nick = nick
        # A server of a later version may allow names that this one does not.
        folded = fold_or_none(nick) or nick
        # One text for both where they are equal, as for most.
        self.folded = nick if folded == nick else folded


class Presence:
    """All members, by member id, client id and folded nickname.

    :ivar members: by member id.
    :ivar by_name: by folded nickname.
    :ivar taken: called with each member that has a nickname now.
    :ivar freed: called with each member that has it no longer, before that.
    """

    def __init__(self) -> None:
        self.taken: Callable[[Member], None] = _ignore
        self.freed: Callable[[Member], None] = _ignore
        self.members: dict[str, Member] = {}
        self.by_name: dict[str, Member] = {}
        # By client id, those of accounts.
        self._logged_in: dict[str, Member] = {}

    def __len__(self) -> int:
        return len(self.members)

    def __contains__(self, member: Member) -> bool:
        """Whether this very member is present."""
        return self.members.get(member.id) is member

    def find(self, an_id: str) -> Member | None:
        """The member with this member id, or whose client has this client id."""
        return self.members.get(an_id) or self._logged_in.get(an_id)

    def add(self, member: Member) -> None:
        """Use this object for the member from its first event on."""
        self.members[member.id] = member
        self.by_name[member.folded] = member
        self.taken(member)

    def apply(self, event: Event) -> Member | None:
        """Bring presence up to an event.

        :returns: the member that its client belongs to, or belonged to until it quit;
            ``None`` if the event is not about presence, or its client not present.
        """
        match event:
            case Joined():
                return self._join(event)
            case (
                Kicked(room=room, target=nick, target_id=target_id)
                | RoomBanned(room=room, target=nick, target_id=target_id)
            ):
                return self.apply(Left(room, nick, target_id))
            case LoggedIn():
                return self._log_in(event)
            case (
                Left(client_id=client_id)
                | Quit(client_id=client_id)
                | Renamed(client_id=client_id)
                | AwaySet(client_id=client_id)
                | Switched(client_id=client_id)
                | LoggedOut(client_id=client_id)
            ):
                member = self.find(client_id)
                return None if member is None else self._change(member, event)
            case _:
                return None

    def _change(
        self,
        member: Member,
        event: Left | Quit | Renamed | AwaySet | Switched | LoggedOut,
    ) -> Member:
        match event:
            case Left(room=room):
                member.rooms = _without(room, member.rooms)
            case Quit(client_id=client_id):
                self._take_from(member, client_id)
            case Renamed(new=new):
                self._rename(member, new)
            case AwaySet(text=text):
                member.away = text
            case Switched(room=room) if room in member.rooms:
                member.rooms = (*_without(room, member.rooms), room)
            case LoggedOut(client_id=client_id, nick=nick) if member.account:
                return self._log_out(member, client_id, nick)
            case _:
                pass
        return member

    def _join(self, event: Joined) -> Member:
        client_id, member_id = event.client_id, event.member_id
        former = self.find(client_id)
        if former is not None and former.id != member_id:
            # It has logged in or out since it was last seen here.
            self._take_from(former, client_id)
        member = self.members.get(member_id)
        if member is None:
            member = Member(member_id)
            self.members[member_id] = member
        is_first = not member.clients
        if event.account:
            member.account = event.account
            self.attach(member, client_id)
        if member.nick != event.nick and is_first:
            # A member that was thought to have quit may come back renamed.  One more
            # client of an account does not know how the others have renamed it.
            self._rename(member, event.nick)
        if event.room != NO_ROOM and event.room not in member.rooms:
            member.rooms += (event.room,)
        return member

    def _log_in(self, event: LoggedIn) -> Member | None:
        guest = self.members.get(event.client_id)
        if guest is None:
            return None
        member = self.members.get(event.member_id)
        if member is not None:
            self._remove(guest)
        else:
            member = guest
            self._change_id(member, event.member_id)
            self._rename(member, event.nick)
        member.account = event.account
        self.attach(member, event.client_id)
        return member

    def _log_out(self, member: Member, client_id: str, nick: str) -> Member:
        self._detach(member, client_id)
        if member.clients:
            guest = Member(client_id, rooms=member.rooms)
            self.members[client_id] = guest
        else:
            guest = member
            guest.account = ""
            self._change_id(guest, client_id)
        self._rename(guest, nick)
        return guest

    def _take_from(self, member: Member, client_id: str) -> None:
        """A member loses a client, and with the last one leaves."""
        self._detach(member, client_id)
        if not member.clients:
            self._remove(member)

    def attach(self, member: Member, client_id: str) -> None:
        """An account has this client."""
        if client_id not in member.clients:
            member.clients += (client_id,)
        self._logged_in[client_id] = member

    def _detach(self, member: Member, client_id: str) -> None:
        if member.clients:
            member.clients = _without(client_id, member.clients)
            self._logged_in.pop(client_id, None)

    def _change_id(self, member: Member, an_id: str) -> None:
        del self.members[member.id]
        member.id = an_id
        self.members[an_id] = member

    def _rename(self, member: Member, nick: str) -> None:
        self._free_name(member)
        member.rename(nick)
        self.by_name[member.folded] = member
        self.taken(member)

    def _remove(self, member: Member) -> None:
        del self.members[member.id]
        self._free_name(member)

    def _free_name(self, member: Member) -> None:
        if self.by_name.get(member.folded) is member:
            self.freed(member)
            del self.by_name[member.folded]


def _ignore(_member: Member) -> None:
    """Nobody is interested."""


def _without(item: str, items: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in items if each != item)
