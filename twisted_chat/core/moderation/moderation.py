"""Moderation: who is banned or muted, what is set for each room, and who decides.

``Moderation`` is the same on every server at the same position, as it follows from the
values in the store and from the events announced since; see ``changes``.
What someone may do by that is in ``permissions``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from twisted_chat.core.events import LOBBY, Stored
from twisted_chat.core.interfaces import Changes, RoomState
from twisted_chat.core.moderation_events import Rank, Role, RoomClosed
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.presence import Member, is_account_id

from .changes import BANS, MUTES
from .room_settings import (
    BAN,
    MAX_OWNED,
    MUTE,
    OPEN_ROOM,
    PAST,
    RoomSettings,
    setting_key,
)
from .sanctions import Sanction, Sanctions

ROOMS = "room/"
"""How the keys of the settings of rooms begin."""

MAX_TIDIED = 1_000
"""Values that are deleted at once; the rest an hour later."""


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account, as far as moderation is concerned.

    :ivar id: its member id.
    """

    id: str
    name: str
    is_operator: bool


FindAccount = Callable[[str], Awaitable[KnownAccount | None]]


async def no_account(_name: str) -> KnownAccount | None:
    """There are no accounts."""
    return None


def no_operator(_member: Member) -> bool:
    """Nobody is an operator."""
    return False


