"""The steps of joining: what a client needs before its arrival is submitted.

It logs in, if it has an account; its session is checked, if it resumes; it gets a
nickname, and its rooms are opened.  After an outage of the store the steps are taken
again; what is done then is not done twice.
"""

from __future__ import annotations

from dataclasses import replace

from twisted_chat.core.client import Client, ClientState
from twisted_chat.core.events import LOBBY
from twisted_chat.core.ignoring.ignore_list import ignore_list
from twisted_chat.core.interfaces import Journal
from twisted_chat.core.logins import Login, Logins
from twisted_chat.core.moderation.moderation import Moderation
from twisted_chat.core.moderation.permissions import Permissions
from twisted_chat.core.names.naming import Naming
from twisted_chat.core.pool import ClientPool, Room
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import ErrorReply, Refused

from .join_request import Credentials
from .kept_state import KeptState
from .pending_joins import PendingJoin, PendingJoins
from .room_entry import RoomEntry
from .sessions import client_id_of, new_session
from .welcome import Welcomer


class JoinSteps:
    """Takes these steps for clients that are joining.

    :ivar joining: all that are.
    :ivar naming: claims their nicknames.
    :ivar logins: which sessions are logged in.
    :ivar kept: what those who come back had set.
    :ivar welcomer: tells them what was refused.
    """

    def __init__(
        self,
        *,
        pool: ClientPool,
        journal: Journal,
        joining: PendingJoins,
        naming: Naming,
        logins: Logins,
        kept: KeptState,
        welcomer: Welcomer,
        moderation: Moderation,
        permissions: Permissions,
        entry: RoomEntry,
    ) -> None:
        self._pool = pool
        self._journal = journal
        self.joining = joining
        self.naming = naming
        self.logins = logins
        self.kept = kept
        self.welcomer = welcomer
        self._moderation = moderation
        self._permissions = permissions
        self._entry = entry

    async def log_in(self, pending: PendingJoin) -> None:
        """Log a client in that gives credentials, or that its adapter has logged in.

        :raises Refused: the account is banned.
        """
        if pending.request.credentials is not None:
            await self._authenticate(pending, pending.request.credentials)
        elif pending.request.account and pending.login is None:
            pending.login = await self.logins.arrived(pending.client)

    async def _authenticate(
        self, pending: PendingJoin, credentials: Credentials
    ) -> None:
        """Let a client log in; with wrong credentials it is a guest.

        :raises Refused: the account is banned.
        """
        client = pending.client
        try:
            login = await self.logins.authenticate(credentials, client)
        except Refused as refused:
            error = ErrorReply.of(refused)
            self.welcomer.reply(client, error, pending.request.ref)
            pending.request = replace(pending.request, credentials=None, ref=None)
        else:
            pending.request = replace(pending.request, credentials=None)
            _note_login(pending, login)
            banned = self._permissions.may_log_in(login.member_id, client.address)
            if banned is not None:
                raise banned

    async def check_session(self, pending: PendingJoin) -> None:
        """Let a client resume with a valid session; give it a new one otherwise."""
        client = pending.client
        last = await self._journal.history.nickname(client.id)
        login = None
        if not client.account:
            login = await self.logins.of_session(client.id)
        if pending.cancelled or not pending.unchecked:
            return
        pending.unchecked = False
        pending.last_nick = last
        if last is None and self._pool.member(client.id) is None:
            del self.joining[client.id]
            client.session = new_session()
            client.id = client_id_of(client.session)
            pending.is_new = not client.account
            if not client.account:
                client.member.id = client.id
            self.joining[client.id] = pending
            return
        if login is not None:
            _note_login(pending, login)
            if pending.rooms == (LOBBY,):
                pending.rooms = login.rooms or pending.rooms
        kept, request = self.kept.take(client.id), pending.request
        pending.former_rooms = login.left if login else kept.rooms
        client.member.ignored = kept.ignored
        if kept.ignored:
            request = replace(request, ignored=())
        if kept.away:
            request = replace(request, away=kept.away)
        pending.request = request

    async def claim_nick(self, pending: PendingJoin) -> bool:
        """Give the client a nickname, and the ignore list that comes with it.

        :returns: false if its adapter was told that it needs another nickname.
        """
        client, member, request = pending.client, pending.client.member, pending.request
        if member.nick:
            return True
        is_strict = request.nick_refused is not None
        try:
            name, refused = await self.naming.claim(
                member.id,
                # One that insists on its nickname may have another than its account.
                request.nick if is_strict else member.account or request.nick,
                present=self._present(pending),
                last=pending.last_nick,
                account=member.account,
                strict=is_strict,
            )
        except Refused as why:
            if pending.cancelled or request.nick_refused is None:
                return True
            del self.joining[client.id]
            client.move_to(ClientState.GONE)
            request.nick_refused(why)
            return False
        if refused is not None:
            self.welcomer.reply(client, ErrorReply.of(refused))
        member.nick, member.folded = name.text, name.folded
        if pending.login is not None:
            self.kept.bring_ignored(pending.login)
        if request.ignored and not member.account:
            ignored = ignore_list(request.ignored, name.folded, self._find)
            member.ignored = ignored
        else:
            self.kept.restore_ignored(client)
        return True

    def _find(self, folded: str) -> tuple[Member, str] | None:
        """The member of a nickname, and its address."""
        member = self._pool.named(folded)
        if member is None:
            return None
        return member, self._pool.address_of(member)

    async def open_rooms(self, pending: PendingJoin, opened: list[Room]) -> None:
        """Open the rooms that the client asks for and may join, or else the lobby.

        None if it asks for none.

        :raises Refused: it may not connect, or join any of these rooms.
        """
        client, moderation = pending.client, self._moderation
        if moderation.bans and (banned := self._permissions.may_stay(client)):
            raise banned
        wanted, refused = self._rooms_of(pending), list[Refused]()
        former = pending.former_rooms
        for name in dict.fromkeys((*wanted, LOBBY)):
            if name == LOBBY and LOBBY not in wanted and (opened or not wanted):
                break
            try:
                returns = (
                    name in former and former[name] == moderation.settings(name).opened
                )
                room = await self._entry.open(
                    client, name, returns=returns, is_new=pending.is_new
                )
                opened.append(room)
            except Refused as why:
                refused.append(why)
        if refused and not opened:
            raise refused[-1]
        for each in refused:
            # Others may have opened one like it since the client was in that room.
            if each.code != "room_invalid":
                self.welcomer.reply(client, ErrorReply.of(each))

    def _present(self, pending: PendingJoin) -> Member | None:
        """Its member, if that is present by other clients, or by its former one."""
        return None if pending.is_new else self._pool.member(pending.client.member_id)

    def _rooms_of(self, pending: PendingJoin) -> tuple[str, ...]:
        """The rooms that a client has to join.

        One more client of a member is in those of the member; it joins one of them, so
        that everyone knows of it.
        """
        member = self._present(pending)
        if member is None or not member.account or not pending.rooms:
            return pending.rooms
        wanted = () if pending.rooms == (LOBBY,) else pending.rooms
        new = tuple(room for room in wanted if room not in member.rooms)
        return new or member.rooms[-1:] or pending.rooms


def _note_login(pending: PendingJoin, login: Login) -> None:
    """A client has logged in, before it joins."""
    join_account(pending.client, login)
    pending.login = login
    pending.is_new = False


def join_account(client: Client, login: Login) -> None:
    """A client that is joining belongs to the member of an account."""
    client.member.id = login.member_id
    client.member.account = login.account
