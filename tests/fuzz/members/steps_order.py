"""Steps of those who keep order, and how a server is restarted or crashes."""

from __future__ import annotations

import shutil
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.fuzz.world_machine import SqliteWorldMachine

from .samples import ADDRESSES, KEYS, NETWORKS, PASSWORDS, REASONS, durations
from .shown import ASKING, JSON, LINE, TYPING
from .state import IRCS, Sanction, Subject
from .steps_irc import IrcSteps

SETTINGS: dict[str, tuple[str, Any]] = {
    "private": ("private", True),
    "public": ("private", False),
    "quiet": ("quiet", True),
    "open": ("quiet", False),
    "hidden": ("hidden", True),
    "listed": ("hidden", False),
    f"key {KEYS[0]}": ("key", KEYS[0]),
    f"key {KEYS[1]}": ("key", KEYS[1]),
    "key -": ("key", ""),
    "limit 2": ("limit", 2),
    "limit -": ("limit", 0),
    "topic operators": ("topic", True),
    "topic all": ("topic", False),
}
"""What follows ``\\room``, and the setting that it changes."""

ROLES = {
    "op": ("operator", True),
    "deop": ("operator", False),
    "voice": ("voice", True),
    "devoice": ("voice", False),
}


class MembersMachine(IrcSteps):
    """A whole chat in memory."""

    @initialize()
    def begin(self) -> None:
        """Ann is an operator, bob has an account, and cat is a guest."""
        for number, nick in enumerate(("ann", "bob", "cat")):
            self._connect(TYPING[number], ADDRESSES[number + 1])
            device = self.devices[self._count]
            self.players[device.number].renames(nick)
            self.reference.rename(device, nick)
            self.compare()
            if nick != "cat":
                self.types(device, f"\\register {PASSWORDS[0]}")
                self.reference.register(device, PASSWORDS[0])
                self.compare()
        ann = self.devices[1]
        self.types(ann, f"\\operator {self.world.chat.operators.code}")
        self.reference.make_operator(ann)

    def are_over(self, sanctions: dict[Subject, Sanction], keys: list[Subject]) -> bool:
        """Whether any of these is over; when the server deletes it is not said."""
        now = self.world.clock.seconds()
        return not all(sanctions[key].lasts(now) for key in keys)

    @rule(data=st.data(), text=st.sampled_from(REASONS))
    def kick(self, data: st.DataObject, text: str) -> None:
        """Somebody removes a member from a room."""
        device, nick = self.keeper(data, *ASKING), self.nick(data)
        self.types(device, f"\\kick {nick} {text}")
        self.reference.kick(device, nick, text)

    @rule(data=st.data(), duration=durations())
    def mute(self, data: st.DataObject, duration: str) -> None:
        """Somebody silences a member."""
        device, nick = self.keeper(data), self.nick(data)
        self.types(device, f"\\mute {nick} {duration}")
        self.reference.mute(device, nick, duration)

    @rule(data=st.data())
    def unmute(self, data: st.DataObject) -> None:
        """Somebody lets a member talk again."""
        device, name = self.keeper(data), self.nick(data)
        reference = self.reference
        if device.member.room is not None:
            room = reference.room(device.member.room)
            here, everywhere = reference.mutes_of(room, name)
            if self.are_over(room.mutes, here):
                return
            if self.are_over(reference.mutes, everywhere):
                return
        self.types(device, f"\\unmute {name}")
        reference.unmute(device, name)

    @rule(
        data=st.data(),
        duration=durations(),
        text=st.sampled_from(REASONS),
        where=st.sampled_from(("", "", "", *ADDRESSES, *NETWORKS)),
    )
    @precondition(lambda self: any(one.is_operator for one in self.reference.accounts))
    def ban(self, data: st.DataObject, duration: str, text: str, where: str) -> None:
        """An operator keeps somebody out."""
        device, who = self.keeper(data), where or self.nick(data)
        self.types(device, " ".join(filter(None, ("\\ban", who, duration, text))))
        gone = self.reference.ban(device, who, duration, text)
        if gone:
            self.expel(gone)

    @rule(data=st.data())
    @precondition(lambda self: self.reference.bans)
    def unban(self, data: st.DataObject) -> None:
        """An operator lets somebody in again."""
        device, reference = self.keeper(data), self.reference
        key = data.draw(st.sampled_from(list(reference.bans)))
        name = reference.bans[key].who
        if not self.are_over(reference.bans, reference.bans_of(name)):
            self.types(device, f"\\unban {name}")
            reference.unban(device, name)

    @rule(data=st.data(), duration=durations())
    def room_ban(self, data: st.DataObject, duration: str) -> None:
        """Somebody keeps a member out of a room."""
        device, nick = self.keeper(data), self.nick(data)
        self.types(device, f"\\room ban {nick} {duration}")
        self.reference.room_ban(device, nick, duration)

    @rule(data=st.data())
    def room_unban(self, data: st.DataObject) -> None:
        """Somebody lets a member into a room again."""
        device, name = self.keeper(data), self.nick(data)
        if device.member.room is None:
            return
        room = self.reference.room(device.member.room)
        if not self.are_over(room.bans, self.reference.room_bans_of(room, name)):
            self.types(device, f"\\room unban {name}")
            self.reference.room_unban(device, name)

    @rule(data=st.data(), typed=st.sampled_from(sorted(SETTINGS)))
    def set_room(self, data: st.DataObject, typed: str) -> None:
        """Somebody changes a setting of a room."""
        device = self.keeper(data, *ASKING)
        self.types(device, f"\\room {typed}")
        self.reference.set_room(device, *SETTINGS[typed])

    @rule(data=st.data(), typed=st.sampled_from(sorted(ROLES)))
    def set_role(self, data: st.DataObject, typed: str) -> None:
        """Somebody gives a role, or takes it away."""
        device, nick = self.keeper(data, *ASKING), self.nick(data)
        name, granted = ROLES[typed]
        self.types(device, f"\\{typed} {nick}")
        self.reference.set_role(device, nick, name, granted=granted)

    @rule(data=st.data())
    def invite(self, data: st.DataObject) -> None:
        """Somebody invites a member to the room."""
        device, nick = self.keeper(data, *ASKING), self.nick(data)
        self.types(device, f"\\invite {nick}")
        self.reference.invite(device, nick)


