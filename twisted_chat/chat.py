"""The one object that every protocol holds.

There is one way in, ``receive``, and one way out, ``announce``.  What a client
asks for becomes an event, the committer stores it, and only what the journal
announces changes who is where or is shown to anyone; so every server and
every restart sees the same.

Rules of this file: nothing is shown in ``receive`` but answers to the asker,
and nothing in ``announce`` calls back into ``receive`` before the whole batch
is written.
"""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from .answers import (
    Answer,
    Done,
    Entered,
    Failed,
    Notice,
    Refused,
    Request,
    Welcome,
)
from .cleaning import clean
from .commands import CommandTable
from .committer import Committer, Submission
from .events import (
    LOBBY,
    Acted,
    AwaySet,
    Crowd,
    Event,
    Gone,
    Joined,
    Left,
    Renamed,
    Said,
    Signalled,
    Stored,
    TopicSet,
    Whispered,
)
from .fanout import Fanout
from .interfaces import CallLater, Codec, Connection, Journal, Names, Spawn, StoreError
from .limits import MAX_MISSED
from .nicknames import Name, fold, guest_number
from .pool import Client, ClientPool, Person, Room

STORM = 20
"""Arrivals or departures of one room in one batch that are still shown one
by one; beyond it the room gets one line."""

RETRY = 1.0
"""Seconds until a newcomer's name is asked for again when the store is away."""


@dataclass(frozen=True, slots=True)
class Ask:
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


Outcome = Event | Answer | None
"""What a route leads to: something for everyone, an answer, or nothing."""

Handler = Callable[[Ask], Outcome | Awaitable[Outcome]]


@dataclass(slots=True)
class _Arrival:
    """A client that is not in yet.

    :ivar awaited: the rooms whose ``Joined`` is not announced yet.
    """

    client: Client
    nick: str | None
    rooms: tuple[str, ...]
    since: str | None
    awaited: set[str] = field(default_factory=set)
    submitted: bool = False
    cancelled: bool = False
    warned: bool = False


