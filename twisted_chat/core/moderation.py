"""Moderation: who is banned or muted, what each room allows, and who decides.

``Moderation`` is the same on every server at the same position, as it follows from the
values in the store and from the events announced since; see ``moderation_changes``.
Its methods answer a question with a ``Refused`` or ``None``, and change nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from .events import LOBBY, Stored
from .interfaces import Changes
from .moderation_changes import BANS, MUTES
from .moderation_events import Rank, Role, RoomClosed
from .pool import ClientPool
from .presence import Member
from .replies import Refused
from .room_settings import (
    BAN,
    MAX_OWNED,
    MUTE,
    OPEN_ROOM,
    PAST,
    RoomSettings,
    setting_key,
)
from .sanctions import (
    MAX_RENAMED,
    Sanction,
    Sanctions,
    ban_text,
    identities_at,
    identities_of,
    mute_text,
)

ROOMS = "room/"
"""How the keys of the settings of rooms begin."""

RETURN_SECONDS = 60.0
"""Seconds after the start in which a room without members is not taken for empty: those
who were in it before a restart come back."""


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account, as far as moderation is concerned.

    :ivar id: its member id.
    """

    id: str
    name: str
    is_operator: bool


async def no_account(_name: str) -> KnownAccount | None:
    """There are no accounts."""
    return None


TIDY_SECONDS = 3600.0
"""Seconds after which what is over is deleted from the store."""

MAX_TIDIED = 1_000
"""Values that are deleted at once; the rest an hour later."""


def no_operator(_member: Member) -> bool:
    """Nobody is an operator."""
    return False


FindAccount = Callable[[str], Awaitable[KnownAccount | None]]


class Actor(Protocol):
    """Who wants to do something: a client, as far as moderation is concerned."""

    @property
    def member(self) -> Member:
        """For whom it is done."""

    @property
    def address(self) -> str:
        """From where; may be empty."""


@dataclass(frozen=True, slots=True)
class MemberAt:
    """A member and an address, where another member than that of the client acts."""

    member: Member
    address: str = ""