class SqliteMembersMachine(SqliteWorldMachine, MembersMachine):
    """The same with SQLite, whose server may be restarted, or crash."""

    def _all_are_gone(self) -> None:
        """The connections end with the server; who has a session can resume."""
        for number, device in list(self.devices.items()):
            player, rooms = self.players.pop(number), list(device.member.rooms)
            player.goes()
            device.expected.clear()
            self.last_nicks[number] = device.member.nick
            if device.wire == JSON:
                self.gone[number] = device, player, rooms, []
        for number, (device, player, rooms, _) in self.gone.items():
            # What a client had set is remembered until the server stops.
            self.gone[number] = device, player, rooms, []
        self.devices.clear()
        self.kept_away.clear()

    @rule()
    def restart(self) -> None:
        """The server is restarted."""
        self.world.stop()
        for device in list(self.reference.devices()):
            self.reference.leave_chat(device, shown_to_all=False)
            if device.wire in (LINE, *IRCS):
                self.reference.end_roles(device)
        self._all_are_gone()
        self.world.close()
        self.world = self.start()
        self.reference.restart()
        self.have_someone_type()

    @rule()
    def crash(self) -> None:
        """The server is killed, and starts again from what is on the disk."""
        former, self.path = self.path, self.path.parent / f"{self._count}x"
        shutil.copytree(former, self.path)
        devices = self.devices.values()
        lost = (each.subject for each in devices if each.wire in (LINE, *IRCS))
        self.reference.lost.update(lost)
        self._all_are_gone()
        self.world.stop()
        self.world.close()
        self.world = self.start()
        self.reference.restart()
        self.have_someone_type()
