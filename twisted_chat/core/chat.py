"""The one object that every protocol holds.

There is one way in, ``receive``, and one way out, ``announce``.  What a client
asks for becomes an event, the committer stores it, and only what the journal
announces changes who is where or is shown to anyone; so every server and
every restart sees the same.

Rules of this file: ``receive`` shows nothing but answers to the asker; how
newcomers get in is told in ``arrivals``, what each event shows to whom in
``announcing``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from .announcer import Announcer
from .commands import CommandTable
from .committer import Committer, Submission
from .events import LOBBY, CustomEvent, Event, Joined, Message, Quit, Renamed, Stored
from .interfaces import (
    SHUTTING_DOWN,
    Codec,
    Connection,
    Journal,
    Names,
    OutcomeUnknown,
    StoreError,
)
from .isolation import encoded
from .joining import Joiner
from .nicknames import release, room_name
from .pool import Client, ClientPool
from .replies import Done, ErrorReply, Notice, Refused, Reply, Request
from .runtime import Runtime
from .sanitize import clean, is_blank


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What a route's handler is given.

    :ivar words: the arguments, as many as its usage names.
    """

    chat: Chat
    client: Client
    request: Request
    words: tuple[str, ...]

    @property
    def room(self) -> str:
        """The room that is meant: the one named, or the one spoken in.

        :raises Refused: ``not_in_room``.
        """
        return self.chat.spoken_room(self.client, self.request.room)

    @property
    def word(self) -> str:
        """The first argument."""
        return self.words[0]


Outcome = Event | Reply | None
"""What a route leads to: something for everyone, an answer, or nothing."""

Handler = Callable[[CommandContext], Outcome | Awaitable[Outcome]]


