"""Joining: a client from its connection to its welcome, and clients that resume.

A client gets a nickname; then its arrival is stored like any other event.  When that is
announced the client is shown the history up to that very position and is present:
nothing is missed between the two, and nothing is shown twice.  A client that resumes is
shown what it missed instead; see ``welcome``.
"""

from __future__ import annotations

from dataclasses import replace

from twisted_chat.core.client import Client, ClientState, Identity
from twisted_chat.core.committer import Committer
from twisted_chat.core.events import AWAY, NO_ROOM, AwaySet, Joined, Quit
from twisted_chat.core.interfaces import (
    BANNED,
    RETRY_DELAY,
    Codec,
    Connection,
    StoreError,
)
from twisted_chat.core.isolation import as_store_error
from twisted_chat.core.logins import Login
from twisted_chat.core.moderation.moderation import Moderation
from twisted_chat.core.moderation.permissions import Permissions
from twisted_chat.core.pool import ClientPool, Room
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import ErrorReply, Refused, TurnedAway
from twisted_chat.core.runtime import Runtime

from .join_request import JoinRequest
from .join_steps import JoinSteps, join_account
from .missed import MissedMessages
from .pending_joins import PendingJoin
from .room_entry import RoomEntry
from .sessions import client_id_of, is_session, new_session


