"""The reference of those who keep order: kicks, mutes, bans, and settings of rooms."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Any

from . import shown
from .reference import ban_text, is_from
from .samples import DURATIONS, keys_at, keys_of
from .state import IRCS, LOBBY, Device, Holder, Member, Room, Sanction, Subject
from .talking import Talking

INVITED_FOR = 86_400
"""Seconds for which an invitation is good."""


class Order(Talking):
    """What room operators and operators do."""

    # Whom it concerns.

    def _room_of(self, device: Device) -> Room | None:
        """The room in which somebody talks and decides; else it is refused."""
        name = device.room
        if name is None or not self.rank(device.member, name):
            self.refuse(device)
            return None
        return self.room(name)

    def _subordinate(self, device: Device, member: Member | None) -> Member | None:
        """A member to whom somebody may do this; else it is refused."""
        if member is None or member is device.member or member.is_operator:
            self.refuse(device)
            return None
        return member

    def _sanction(self, who: str, subjects: set[Subject], duration: str) -> Sanction:
        end = self.now() + DURATIONS[duration] if duration else None
        return Sanction(who, set(subjects), end=end)

    @staticmethod
    def _put(
        sanctions: dict[Subject, Sanction], key: Subject, sanction: Sanction
    ) -> None:
        """A sanction replaces one of the same name or account."""
        sanctions.pop(key, None)
        sanctions[key] = sanction

    @staticmethod
    def _key(member: Member) -> Subject:
        return member.account.subject if member.account else ("name", member.nick)

    # Kicks and mutes.

    def kick(self, device: Device, nick: str, text: str) -> None:
        """Somebody removes a member from a room."""
        room = self._room_of(device)
        if room is None:
            return
        member = self.named(nick)
        if member is None or room.name not in member.rooms:
            self.refuse(device)
            return
        if self._subordinate(device, member) is None:
            return
        by = device.member.nick
        what = shown.kicked(room.name, by, nick, text)
        told = f"you were kicked from #{room.name} by {by}{shown.reason(text)}"
        self._remove(member, room.name, what, told)

    def _remove(self, member: Member, name: str, what: shown.Shown, told: str) -> None:
        self.seq += 1
        former = member.room
        for each in member.devices:
            self.give(each, what, name)
        member.rooms.remove(name)
        for each in member.devices:
            self._tell(each, told)
            if member.room != former:
                self.talks_in(each)
        self.show(what, [name])
        self.close_rooms()

    def _tell(self, device: Device, error: str, *, is_shown: bool = True) -> None:
        """A device is told an error that it did not cause.

        :param is_shown: it is shown the event, too, which is enough by IRC.
        """
        if device.wire not in IRCS or not is_shown:
            device.expected.append(f"error: {error}")

    def mute(self, device: Device, nick: str, duration: str) -> None:
        """Somebody silences a member, an operator everywhere."""
        room = self._room_of(device)
        if room is None:
            return
        member = self._subordinate(device, self.named(nick))
        if member is None:
            return
        everywhere = device.member.is_operator
        mutes = self.mutes if everywhere else room.mutes
        mute = self._sanction(nick, member.ids, duration)
        self._put(mutes, self._key(member), mute)
        if member.account is None:
            (guest,) = member.devices
            mute.subjects |= keys_at(nick, guest.peer)
            self.extend_by_address(mute, guest)
        by = device.member.nick
        what = shown.muted(room.name, by, nick, duration, everywhere=everywhere)
        self.show(what, [room.name])
        if room.name not in member.rooms:
            for each in member.devices:
                length = f" for {duration}" if duration else ""
                self._tell(each, f"you are muted{length}", is_shown=False)

    def concerning(
        self,
        sanctions: dict[Subject, Sanction],
        name: str,
        subjects: set[Subject],
        peer: str = "",
    ) -> list[Subject]:
        """The keys of the sanctions that are meant by a name."""
        return [
            key
            for key, each in sanctions.items()
            if not subjects.isdisjoint(each.subjects)
            or each.who == name
            or is_from(peer, each)
        ]

    def mutes_of(self, room: Room, name: str) -> tuple[list[Subject], list[Subject]]:
        """The keys of the mutes that are meant by a name: in a room, and everywhere."""
        member = self.named(name)
        subjects: set[Subject] = {("name", name)}
        peer = ""
        if member is not None:
            peer = "" if member.account else member.devices[0].peer
            subjects = member.subjects_at(peer)
        return (
            self.concerning(room.mutes, name, subjects, peer),
            self.concerning(self.mutes, name, subjects, peer),
        )

    def unmute(self, device: Device, name: str) -> None:
        """Somebody lets a member talk again."""
        room = self._room_of(device)
        if room is None:
            return
        here, everywhere = self.mutes_of(room, name)
        if not device.member.is_operator:
            everywhere = []
        if not here and not everywhere:
            self.refuse(device)
            return
        for key in here:
            del room.mutes[key]
        for key in everywhere:
            del self.mutes[key]
        by, is_everywhere = device.member.nick, bool(everywhere)
        what = shown.unmuted(room.name, by, name, everywhere=is_everywhere)
        self.show(what, [room.name])

    # Bans.

    def ban(
        self, device: Device, who: str, duration: str, text: str
    ) -> list[Device] | None:
        """An operator keeps somebody out.

        :returns: the devices that are disconnected; ``None`` if it is refused.
        """
        found = self._whom(device, who) if device.member.is_operator else None
        if found is None:
            self.refuse(device)
            return None
        target, key, subjects = found
        ban = self._sanction(target, subjects, duration)
        ban.text = text
        self._put(self.bans, key, ban)
        by = device.member.nick
        what = shown.banned(by, target, duration, text)
        member = self.named(target)
        self.seq += 1
        seen = member.rooms if member else []
        for each in self.devices():
            if each.member.is_operator and set(seen).isdisjoint(each.member.rooms):
                self.give(each, what)
        gone = [each for each in self.devices() if self.ban_on(each) is not None]
        gone.sort(key=lambda each: each.arrived)
        for each in gone:
            each.expected.append(self._pattern(ban))
        shared = [each for each in gone if self.extend_by_address(ban, each)]
        for member in dict.fromkeys(each.member for each in gone):
            what = shown.banned(by, member.nick, duration, text)
            self.show(what, member.rooms, but=gone)
            peers = (each.peer for each in shared if each.member is member)
            for peer in dict.fromkeys(peers):
                self._tell_of_shared(device, member.nick, peer)
        return gone

    def _tell_of_shared(self, device: Device, nick: str, peer: str) -> None:
        """An address is not banned with somebody, as others have it, too."""
        text = f"{peer} is not banned with {nick}: others are connected from there"
        if peer != device.peer and device.wire not in IRCS:
            text += f" (\\ban {ip_network(peer)} keeps all of them out)"
        self.notice(device, text)

    @staticmethod
    def _pattern(ban: Sanction) -> re.Pattern[str]:
        return re.compile(f"error: {ban_text(ban)}\\Z")

    def _whom(
        self, device: Device, who: str
    ) -> tuple[str, Subject, set[Subject]] | None:
        """Whom a ban concerns: the name that is shown, the key, and the subjects."""
        if who[0].isdigit():
            network = str(ip_network(who))
            for each in self.devices():
                if ip_address(each.peer) in ip_network(network) and (
                    each.member is device.member or each.member.is_operator
                ):
                    return None
            return who, ("network", network), {("network", network)}
        member, account = self.named(who), self.account(who)
        if member is not None:
            if member is device.member or member.is_operator:
                return None
            if member.account is not None:
                return who, member.account.subject, {member.account.subject}
        if account is not None:
            if account.is_operator or account is device.account:
                return None
            present = self.member_of(account)
            shown_as = present.nick if present else who
            return shown_as, account.subject, {account.subject}
        if member is not None:
            return who, ("name", who), member.subjects
        return who, ("name", who), keys_of(who)

    def bans_of(self, name: str) -> list[Subject]:
        """The keys of the bans that are meant by a name, an address or a network."""
        account = self.account(name)
        subjects: set[Subject] = {account.subject if account else ("name", name)}
        return self.concerning(self.bans, name, subjects)

    def unban(self, device: Device, name: str) -> None:
        """An operator lets somebody in again."""
        keys = self.bans_of(name)
        if not device.member.is_operator or not keys:
            self.refuse(device)
            return
        who = self.bans[keys[0]].who
        for key in keys:
            del self.bans[key]
        self.seq += 1
        for each in self.devices():
            if each.member.is_operator:
                self.give(each, shown.unbanned(device.member.nick, who))

    # Bans of rooms.

    def room_ban(self, device: Device, who: str, duration: str) -> None:
        """Somebody removes a member from a room for longer."""
        room = self._room_of(device)
        if room is None:
            return
        found, by = self._whom(device, who), device.member.nick
        if found is None:
            self.refuse(device)
            return
        who, key, subjects = found
        member = self.named(who)
        ban = self._sanction(who, subjects, duration)
        is_inside = member is not None and room.name in member.rooms
        what = shown.room_banned(room.name, by, who, duration, is_inside=is_inside)
        # A room without a first operator, such as the lobby, has settings as well.
        self._put(room.bans, key, ban)
        if member is not None and is_inside:
            for each in member.devices:
                self.extend_by_address(ban, each)
            length = f" for {duration}" if duration else ""
            told = f"you were banned from #{room.name} by {by}{length}"
            self._remove(member, room.name, shown.removed(what, room.name, who), told)
        else:
            self.show(shown.removed(what, room.name, who), [room.name])

    def room_bans_of(self, room: Room, name: str) -> list[Subject]:
        """The keys of the bans of a room that are meant by a name."""
        member = self.named(name)
        subjects: set[Subject] = member.subjects if member else {("name", name)}
        return self.concerning(room.bans, name, subjects)

    def room_unban(self, device: Device, name: str) -> None:
        """Somebody lets a member into a room again."""
        room = self._room_of(device)
        if room is None:
            return
        keys = self.room_bans_of(room, name)
        if not keys:
            self.refuse(device)
            return
        who = room.bans[keys[0]].who
        for key in keys:
            del room.bans[key]
        what = shown.room_unbanned(room.name, device.member.nick, who)
        self.show(what, [room.name])

    # Settings and roles.

    def set_room(self, device: Device, name: str, value: Any) -> None:
        """Somebody changes a setting of a room."""
        room = self._room_of(device)
        if room is None:
            return
        old = room.settings.get(name)
        if device.wire in IRCS and (old or False) == (value or False):
            # It is so already; in the lobby some modes cannot be.
            if room.name == LOBBY and name in ("private", "key", "limit"):
                self.refuse(device)
            return
        for_lobby = name not in ("private", "key", "limit") or room.name != LOBBY
        is_switch = name in ("private", "quiet", "hidden")
        is_same = bool(old) == bool(value) and (is_switch or not value)
        if not for_lobby or (is_same and name != "topic"):
            self.refuse(device)
            return
        room.settings[name] = value
        what = shown.setting(room.name, device.member.nick, name, value)
        self.show(what, [room.name])

    def set_role(self, device: Device, nick: str, name: str, *, granted: bool) -> None:
        """Somebody gives a role, or takes it away."""
        room = self._room_of(device)
        if room is None:
            return
        holders = room.operators if name == "operator" else room.voices
        member, by = self.named(nick), device.member.nick
        if device.wire in IRCS:
            if member is None or room.name not in member.rooms:
                self.refuse(device)
                return
            if room.has_role(holders, member) == granted:
                return
        if granted:
            if (
                member is None
                or room.name not in member.rooms
                or room.has_role(holders, member)
            ):
                self.refuse(device)
                return
            self.grant(holders, member.id, self.stamp(), nick)
        else:
            found = self._holder(holders, member, nick)
            is_owner = (
                found is not None
                and name == "operator"
                and room.owner is not None
                and found.id == room.owner.subject
            )
            own = device.member.ids
            # By IRC, programs of room operators do that once all is set.
            is_last = (
                device.wire not in IRCS
                and found is not None
                and name == "operator"
                and room.name != "lobby"
                and found.id in own
                and own.issuperset(holders)
            )
            if found is None or is_owner or is_last:
                self.refuse(device)
                return
            del holders[found.id]
        what = shown.role(room.name, by, nick, name, granted=granted)
        self.show(what, [room.name])

    def _holder(
        self, holders: dict[Subject, Holder], member: Member | None, nick: str
    ) -> Holder | None:
        """Who is present is meant first, then who had the nickname then."""
        ordered = sorted(holders.values(), key=lambda each: each.since)
        own = member.ids if member is not None else set()
        absent = (
            each
            for each in ordered
            if each.since[1] == nick and self.with_id(each.id) is None
        )
        return next((each for each in ordered if each.id in own), next(absent, None))

    def invite(self, device: Device, nick: str) -> None:
        """Somebody invites a member to the room."""
        member, name = device.member, device.room
        to = self.named(nick)
        if name is None or to is None or name in to.rooms:
            self.refuse(device)
            return
        room = self.room(name)
        if room.settings.get("private") and not self.rank(member, name):
            self.refuse(device)
            return
        if not to.is_operator:
            why = self.mute_of(member, device.peer)
            if why is not None:
                self.refuse(device, why)
                return
        peer = "" if to.account else to.devices[0].peer
        if not self.rank(to, name) and self.find(room.bans, to.subjects, peer):
            self.refuse(device)
            return
        room.invitations[to.id] = self.now() + INVITED_FOR
        self.seq += 1
        what = shown.invited(name, member.nick, member.account_name, to.nick)
        if not self.ignores(to, member.account):
            for each in to.devices:
                self.give(each, what)
        told = f"{nick} is invited to #{name}"
        self.notice(device, told, irc=(told,))
