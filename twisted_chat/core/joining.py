"""Joining: a client from its connection to its welcome, and clients that resume.

A client gets a nickname; then its arrival is stored like any other event.  When that is
announced the client is shown the history up to that very position and is present:
nothing is missed between the two, and nothing is shown twice.  A client that resumes is
shown what it missed instead; see ``welcome``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .accounts.absences import Absence, Openings
from .client import Client, ClientState, Identity
from .committer import Committer
from .events import AWAY, LOBBY, NO_ROOM, AwaySet, Joined
from .ignoring import IgnoreList, ignore_list
from .interfaces import BANNED, Codec, Connection, Journal, NameRegistry, StoreError
from .isolation import as_store_error
from .join_request import Credentials, JoinRequest
from .kept_state import KeptState
from .logins import Login, Logins, NoLogins
from .moderation import Moderation
from .name_registry import Holder, release
from .naming import Naming
from .nicknames import Name, fold
from .permissions import Permissions
from .pool import ClientPool, Room
from .presence import Member
from .replies import ErrorReply, Refused, TurnedAway
from .room_entry import RoomEntry
from .runtime import Runtime
from .sessions import client_id_of, is_session, new_session
from .welcome import Welcomer

RETRY_DELAY = 1.0
"""Seconds until joining is tried again while the store is unavailable."""


@dataclass(slots=True, eq=False)
class PendingJoin:
    """A client that is joining.

    :ivar request: what it asks for, with what the server remembers of its session.
    :ivar rooms: the rooms that it joins; it will talk in the last.
    :ivar unchecked: it came with a session of which it is not known yet whether it is
        valid.
    :ivar last_nick: the nickname that it had, if it resumes and that is known.
    :ivar former_rooms: those rooms to which it returns, also if they are open to few.
    :ivar awaited: the rooms whose ``Joined`` is submitted and not yet announced.
    :ivar warned: it was told that it cannot join yet.
    :ivar login: the account that it is logged in to, if it is and that is known.
    """

    client: Client
    request: JoinRequest
    rooms: tuple[str, ...]
    unchecked: bool
    last_nick: str | None = None
    former_rooms: Openings = field(default_factory=dict)
    awaited: set[str] = field(default_factory=set)
    warned: bool = False
    login: Login | None = None

    @property
    def submitted(self) -> bool:
        """Its ``Joined`` events are on their way, and cannot be taken back."""
        return bool(self.awaited)

    @property
    def cancelled(self) -> bool:
        """It left before they were."""
        return not self.awaited and self.client.state is ClientState.GONE


TellMissed = Callable[[Client, Absence, str], None]
"""Called with the client, its account's absence, and the position of its arrival."""


