"""The chat: the one object that every adapter holds.

There is one way in, ``receive``, and one way out, ``announce``.  What a client asks for
becomes an event, the committer stores it, and only what the journal announces changes
who is where or is shown to anyone; so every server and every restart has the same.

``receive`` sends nothing but replies to the client that asked.  What its request
results in is passed on by ``outcomes``.  How clients join is in ``joining``, what each
event shows to whom in ``announcer``; ``parts`` connects these.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from .accounts.login_queue import LoginQueue
from .accounts.policy import Policy
from .client import GUEST, Client, ClientState, Identity
from .commands import CommandTable
from .committer import Committer
from .events import LOBBY, CustomEvent, Event, LoggedIn, Message, Stored
from .interfaces import (
    Codec,
    Connection,
    Journal,
    NameRegistry,
)
from .isolation import encoded
from .joining.entrance import Entrance
from .joining.join_request import NEW_CLIENT, JoinRequest
from .limits import MAX_AWAY, MAX_LINE
from .logins import Login
from .moderation.permissions import check, not_in
from .moderation_events import Audited, Rank
from .names.name_watch import NameWatch
from .names.nicknames import room_name
from .network_rates import NetworkRates
from .outcomes import Answered, Outcome, Outcomes
from .parts import Parts
from .pool import ClientPool
from .prompts import Answer, Prompts
from .refused_events import RefusedEvents
from .replies import Prompt, Refused, Reply, Request, RoomSnapshot, Welcome
from .runtime import Runtime
from .shutdown import Shutdown
from .texts.sanitize import cut_label, is_blank, sanitize_label
from .texts.shown_texts import EMPTY
from .texts.texts import accepted_text
from .turns import LAST_TURN, Turn, Turns


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What a route's function and its guards are given.

    :ivar words: the arguments, as many as the usage names.
    :ivar turn: the time that a route has which is called in turn.
    """

    chat: Chat
    client: Client
    request: Request
    words: tuple[str, ...]
    turn: Turn = LAST_TURN

    @property
    def room(self) -> str:
        """The room that the request names, or else the one that the client talks in.

        :raises Refused: ``not_in_room``.
        """
        return self.chat.room_of(self.client, self.request.room)

    @property
    def room_to_talk_in(self) -> str:
        """The same, for a message: some rooms let those talk who are not in them.

        :raises Refused: ``not_in_room``; or why the client may not read the room.
        """
        return self.chat.room_to_talk_in(self.client, self.request.room)

    @property
    def word(self) -> str:
        """The first argument, of a route whose usage has one."""
        return self.words[0]

    def ask(self, text: str, answer: Answer) -> None:
        """Ask the client for a password.

        :param answer: called with it; returns what the request results in.
        :raises Refused: ``usage``, if the client cannot be asked.
        """
        self.chat.ask(self.client, self.request, text, answer)


Handler = Callable[[CommandContext], Outcome | Awaitable[Outcome]]
"""A route's function.  What the client asks next waits for an awaitable outcome."""


