"""Steps of accounts: registering, logging in and out, and coming back."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from .machine import MAX_DEVICES, Machine
from .players import PROMPT, JsonMember, SocketIOMember
from .samples import ADDRESSES, PASSWORDS, WRONG, names
from .shown import ASKING, JSON, LINES, SOCKETIO
from .state import Account, Device


def passwords() -> st.SearchStrategy[str]:
    """A password, now and then the wrong one."""
    return st.sampled_from((*PASSWORDS * 2, WRONG, "short"))


class AccountSteps(Machine):
    """People with accounts."""

    def account(self, data: st.DataObject) -> Account:
        """An account that somebody has."""
        accounts = {each.name: each for each in self.reference.accounts}
        return accounts[data.draw(st.sampled_from(sorted(accounts)))]

    # Names.

    @rule(data=st.data(), nick=names())
    def rename(self, data: st.DataObject, nick: str) -> None:
        """Somebody asks for another nickname, or joins by Socket.IO."""
        device = self.device(data, *ASKING, SOCKETIO)
        self.players[device.number].renames(nick)
        if not self.reference.rename(device, nick):
            if device.wire == SOCKETIO:
                # It is shown nothing more.
                del device.expected[1:]
            self.expel([device])

    @rule(data=st.data(), password=passwords())
    def register(self, data: st.DataObject, password: str) -> None:
        """Somebody makes the nickname an account."""
        device = self.device(data, *ASKING)
        if device.member.is_operator:
            return  # It would add an account for someone else.
        self.types(device, f"\\register {password}")
        self.reference.register(device, password)

    @rule(data=st.data(), name=names(), password=st.sampled_from(PASSWORDS))
    @precondition(lambda self: any(one.is_operator for one in self.reference.accounts))
    def add_account(self, data: st.DataObject, name: str, password: str) -> None:
        """An operator adds an account for someone else."""
        device = self.keeper(data)
        password = password.replace(" ", "-")
        if device.account is None:
            return
        self.types(device, f"\\register {name} {password}")
        member = self.reference.add_account(device, name, password)
        if member is not None:
            self.world.settle()
            nick = member.account.name if member.account else ""
            self.reference.free_name(member, nick or self.nick_of(member.devices[0]))

    # Logging in.

    @rule(data=st.data(), wrong=st.booleans(), asked=st.booleans())
    @precondition(lambda self: self.reference.accounts)
    def log_in(self, data: st.DataObject, wrong: bool, asked: bool) -> None:
        """Somebody logs in, with a password that is typed at once or asked for."""
        device, account = self.device(data, *ASKING), self.account(data)
        password = WRONG if wrong else account.password
        if asked and device.wire in LINES and device.account is None:
            self.types(device, f"\\login {account.name}")
            device.expected.append(PROMPT)
            self.compare()
            self.types(device, password)
        else:
            self.types(device, f"\\login {account.name} {password}")
        if not self.reference.log_in(device, account.name, password):
            self.expel([device])

    @rule(data=st.data())
    @precondition(lambda self: self.has(JSON) and self.tokens)
    def log_in_by_token(self, data: st.DataObject) -> None:
        """A JSON client logs in by a token, which may have ended."""
        device = self.device(data, JSON)
        token = data.draw(st.sampled_from(list(self.tokens)))
        login = self.tokens[token]
        self.players[device.number].logs_in(token=token)
        if not self.reference.log_in_by_frame(device, login, ""):
            self.expel([device])

    @rule(
        data=st.data(),
        peer=st.sampled_from(ADDRESSES),
        wire=st.sampled_from((JSON, SOCKETIO)),
        wrong=st.booleans(),
    )
    @precondition(
        lambda self: self.reference.accounts and len(self.players) < MAX_DEVICES
    )
    def connect_logged_in(
        self, data: st.DataObject, peer: str, wire: str, wrong: bool
    ) -> None:
        """A program logs in as it connects; nobody sees a guest."""
        account = self.account(data)
        password = WRONG if wrong else account.password
        device = self.new_device(wire, peer)
        known = set(self.world.chat.pool.clients)
        why = self.reference.turned_away(device, "guest_0")
        credentials = {"nick": account.name, "password": password}
        player: Any
        if wire == JSON:
            player = JsonMember(self.world, peer=peer)
            player.logs_in(**credentials)
        else:
            player = SocketIOMember(self.world, peer, credentials)
        if wire == JSON and why is not None:
            # It is turned away for its address before anything else.
            self.reference.refuse(device, why)
            self.world.settle()
            self.is_turned_away(device, player)
            return
        why = self.reference.try_password(peer, account.name, password)
        if why is not None:
            self.reference.refuse(device, why)
            if wire == SOCKETIO:
                self.world.settle()
                self.is_turned_away(device, player)
            else:
                self.attach(device, player, known)
            return
        since = self.reference.absence(account)
        device.login = self.reference.new_login(account)
        self.attach(device, player, known, account)
        if device.number in self.devices:
            self.reference.tell_missed(device, since)

    @rule(data=st.data())
    def log_out(self, data: st.DataObject) -> None:
        """Somebody logs out on one device."""
        device = self.device(data, *ASKING)
        if not self._is_ignored_by_none(device):
            return
        self.types(device, "\\logout")
        if device.account is None:
            self.reference.refuse(device)
        else:
            self.world.settle()
            if not self.reference.log_out(device, self.nick_of(device)):
                self.expel([device])

    def _is_ignored_by_none(self, device: Device) -> bool:
        """Nobody ignores an account that logs out, nor the other way round.

        The guest would go on to be ignored, and to ignore.

        :returns: whether everyone has stopped that who did.
        """
        raise NotImplementedError

    def _leaves_at_once(self, device: Device) -> bool:
        """A ban concerns the guest: its session ends before its name can be read."""
        is_banned = self.reference.ban_of({device.subject}, device.peer) is not None
        return device.wire == SOCKETIO and is_banned

    @rule(
        data=st.data(), new=st.sampled_from((*PASSWORDS, "short")), wrong=st.booleans()
    )
    def change_password(self, data: st.DataObject, new: str, wrong: bool) -> None:
        """Somebody changes the password."""
        device = self.device(data)
        account = device.account
        old = WRONG if wrong or account is None else account.password
        old, new = old.replace(" ", "-"), new.replace(" ", "-")
        self.types(device, f"\\password {old} {new}")
        self.reference.change_password(device, old, new)

    @rule(data=st.data(), wrong=st.booleans())
    def unregister(self, data: st.DataObject, wrong: bool) -> None:
        """Somebody removes the account."""
        device = self.device(data)
        password = WRONG
        if device.account is not None and not wrong:
            password = device.account.password
            if not self._is_ignored_by_none(device):
                return
            if any(map(self._leaves_at_once, device.member.devices)):
                return
        self.types(device, f"\\unregister {password}")
        if self.reference.may_unregister(device, password):
            self.world.settle()
            gone = [
                each
                for each in self.reference.unregister(device)
                if not self.reference.log_out(each, self.nick_of(each), asked=False)
            ]
            if gone:
                self.expel(gone)

    @rule(data=st.data())
    def become_operator(self, data: st.DataObject) -> None:
        """Somebody types the code of the log, if it was logged."""
        device = self.device(data)
        code = self.world.chat.operators.code or "XXXX-XXXX-XXXX"
        if any(each.is_operator for each in self.reference.accounts):
            return
        self.types(device, f"\\operator {code}")
        self.reference.make_operator(device)

    @rule(data=st.data(), off=st.booleans())
    @precondition(lambda self: any(one.is_operator for one in self.reference.accounts))
    def set_operator(self, data: st.DataObject, off: bool) -> None:
        """An operator makes another one, or removes one."""
        device = self.keeper(data)
        if device.member.is_operator:
            name = self.account(data).name
            self.types(device, f"\\operator {name}{' off' if off else ''}")
            gone = self.reference.set_operator(device, name, off=off)
            if gone:
                self.expel(gone)

    # Leaving and coming back.

    @rule(data=st.data())
    @precondition(lambda self: len(self.players) > 1)
    def disconnect(self, data: st.DataObject) -> None:
        """The connection of one device is lost."""
        self.is_gone(self.device(data, *ASKING, SOCKETIO))
        self.have_someone_type()

    @rule(data=st.data())
    @precondition(lambda self: self.gone and len(self.players) < MAX_DEVICES)
    def come_back(self, data: st.DataObject) -> None:
        """A JSON client resumes its session."""
        number = data.draw(st.sampled_from(sorted(self.gone)))
        device, former, rooms, closed = self.gone.pop(number)
        reference = self.reference
        account = self._account_of_session(device)
        if number in self.expelled:
            # Its session has ended, but not the ban.
            account = None
            if reference.turned_away(device, "guest_0", resumes=True) is None:
                return
        query = "" if account else f"&rooms={quote(','.join(rooms))}"
        player = JsonMember(self.world, f"&resume=1{query}", device.peer)
        known = set(self.world.chat.pool.clients)
        player.resumes(former.session, former.position)
        self.world.settle()
        nick, is_refused = self._nick_of(device, account)
        if account is None and (is_refused or not nick):
            for own in set(self.world.chat.pool.clients) - known:
                nick = self.world.chat.pool.clients[own].nick
        why = reference.turned_away(device, nick, account, resumes=True)
        if why is not None:
            reference.refuse(device, why)
            self.is_turned_away(device, player)
            return
        if is_refused:
            reference.refuse(device)
        wanted = self._rooms_of(account, rooms)
        arrived = reference.arrive(
            device,
            nick,
            account,
            wanted=wanted,
            former=[*closed, *(wanted if account else ())],
            since=device.last_seq,
        )
        if not arrived:
            self.is_turned_away(device, player)
            return
        self.players[number] = player
        self.devices[number] = device
        if (away := self.kept_away.pop(number, "")) and not device.member.away:
            reference.is_away_as_before(device, away)

    def _account_of_session(self, device: Device) -> Account | None:
        """The account to which a client that resumes is still logged in."""
        if device.login is not None and not self.reference.is_valid(device.login):
            device.login = None
        return device.login.account if device.login else None

    def _rooms_of(self, account: Account | None, rooms: list[str]) -> list[str]:
        """The rooms that a client joins which resumes.

        :param rooms: that it was in.
        """
        if account is not None:
            is_present = self.reference.member_of(account) is not None
            rooms = account.since[1] if account.since and not is_present else []
        return rooms or ["lobby"]

    def _nick_of(self, device: Device, account: Account | None) -> tuple[str, bool]:
        """The nickname of a client that resumes, and whether its former is refused."""
        reference = self.reference
        present = reference.member_of(account)
        if present is not None:
            return present.nick, False
        if account is not None:
            return account.name, False
        last = self.last_nicks.get(device.number, "")
        if last.startswith("guest_"):
            return "" if reference.named(last) else last, False
        is_refused = reference.why_not_nick(last, None) or reference.has_nick(
            last, None
        )
        return last, bool(is_refused)

    def is_gone(
        self, device: Device, *, may_resume: bool = True, banned: bool = False
    ) -> None:
        self.last_nicks[device.number] = device.member.nick
        self.kept_away[device.number] = device.member.away
        super().is_gone(device, may_resume=may_resume, banned=banned)

    def __init__(self) -> None:
        self.last_nicks: dict[int, str] = {}
        self.kept_away: dict[int, str] = {}
        super().__init__()