class Joiner:
    """Brings clients into the chat.

    :param holder: for which account a name is reserved.
    :ivar logins: which sessions are logged in.
    :ivar missed: tells a client that has logged in what it has missed.
    :ivar may_show: why a client may not show a text in all of its rooms, or ``None``.
    """

    def __init__(
        self,
        *,
        pool: ClientPool,
        journal: Journal,
        names: NameRegistry,
        committer: Committer,
        welcomer: Welcomer,
        moderation: Moderation,
        permissions: Permissions,
        entry: RoomEntry,
        runtime: Runtime,
        holder: Holder,
    ) -> None:
        self._pool = pool
        self._journal = journal
        self._names = names
        self._committer = committer
        self._runtime = runtime
        self._welcomer = welcomer
        self._moderation = moderation
        self._permissions = permissions
        self._entry = entry
        self.logins: Logins = NoLogins()
        self.missed: TellMissed = _tell_nothing
        self.may_show: Callable[[Client], Refused | None] = _everyone_may
        self._naming = Naming(pool=pool, names=names, runtime=runtime, holder=holder)
        self._joining: dict[str, PendingJoin] = {}
        self._kept = KeptState()
        self._second = 0
        # Ids of clients that are gone and whose nicknames are not released yet; a
        # client that resumes with one joins after that.
        self._departing: set[str] = set()

    def get(self, client_id: str, room: str) -> PendingJoin | None:
        """The pending join that awaits the arrival of this client in this room."""
        pending = self._joining.get(client_id)
        return pending if pending and room in pending.awaited else None

    def clients(self) -> list[Client]:
        """All clients that are joining."""
        return [pending.client for pending in self._joining.values()]

    def begin(
        self,
        connection: Connection,
        codec: Codec,
        identity: Identity,
        request: JoinRequest,
    ) -> Client:
        """A client has connected; see ``Chat.attach``."""
        session, client_id, former = request.session, "", None
        if session and is_session(session):
            client_id = client_id_of(session)
            former = self._pool.clients.get(client_id)
        if former is not None and former.is_connected:
            self._welcomer.take_over(
                former, connection, codec, identity, request.since, request.ref
            )
            self._runtime.log_line(arrival_line(former, "resumed", self._runtime))
            return former
        resumes = bool(client_id) and client_id not in self._joining
        if not session or not resumes:
            session, former = new_session(), None
            client_id = client_id_of(session)
        if not request.resumable:
            session = ""
        client = Client(client_id, connection, codec, identity, session)
        client.since = self._shared_second()
        if request.account:
            _log_in(client, Login(request.member_id, request.account))
        pending = self._joining[client_id] = PendingJoin(
            client, request, request.valid_rooms(), unchecked=resumes
        )
        if former is None and client_id not in self._departing:
            self._runtime.spawn(self._join(pending))
        # Otherwise ``departed`` goes on.
        return client

    def _shared_second(self) -> int:
        """The time, as one object for all who connect within a second."""
        now = int(self._runtime.now())
        if now != self._second:
            self._second = now
        return self._second

    def cancel(self, client: Client) -> bool:
        """Forget a client that left before its arrival was submitted.

        :returns: false if it was submitted already.
        """
        pending = self._joining.get(client.id)
        if pending is None or pending.client is not client or pending.submitted:
            return False
        del self._joining[client.id]
        self._departing.add(client.id)
        return True

    def keep_state(self, client: Client, *, may_resume: bool) -> None:
        """A client is gone: keep what it had set, for when it resumes."""
        away, pending = client.member.away, self._joining.get(client.id)
        if pending is not None and pending.client is client:
            if pending.unchecked:
                return  # What is kept for its session still is.
            # It leaves before it could be away again.
            away = away or pending.request.away
        closed = tuple(
            room for room in client.rooms if self._moderation.settings(room).is_closed
        )
        # To which rooms an account returns, is in the store.
        rooms = {} if client.account else self._moderation.openings(closed)
        self._kept.keep(client, away, rooms, may_resume=may_resume)

    def arrived_elsewhere(self, client_id: str) -> None:
        """A client resumes on another server: what is kept of its rooms is outdated."""
        self._kept.forget_rooms(client_id)

    def ignores_as_before(self, client: Client) -> bool:
        """A client took a nickname or logged in: let it ignore whom it ignored before.

        A guest only if it has no list of its own.

        :returns: whether its list changed.
        """
        member = client.member
        if member.ignored is not None and not member.account:
            return False
        known = self._kept.take_ignored(client)
        if known is None:
            return False
        if member.ignored is None:
            member.ignored = IgnoreList()
        member.ignored.merge(known)
        if member.account:
            for entry in known:
                member.ignored.is_stored(entry.key, entry)
        return True

    def bring_ignored(self, login: Login) -> None:
        """A client logs in: it ignores whom its account ignores, once that is shown."""
        self._kept.bring_ignored(login.member_id, login.ignored)

    def departed(self, client: Client, member: Member, position: str) -> None:
        """A client is gone: its nickname is free, unless its member has other clients.

        It is free for the client itself, too, which may be back.

        :param member: whose client it was.
        :param position: the member was shown everything up to this.
        """
        is_present = member in self._pool.presence
        if member.account and not is_present:
            self.account_departed(member.id, member.rooms, position)
        nick = "" if is_present else member.nick
        self._runtime.spawn(self._depart(client.id, member.id, nick))

    def account_departed(
        self, member_id: str, rooms: tuple[str, ...], position: str
    ) -> None:
        """The last client of an account has left, or logged out.

        :param rooms: in which its member was.
        :param position: it was shown everything up to this.
        """
        openings = self._moderation.openings(rooms)
        self.logins.departed(member_id, openings, position)

    async def _depart(self, client_id: str, owner: str, nick: str) -> None:
        """Release a nickname, if there is one; then the client may join again."""
        self._departing.add(client_id)
        try:
            if nick:
                await release(self._names, owner, nick)
        finally:
            self._departing.discard(client_id)
            pending = self._joining.get(client_id)
            if pending is not None and not pending.submitted:
                self._runtime.spawn(self._join(pending))

    async def claim_guest_name(self, client: Client) -> Name:
        """Claim a guest's name for a client."""
        return await self._naming.claim_guest(client.id, joining=len(self._joining))

    async def claim_own_name(self, client: Client) -> Name:
        """Claim a nickname that is reserved for nobody else.

        :returns: that of the account of its member, or else a guest's.
        """
        owner = client.member_id
        if client.account:
            name = Name(client.account, fold(client.account))
            if await self._names.claim(name.keys, owner):
                return name
        return await self._naming.claim_guest(owner, joining=len(self._joining))

    def release_name(self, owner: str, nick: str, *, kept: str = "") -> None:
        """Release a nickname, but for the keys that the owner's new one needs.

        :param owner: a member id.
        """
        self._runtime.spawn(release(self._names, owner, nick, kept=kept))

    def arrival_line(self, client: Client) -> str:
        """The line of the log for a client that joined."""
        return arrival_line(client, "joined", self._runtime)

    def warn(self, client_id: str, error: StoreError) -> None:
        """Tell a joining client, once, why it cannot join yet."""
        pending = self._joining.get(client_id)
        if pending is not None and not pending.warned:
            pending.warned = True
            text = f"cannot join yet: {error} (retrying)"
            self._welcomer.reply(pending.client, ErrorReply("store", text))

    def complete(self, pending: PendingJoin, position: str) -> bytes:
        """The last of its arrivals is announced: the client is present.

        :returns: what it is shown before anything that happens after it.
        """
        client = pending.client
        del self._joining[client.id]
        if client.state is ClientState.GONE:
            return b""
        client.move_to(ClientState.PRESENT)
        if client.has_idle_calls:
            # What it asked before it was present is taken now.
            self._runtime.call_later(0, client.run_idle_calls)
        if pending.request.away and not client.member.away:
            away = AwaySet(client.nick, pending.request.away, client.id)
            self._runtime.call_later(0, lambda: self._set_away(client, away))
        request, login = pending.request, pending.login
        if login is not None:
            client.member.read = dict(login.read)
        if login is not None and login.absence is not None:
            self.missed(client, login.absence, position)
        return self._welcomer.welcome(
            client, position, request.since, request.ref, login
        )

    def snapshots(
        self,
        client: Client,
        rooms: tuple[str, ...],
        position: str,
        ref: str | None = None,
    ) -> bytes:
        """What a client is shown of rooms that it is in now."""
        return self._welcomer.snapshots(client, rooms, position, ref)

    def late_snapshot(
        self, client: Client, room: str, ref: str | None
    ) -> Callable[[], bytes] | None:
        """The same, encoded when it is written; ``None`` if it has to be read."""
        return self._welcomer.late_snapshot(client, room, ref)

    def hint(self, client: Client) -> bytes:
        """What a client that has joined is shown after its own arrival."""
        return self._welcomer.hint(client)

    def _set_away(self, client: Client, away: AwaySet) -> None:
        """A client is away as before, or as it asked for when it connected."""
        if not client.is_connected:
            return
        refused = self.may_show(client)
        if refused is not None:
            # What is away is no less so for that.
            self._welcomer.reply(client, ErrorReply(refused.code, refused.text))
            away = replace(away, text=AWAY)
        self._committer.submit(away, client)

    # Joining.

    async def _join(self, pending: PendingJoin) -> None:
        client = pending.client
        opened: list[Room] = []
        try:
            if pending.request.credentials is not None:
                await self._authenticate(pending, pending.request.credentials)
            elif pending.request.account and pending.login is None:
                pending.login = await self.logins.arrived(client)
            if pending.unchecked:
                await self._check_session(pending)
            if not await self._claim_nick(pending):
                return
            await self._open_rooms(pending, opened)
        except Refused as refused:
            if not pending.cancelled:
                await self._turn_away(pending, refused)
                return
        except Exception as error:  # noqa: BLE001 - logged by as_store_error
            self._release_rooms(opened)
            self.warn(client.id, as_store_error(self._runtime, error))
            if not pending.cancelled:
                self._runtime.call_later(
                    RETRY_DELAY, lambda: self._runtime.spawn(self._join(pending))
                )
                return
        if pending.cancelled:
            self._release_rooms(opened)
            await self._depart_early(client)
            return
        pending.rooms = tuple(room.name for room in opened) or (NO_ROOM,)
        pending.awaited.update(pending.rooms)
        for room in opened:
            self._entry.submit_opening(client, room, must_store=True)
        for name in pending.rooms:
            joined = Joined(
                name, client.nick, client.id, client.member_id, client.account
            )
            self._committer.submit(
                joined, must_store=True, resumable=pending.request.resumable
            )

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
            error = ErrorReply(refused.code, refused.text)
            self._welcomer.reply(client, error, pending.request.ref)
            pending.request = replace(pending.request, credentials=None, ref=None)
        else:
            pending.request = replace(pending.request, credentials=None)
            pending.login = login
            _log_in(client, login)
            banned = self._permissions.may_log_in(login.member_id, client.address)
            if banned is not None:
                raise banned

    async def _check_session(self, pending: PendingJoin) -> None:
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
            del self._joining[client.id]
            client.session = new_session()
            client.id = client_id_of(client.session)
            if not client.account:
                client.member.id = client.id
            self._joining[client.id] = pending
            return
        if login is not None:
            _log_in(client, login)
            pending.login = login
            if pending.rooms == (LOBBY,):
                pending.rooms = login.rooms or pending.rooms
        kept, request = self._kept.take(client.id), pending.request
        pending.former_rooms = login.left if login else kept.rooms
        client.member.ignored = kept.ignored
        if kept.ignored:
            request = replace(request, ignored=())
        if kept.away:
            request = replace(request, away=kept.away)
        pending.request = request

    def _rooms_of(self, pending: PendingJoin) -> tuple[str, ...]:
        """The rooms that a client has to join.

        One more client of a member is in those of the member; it joins one of them, so
        that everyone knows of it.
        """
        member = self._pool.member(pending.client.member_id)
        if member is None or not member.account or not pending.rooms:
            return pending.rooms
        wanted = () if pending.rooms == (LOBBY,) else pending.rooms
        new = tuple(room for room in wanted if room not in member.rooms)
        return new or member.rooms[-1:] or pending.rooms

    async def _open_rooms(self, pending: PendingJoin, opened: list[Room]) -> None:
        """Open the rooms that the client asks for and may join, or else the lobby.

        None if it asks for none.

        :raises Refused: it may not connect, or join any of these rooms.
        """
        client, moderation = pending.client, self._moderation
        if moderation.bans and (banned := self._permissions.may_stay(client)):
            raise banned
        wanted, refused = self._rooms_of(pending), list[Refused]()
        for name in dict.fromkeys((*wanted, LOBBY)):
            if name == LOBBY and LOBBY not in wanted and (opened or not wanted):
                break
            try:
                at = pending.former_rooms.get(name)
                returns = at == moderation.settings(name).opened
                opened.append(await self._entry.open(client, name, returns=returns))
            except Refused as why:
                refused.append(why)
        if refused and not opened:
            raise refused[-1]
        for each in refused:
            # Others may have opened one like it since the client was in that room.
            if each.code != "room_invalid":
                self._welcomer.reply(client, ErrorReply(each.code, each.text))

    async def _turn_away(self, pending: PendingJoin, why: Refused) -> None:
        """Tell a client why it may not join, and disconnect it."""
        client = pending.client
        del self._joining[client.id]
        self._welcomer.reply(client, TurnedAway(why.code, why.text))
        client.move_to(ClientState.GONE)
        client.connection.close(BANNED)
        await self._depart_early(client)

    async def _depart_early(self, client: Client) -> None:
        """A client is gone before its arrival was submitted."""
        is_present = self._pool.member(client.member_id) is not None
        nick = "" if is_present else client.nick
        await self._depart(client.id, client.member_id, nick)

    def _release_rooms(self, opened: list[Room]) -> None:
        while opened:
            self._pool.release_room(opened.pop())

    async def _claim_nick(self, pending: PendingJoin) -> bool:
        """Give the client a nickname, and the ignore list that comes with it.

        :returns: false if its adapter was told that it needs another nickname.
        """
        client, request = pending.client, pending.request
        if client.nick:
            return True
        is_strict = request.nick_refused is not None
        try:
            name, refused = await self._naming.claim(
                client.member_id,
                # One that insists on its nickname may have another than its account.
                request.nick if is_strict else client.account or request.nick,
                last=pending.last_nick,
                joining=len(self._joining),
                account=client.account,
                strict=is_strict,
            )
        except Refused as why:
            if pending.cancelled or request.nick_refused is None:
                return True
            del self._joining[client.id]
            client.move_to(ClientState.GONE)
            request.nick_refused(why)
            return False
        if refused is not None:
            self._welcomer.reply(client, ErrorReply(refused.code, refused.text))
        client.member.nick, client.member.folded = name.text, name.folded
        if pending.login is not None:
            self.bring_ignored(pending.login)
        if request.ignored and not client.account:
            ignored = ignore_list(request.ignored, name.folded, self._find)
            client.member.ignored = ignored
        else:
            self.ignores_as_before(client)
        return True

    def _find(self, folded: str) -> tuple[Member, str] | None:
        """The member of a nickname, and its address."""
        member = self._pool.named(folded)
        if member is None:
            return None
        return member, self._pool.address_of(member)


def _tell_nothing(_client: Client, _absence: Absence, _position: str) -> None:
    """There are no accounts."""


def _everyone_may(_client: Client) -> None:
    """Nobody is kept from showing anything."""


def _log_in(client: Client, login: Login) -> None:
    """A client that is joining belongs to the member of an account."""
    client.member.id = login.member_id
    client.member.account = login.account


def arrival_line(client: Client, verb: str, runtime: Runtime) -> str:
    """The line of the log by which an operator finds who a nickname is."""
    identity = client.identity
    line = f"{client.nick} {verb}"
    if identity.address and runtime.log_addresses:
        line += f" from {identity.address}"
    if identity.wire:
        line += f" by {identity.wire}"
    return line
