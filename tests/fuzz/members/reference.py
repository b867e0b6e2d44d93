"""The reference: who is present, and what each device is shown, whatever happens.

It knows nothing of the server.  A device that is shown something appends it to its list
``expected``, in the form of its wire.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from . import shown
from .samples import LOOKS, SPARE, keys_of
from .shown import JSON, LINES, SOCKETIO, Shown
from .state import (
    IRCS,
    LOBBY,
    Account,
    Device,
    Holder,
    Member,
    Post,
    Room,
    Sanction,
    Subject,
)

HISTORY = 10
"""Messages that a client is shown when it joins."""

RETURN_SECONDS = 60.0
"""For so long after a restart a room without members is not taken for empty."""

ANY_ERROR = re.compile("error: .*", re.DOTALL)


@dataclass(eq=False)
class Entry:
    """Something that a client which resumes may have missed.

    :ivar people: the sender and the recipient of a direct message.
    :ivar by: the account whose text it is.
    :ivar nick: of who has corrected a message.
    """

    seq: int
    kind: str
    room: str = ""
    posts: tuple[Post, ...] = ()
    shown: Shown | None = None
    people: tuple[Subject, ...] = ()
    by: Account | None = None
    nick: str = ""
    is_closed: bool = False


class Reference:
    """The state of a chat, and to whom each event is shown.

    :param now: seconds since 1970.
    :ivar seq: how many events there were.
    :ivar lost: devices that cannot come back, as the server was killed.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.members: list[Member] = []
        self.accounts: list[Account] = []
        self.rooms: dict[str, Room] = {}
        self.bans: dict[Subject, Sanction] = {}
        self.mutes: dict[Subject, Sanction] = {}
        self.posts: list[Post] = []
        self.entries: list[Entry] = []
        self.lost: set[Subject] = set()
        self.seq = 0
        self._stamp = 0
        self._arrivals = 0
        # The server has just started.
        self._returning_until: float | None = now() + RETURN_SECONDS

    # Showing.

    def devices(self) -> Iterator[Device]:
        """All that are connected."""
        for member in self.members:
            yield from member.devices

    def show(
        self,
        what: Shown,
        rooms: Iterable[str],
        *,
        by: Account | None = None,
        but: Iterable[Device] = (),
    ) -> None:
        """Something happens, and everyone in these rooms is shown it.

        :param by: the account whose text it is; not to those who ignore it.
        :param but: except these.
        """
        self.seq += 1
        rooms, hidden_from = list(rooms), list(but)
        for device in self.devices():
            member = device.member
            shared = [room for room in rooms if room in member.rooms]
            if shared and device not in hidden_from and not self.ignores(member, by):
                here = member.room if member.room in shared else shared[0]
                self.give(device, what, here)

    def give(self, device: Device, what: Shown, room: str | None = None) -> None:
        """A device is shown something.

        :param room: where it happened, if anywhere.
        """
        elsewhere = room not in (None, device.member.room)
        self.give_prefixed(device, what, f"[#{room}] " if elsewhere else "")

    def give_prefixed(self, device: Device, what: Shown, prefix: str) -> None:
        """The same, with this before each line."""
        device.expected += what.on(device.wire, prefix)
        if device.wire == JSON and what.frame is not None:
            device.last_seq = self.seq

    @staticmethod
    def ignores(member: Member, account: Account | None) -> bool:
        """Whether a member ignores what an account writes."""
        if account is None or member.account is None:
            return False
        return account.number in member.account.ignored

    @staticmethod
    def ignored_by(account: Account) -> list[str]:
        """The nicknames of those whom an account ignores."""
        return sorted(account.ignored.values())

    def refuse(self, device: Device, text: str | None = None) -> None:
        """A device is told that it cannot have what it asked for.

        :param text: a pattern, where the words matter.
        """
        # By IRC, most reasons are a number.
        is_any = text is None or device.wire in IRCS
        wanted = ANY_ERROR if is_any else re.compile(f"error: {text}\\Z")
        device.expected.append(wanted)

    def notice(
        self, device: Device, *lines: str, irc: tuple[str, ...] | None = None
    ) -> None:
        """A device is told something that nobody else is.

        :param irc: what it is told instead, by IRC.
        """
        if device.wire == JSON:
            device.expected.append({"type": "notice", "text": "\n".join(lines)})
        elif device.wire == SOCKETIO:
            device.expected += [["messages", each] for each in lines]
        elif device.wire in IRCS:
            told = irc if irc is not None else [f"notice {each}" for each in lines]
            device.expected += told
        else:
            device.expected += lines

    def talks_in(self, device: Device) -> None:
        """A device is told in which room it talks now."""
        if device.wire in LINES:
            room = device.member.room
            device.expected.append(
                f"now talking in #{room}"
                if room
                else "you are in no room (\\join ROOM)"
            )

    # Looking up.

    def room(self, name: str) -> Room:
        """What is known of a room."""
        return self.rooms.setdefault(name, Room(name))

    def named(self, nick: str) -> Member | None:
        """Who has this nickname."""
        return next((each for each in self.members if each.nick == nick), None)

    def account(self, name: str) -> Account | None:
        """The account of this name."""
        return next((each for each in self.accounts if each.name == name), None)

    def member_of(self, account: Account | None) -> Member | None:
        """The member of an account, if it is present."""
        found = (each for each in self.members if each.account is account)
        return next(found, None) if account else None

    def with_id(self, subject: Subject) -> Member | None:
        """The member that is meant by the id of an account or a device."""
        return next((each for each in self.members if subject in each.ids), None)

    def why_not_nick(self, nick: str, account: Account | None) -> str | None:
        """Why somebody cannot have a nickname; a pattern."""
        keys = keys_of(nick)
        for other in self.accounts:
            if other is not account and not keys.isdisjoint(keys_of(other.name)):
                name = re.escape(other.name)
                return f"{name} is registered: \\\\login {name} PASSWORD"
        return None if nick in LOOKS or nick.startswith(SPARE) else ".*"

    def has_nick(self, nick: str, but: Member | None) -> bool:
        """Whether somebody else has a nickname that is, or looks like, this one."""
        keys = keys_of(nick)
        return any(
            each is not but and not keys.isdisjoint(keys_of(each.nick))
            for each in self.members
        )

    def inside(self, room: str) -> list[Member]:
        """The members of a room."""
        return [each for each in self.members if room in each.rooms]

    def who_is_in(self, room: str) -> dict[str, Any]:
        """The fields of an object that list the members of a room."""
        inside = self.inside(room)
        return {
            "members": sorted(each.nick for each in inside),
            "count": len(inside),
            "away": {each.nick: each.away for each in inside if each.away},
            "accounts": {
                each.nick: each.account.name for each in inside if each.account
            },
        }

    def kept(self, room: str, *, closed: bool = False) -> list[Post]:
        """The messages of a room.

        :param closed: also those that only operators may read.
        """
        return [
            post
            for post in self.posts
            if post.room == room
            and not post.is_deleted
            and (closed or not post.is_closed)
        ]

    def history(self, member: Member, room: str) -> list[Post]:
        """The last messages, which a client is shown when it joins."""
        found = self.kept(room)[-HISTORY:]
        return [each for each in found if not self.ignores(member, each.account)]

    # Rights.

    def rank(self, member: Member, name: str) -> bool:
        """Whether a member decides in a room."""
        room = self.room(name)
        return member.is_operator or room.has_role(room.operators, member)

    def asked(self, name: str, what: str) -> str:
        """Whom to ask for something in a room."""
        holders = self.room(name).operators.values()
        for holder in sorted(holders, key=lambda each: each.since):
            member = self.with_id(holder.id)
            if member is not None:
                return f"ask {member.nick} {what}"
            if holder.id[0] == "account":
                return f"ask {holder.since[1]} {what}"
        return f"ask an operator {what}"

    def stamp(self) -> int:
        """A number that is greater than all before."""
        self._stamp += 1
        return self._stamp

    def find(
        self,
        sanctions: dict[Subject, Sanction],
        subjects: set[Subject],
        peer: str = "",
    ) -> Sanction | None:
        """The sanction that concerns somebody the longest."""
        now = self.now()
        found = [
            each
            for each in sanctions.values()
            if each.lasts(now)
            and (not subjects.isdisjoint(each.subjects) or is_from(peer, each))
        ]
        return max(found, key=lambda each: each.end or float("inf"), default=None)

    def extend_by_address(self, sanction: Sanction, device: Device) -> bool:
        """One by name concerns the address, too, if no other member has it.

        :returns: whether another one has it.
        """
        if all(kind == "network" for kind, _ in sanction.subjects):
            return False
        others = (
            each
            for each in self.devices()
            if each.peer == device.peer and each.member is not device.member
        )
        if next(others, None) is not None:
            return True
        sanction.subjects.add(("network", f"{device.peer}/32"))
        return False

    def ban_of(self, subjects: set[Subject], peer: str) -> str | None:
        """What somebody is told who is banned; a pattern."""
        now = self.now()
        found = [
            each
            for each in self.bans.values()
            if each.lasts(now)
            and (not subjects.isdisjoint(each.subjects) or is_from(peer, each))
        ]
        # Any of those that last the longest.
        ends = [each.end or float("inf") for each in found]
        longest = [
            ban_text(ban)
            for ban, end in zip(found, ends, strict=True)
            if end == max(ends)
        ]
        return f"(?:{'|'.join(longest)})" if found else None

    def ban_on(self, device: Device) -> str | None:
        """What a device that is connected is told if it is banned; a pattern."""
        member = device.member
        return None if member.is_operator else self.ban_of(member.subjects, device.peer)

    def mute_of(self, member: Member, peer: str, name: str | None = None) -> str | None:
        """What a member is told who is muted, everywhere or in a room; a pattern."""
        subjects = member.subjects_at(peer)
        if member.is_operator:
            return None
        mutes = [self.find(self.mutes, subjects, peer)]
        if name is not None:
            mutes.append(self.find(self.room(name).mutes, subjects, peer))
        found = [each for each in mutes if each is not None]
        if not found:
            return None
        longest = max(found, key=lambda each: each.end or float("inf"))
        return "you are muted" + (r" for \d+[smhd]" if longest.end else "")

    def may_talk(self, member: Member, peer: str, name: str) -> str | None:
        """Why a member may not talk in a room; a pattern."""
        mute, room = self.mute_of(member, peer, name), self.room(name)
        if mute is not None:
            return mute
        # Such as a guest who is in the room and logs in to an account that is banned.
        is_banned = self.find(room.bans, member.subjects) is not None
        if is_banned and not self.rank(member, name):
            return f"you are banned from #{name}"
        if (
            room.settings.get("quiet")
            and not room.has_role(room.voices, member)
            and not self.rank(member, name)
        ):
            return re.escape(f"#{name} is quiet: {self.asked(name, 'for a voice')}")
        return None

    def is_vacant(self, room: Room) -> bool:
        """Whether whoever joins a room opens it."""
        is_owned = room.owner is not None or room.is_awaited
        return room.name != LOBBY and not self.inside(room.name) and not is_owned

    def may_enter(
        self,
        member: Member,
        peer: str,
        name: str,
        key: str = "",
        *,
        returns: bool = False,
    ) -> str | None:
        """Why a member may not join a room; a pattern.

        :param returns: it was in the room when its connection ended.
        """
        room = self.room(name)
        if self.is_vacant(room) or self.rank(member, name):
            return None
        if self.find(room.bans, member.subjects, peer):
            return f"you are banned from #{name}"
        if returns or self.is_invited(member, room):
            return None
        if room.settings.get("private"):
            who = self.asked(name, "for an invitation")
            return re.escape(f"#{name} is private: {who}")
        wanted = room.settings.get("key")
        if wanted and key != wanted:
            return re.escape(f"#{name} needs a key: \\join {name} KEY")
        limit = room.settings.get("limit")
        if limit and len(self.inside(name)) >= limit:
            return f"#{name} is full"
        return None

    def is_invited(self, member: Member, room: Room) -> bool:
        """Whether a member has an invitation that is still good."""
        ends = (room.invitations.get(each) for each in member.ids)
        return any(end is not None and end > self.now() for end in ends)

    def may_read(self, member: Member, peer: str, name: str) -> bool:
        """Whether a member may read a room that it need not be in."""
        room = self.room(name)
        if name in member.rooms or self.rank(member, name):
            return True
        private = room.settings.get("private") and not self.is_invited(member, room)
        is_banned = self.find(room.bans, member.subjects, peer) is not None
        return not (private or room.settings.get("key") or is_banned)

    def is_listed(self, member: Member, name: str) -> bool:
        """Whether a member is shown that there is a room, or by IRC who is in it."""
        is_hidden = self.room(name).settings.get("hidden")
        return not is_hidden or name in member.rooms or member.is_operator

    # Rooms that are opened and closed.

    def open(self, room: Room, member: Member) -> None:
        """A member is the first in a room."""
        room.opened = self.stamp()
        room.owner = member.account
        self.grant(room.operators, member.id, room.opened, member.nick)

    @staticmethod
    def grant(
        holders: dict[Subject, Holder], subject: Subject, since: int, nick: str
    ) -> None:
        """Somebody has a role."""
        holders[subject] = Holder(subject, (since, nick))

    def close_rooms(self) -> None:
        """Nothing is set any more for the rooms that nobody is in."""
        for room in self.rooms.values():
            if room.is_awaited and self.inside(room.name):
                room.is_awaited = False
            if room.opened is not None and self.is_vacant(room):
                self.close_room(room)

    def close_room(self, room: Room) -> None:
        """What was said in it is closed, if not everyone could read that."""
        if room.is_closed:
            said: list[Post | Entry] = [*self.posts, *self.entries]
            for each in said:
                if each.room == room.name:
                    each.is_closed = True
        room.clear()

    def end_wait(self) -> None:
        """Time has passed: those who were in a room before a restart had a minute.

        Then what is over is deleted; the next time is an hour later.
        """
        now, until = self.now(), self._returning_until
        if until is None or now < until:
            return
        self._returning_until = None
        for room in self.rooms.values():
            room.is_awaited = False
        self.close_rooms()
        for room in self.rooms.values():
            room.tidy(now)
            room.end_roles(self.lost)

    def restart(self) -> None:
        """The server has started again, with what was stored; nobody is there yet."""
        self.members = []
        self._returning_until = self.now() + RETURN_SECONDS
        for room in self.rooms.values():
            if room.opened is None:
                continue
            room.is_awaited = room.has_settings and room.owner is None
            if not room.has_settings:
                room.clear()


def ban_text(ban: Sanction) -> str:
    """What somebody is told who is banned; a pattern."""
    until = "further notice"
    if ban.end is not None:
        until = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(ban.end))
    return re.escape(f"you are banned until {until}{shown.reason(ban.text)}")


def is_from(peer: str, sanction: Sanction) -> bool:
    """Whether an address is among those that a sanction concerns."""
    return bool(peer) and any(
        kind == "network" and ip_address(peer) in ip_network(str(value))
        for kind, value in sanction.subjects
    )