class Chat:
    """The chat, whatever its clients speak and wherever it is kept.

    :param chance: for guest names only; ids come from ``secrets``.
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
        spawn: Spawn,
        call_later: CallLater,
        chance: random.Random,
        motd: Sequence[str] = (),
    ) -> None:
        self.pool = pool
        self.journal = journal
        self.names = names
        self.table = table
        self.motd = tuple(motd)
        self.mask: Callable[[str], str] = str
        self.position = ""
        """Everything up to here was announced."""
        self._committer = committer
        self._spawn = spawn
        self._call_later = call_later
        self._chance = chance
        self._arriving: dict[str, _Arrival] = {}
        self._silent = False
        committer.refused = self._not_stored
        journal.subscribe(self.announce)

    async def start(self) -> None:
        """Make ready for the first client; may raise ``StoreError``."""
        lobby = await self.open(LOBBY)
        # Never undone: the lobby is kept ready also when it is empty.
        lobby.visitors += 1

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
        if session and len(session) == len(_new_id()):
            former = self.pool.by_id.get(session)
            if isinstance(former, Client) and former.present and not former.leaving:
                return self._take_over(former, connection, codec, since)
        if not session or len(session) != len(_new_id()) or session in self._arriving:
            session = _new_id()
        client = Client(session, connection, codec)
        arrival = _Arrival(client, nick, _room_names(rooms), since)
        self._arriving[client.id] = arrival
        self._spawn(self._arrive(arrival))
        return client

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
            self.tell(client, Failed(refused.code, refused.text), request.ref)

    def detach(self, client: Client, connection: Connection) -> None:
        """A peer is gone.  Nothing happens if another took its place."""
        if client.connection is not connection or client.leaving:
            return
        client.leaving = True
        arrival = self._arriving.get(client.id)
        if arrival is not None and not arrival.submitted:
            arrival.cancelled = True
            self._arriving.pop(client.id)
            return
        self._committer.submit(Gone(client.nick, client.id), lasting=True)

    def recode(self, client: Client, codec: Codec) -> None:
        """The client goes on with another wire format."""
        client.codec = codec
        self.refresh(client)

    def stop(self, stopped: Callable[[], None]) -> None:
        """Take what clients had sent, tell them, store all; then call back."""
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

    def speakable(self, text: str) -> str:
        """What may be shown of a text.

        :raises Refused: ``empty``, if that is nothing.
        """
        text = self.mask(clean(text))
        if not text or text.isspace():
            raise Refused("empty", "there is nothing to show in that")
        return text

    def submit(self, event: Event, client: Client, ref: str | None = None) -> None:
        """Have an event stored and announced on behalf of a client."""
        self._committer.submit(event, client, ref)

    def tell(self, client: Client, answer: Answer, ref: str | None = None) -> None:
        """Answer one client."""
        data = client.codec.answer(answer, ref)
        if data:
            client.write(data)

    def refresh(self, client: Client) -> None:
        """What the client sees has changed: its wire, rooms, or whom it ignores."""
        if client.view is not None:
            self.pool.show(client, client.view_key())

    def look_into(self, name: str) -> Entered:
        """What one sees on coming into a room."""
        room = self.pool.room(name)
        return Entered(name, room.nicks(), room.topic or "", room.history())

    async def open(self, name: str) -> Room:
        """A room with its topic and history known.

        It is kept until ``visitors`` is counted down again.

        :raises StoreError: they could not be read.
        """
        room = self.pool.room(name)
        room.visitors += 1
        if not room.loaded:
            try:
                state = await self.journal.room(name, self.pool.history)
            except StoreError:
                self.shut(room)
                raise
            if not room.loaded:
                room.load(state.topic, state.recent)
        return room

    def shut(self, room: Room) -> None:
        """The visitor for whom a room was opened is in it, or is not coming."""
        room.visitors -= 1
        self.pool.sweep(room)

    # In, continued.

    def _say(self, client: Client, request: Request) -> None:
        room = self.spoken_room(client, request.room)
        text = self.mask(clean(request.text))
        raw = request.raw
        if not text or text.isspace():
            if raw is None:
                if request.ref is not None:
                    raise Refused("empty", "there is nothing to show in that")
                return
            self.submit(
                Signalled(room, client.nick, raw, client.id), client, request.ref
            )
            return
        self._committer.submit(
            Said(room, client.nick, text, client.id, raw), client, request.ref
        )

    def _route(self, client: Client, request: Request) -> None:
        command = self.table.find(request.route)
        words = command.arguments(request.text)
        ask = Ask(self, client, request, words)
        if command.in_room:
            self.spoken_room(client, request.room)
        outcome = command.handler(ask)
        if isinstance(outcome, Awaitable):
            client.pending += 1
            self._spawn(self._finish(client, request, outcome))
        else:
            self._conclude(client, request, outcome)

    async def _finish(
        self, client: Client, request: Request, outcome: Awaitable[Outcome]
    ) -> None:
        try:
            self._conclude(client, request, await outcome)
        except Refused as refused:
            self.tell(client, Failed(refused.code, refused.text), request.ref)
        except StoreError as error:
            self.tell(client, Failed("store", str(error)), request.ref)
        finally:
            self._done(client)

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
        arrival = self._arriving.get(event.who)
        if submission.lasting:
            if arrival is not None:
                self._warn(arrival, error)
            return
        if isinstance(event, Renamed):
            self._keep_names(event.who, event.new, event.old)
        elif isinstance(event, Joined):
            self.shut(self.pool.room(event.room))
        if client is not None:
            self.tell(client, Failed("store", f"not stored: {error}"), submission.ref)
            self._done(client)

    # Arriving.

    async def _arrive(self, arrival: _Arrival) -> None:
        client = arrival.client
        try:
            await self._name(arrival)
            for room in arrival.rooms:
                await self.open(room)
                arrival.awaited.add(room)
        except StoreError as error:
            for room in arrival.awaited:
                self.shut(self.pool.room(room))
            arrival.awaited.clear()
            self._warn(arrival, error)
            if not arrival.cancelled:
                self._call_later(RETRY, lambda: self._spawn(self._arrive(arrival)))
                return
        if arrival.cancelled:
            for room in arrival.awaited:
                self.shut(self.pool.room(room))
            if client.nick:
                await self._release(client.id, client.nick)
            return
        arrival.submitted = True
        for room in arrival.rooms:
            self._committer.submit(Joined(room, client.nick, client.id), lasting=True)

    async def _name(self, arrival: _Arrival) -> None:
        """Find a name for a newcomer: the one it wants, or a guest's."""
        client = arrival.client
        if client.nick:
            return
        if arrival.nick:
            wanted, arrival.nick = arrival.nick, None
            try:
                name = Name.of(wanted)
                if not await self.names.claim(name.keys, client.id):
                    raise name_taken(name)
            except Refused as refused:
                self.tell(client, Failed(refused.code, refused.text))
            else:
                client.nick, client.folded = name.text, name.folded
                return
        while True:
            name = Name.guest(guest_number(self._chance, len(self.pool)))
            if await self.names.claim(name.keys, client.id):
                client.nick, client.folded = name.text, name.folded
                return

    def _warn(self, arrival: _Arrival, error: StoreError) -> None:
        """Tell a newcomer once why it is not let in yet."""
        if not arrival.warned:
            arrival.warned = True
            text = f"you cannot be let in yet: {error} (trying again)"
            self.tell(arrival.client, Failed("store", text))

    def _take_over(
        self, client: Client, connection: Connection, codec: Codec, since: str | None
    ) -> Client:
        """A client that resumes while its former connection still hangs."""
        former, client.connection = client.connection, connection
        former.close("another connection took this one's place")
        client.codec = codec
        client.inbox = None
        held: list[bytes] = []
        client.write = held.append
        self.refresh(client)
        room = client.room or LOBBY
        welcome = self._welcome_to(client, self.pool.room(room), self.position)
        self._spawn(self._catch_up(client, welcome, since, held))
        return client

    def _welcome_to(self, client: Client, room: Room, position: str) -> Welcome:
        return Welcome(
            nick=client.nick,
            session=client.id,
            room=room.name,
            rooms=client.rooms,
            members=room.nicks(),
            away=room.away(),
            topic=room.topic or "",
            history=room.history(),
            position=position,
            motd=self.motd,
        )

    async def _catch_up(
        self, client: Client, welcome: Welcome, since: str | None, held: list[bytes]
    ) -> None:
        """Show a client that resumed what it missed, then all that waited."""
        connection = client.connection
        missed: tuple[Stored, ...] | None = None
        try:
            if since is not None:
                answer = await self.journal.since(
                    since, client.rooms, client.id, MAX_MISSED
                )
                if answer.complete:
                    missed = tuple(
                        stored
                        for stored in answer.events
                        if stored.position <= welcome.position
                    )
        except StoreError:
            missed = None
        finally:
            if client.connection is connection:
                client.write = connection.write
                welcome = replace(welcome, resumed=since is not None)
                if missed is not None:
                    welcome = replace(
                        welcome, history=(), missed=missed, recovered=True
                    )
                connection.write(self._show_in(client, welcome) + b"".join(held))

    def _show_in(self, client: Client, welcome: Welcome) -> bytes:
        """The welcome, and a look into the other rooms that the client is in."""
        told = client.codec.answer(welcome, None)
        for name in client.rooms:
            if name != welcome.room:
                entered = self.look_into(name)
                if welcome.recovered:
                    entered = replace(entered, history=())
                told += client.codec.answer(entered, None)
        return told

    # Names.

    def _keep_names(self, who: str, dropped: str, kept: str) -> None:
        """Release what only the first of two names needs."""
        keep = set(_keys(kept))
        keys = [key for key in _keys(dropped) if key not in keep]
        self._spawn(self._release_keys(who, keys))

    async def _release(self, who: str, nick: str) -> None:
        await self._release_keys(who, _keys(nick))

    async def _release_keys(self, who: str, keys: Sequence[str]) -> None:
        if keys:
            await self.names.release(keys, who)

    # Out: what the journal calls.

    def announce(self, batch: Sequence[Stored]) -> None:
        """Everything in this batch is stored: show it to whom it concerns."""
        fanout = Fanout(self.pool)
        storms = self._storms(batch) if len(batch) > STORM else {}
        idle: list[Client] = []
        for stored in batch:
            submission = self._committer.settle(stored)
            self._apply(stored, fanout, storms)
            if submission is not None and (client := submission.client) is not None:
                if submission.ref is not None:
                    done = client.codec.answer(Done(stored.position), submission.ref)
                    fanout.tell(client, done)
                client.pending -= 1
                if not client.pending and client.idle_calls:
                    idle.append(client)
        for (room, arrived), names in storms.items():
            place = self.pool.rooms.get(room)
            if place is not None and names:
                crowd = Crowd(room, arrived, tuple(names), len(place.people))
                fanout.show(crowd, (room,))
        self.position = batch[-1].position
        if self._silent:
            return
        fanout.send()
        for client in idle:
            client.idle()

    def _storms(self, batch: Sequence[Stored]) -> dict[tuple[str, bool], list[str]]:
        """Which rooms have too many arrivals or departures in this batch."""
        count: Counter[tuple[str, bool]] = Counter()
        for stored in batch:
            match stored.event:
                case Joined(room=room):
                    count[room, True] += 1
                case Left(room=room):
                    count[room, False] += 1
                case Gone(who=who) if person := self.pool.by_id.get(who):
                    count.update((room, False) for room in person.rooms)
        return {key: [] for key, number in count.items() if number > STORM}

    def _apply(
        self,
        stored: Stored,
        fanout: Fanout,
        storms: dict[tuple[str, bool], list[str]],
    ) -> None:
        event = stored.event
        match event:
            case Said(room=room) | Acted(room=room):
                place = self.pool.rooms.get(room)
                if place is not None:
                    place.remember(stored)
                    fanout.show(stored, (room,))
            case Joined():
                self._joined(event, stored, fanout, storms.get((event.room, True)))
            case Left():
                self._left(event, stored, fanout, storms.get((event.room, False)))
            case Gone():
                self._gone(event, stored, fanout, storms)
            case Whispered():
                self._whispered(event, stored, fanout)
            case Renamed():
                self._renamed(event, stored, fanout)
            case TopicSet(room=room):
                place = self.pool.rooms.get(room)
                if place is not None:
                    place.topic = event.text
                    fanout.show(stored, (room,))
            case Signalled(room=room):
                fanout.show(stored, (room,))
            case AwaySet():
                person = self.pool.by_id.get(event.who)
                if person is not None:
                    person.away = event.text
                    fanout.show(stored, person.rooms)

    def _joined(
        self, event: Joined, stored: Stored, fanout: Fanout, storm: list[str] | None
    ) -> None:
        arrival = self._arriving.get(event.who)
        person = arrival.client if arrival else self.pool.by_id.get(event.who)
        if person is None:
            person = Person(event.who, event.nick, fold(event.nick))
        self.pool.enter(person, event.room)
        room = self.pool.rooms[event.room]
        if isinstance(person, Client):
            told = b""
            fanout.story(person)
            if arrival is not None:
                arrival.awaited.discard(event.room)
                if not arrival.awaited:
                    told = self._let_in(arrival, room, stored.position)
            else:
                told = person.codec.answer(self.look_into(event.room), None)
            if person.present:
                self.pool.show(person, person.view_key())
            if storm is not None:
                told += person.codec.event(stored, None)
            fanout.tell(person, told)
            self.shut(room)
        if storm is None:
            fanout.show(stored, (event.room,))
        else:
            storm.append(event.nick)

    def _let_in(self, arrival: _Arrival, room: Room, position: str) -> bytes:
        client = arrival.client
        del self._arriving[client.id]
        client.present = True
        # What it asked before it was let in.
        self._call_later(0, client.idle)
        welcome = self._welcome_to(client, room, position)
        if arrival.since is None:
            return self._show_in(client, welcome)
        held: list[bytes] = []
        client.write = held.append
        self._spawn(self._catch_up(client, welcome, arrival.since, held))
        return b""

    def _left(
        self, event: Left, stored: Stored, fanout: Fanout, storm: list[str] | None
    ) -> None:
        person = self.pool.by_id.get(event.who)
        if person is None:
            return
        if isinstance(person, Client):
            fanout.tell(person, person.codec.event(stored, event.room))
        self.pool.leave(person, event.room)
        if isinstance(person, Client):
            self.refresh(person)
            fanout.tell(person, b"")
        if storm is None:
            fanout.show(stored, (event.room,))
        else:
            storm.append(event.nick)

    def _gone(
        self,
        event: Gone,
        stored: Stored,
        fanout: Fanout,
        storms: dict[tuple[str, bool], list[str]],
    ) -> None:
        person = self.pool.by_id.get(event.who)
        if person is None:
            return
        quiet = [room for room in person.rooms if (room, False) not in storms]
        for room in person.rooms:
            if (room, False) in storms:
                storms[room, False].append(event.nick)
        if quiet:
            fanout.show(stored, tuple(quiet))
        if isinstance(person, Client):
            fanout.story(person)
            person.present = False
            self.pool.show(person, None)
            fanout.tell(person, b"")
            self._spawn(self._release(person.id, person.nick))
        self.pool.remove(person)

    def _whispered(self, event: Whispered, stored: Stored, fanout: Fanout) -> None:
        receiver = self.pool.by_id.get(event.to_who)
        if isinstance(receiver, Client) and not ignores(
            receiver, event.who, event.nick
        ):
            fanout.tell(receiver, receiver.codec.whisper(stored, event, mine=False))
        sender = self.pool.by_id.get(event.who)
        if isinstance(sender, Client):
            fanout.tell(sender, sender.codec.whisper(stored, event, mine=True))

    def _renamed(self, event: Renamed, stored: Stored, fanout: Fanout) -> None:
        person = self.pool.by_id.get(event.who)
        if person is None:
            return
        self.pool.rename(person, event.new, fold(event.new))
        if isinstance(person, Client):
            self._keep_names(person.id, event.old, event.new)
            if not person.rooms:
                fanout.tell(person, person.codec.event(stored, None))
        fanout.show(stored, person.rooms)

    # The end.

    def _farewell(self, stopped: Callable[[], None]) -> None:
        """Everyone is told and leaves; nobody needs to hear of the others."""
        self._silent = True
        for client in list(self.pool.clients()):
            self.tell(client, Notice(("The server is shutting down.",)))
            client.leaving = True
            self._committer.submit(Gone(client.nick, client.id), lasting=True)
            client.connection.close("the server is shutting down")
        for arrival in list(self._arriving.values()):
            arrival.client.connection.close("the server is shutting down")
        self._committer.when_idle(stopped)


