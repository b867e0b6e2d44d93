"""The reference of accounts: who is logged in to which, and what becomes of members."""

from __future__ import annotations

import re
from math import ceil

from . import shown
from .coming import Coming, Since
from .samples import keys_at, keys_of
from .shown import HIDE_OWN_JOINS, JSON, SOCKETIO
from .state import IRCS, Account, Device, Login, Member, Sanction, Subject

MAX_FAILED = 5
WINDOW = 300.0
PAUSE = 30.0
"""Failed attempts of one address or name, in these seconds, and how long one waits."""


class Accounting(Coming):
    """What is typed about accounts."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self._failed: dict[tuple[str, str], list[float]] = {}
        self._numbers = 0

    def restart(self) -> None:
        super().restart()
        self._failed.clear()

    # Attempts.

    def try_password(self, peer: str, name: str, password: str) -> str | None:
        """Why a password is not accepted; a pattern."""
        now, keys = self.now(), (("name", name), ("address", peer))
        wait = max(self._wait(key, now) for key in keys)
        if wait > 0:
            return f"too many attempts: wait {ceil(wait)} s"
        account = self.account(name)
        if account is not None and account.password == password:
            return None
        for key in keys:
            self._failed.setdefault(key, []).append(now)
        return "wrong name or password"

    def _wait(self, key: tuple[str, str], now: float) -> float:
        times = self._failed.get(key, [])[-MAX_FAILED:]
        if len(times) < MAX_FAILED or times[0] <= now - WINDOW:
            return 0.0
        return times[-1] + PAUSE - now

    # Routes.

    def register(self, device: Device, password: str) -> None:
        """Somebody makes the nickname an account."""
        member = device.member
        is_guest = member.nick.startswith("guest_")
        if member.account is not None or is_guest or len(password) < 8:
            self.refuse(device)
        elif why := self.why_not_nick(member.nick, None):
            self.refuse(device, why)
        else:
            account = self._new_account(member.nick, password)
            self._enter_account(device, account)
            done = (f"registered {account.name}", f"logged in as {account.name}")
            self.notice(device, f"registered: {account.name}", irc=done)

    def add_account(self, device: Device, name: str, password: str) -> Member | None:
        """An operator adds an account for someone else.

        :returns: the member who has its name, or one like it, and is given another.
        """
        if not device.member.is_operator:
            self.refuse(device)
            return None
        if why := self.why_not_nick(name, None):
            self.refuse(device, why)
            return None
        account = self._new_account(name, password)
        self.seq += 1
        self.notice(device, f"registered: {account.name}")
        keys = keys_of(name)
        found = (
            each for each in self.members if not keys.isdisjoint(keys_of(each.nick))
        )
        return next(found, None)

    def _new_account(self, name: str, password: str) -> Account:
        self._numbers += 1
        account = Account(self._numbers, name, password)
        self.accounts.append(account)
        return account

    def log_in(self, device: Device, name: str, password: str) -> bool:
        r"""Somebody types ``\login``, or authenticates by two lines of IRC.

        :returns: whether the connection stays.
        """
        if device.account is not None:
            self.refuse(device)
            if device.wire in IRCS:
                self.refuse(device)
            return True
        why = self.try_password(device.peer, name, password)
        if why is not None:
            self.refuse(device, why)
            return True
        account = self.account(name)
        assert account is not None
        banned = self.banned_at_login(device, account)
        if banned is not None:
            self.refuse(device, banned)
            return False
        since = self.absence(account)
        self._enter_account(device, account)
        logged_in = f"logged in as {account.name}"
        self.notice(device, logged_in, irc=(logged_in,))
        self.tell_missed(device, since)
        return True

    def log_in_by_frame(self, device: Device, login: Login | None, name: str) -> bool:
        """A JSON client logs in, by a token or by the right password.

        :param login: that of the token; ``None`` for the password.
        :returns: whether the connection stays.
        """
        account = login.account if login else self.account(name)
        is_over = login is not None and (login.is_revoked or not self.is_valid(login))
        if account is None or is_over:
            self.refuse(device)
            return True
        if device.account is account:
            if device.login is not None and device.login is not login:
                # A device has one token.
                device.login.is_revoked = True
            device.login = login or Login(account, account.generation)
            self._welcome_again(device)
            return True
        if device.account is not None:
            self.refuse(device)
            return True
        banned = self.banned_at_login(device, account)
        if banned is not None:
            self.refuse(device, banned)
            return False
        since = self.absence(account)
        self._enter_account(device, account, login)
        self._welcome_again(device)
        self.tell_missed(device, since)
        return True

    def banned_at_login(self, device: Device, account: Account) -> str | None:
        """Why a device is disconnected at its login; a pattern."""
        if account.is_operator:
            return None
        return self.ban_of({account.subject}, device.peer)

    def is_valid(self, login: Login) -> bool:
        """Whether a token, or a session, still logs in."""
        account = login.account
        return account in self.accounts and account.generation == login.generation

    def absence(self, account: Account) -> Since | None:
        """Since when an account is away, and from which rooms."""
        return None if self.member_of(account) else account.since

    @staticmethod
    def new_login(account: Account) -> Login:
        """What lets a device log in again."""
        return Login(account, account.generation)

    def free_name(self, member: Member, nick: str) -> None:
        """The nickname of a member belongs to somebody's account now.

        :param nick: the guest's name that the server chose, or that of its account.
        """
        # The server goes through its clients in the order in which they came.
        old, device = member.nick, min(member.devices, key=lambda each: each.arrived)
        self._rename(member, nick, device)
        if member.account is None:
            self._extend_mutes(
                device, old, {device.subject} | keys_at(nick, device.peer)
            )

    def _welcome_again(self, device: Device) -> None:
        member, room = device.member, device.member.room or "lobby"
        device.last_seq = self.seq
        history = self.history(member, room)
        device.expected.append(self.welcome(device, history))

    def _enter_account(
        self, device: Device, account: Account, login: Login | None = None
    ) -> None:
        """A guest is the member of an account, or one more of its devices."""
        guest, present = device.member, self.member_of(account)
        if device.wire in (JSON, SOCKETIO):
            device.login = login or Login(account, account.generation)
        old, rooms = guest.nick, list(guest.rooms)
        if present is None:
            guest.account = account
            self.seq += 1
            keeps_nick = device.wire in IRCS and not old.startswith("guest_")
            self._rename(guest, old if keeps_nick else account.name, device)
            self._show_account(device)
            self._extend_mutes(device, old, {account.subject})
            self._extend_room_bans(device, old, account)
            self._own_rooms(device, account, guest.nick)
            return
        self.members.remove(guest)
        self.show(shown.left(None, old), rooms)
        present.devices.append(device)
        device.member = present
        if device.wire in IRCS:
            # It keeps lists of where it is, and knows its nickname.
            for name in rooms:
                if name not in present.rooms:
                    self.give(device, shown.left(name, old))
            if old != present.nick:
                self.give(device, shown.renamed(old, present.nick))
        for name in present.rooms:
            if name not in rooms:
                history = self.history(present, name)
                self.snapshot(device, name, history, more=bool(history))
        if rooms[-1:] != present.rooms[-1:]:
            self.talks_in(device)
        self._extend_mutes(device, old, {account.subject})
        self._extend_room_bans(device, old, account)
        self._own_rooms(device, account, present.nick)
        self.close_rooms()

    def _show_account(self, device: Device) -> None:
        """A member has logged in or out; most devices are told so otherwise."""
        member = device.member
        what = shown.account_of(member.nick, member.account_name)
        hidden = [] if device.wire in IRCS else [device]
        self.show(what, member.rooms, but=hidden)

    def _own_rooms(self, device: Device, account: Account, nick: str) -> None:
        """The rooms of a guest are those of the account as which it logs in."""
        for room in self.rooms.values():
            holder = room.operators.get(device.subject)
            if holder is None or self.is_vacant(room):
                continue
            if holder.since[0] == room.opened:
                room.owner = account
            del room.operators[device.subject]
            self.grant(room.operators, account.subject, room.opened or 0, nick)

    def _rename(self, member: Member, nick: str, device: Device) -> None:
        """A member has another nickname."""
        old, member.nick = member.nick, nick
        if old == nick:
            return
        hidden = [device] if device.wire == SOCKETIO else []
        what = shown.renamed(old, nick)
        self.show(what, member.rooms, but=hidden)
        if not member.rooms:
            for each in member.devices:
                if each not in hidden:
                    self.give(each, what)

    def log_out(self, device: Device, nick: str, *, asked: bool = True) -> bool:
        """A device is that of a guest from now on.

        :param nick: the guest's name that the server chose.
        :param asked: it has asked for that.
        :returns: whether the connection stays: a ban may concern the guest.
        """
        member, former = device.member, device.member.subjects
        if asked:
            if device.login is not None:
                device.login.is_revoked = True
            device.login = None
        if member.devices == [device]:
            account, member.account = member.account, None
            assert account is not None
            self.seq += 1
            self._rename(member, nick, device)
            self._show_account(device)
            account.since = self.seq, list(member.rooms)
        else:
            member.devices.remove(device)
            guest = Member(nick, None, [device], list(member.rooms))
            device.member = guest
            self.members.append(guest)
            hidden = [device] if device.wire in HIDE_OWN_JOINS else []
            if device.wire in IRCS:
                self.give(device, shown.renamed(member.nick, nick))
            for name in guest.rooms:
                self.show(shown.joined(name, nick), [name], but=hidden)
        for mute in self._mutes_of(former, device.member.rooms):
            mute.subjects.add(device.subject)
            self.extend_by_address(mute, device)
        banned = self.ban_on(device)
        if banned is not None:
            self.refuse(device, banned)
        if asked:
            self.notice(device, "logged out", irc=("logged out",))
        return banned is None

    def change_password(self, device: Device, old: str, new: str) -> None:
        """Somebody changes the password; all tokens end."""
        account = device.account
        if account is None:
            self.refuse(device)
            return
        if len(new) < 8:
            self.refuse(device)
            return
        why = self.try_password(device.peer, account.name, old)
        if why is not None:
            self.refuse(device, why)
            return
        account.password = new
        account.generation += 1
        if device.wire in (JSON, SOCKETIO):
            device.login = Login(account, account.generation)
        self.notice(device, "password changed")

    def may_unregister(self, device: Device, password: str) -> bool:
        """Whether somebody may remove the account; else it is told why not."""
        account = device.account
        operators = [each for each in self.accounts if each.is_operator]
        if account is None or operators == [account]:
            self.refuse(device)
            return False
        why = self.try_password(device.peer, account.name, password)
        if why is not None:
            self.refuse(device, why)
        return why is None

    def unregister(self, device: Device) -> list[Device]:
        """Somebody removes the account.

        :returns: its devices, which are logged out next.
        """
        member, account = device.member, device.account
        assert account is not None
        self.accounts.remove(account)
        account.is_operator = False
        self.seq += 1
        self.notice(device, f"unregistered: {account.name}")
        for room in self.rooms.values():
            if room.owner is account:
                room.owner = None
                room.operators.pop(account.subject, None)
                if self.is_vacant(room):
                    self.close_room(room)
        for each in member.devices:
            if each is not device:
                gone = re.escape(f"the account {account.name} was removed")
                self.refuse(each, f"{gone}: you are a guest now")
        return list(member.devices)

    # Operators.

    def make_operator(self, device: Device) -> None:
        """Somebody types the code of the log."""
        account = device.account
        if account is None or any(each.is_operator for each in self.accounts):
            self.refuse(device)
            return
        account.is_operator = True
        self.notice(device, "you are an operator now")

    def set_operator(self, device: Device, name: str, *, off: bool) -> list[Device]:
        """An operator makes another one, or removes one.

        :returns: the devices that are disconnected: a ban may concern that one now.
        """
        found = self.account(name)
        operators = [each for each in self.accounts if each.is_operator]
        is_last = off and found is not None and operators == [found]
        if not device.member.is_operator or found is None or is_last:
            self.refuse(device)
            return []
        found.is_operator = not off
        gone: list[Device] = []
        for each in self.devices() if off else ():
            banned = self.ban_on(each) if each.account is found else None
            if banned is not None:
                self.refuse(each, banned)
                gone.append(each)
        what = "is no longer an operator" if off else "is an operator now"
        self.notice(device, f"{name} {what}")
        return gone

    # What a member sets.

    def rename(self, device: Device, nick: str) -> bool:
        """Somebody asks for another nickname; Socket.IO clients do when they join.

        :returns: whether the connection stays.
        """
        member, joins = device.member, device.wire == SOCKETIO
        if nick == member.nick:
            if not joins and device.wire not in IRCS:
                self.refuse(device)
        else:
            banned = None
            if member.account is None:
                banned = self.ban_of({device.subject} | keys_of(nick), device.peer)
            if banned is not None:
                self.refuse(device, banned)
                return False
            why = self.why_not_nick(nick, member.account)
            if why is not None or self.has_nick(nick, member):
                self.refuse(device, why)
            else:
                old = member.nick
                self._rename(member, nick, device)
                if member.account is None:
                    more = {device.subject} | keys_at(nick, device.peer)
                    self._extend_mutes(device, old, more)
        if joins and "lobby" not in member.rooms:
            self.refuse(device)
            # Once its member is there again, it is shown the room by that.
            device.is_new = False
        elif joins:
            if device.is_new:
                for post in self.history(member, "lobby"):
                    device.expected += shown.message(post).on(SOCKETIO)
            device.is_new = False
            self.list_chatters(device)
        return True

    def _extend_mutes(self, device: Device, old: str, more: set[Subject]) -> None:
        """A mute follows a guest to another nickname, or to an account.

        :param old: the nickname that the guest had.
        """
        former = {device.subject} | keys_at(old, device.peer)
        for mute in self._mutes_of(former, device.member.rooms):
            mute.subjects |= more

    def _extend_room_bans(self, device: Device, old: str, account: Account) -> None:
        """The bans of a guest keep its account out of rooms that somebody is in.

        :param old: the nickname that the guest had.
        """
        former, now = {device.subject} | keys_of(old), self.now()
        for room in self.rooms.values():
            if self.is_vacant(room):
                continue
            for ban in room.bans.values():
                if ban.lasts(now) and not former.isdisjoint(ban.subjects):
                    ban.subjects.add(account.subject)

    def _mutes_of(self, subjects: set[Subject], rooms: list[str]) -> list[Sanction]:
        """The mutes of somebody, everywhere and in these rooms."""
        now = self.now()
        areas = [self.mutes, *(self.room(name).mutes for name in rooms)]
        return [
            mute
            for mutes in areas
            for mute in mutes.values()
            if mute.lasts(now) and not subjects.isdisjoint(mute.subjects)
        ]

    def set_away(self, device: Device, text: str) -> None:
        """Somebody is away, or back."""
        member = device.member
        why = self._may_show(device) if text else None
        if why is not None:
            self.refuse(device, why)
            return
        if device.wire not in IRCS:
            self.show_away(member, text or ("" if member.away else "away"))
            return
        if text or member.away:
            self.show_away(member, text)
        device.expected.append("you are away" if text else "you are back")

    def _may_show(self, device: Device) -> str | None:
        """Why somebody may not show a text in all of its rooms; a pattern."""
        member = device.member
        talks = (self.may_talk(member, device.peer, name) for name in member.rooms)
        why = next((each for each in talks if each is not None), None)
        return why or self.mute_of(member, device.peer)

    def is_away_as_before(self, device: Device, text: str) -> None:
        """Somebody is back who was away; the text is not shown if it may not be."""
        why = self._may_show(device)
        if why is not None:
            self.refuse(device, why)
        self.show_away(device.member, "away" if why else text)

    def show_away(self, member: Member, text: str) -> None:
        """A member is away, or back if there is no text."""
        member.away = text
        self.show(shown.away(member.nick, member.away), member.rooms)

    def ignore(self, device: Device, nick: str) -> None:
        """An account ignores another one from now on."""
        account, other = device.account, self.named(nick)
        assert account is not None
        if other is None or other.account is None or other is device.member:
            self.refuse(device)
            return
        if other.account.number not in account.ignored:
            account.ignored[other.account.number] = nick
            self._show_ignored(device, nick, ignored=True)
        self.notice(device, f"you now ignore {nick} (\\unignore {nick} ends it)")

    def unignore(self, device: Device, number: int) -> None:
        """An account ignores another one no longer."""
        assert device.account is not None
        nick = device.account.ignored.pop(number)
        self._show_ignored(device, nick, ignored=False)
        self.notice(device, f"you no longer ignore {nick}")

    def _show_ignored(self, device: Device, nick: str, *, ignored: bool) -> None:
        """The other devices of an account are shown whom it ignores."""
        self.seq += 1
        frame = {"type": "ignored", "nick": nick, "ignored": ignored}
        for each in device.member.devices:
            if each is not device:
                self.give(each, shown.Shown((), frame))