class Moderation:
    """Bans, mutes and the settings of rooms.

    :param pool: who is in which room.
    :param now: milliseconds since 1970.
    :ivar is_operator: whether a member is an operator of the server.
    :ivar find_account: the account of a name, present or not.
    :ivar bans: of the whole chat.
    :ivar mutes: that hold in every room.
    :ivar awaited: the rooms without members that are not taken for empty.
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

    # What changes it.

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
        self._rooms, self._past = {}, {}
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
            area = setting.partition("/")[0]
            if area in self._sanctioned:
                self._sanctioned[area].pop(room, None)
                if any(each.sanctions(area) for each in by_opening.values()):
                    self._sanctioned[area][room] = None

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
        settings = self._latest(room)
        return not settings.owner and room not in self.awaited

    def settings(self, room: str) -> RoomSettings:
        """The settings that hold in a room now."""
        if room not in self._rooms or self.is_vacant(room):
            return OPEN_ROOM
        return self._latest(room)

    def invitations(self, member: Member) -> list[str]:
        """The rooms that a member is invited to, and not in."""
        now = self.now()
        return [
            room
            for room in self._rooms
            if room not in member.rooms and self.settings(room).is_invited(member, now)
        ]

    def _latest(self, room: str) -> RoomSettings:
        """What was set for the room of this name that was opened last."""
        by_opening = self._rooms.get(room)
        return by_opening[max(by_opening)] if by_opening else OPEN_ROOM

    def openings(self, rooms: Iterable[str]) -> dict[str, int]:
        """When each of these rooms was opened, also if everyone has left it."""
        return {room: self._latest(room).opened for room in rooms}

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
        keys = [
            setting_key(room, opened, key)
            for opened, settings in self._rooms.get(room, {}).items()
            for key in settings
        ]
        past = position if self._latest(room).is_closed else ""
        return RoomClosed(room, "", "", " ".join(keys), past)

    def opened_by(self, member_id: str) -> list[str]:
        """The rooms in which whoever has this id is a room operator."""
        return [
            room
            for room in self._rooms
            if member_id in self.settings(room).roles[Role.OPERATOR]
        ]

    def room_sanctions(self, area: str) -> Iterator[tuple[str, Sanctions]]:
        """The bans or mutes of each room that has some, and how their keys begin.

        :param area: ``BAN`` or ``MUTE``.
        """
        for room in self._sanctioned[area]:
            settings = self.settings(room)
            if sanctions := settings.sanctions(area):
                yield setting_key(room, settings.opened, area, ""), sanctions

    def owned_by(self, member_id: str) -> list[str]:
        """The rooms that an account owns."""
        return [room for room in self._rooms if self._latest(room).owner == member_id]

    def may_own(self, member_id: str) -> bool:
        """Whether a room that an account creates is kept."""
        return len(self.owned_by(member_id)) < MAX_OWNED

    def rank(self, member: Member, room: str) -> Rank | None:
        """By which right a member decides in a room; ``None`` if it may not."""
        if self.is_operator(member):
            return Rank.OPERATOR
        if self.settings(room).has_role(Role.OPERATOR, member):
            return Rank.ROOM_OPERATOR
        return None

    def may_enter(
        self,
        actor: Actor,
        room: str,
        key: str = "",
        *,
        returns: bool = False,
        is_in: bool = False,
    ) -> Refused | None:
        """Why someone may not join a room, or ``None``.

        :param key: what it gives as the key of the room.
        :param returns: it was in the room when its connection ended.
        :param is_in: it is counted among the members already.
        """
        settings = self.settings(room)
        if not settings or self.rank(actor.member, room) is not None:
            return None
        refused = self._banned_from(settings, actor, room)
        if refused is not None or returns:
            return refused
        if settings.is_invited(actor.member, self.now()):
            return None
        refused = self._uninvited(settings, actor, room)
        if refused is None and settings.key and key != settings.key:
            refused = Refused("needs_key", f"#{room} needs a key: \\join {room} KEY")
        known = self._pool.rooms.get(room)
        members = len(known.members) - is_in if known else 0
        if refused is None and settings.limit and members >= settings.limit:
            refused = Refused("room_full", f"#{room} is full")
        return refused

    def may_read(self, actor: Actor, room: str) -> Refused | None:
        """Why someone may not read what is said in a room, or ``None``."""
        # Also what was set for the room before everyone left it.
        settings, member = self._latest(room), actor.member
        if not settings or room in member.rooms or self.rank(member, room) is not None:
            return None
        refused = self._banned_from(settings, actor, room) or self._uninvited(
            settings, actor, room
        )
        if refused is None and settings.key:
            refused = Refused("needs_key", f"#{room} needs a key: \\join {room} KEY")
        return refused

    def is_listed(self, member: Member, room: str) -> bool:
        """Whether a member sees a room in the list of rooms."""
        return (
            not self.settings(room).hidden
            or room in member.rooms
            or self.is_operator(member)
        )

    def _banned_from(
        self, settings: RoomSettings, actor: Actor, room: str
    ) -> Refused | None:
        if not self._is_banned(settings, actor):
            return None
        return Refused("banned", f"you are banned from #{room}")

    def is_banned_from(self, actor: Actor, room: str) -> bool:
        """Whether a ban keeps someone out of a room."""
        is_banned = self._is_banned(self.settings(room), actor)
        return is_banned and self.rank(actor.member, room) is None

    def _is_banned(self, settings: RoomSettings, actor: Actor) -> bool:
        now, member, address = self.now(), actor.member, actor.address
        return (
            settings.bans.of_member(member, address, now) is not None
            and settings.exceptions.of_member(member, address, now) is None
        )

    def _uninvited(
        self, settings: RoomSettings, actor: Actor, room: str
    ) -> Refused | None:
        now, member, address = self.now(), actor.member, actor.address
        if not settings.private or settings.is_invited(member, now):
            return None
        if settings.invite_exceptions.of_member(member, address, now) is not None:
            return None
        who = self.asked(room, "for an invitation")
        return Refused("room_private", f"#{room} is private: {who}")

    def asked(self, room: str, what: str) -> str:
        """Whom to ask for something in a room: the longest-standing room operator."""
        for member_id, holder in self.settings(room).holders(Role.OPERATOR):
            member = self._pool.member(member_id)
            if member is not None:
                return f"ask {member.nick} {what}"
            if member_id.startswith("@"):
                # An account reads later what it is asked.
                return f"ask {holder.nick} {what}"
        return f"ask an operator {what}"

    def readable(
        self, events: tuple[Stored, ...], member: Member | None = None
    ) -> tuple[Stored, ...]:
        """The events without those of a room that was closed with its last member.

        :param member: who reads them; an operator reads all.
        """
        if member is not None and self.is_operator(member):
            return events
        if not self._past and not self._rooms:
            return events
        return tuple(stored for stored in events if not self._is_closed(stored))

    def _is_closed(self, stored: Stored) -> bool:
        room: str = getattr(stored.event, "room", "")
        if stored.position <= self._past.get(room, ""):
            return True
        # Until the event that closes a room is stored, its settings are still there.
        by_opening = self._rooms.get(room, {})
        opened = self.settings(room).opened
        was_closed = any(
            settings.is_closed for at, settings in by_opening.items() if at != opened
        )
        return was_closed and (not opened or stored.time < opened)

    # Talking.

    def may_talk(self, actor: Actor, room: str) -> Refused | None:
        """Why someone may not talk in a room, or ``None``."""
        settings = self.settings(room)
        if not settings and not self.mutes:
            return None
        mute, member = self.mute_of(actor, room), actor.member
        if mute is not None:
            return _muted(mute, self.now())
        if settings.bans and self.rank(member, room) is None:
            # One that does not remove those whom it concerns keeps them from talking.
            banned = self._banned_from(settings, MemberAt(member), room)
            if banned is not None:
                return banned
        if (
            settings.quiet
            and not settings.has_role(Role.VOICE, member)
            and self.rank(member, room) is None
        ):
            return Refused(
                "quiet", f"#{room} is quiet: {self.asked(room, 'for a voice')}"
            )
        return None

    def may_send(self, actor: Actor, recipient: Member) -> Refused | None:
        """Why someone may not send a member a direct message, or ``None``."""
        if not self.mutes or self.is_operator(recipient):
            return None
        mute = self._muted_everywhere(actor)
        return None if mute is None else _muted(mute, self.now())

    def may_show(self, actor: Actor) -> Refused | None:
        """Why someone may not show a text in all of its rooms, or ``None``."""
        found = (self.may_talk(actor, room) for room in actor.member.rooms)
        refused = next((each for each in found if each is not None), None)
        if refused is not None or not self.mutes:
            return refused
        mute = self._muted_everywhere(actor)
        return None if mute is None else _muted(mute, self.now())

    def may_rename(self, actor: Actor) -> Refused | None:
        """Why a guest may not take another nickname, or ``None``.

        Mutes follow it to each of them, and cannot do so without end.
        """
        if actor.member.account:
            return None
        identities = identities_at(actor.member, actor.address)
        for _, mutes in self.all_mutes():
            found = mutes.find(identities, "", self.now())
            if found is not None and len(found[1].identities) > MAX_RENAMED:
                text = f"{mute_text(found[1], self.now())}: keep your nickname"
                return Refused("muted", text)
        return None

    def all_mutes(self) -> Iterator[tuple[str, Sanctions]]:
        """The mutes of the whole chat and of each room, and how their keys begin."""
        yield MUTES, self.mutes
        yield from self.room_sanctions(MUTE)

    def may_set_topic(self, actor: Actor, room: str) -> Refused | None:
        """Why someone may not set the topic of a room, or ``None``."""
        restricted = self.settings(room).topic_for_operators
        if restricted and self.rank(actor.member, room) is None:
            asked = self.asked(room, "to set it")
            text = f"only operators set the topic of #{room}: {asked}"
            return Refused("not_operator", text)
        return self.may_talk(actor, room)

    def mute_of(self, actor: Actor, room: str) -> Sanction | None:
        """The mute that concerns someone in a room, if any; the longest."""
        everywhere = self._muted_everywhere(actor)
        mutes = self.settings(room).mutes
        if not mutes or self.is_operator(actor.member):
            return everywhere
        here = self._mute_in(mutes, actor)
        if here is None or everywhere is None:
            return here or everywhere
        return max(here, everywhere, key=lambda mute: mute.end or float("inf"))

    def _muted_everywhere(self, actor: Actor) -> Sanction | None:
        if not self.mutes or self.is_operator(actor.member):
            return None
        return self._mute_in(self.mutes, actor)

    def _mute_in(self, mutes: Sanctions, actor: Actor) -> Sanction | None:
        identities = identities_at(actor.member, actor.address)
        found = mutes.find(identities, actor.address, self.now())
        return found and found[1]

    # Connecting.

    def ban_of(
        self, identities: Iterable[str], address: str
    ) -> tuple[str, Sanction] | None:
        """The ban that concerns whoever connects or logs in, and its key."""
        if not self.bans:
            return None
        return self.bans.find(identities, address, self.now())

    def ban_on(self, actor: Actor) -> Sanction | None:
        """The ban that concerns someone who is here, if any."""
        if self.is_operator(actor.member):
            return None
        found = self.ban_of(identities_of(actor.member), actor.address)
        return found and found[1]

    def may_stay(self, actor: Actor) -> Refused | None:
        """Why someone who is here may not stay, or ``None``."""
        ban = self.ban_on(actor) if self.bans else None
        return None if ban is None else Refused("banned", ban_text(ban))

    def may_log_in(self, member_id: str, address: str) -> Refused | None:
        """Why nobody may log in to an account from an address, or ``None``."""
        if self.is_operator(Member(member_id)):
            return None
        found = self.ban_of((member_id,), address)
        return found and Refused("banned", ban_text(found[1]))

    def may_connect(
        self, member: Member | None, identities: Iterable[str], address: str
    ) -> Refused | None:
        """Why someone may not connect, or ``None``.

        :param member: who it is, if that is known.
        """
        if member is not None and self.is_operator(member):
            return None
        found = self.ban_of(identities, address)
        return found and Refused("banned", ban_text(found[1]))


def _muted(mute: Sanction, now: int) -> Refused:
    return Refused("muted", mute_text(mute, now))