def room_name(text: str) -> str:
    """A room's one spelling: with or without ``#``, in any case.

    :raises Refused: ``room_invalid``.
    """
    try:
        return fold(text.removeprefix("#"))
    except Refused:
        raise Refused(
            "room_invalid",
            "a room's name has 1 to 32 letters, digits, _ - or . of any script",
        ) from None


def name_taken(name: Name) -> Refused:
    """Why a name could not be claimed."""
    return Refused(
        "nick_taken", f"{name.text} or a name like it is in use: choose another"
    )


def ignores(client: Client, who: str, nick: str) -> bool:
    """Whether a client does not want to hear from someone."""
    if not client.ignored:
        return False
    return any(who == id for _, id in client.ignored.values()) or any(
        fold(nick) == folded for folded in client.ignored
    )


def _room_names(rooms: Iterable[str]) -> tuple[str, ...]:
    """The rooms that a newcomer asks for, as far as there can be such."""
    names: dict[str, None] = {}
    for room in rooms:
        try:
            names[room_name(room)] = None
        except Refused:
            continue
    return tuple(names) or (LOBBY,)


def _keys(nick: str) -> tuple[str, ...]:
    return Name(nick, fold(nick)).keys


def _new_id() -> str:
    """A client id: 128 bits that nobody guesses."""
    return secrets.token_urlsafe(16)