class Chat:
    """The chat, whatever its clients speak and wherever it is stored.

    :ivar motd: the lines that are shown after the welcome.
    :ivar reload: reads the files again that may change while the server runs.
    :ivar name_watch: passes on which nicknames appear and disappear.
    :ivar turns: what costly routes of its clients wait for.
    :ivar network_rates: what the clients of each network have sent.
    :ivar accounts: who has an account.
    :ivar operators: which of them are operators.
    :ivar texts: makes texts fit to be shown.
    :ivar moderation: who is banned or muted, and what is set for each room.
    :ivar permissions: what someone may do by that.
    :ivar account_logins: which clients are logged in.
    :ivar missed: shows an account what it has missed.
    :ivar bans: turns away and disconnects who is banned.
    :ivar audit_log: what operators and room operators have done.
    :ivar entry: lets clients into rooms.
    :ivar claims: claims nicknames for logins.
    :ivar naming: claims and releases the nicknames of clients.
    :ivar kept: what clients that are gone had set.
    :ivar entrance: checks the password that everyone needs; ``None`` without one.
    """

    def __init__(
        self,
        *,
        pool: ClientPool,
        journal: Journal,
        names: NameRegistry,
        committer: Committer,
        table: CommandTable[Handler],
        runtime: Runtime,
        motd: Sequence[str] = (),
        policy: Policy | None = None,
    ) -> None:
        parts = Parts(
            pool=pool,
            journal=journal,
            names=names,
            committer=committer,
            table=table,
            runtime=runtime,
            motd=motd,
            policy=policy,
        )
        self.runtime = runtime
        self.pool = pool
        self.journal = journal
        self.names = names
        self.table = table
        self.motd = tuple(motd)
        self.reload: Callable[[], None] = _do_nothing
        self.name_watch = NameWatch(pool.presence)
        self.turns = Turns(runtime)
        self.network_rates = NetworkRates()
        self.entrance: Entrance | None = None
        self.accounts = parts.accounts
        self.operators = parts.operators
        self.texts = parts.texts
        self.account_logins = parts.account_logins
        self.missed = parts.missed
        self.moderation = parts.moderation
        self.permissions = parts.permissions
        self.bans = parts.bans
        self.audit_log = parts.audit_log
        self.entry = parts.entry
        self.naming = parts.naming
        self.kept = parts.kept
        self.claims = parts.claims
        self._welcomer = parts.welcomer
        self._joiner = parts.joiner
        self._announcer = parts.announcer
        self._upkeep = parts.upkeep
        self._rechecks = parts.rechecks
        self._committer = committer
        self._counters = runtime.counters
        self._prompts = Prompts()
        self._login_queue = LoginQueue()
        self._outcomes = Outcomes(self.turns, runtime, self._submit_allowed, self.reply)
        self._shutdown = Shutdown(parts, self.turns, self.reply)
        self._refused_events = RefusedEvents(parts, self.reply)
        committer.refused = self._refused_events.not_stored
        journal.subscribe(self.announce)

    async def start(self) -> None:
        """Make ready for the first client.

        :raises StoreError: the store cannot be read.
        """
        # Never released: the lobby is kept loaded also while it is empty.
        await self.pool.open_room(LOBBY, self.journal)
        await self.operators.load()
        await self.account_logins.load()
        await self._upkeep.start()

    # In: what adapters call.

    def attach(
        self,
        connection: Connection,
        codec: Codec,
        request: JoinRequest = NEW_CLIENT,
        identity: Identity = GUEST,
    ) -> Client:
        """A client has connected; it is welcomed as soon as its arrival is stored.

        :param request: what it asks for.
        :param identity: who it is, as far as its adapter knows.
        """
        if self._shutdown.began:
            client = Client("", connection, codec, identity)
            client.move_to(ClientState.GONE)
            self.runtime.call_later(0, lambda: self._shutdown.disconnect(client))
            return client
        banned = self.bans.at_connecting(request, identity)
        if banned is not None:
            return self.bans.turn_away(connection, codec, identity, banned)
        if request.away:
            request = replace(request, away=self._away_text(request.away))
        return self._joiner.begin(connection, codec, identity, request)

    def _away_text(self, text: str) -> str:
        r"""What ``\away`` would set; empty if nothing visible is left."""
        try:
            return self.sanitized_label(cut_label(sanitize_label(text), MAX_AWAY))
        except Refused:
            return ""

    def receive(self, client: Client, request: Request) -> None:
        """Do what a client asks for, or reply with an error."""
        self._counters.requests += 1
        if self._prompts and self._answer(client, request):
            return
        if request.refusal is not None:
            self._outcomes.fail(client, request, request.refusal)
            return
        try:
            if request.route:
                self._run_route(client, request)
            else:
                self._post(client, request)
        except Exception as error:  # noqa: BLE001 - it is replied or logged
            self._outcomes.fail(client, request, error)

    def detach(self, client: Client, connection: Connection) -> None:
        """A connection is lost; ignored if the client resumed on another one."""
        if client.connection is not connection or client.state is ClientState.GONE:
            return
        may_resume = client.may_resume
        client.move_to(ClientState.GONE)
        self._prompts.drop(client)
        self._joiner.keep_state(client, may_resume=may_resume)
        if not self._joiner.cancel(client):
            self._joiner.submit_departure(client, may_resume=may_resume)

    def is_asked(self, client: Client) -> bool:
        """Whether the next line of a client is what it was asked for."""
        return client in self._prompts

    def recode(self, client: Client, codec: Codec) -> None:
        """Encode with another codec from here on."""
        client.codec = codec
        self.refresh(client)

    def stop(self, stopped: Callable[[], None]) -> None:
        """Take all queued requests, store everything, disconnect all clients.

        :param stopped: called then.  There is no time limit; the caller sets one.
        """
        self._shutdown.begin(stopped)

    # For routes.

    def room_of(self, client: Client, room: str | None) -> str:
        """The room that a request names, or else the one that the client talks in.

        :raises Refused: ``not_in_room``.
        """
        if room is None:
            if client.room is None:
                raise Refused("not_in_room", "you are in no room", "\\join ROOM first")
            return client.room
        name = room_name(room)
        if name not in client.rooms:
            raise not_in(name)
        return name

    def room_to_talk_in(self, client: Client, room: str | None) -> str:
        """The same, for a message: some rooms let those talk who are not in them.

        :raises Refused: ``not_in_room``; or why the client may not read the room.
        """
        if room is not None:
            name = room_name(room)
            is_open = name in self.pool.rooms and self.moderation.settings(name).outside
            if is_open and name not in client.rooms:
                check(self.permissions.may_read(client, name))
                return name
        return self.room_of(client, room)

    def sanitized(self, text: str) -> str:
        """A text as it may be shown, see ``ShownTexts.sanitized``."""
        return self.texts.sanitized(text)

    def sanitized_label(self, text: str, limit: int = MAX_LINE) -> str:
        """The same for a topic or the like, see ``ShownTexts.sanitized_label``."""
        return self.texts.sanitized_label(text, limit)

    def ask(self, client: Client, request: Request, text: str, answer: Answer) -> None:
        """Ask a client for a password, see ``CommandContext.ask``."""
        if not encoded(self.runtime, client.codec.reply, Prompt(text), client, None):
            command = self.table.find(request.route, internal=request.internal)
            raise command.misused("the password is missing")
        self._prompts.add(client, answer)
        self.reply(client, Prompt(text))

    def submit(self, event: Event, client: Client, ref: str | None = None) -> None:
        """Have an event stored and announced on behalf of a client."""
        self._committer.submit(event, client, ref)

    def _submit_allowed(
        self, outcome: Answered, client: Client, ref: str | None
    ) -> None:
        """The same for what a route results in, if it is still allowed.

        The route may have waited since its guards were called.

        :raises Refused: it is not.
        """
        event, audited = outcome.event, outcome.audited
        refused = self._rechecks.refusal(event, client)
        if refused is not None:
            self._refused_events.no_longer_allowed(event, client, refused)
            raise refused
        submit = partial(
            self._committer.submit,
            event,
            client,
            ref,
            reply=outcome.reply,
            audited=audited,
        )
        if isinstance(event, LoggedIn):
            self._login_queue.add(client, submit)
        else:
            submit()

    def when_settled(self, call: Callable[[], None]) -> None:
        """Call this once all that anyone has asked to store so far is shown or refused.

        At once if there is nothing.
        """
        self._committer.when_settled(call)

    def welcome(
        self, client: Client, position: str, login: Login | None = None
    ) -> Welcome:
        """The welcome of a client that has logged in or out, at that position."""
        if login is not None:
            client.member.read = dict(login.read)
        return self._welcomer.make(client, position, login)

    def audited(
        self, client: Client, act: str, target: str = "", room: str = ""
    ) -> Audited:
        """The line in the audit log of what a client does, see ``Answered``.

        :param act: as it is typed, without the backslash.
        :param target: whom it concerns.
        """
        rank = self.moderation.rank(client.member, room) or Rank.ROOM_OPERATOR
        time = self.moderation.stamp()
        return Audited(client.nick, act, target, room, client.id, rank, time)

    def finish_removals(self) -> None:
        """The removal of an account has failed, but may be written."""
        self._upkeep.finish_removals()

    def submit_unasked(self, event: Event) -> None:
        """Have an event stored that nobody waits for, with those submitted next."""
        self._committer.submit(event)

    def show_once_read(self, client: Client, room: str, ref: str | None) -> None:
        """Show a client a room that it is in, once what is not known of it is read."""
        self._welcomer.snapshots(client, (room,), self.pool.position, ref)

    def reply(self, client: Client, reply: Reply, ref: str | None = None) -> None:
        """Send a reply to one client."""
        data = encoded(self.runtime, client.codec.reply, reply, client, ref)
        if data:
            client.write(data)
            is_room = isinstance(reply, RoomSnapshot)
            charge = client.charge_room if is_room else client.charge_answer
            charge(len(data))
        self._counters.count_reply(reply, len(data))

    def refresh(self, client: Client) -> None:
        """Update the client's view after a change of its codec, rooms or ignores."""
        if client.view is not None:
            self.pool.show(client, client.view_key())

    def refresh_all(self, client: Client) -> None:
        """The same for all clients of its member."""
        for each in self.pool.clients_of(client.member):
            self.refresh(each)

    # Out: what the journal calls.

    def announce(self, batch: Sequence[Stored]) -> None:
        """Everything in this batch is stored: show it to everyone it concerns."""
        self._announcer.announce(batch)
        self.name_watch.tell()

    # Requests.

    def _answer(self, client: Client, request: Request) -> bool:
        """Whether a request is what the client was asked for, and is taken as that."""
        answer = self._prompts.take(client, request)
        if answer is None:
            return False
        try:
            self._outcomes.take(client, request, answer())
        except Exception as error:  # noqa: BLE001 - it is replied or logged
            self._outcomes.fail(client, request, error)
        return True

    def _post(self, client: Client, request: Request) -> None:
        if not (request.text.strip() or request.raw or request.ref):
            return
        if refused := self.permissions.may_speak(client):
            raise refused
        room = self.room_to_talk_in(client, request.room)
        if refused := self.permissions.may_talk(client, room):
            raise refused
        text = self.texts.masked(accepted_text(request.text))
        if not is_blank(text):
            member = client.member
            message = Message(
                room,
                member.nick,
                text,
                client.id,
                request.raw,
                member.account,
                member.account_id,
            )
            self.submit(message, client, request.ref)
        elif request.raw is not None:
            event = CustomEvent(
                room,
                client.nick,
                request.raw,
                client.id,
                client.account,
                client.account_id,
            )
            self.submit(event, client, request.ref)
        elif request.ref is not None:
            raise Refused("empty", EMPTY)

    def _run_route(self, client: Client, request: Request) -> None:
        command = self.table.find(request.route, internal=request.internal)
        words = request.words or command.arguments(request.text)
        context = CommandContext(self, client, request, words)
        for guard in command.guards:
            guard(context)
        handler = command.handler
        if command.in_turn:
            self._outcomes.take_in_turn(
                client, request, lambda turn: handler(replace(context, turn=turn))
            )
        else:
            self._outcomes.take(client, request, handler(context))


def _do_nothing() -> None:
    """No file is read again."""