class Joiner:
    """Brings clients into the chat.

    :param missed: tells a client that has logged in what it has missed.
    :ivar joining: the clients that are being brought in.
    :ivar naming: claims and releases nicknames.
    :ivar kept: what clients that are gone had set.
    :ivar welcomer: welcomes them.
    """

    def __init__(
        self,
        *,
        pool: ClientPool,
        committer: Committer,
        steps: JoinSteps,
        missed: MissedMessages,
        moderation: Moderation,
        permissions: Permissions,
        entry: RoomEntry,
        runtime: Runtime,
    ) -> None:
        self._pool = pool
        self._committer = committer
        self._steps = steps
        self.joining = steps.joining
        self.naming = steps.naming
        self.kept = steps.kept
        self.welcomer = steps.welcomer
        self._logins = steps.logins
        self._missed = missed
        self._moderation = moderation
        self._permissions = permissions
        self._entry = entry
        self._runtime = runtime
        self._second = 0
        # Ids of clients that are gone and whose nicknames are not released yet; a
        # client that resumes with one joins after that.
        self._departing: set[str] = set()

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
            self.welcomer.take_over(
                former, connection, codec, identity, request.since, request.ref
            )
            self._runtime.log_line(self.arrival_line(former, "resumed"))
            return former
        resumes = bool(client_id) and client_id not in self.joining
        if not session or not resumes:
            session, former = new_session(), None
            client_id = client_id_of(session)
        if not request.resumable:
            session = ""
        client = Client(client_id, connection, codec, identity, session)
        client.since = self._shared_second()
        if request.account:
            join_account(client, Login(request.member_id, request.account))
        pending = self.joining[client_id] = PendingJoin(
            client,
            request,
            request.valid_rooms(),
            unchecked=resumes,
            is_new=not resumes and not request.account,
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
        pending = self.joining.get(client.id)
        if pending is None or pending.client is not client or pending.submitted:
            return False
        del self.joining[client.id]
        self._departing.add(client.id)
        return True

    def keep_state(self, client: Client, *, may_resume: bool) -> None:
        """A client is gone: keep what it had set, for when it resumes."""
        away, pending = client.member.away, self.joining.get(client.id)
        if pending is not None and pending.client is client:
            if pending.unchecked:
                return  # What is kept for its session still is.
            # It leaves before it could be away again.
            away = away or pending.request.away
        rooms = {}
        # To which rooms an account returns, is in the store.
        for room in () if client.account else client.rooms:
            settings = self._moderation.settings(room)
            if settings.is_closed:
                rooms[room] = settings.opened
        self.kept.keep(client, away, rooms, may_resume=may_resume)

    def submit_departure(self, client: Client, *, may_resume: bool) -> None:
        """Have it stored that a client is gone."""
        # Connections of IRC clients have one.  Looked up so, as to compare the class
        # with a protocol takes a tenth of a departure.
        text: str = getattr(client.connection, "reason", "")
        departure = Quit(client.nick, client.id, text)
        self._committer.submit(departure, must_store=True, resumable=may_resume)

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
        self._logins.departed(member_id, openings, position)

    async def _depart(self, client_id: str, owner: str, nick: str) -> None:
        """Release a nickname, if there is one; then the client may join again."""
        self._departing.add(client_id)
        try:
            if nick:
                await self.naming.released(owner, nick)
        finally:
            self._departing.discard(client_id)
            pending = self.joining.get(client_id)
            if pending is not None and not pending.submitted:
                self._runtime.spawn(self._join(pending))

    def arrival_line(self, client: Client, verb: str = "joined") -> str:
        """The line of the log by which an operator finds who a nickname is."""
        identity = client.identity
        line = f"{client.member.nick} {verb}"
        if identity.address and self._runtime.log_addresses:
            line += f" from {identity.address}"
        if identity.wire:
            line += f" by {identity.wire}"
        return line

    def warn(self, client_id: str, error: StoreError) -> None:
        """Tell a joining client, once, why it cannot join yet."""
        pending = self.joining.get(client_id)
        if pending is not None and not pending.warned:
            pending.warned = True
            text = f"cannot join yet: {error} (retrying)"
            self.welcomer.reply(pending.client, ErrorReply("store", text))

    def complete(self, pending: PendingJoin, position: str) -> bytes:
        """The last of its arrivals is announced: the client is present.

        :returns: what it is shown before anything that happens after it.
        """
        client = pending.client
        del self.joining[client.id]
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
            self._missed.tell(client, login.absence, position)
        return self.welcomer.welcome(
            client, position, request.since, request.ref, login
        )

    def _set_away(self, client: Client, away: AwaySet) -> None:
        """A client is away as before, or as it asked for when it connected."""
        if not client.is_connected:
            return
        permissions = self._permissions
        refused = permissions.may_speak(client) or permissions.may_show(client)
        if refused is not None:
            # What is away is no less so for that.
            self.welcomer.reply(client, ErrorReply.of(refused))
            away = replace(away, text=AWAY)
        self._committer.submit(away, client)

    # Joining.

    async def _join(self, pending: PendingJoin) -> None:
        client = pending.client
        opened: list[Room] = []
        try:
            if pending.request.credentials is not None or pending.request.account:
                await self._steps.log_in(pending)
            if pending.unchecked:
                await self._steps.check_session(pending)
            if not await self._steps.claim_nick(pending):
                return
            await self._steps.open_rooms(pending, opened)
        except Refused as refused:
            if not pending.cancelled:
                await self._turn_away(pending, refused)
                return
        except Exception as error:  # noqa: BLE001 - logged by as_store_error
            self._give_up(client.id, opened)
            self.warn(client.id, as_store_error(self._runtime, error))
            if not pending.cancelled:
                self._runtime.call_later(
                    RETRY_DELAY, lambda: self._runtime.spawn(self._join(pending))
                )
                return
        if pending.cancelled:
            self._give_up(client.id, opened)
            await self._depart_early(client)
            return
        pending.rooms = tuple(room.name for room in opened) or (NO_ROOM,)
        pending.awaited.update(pending.rooms)
        for room in opened:
            self._entry.submit_opening(client, room, must_store=True)
        member = client.member
        for name in pending.rooms:
            joined = Joined(name, member.nick, client.id, member.id, member.account)
            self._committer.submit(
                joined, must_store=True, resumable=pending.request.resumable
            )

    async def _turn_away(self, pending: PendingJoin, why: Refused) -> None:
        """Tell a client why it may not join, and disconnect it."""
        client = pending.client
        del self.joining[client.id]
        self.welcomer.reply(client, TurnedAway(why.code, why.text))
        client.move_to(ClientState.GONE)
        client.connection.close(BANNED)
        await self._depart_early(client)

    async def _depart_early(self, client: Client) -> None:
        """A client is gone before its arrival was submitted."""
        is_present = self._pool.member(client.member_id) is not None
        nick = "" if is_present else client.nick
        await self._depart(client.id, client.member_id, nick)

    def _give_up(self, client_id: str, opened: list[Room]) -> None:
        while opened:
            self._entry.give_up(client_id, opened.pop())