class Moderation:
    """Bans, mutes and the settings of rooms.

    :param pool: who is in which room.
    :param now: milliseconds since 1970.
    :ivar is_operator: whether a member is an operator of the server.
    :ivar find_account: the account of a name, present or not.
    :ivar bans: of the whole chat.
    :ivar mutes: that hold in every room.
    :ivar awaited: the rooms without members that are not yet treated as empty.
    """

    def __init__(self, pool: ClientPool, now: Callable[[], int]) -> None:
        self._pool = pool
        self.now = now
        self.is_operator: Callable[[Member], bool] = no_operator
        self.find_account: FindAccount = no_account
        self.bans = Sanctions()
        self.mutes = Sanctions()
        # Of the rooms for which something is set: by name, then by when it was opened.
        self._rooms: dict[str, dict[int, RoomSettings]] = {}
        # By the id of whoever has them: the rooms, when each was opened, and the roles.
        self._roles: dict[str, dict[tuple[str, int, str], None]] = {}
        # By area, the rooms in which someone is banned or muted.
        self._sanctioned: dict[str, dict[str, None]] = {BAN: {}, MUTE: {}}
        self._past: dict[str, str] = {}
        self.awaited: set[str] = set()
        self._last_stamp = 0
        # What was announced since a server began to load the values.
        self._announced: list[Changes] | None = None

    def stamp(self) -> int:
        """The time for an event, different from that of any before on this server."""
        self._last_stamp = max(self.now(), self._last_stamp + 1)
        return self._last_stamp

    # The values that it follows.

    async def load(self, read: Callable[[str], Awaitable[Mapping[str, str]]]) -> None:
        """Take over what is stored, in place of what was known.

        :param read: returns all values whose keys begin with a prefix.
        :raises StoreError: they could not be read; then nothing is changed.
        """
        announced = self._announced = []
        try:
            found = [await read(area) for area in (BANS, MUTES, ROOMS)]
        finally:
            if self._announced is announced:
                self._announced = None
        self.bans, self.mutes = Sanctions(), Sanctions()
        self._rooms, self._roles, self._past = {}, {}, {}
        self._sanctioned = {BAN: {}, MUTE: {}}
        for values in (*found, *announced):
            self.apply(values)

    def apply(self, changes: Mapping[str, str | None]) -> None:
        """Bring this up to changed values; those of other areas are passed over."""
        if self._announced is not None:
            self._announced.append(changes)
        for key, value in changes.items():
            # A value of a later version has no effect here.
            with suppress(ValueError):
                self._apply(key, value)

    def _apply(self, key: str, value: str | None) -> None:
        if key.startswith(BANS):
            self.bans.apply(key.removeprefix(BANS), value)
        elif key.startswith(MUTES):
            self.mutes.apply(key.removeprefix(MUTES), value)
        elif key.startswith(ROOMS):
            room, _, setting = key.removeprefix(ROOMS).partition("/")
            opened, _, setting = setting.partition("/")
            if opened != PAST:
                self._set(room, int(opened), setting, value)
            elif value is None:
                self._past.pop(room, None)
            else:
                self._past[room] = value

    def _set(self, room: str, opened: int, setting: str, value: str | None) -> None:
        by_opening = self._rooms.setdefault(room, {})
        settings = by_opening.setdefault(opened, RoomSettings(opened))
        try:
            settings.apply(setting, value)
        finally:
            if not settings:
                del by_opening[opened]
            if not by_opening:
                del self._rooms[room]
            area, _, subject = setting.partition("/")
            if area in settings.roles:
                self._note_role(subject, (room, opened, area), settings)
            if area in self._sanctioned:
                self._sanctioned[area].pop(room, None)
                if any(each.sanctions(area) for each in by_opening.values()):
                    self._sanctioned[area][room] = None

    def _note_role(
        self, member_id: str, held: tuple[str, int, str], settings: RoomSettings
    ) -> None:
        """Someone has a role in a room, or has it no longer."""
        roles = self._roles.setdefault(member_id, {})
        roles.pop(held, None)
        if member_id in settings.roles[held[2]]:
            roles[held] = None
        if not roles:
            del self._roles[member_id]

    def closed_before(self) -> list[tuple[str, str]]:
        """The rooms whose earlier history is closed, and up to which position."""
        return list(self._past.items())

    def ended(self) -> list[str]:
        """The keys of what is over, of ``MAX_TIDIED`` values at most."""
        now = self.now()
        keys = [BANS + key for key in self.bans.ended(now)]
        keys += (MUTES + key for key in self.mutes.ended(now))
        for room, by_opening in self._rooms.items():
            for opened, settings in by_opening.items():
                ended = settings.ended(now)
                keys += (setting_key(room, opened, key) for key in ended)
                if len(keys) >= MAX_TIDIED:
                    return keys[:MAX_TIDIED]
        return keys[:MAX_TIDIED]

    # Rooms.

    def is_vacant(self, room: str) -> bool:
        """Whether whoever joins the room opens it.

        Nobody is in it, and no account owns it.
        """
        if room == LOBBY:
            return False
        known = self._pool.rooms.get(room)
        if known is not None and known.members:
            return False
        settings = self.latest(room)
        return not settings.owner and room not in self.awaited

    def settings(self, room: str) -> RoomSettings:
        """The settings that hold in a room now."""
        if room not in self._rooms or self.is_vacant(room):
            return OPEN_ROOM
        return self.latest(room)

    def invitations(self, member: Member) -> list[str]:
        """The rooms that a member is invited to, and not in."""
        now = self.now()
        return [
            room
            for room in self._rooms
            if room not in member.rooms and self.settings(room).is_invited(member, now)
        ]

    def latest(self, room: str) -> RoomSettings:
        """What was set for the room of this name that was opened last."""
        by_opening = self._rooms.get(room)
        return by_opening[max(by_opening)] if by_opening else OPEN_ROOM

    def openings(self, rooms: Iterable[str]) -> dict[str, int]:
        """When each of these rooms was opened, also if everyone has left it."""
        return {room: self.latest(room).opened for room in rooms}

    def closes(self, room: str) -> bool:
        """Whether what was said in a room is closed once nobody is in it.

        An earlier room of that name counts until the event that closes it is stored.
        """
        by_opening = self._rooms.get(room, {})
        return any(settings.is_closed for settings in by_opening.values())

    def vacant(self) -> list[str]:
        """The rooms that nobody is in, and for which something is set."""
        return [room for room in self._rooms if self.is_vacant(room)]

    def has_settings(self, room: str) -> bool:
        """Whether anything is set for a room, or was for an earlier one."""
        return room in self._rooms

    def closing(self, room: str, position: str) -> RoomClosed:
        """The event with which a room is closed that nobody is in.

        :param position: everything up to here was announced.
        """
        by_opening = self._rooms.get(room, {})
        keys = [
            setting_key(room, opened, key)
            for opened, settings in by_opening.items()
            for key in settings
        ]
        past = position if self.closes(room) else ""
        return RoomClosed(room, "", "", " ".join(keys), past)

    def opened_by(self, member_id: str) -> list[str]:
        """The rooms in which whoever has this id is a room operator."""
        rooms = dict.fromkeys(room for room, _, _ in self._roles.get(member_id, ()))
        return [
            room
            for room in rooms
            if member_id in self.settings(room).roles[Role.OPERATOR]
        ]

    def role_keys(self, member_id: str) -> list[str]:
        """The keys of the roles that whoever has this id has in any room."""
        return [
            setting_key(room, opened, role, member_id)
            for room, opened, role in self._roles.get(member_id, ())
        ]

    def absent_guests(self) -> list[str]:
        """The ids of guests who have a role in any room and are not present."""
        return [
            each
            for each in sorted(self._roles)
            if not is_account_id(each) and self._pool.member(each) is None
        ]

    def owned_by(self, member_id: str) -> list[str]:
        """The rooms that an account owns."""
        return [room for room in self._rooms if self.latest(room).owner == member_id]

    def may_own(self, member_id: str) -> bool:
        """Whether a room that an account creates is kept."""
        return len(self.owned_by(member_id)) < MAX_OWNED

    def rank(self, member: Member, room: str) -> Rank | None:
        """The rank by which a member may moderate a room; ``None`` if it may not."""
        if self.is_operator(member):
            return Rank.OPERATOR
        if self.settings(room).has_role(Role.OPERATOR, member):
            return Rank.ROOM_OPERATOR
        return None

    def readable(
        self,
        events: tuple[Stored, ...],
        member: Member | None = None,
        room: str = "",
    ) -> tuple[Stored, ...]:
        """The events without those of a room that was closed with its last member.

        :param member: who reads them; an operator reads all.
        :param room: in whose history they stand: some events name no room.
        """
        if member is not None and self.is_operator(member):
            return events
        if not self._past and not self._rooms:
            return events
        return tuple(stored for stored in events if not self._is_closed(stored, room))

    def readable_state(self, room: str, state: RoomState) -> RoomState:
        """What of a room was not closed with its last member."""
        recent = self.readable(tuple(state.recent), room=room)
        origin = state.topic_origin
        if self._closes(room, origin.time if origin is not None else 0):
            return RoomState("", recent)
        return replace(state, recent=recent)

    def _is_closed(self, stored: Stored, room: str) -> bool:
        room = room or getattr(stored.event, "room", "")
        if stored.position <= self._past.get(room, ""):
            return True
        return self._closes(room, stored.time)

    def _closes(self, room: str, time: int) -> bool:
        """Whether an event that is yet to come closes what was said at a time.

        Until it is stored, what was set for the room is still there.
        """
        by_opening = self._rooms.get(room, {})
        opened = self.settings(room).opened
        was_closed = any(
            settings.is_closed for at, settings in by_opening.items() if at != opened
        )
        return was_closed and (not opened or time < opened)

    # Bans and mutes.

    def ban_of(
        self, identities: Iterable[str], address: str
    ) -> tuple[str, Sanction] | None:
        """The ban that concerns whoever connects or logs in, and its key."""
        if not self.bans:
            return None
        return self.bans.find(identities, address, self.now())

    def all_mutes(self) -> list[tuple[str, Sanctions]]:
        """The mutes of the whole chat, and of each room, and how their keys begin.

        Nothing if nobody is muted anywhere.
        """
        of_rooms = list(self.room_sanctions(MUTE)) if self._sanctioned[MUTE] else []
        return [(MUTES, self.mutes), *of_rooms] if self.mutes else of_rooms

    def room_sanctions(self, area: str) -> Iterator[tuple[str, Sanctions]]:
        """The bans or mutes of each room that has some, and how their keys begin.

        :param area: ``BAN`` or ``MUTE``.
        """
        for room in self._sanctioned[area]:
            settings = self.settings(room)
            if sanctions := settings.sanctions(area):
                yield setting_key(room, settings.opened, area, ""), sanctions