class Chat:
    """The chat, whatever its clients speak and wherever it is kept.

    :param mask: hides words that an operator does not want to be read.
    """

    def __init__(
        self,
        *,
        pool: ClientPool,
        journal: Journal,
        names: Names,
        committer: Committer,
        table: CommandTable[Handler],
        runtime: Runtime,
        motd: Sequence[str] = (),
    ) -> None:
        self.runtime = runtime
        self.pool = pool
        self.journal = journal
        self.names = names
        self.table = table
        self.mask: Callable[[str], str] = str
        self._committer = committer
        self._stopping = False
        self._arrivals = Joiner(
            pool=pool,
            journal=journal,
            names=names,
            committer=committer,
            runtime=runtime,
            motd=motd,
        )
        self._announcer = Announcer(
            pool=pool,
            committer=committer,
            arrivals=self._arrivals,
            names=names,
            runtime=runtime,
        )
        committer.refused = self._not_stored
        journal.subscribe(self.announce)

    async def start(self) -> None:
        """Make ready for the first client; may raise ``StoreError``."""
        # Never shut again: the lobby is kept ready also when it is empty.
        await self.pool.open(LOBBY, self.journal)

    # In: what protocols call.

    def attach(
        self,
        connection: Connection,
        codec: Codec,
        *,
        nick: str | None = None,
        since: str | None = None,
        session: str | None = None,
        rooms: Sequence[str] = (LOBBY,),
    ) -> Client:
        """A peer has connected; it is welcomed as soon as that is stored.

        :param nick: the name it would like; else, or if it is taken, a guest's.
        :param since: a position from which it was away, to be shown what it
            missed.
        :param session: the secret of its last ``Welcome``.  If that client is
            still connected this takes its place, name and rooms over.
        :param rooms: where it goes, the one it will speak in last.
        """
        if self._stopping:
            client = Client("", connection, codec)
            client.leaving = True
            self.runtime.call_later(0, lambda: self._send_away(client))
            return client
        return self._arrivals.begin(connection, codec, nick, since, session, rooms)

    def receive(self, client: Client, request: Request) -> None:
        """A client asks something, which is done or answered with an error."""
        try:
            if request.refusal is not None:
                raise request.refusal
            if request.route:
                self._route(client, request)
            else:
                self._say(client, request)
        except Refused as refused:
            self.tell(client, ErrorReply(refused.code, refused.text), request.ref)
        except Exception as error:  # noqa: BLE001 - it ends in the log
            self._went_wrong(client, request, error)

    def detach(self, client: Client, connection: Connection) -> None:
        """A peer is gone.  Nothing happens if another took its place."""
        if client.connection is not connection or client.leaving:
            return
        client.leaving = True
        if not self._arrivals.cancel(client):
            self._committer.submit(Quit(client.nick, client.id), lasting=True)

    def recode(self, client: Client, codec: Codec) -> None:
        """The client goes on with another wire format."""
        client.codec = codec
        self.refresh(client)

    def stop(self, stopped: Callable[[], None]) -> None:
        """Take what clients had sent, tell them, store all; then call back."""
        self._stopping = True
        for client in self.pool.clients():
            if client.inbox is not None:
                client.inbox.drain()
        self._committer.when_idle(lambda: self._farewell(stopped))

    # For routes.

    def spoken_room(self, client: Client, room: str | None) -> str:
        """The room that a client speaks in, or the one it names.

        :raises Refused: ``not_in_room``.
        """
        if room is None:
            if client.room is None:
                raise Refused("not_in_room", "you are in no room: \\join one first")
            return client.room
        name = room_name(room)
        if name not in client.rooms:
            raise Refused("not_in_room", f"you are not in #{name}: \\join {name} first")
        return name

    def sanitized(self, text: str) -> str:
        """What may be shown of a text.

        :raises Refused: ``empty``, if that is nothing.
        """
        text = self.mask(clean(text))
        if is_blank(text):
            raise Refused("empty", "there is nothing to show in that")
        return text

    def submit(self, event: Event, client: Client, ref: str | None = None) -> None:
        """Have an event stored and announced on behalf of a client."""
        self._committer.submit(event, client, ref)

    def tell(self, client: Client, answer: Reply, ref: str | None = None) -> None:
        """Answer one client."""
        data = encoded(self.runtime, client.codec.reply, answer, client, ref)
        if data:
            client.write(data)

    def refresh(self, client: Client) -> None:
        """What the client sees has changed: its wire, rooms, or whom it ignores."""
        if client.view is not None:
            self.pool.show(client, client.view_key())

    # Out: what the journal calls.

    def announce(self, batch: Sequence[Stored]) -> None:
        """Everything in this batch is stored: show it to whom it concerns."""
        self._announcer.announce(batch)

    # In, continued.

    def _say(self, client: Client, request: Request) -> None:
        room = self.spoken_room(client, request.room)
        text = self.mask(clean(request.text))
        raw = request.raw
        if is_blank(text):
            if raw is None:
                if request.ref is not None:
                    raise Refused("empty", "there is nothing to show in that")
                return
            signalled = CustomEvent(room, client.nick, raw, client.id)
            self.submit(signalled, client, request.ref)
            return
        self._committer.submit(
            Message(room, client.nick, text, client.id, raw), client, request.ref
        )

    def _route(self, client: Client, request: Request) -> None:
        command = self.table.find(request.route)
        words = command.arguments(request.text)
        ask = CommandContext(self, client, request, words)
        if command.in_room:
            self.spoken_room(client, request.room)
        outcome = command.handler(ask)
        if isinstance(outcome, Awaitable):
            client.pending += 1
            self.runtime.spawn(self._finish(client, request, outcome))
        else:
            self._conclude(client, request, outcome)

    async def _finish(
        self, client: Client, request: Request, outcome: Awaitable[Outcome]
    ) -> None:
        try:
            self._conclude(client, request, await outcome)
        except Refused as refused:
            self.tell(client, ErrorReply(refused.code, refused.text), request.ref)
        except StoreError as error:
            self.tell(client, ErrorReply("store", str(error)), request.ref)
        except Exception as error:  # noqa: BLE001 - it ends in the log
            self._went_wrong(client, request, error)
        finally:
            self._done(client)

    def _went_wrong(self, client: Client, request: Request, error: Exception) -> None:
        self.runtime.log_failure(error)
        text = "that went wrong here, and the server's log says how"
        self.tell(client, ErrorReply("internal", text), request.ref)

    def _conclude(self, client: Client, request: Request, outcome: Outcome) -> None:
        if isinstance(outcome, Event):
            self._committer.submit(outcome, client, request.ref)
        elif outcome is not None:
            self.tell(client, outcome, request.ref)
        elif request.ref is not None:
            self.tell(client, Done(), request.ref)

    def _done(self, client: Client) -> None:
        """One thing less that the client waits for."""
        client.pending -= 1
        if not client.pending:
            client.idle()

    def _not_stored(self, submission: Submission, error: StoreError) -> None:
        event, client = submission.event, submission.client
        if submission.lasting:
            self._arrivals.warn(event.client_id, error)
            return
        unknown = isinstance(error, OutcomeUnknown)
        if unknown:
            # Perhaps it is announced yet: what it needs then is not let go of.
            pass
        elif isinstance(event, Renamed):
            self.runtime.spawn(
                release(self.names, event.client_id, event.new, kept=event.old)
            )
        elif isinstance(event, Joined):
            self.pool.shut(self.pool.room(event.room))
        if client is not None:
            text = str(error) if unknown else f"not stored: {error}"
            self.tell(client, ErrorReply("store", text), submission.ref)
            self._done(client)

    # The end.

    def _farewell(self, stopped: Callable[[], None]) -> None:
        """Everyone is told and leaves; nobody needs to hear of the others."""
        self._announcer.silent = True
        present = list(self.pool.clients())
        for client in present:
            if not client.leaving:
                client.leaving = True
                self._committer.submit(Quit(client.nick, client.id), lasting=True)
        for client in dict.fromkeys(present + self._arrivals.clients()):
            self._send_away(client)
        self._committer.when_idle(stopped)

    def _send_away(self, client: Client) -> None:
        self.tell(client, Notice(("The server is shutting down.",)))
        client.connection.close(SHUTTING_DOWN)
