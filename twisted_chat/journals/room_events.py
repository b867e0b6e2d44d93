"""Room events: what the members of rooms were shown besides messages.

A departure names no room, and an arrival is shown only if the member was not there
already; so what a room was shown of an event depends on where the member was.  A
journal asks ``Whereabouts`` as it stores a batch.  The rules are those of
``core.presence``; Redis has them in ``redis/lua/members.lua``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any, NamedTuple

from twisted_chat.core.accounts.record import ID_MARK
from twisted_chat.core.events import (
    LOBBY,
    NO_ROOM,
    Event,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Quit,
    Renamed,
)
from twisted_chat.core.history_query import SOMEONE
from twisted_chat.core.moderation.room_settings import KEY
from twisted_chat.core.moderation_events import (
    Kicked,
    RoleChanged,
    RoomBanned,
    RoomChanged,
    RoomExcepted,
    RoomUnbanned,
)

from .records import BY_EVENT, RECORDS

_BY_NAME = {record.name: record for record in RECORDS}

_IDS = {
    record.event: [
        at
        for at, each in enumerate(fields(record.event), 1)
        if each.name in ("client_id", "member_id")
    ]
    for record in RECORDS
}
"""Where the ids of whoever has caused an event are among its parts."""

_to_json = json.JSONEncoder(separators=(",", ":")).encode

_IN_LOBBY = (LOBBY,)
"""Where most members are: one tuple for all."""

_HIDDEN = "*"
"""In place of the key of a room, which only room operators know."""


# Not dataclasses: these two are made for each arrival, and in a third of the time.
class RoomEvent(NamedTuple):
    """What the members of rooms were shown of an event.

    :ivar rooms: these rooms; at least one.
    :ivar event: see ``HistoryQuery.besides``.  The room of an arrival is that in whose
        history it stands.
    """

    rooms: tuple[str, ...]
    event: Event

    def in_room(self, room: str) -> Event:
        """The event as it stands in the history of one of the rooms."""
        event = self.event
        return replace(event, room=room) if isinstance(event, Joined) else event


def to_text(shown: RoomEvent) -> str:
    """A line with the rooms, each between blanks, and one of JSON.

    Of ids it has only those of accounts: others are secrets.
    """
    event = shown.event
    record = BY_EVENT[type(event)]
    parts = [record.name, *record.values(event)]
    for at in _IDS[type(event)]:
        if not parts[at].startswith(ID_MARK):
            parts[at] = ""
    return f" {' '.join(shown.rooms)} \n{_to_json(parts)}"


def from_text(text: str) -> RoomEvent:
    """What ``to_text`` was given, without what it leaves out."""
    rooms, _, parts = text.partition("\n")
    name, *values = json.loads(parts)
    return RoomEvent(tuple(rooms.split()), _BY_NAME[name].event(*values))


class _Place(NamedTuple):
    """Where a member is.

    :ivar clients: the clients of an account; empty for a guest.
    """

    nick: str
    rooms: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()


class Whereabouts:
    """In which rooms each member is, as far as it is stored.

    What a batch changes takes effect with ``keep``, once the batch is stored.
    """

    def __init__(self) -> None:
        self._members: dict[str, _Place] = {}
        # By client id, those of accounts.
        self._accounts: dict[str, str] = {}
        # What a batch changes; ``None`` for what is gone then.
        self._changed: dict[str, _Place | None] = {}
        self._moved: dict[str, str | None] = {}
        self._methods: dict[type[Any], Callable[[Any], RoomEvent | None]] = {
            Joined: self._joined,
            Left: self._left,
            Quit: self._quit,
            Renamed: self._renamed,
            LoggedIn: self._logged_in,
            LoggedOut: self._logged_out,
            Kicked: self._removed,
            RoomBanned: self._removed,
            RoleChanged: self._changed_room,
            RoomChanged: self._changed_room,
            RoomExcepted: self._changed_room,
            RoomUnbanned: self._changed_room,
        }

    def of(self, batch: Iterable[Event]) -> list[RoomEvent | None]:
        """What rooms are shown of each event of a batch that is to be stored next."""
        self._changed.clear()
        self._moved.clear()
        find = self._methods.get
        shown: list[RoomEvent | None] = []
        for event in batch:
            method = find(type(event))
            shown.append(method(event) if method else None)
        return shown

    def keep(self) -> None:
        """The batch is stored."""
        for changed, kept in (
            (self._changed, self._members),
            (self._moved, self._accounts),
        ):
            _merge(changed, kept)

    def _find(self, client_id: str) -> tuple[str, _Place] | None:
        """The id and the place of the member of a client, or of that id."""
        moved = self._moved
        at = moved[client_id] if client_id in moved else self._accounts.get(client_id)
        member_id = at or client_id
        place = self._get(member_id)
        return None if place is None else (member_id, place)

    def _get(self, member_id: str) -> _Place | None:
        changed = self._changed
        if member_id in changed:
            return changed[member_id]
        return self._members.get(member_id)

    def _joined(self, event: Joined) -> RoomEvent | None:
        client_id, member_id, room = event.client_id, event.member_id, event.room
        found = self._find(client_id)
        if found is not None and found[0] != member_id:
            self._take(client_id, *found)
            found = None
        place = found[1] if found else self._get(member_id) or _Place(event.nick)
        nick, rooms, clients = place.nick, place.rooms, place.clients
        if not clients:
            nick = event.nick
        if event.account:
            clients = self._attach(client_id, member_id, clients)
        shown = None
        if room != NO_ROOM and room not in rooms:
            rooms = (*rooms, room) if rooms or room != LOBBY else _IN_LOBBY
            if member_id != client_id or nick != event.nick:
                event = Joined(room, nick, member_id, member_id, event.account)
            shown = RoomEvent(rooms[-1:], event)
        self._changed[member_id] = _Place(nick, rooms, clients)
        return shown

    def _left(self, event: Left) -> RoomEvent | None:
        found = self._leave(event.client_id, event.room)
        if found is None:
            return None
        member_id, place = found
        left = replace(event, nick=place.nick, client_id=member_id)
        return RoomEvent((event.room,), left)

    def _removed(self, event: Kicked | RoomBanned) -> RoomEvent:
        self._leave(event.target_id, event.room)
        return self._changed_room(event)

    def _leave(self, an_id: str, room: str) -> tuple[str, _Place] | None:
        """A member is not in a room any more; ``None`` if it was not there."""
        found = self._find(an_id)
        if found is None or room not in found[1].rooms:
            return None
        member_id, place = found
        rooms = tuple(each for each in place.rooms if each != room)
        self._changed[member_id] = place._replace(rooms=rooms)
        return found

    def _quit(self, event: Quit) -> RoomEvent | None:
        found = self._find(event.client_id)
        if found is None or not self._take(event.client_id, *found):
            return None
        member_id, place = found
        if event.nick != place.nick or event.client_id != member_id:
            event = replace(event, nick=place.nick, client_id=member_id)
        return _in_rooms(place.rooms, event)

    def _renamed(self, event: Renamed) -> RoomEvent | None:
        found = self._find(event.client_id)
        if found is None:
            return None
        member_id, place = found
        self._changed[member_id] = place._replace(nick=event.new)
        return _renamed(member_id, place, event.new)

    def _logged_in(self, event: LoggedIn) -> RoomEvent | None:
        client_id, member_id = event.client_id, event.member_id
        guest, place = self._get(client_id), self._get(member_id)
        if guest is None:
            return None
        self._changed[client_id] = None
        if place is None:
            shown = _renamed(member_id, guest, event.nick)
            place = guest._replace(nick=event.nick)
        else:
            shown = _in_rooms(guest.rooms, Quit(guest.nick, client_id))
        clients = self._attach(client_id, member_id, place.clients)
        self._changed[member_id] = place._replace(clients=clients)
        return shown

    def _logged_out(self, event: LoggedOut) -> RoomEvent | None:
        client_id, nick = event.client_id, event.nick
        found = self._find(client_id)
        if found is None or not found[1].clients:
            return None
        member_id, place = found
        is_gone = self._take(client_id, member_id, place)
        self._changed[client_id] = _Place(nick, place.rooms)
        if is_gone:
            return _renamed(client_id, place, nick)
        return _in_rooms(place.rooms, Joined(NO_ROOM, nick, client_id))

    def _attach(
        self, client_id: str, member_id: str, clients: tuple[str, ...]
    ) -> tuple[str, ...]:
        """An account has one more client; returns all of them."""
        self._moved[client_id] = member_id
        return clients if client_id in clients else (*clients, client_id)

    def _take(self, client_id: str, member_id: str, place: _Place) -> bool:
        """A member loses a client; true if it was the last one."""
        clients = tuple([each for each in place.clients if each != client_id])
        self._moved[client_id] = None
        self._changed[member_id] = place._replace(clients=clients) if clients else None
        return not clients

    def _changed_room(self, event: Any) -> RoomEvent:
        """Somebody has changed a room, or removed a member from it."""
        author = self._find(event.client_id)
        shown = without_secrets(event)
        if author is not None:
            shown = replace(shown, client_id=author[0])
        return RoomEvent((event.room,), shown)


def without_secrets(event: Any) -> Any:
    """What somebody has done in a room, without what its members are not shown.

    These are the key of the room, ids, and by what a ban is known, such as an address.
    """
    changed = {"target_id": SOMEONE} if getattr(event, "target_id", "") else {}
    for name in ("key", "keys", "identities", "networks", "masks"):
        if hasattr(event, name):
            changed[name] = ""
    if isinstance(event, RoomChanged):
        changed |= _without_key(event)
    return replace(event, **changed)


def _without_key(event: RoomChanged) -> dict[str, str]:
    """The values of a change of settings, without the key of the room itself."""
    shown = [
        (name, _HIDDEN if name == KEY and value else value)
        for name, value in event.changes
    ]
    others = " ".join(f"{name}={value}" for name, value in shown[1:])
    return {"value": shown[0][1], "others": others}


def _renamed(member_id: str, place: _Place, nick: str) -> RoomEvent | None:
    if place.nick == nick:
        return None
    return _in_rooms(place.rooms, Renamed(place.nick, nick, member_id))


def _in_rooms(rooms: tuple[str, ...], event: Event) -> RoomEvent | None:
    return RoomEvent(rooms, event) if rooms else None


def _merge(changed: dict[str, Any], kept: dict[str, Any]) -> None:
    for name, value in changed.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
    changed.clear()
