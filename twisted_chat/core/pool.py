"""Who is here, and in which rooms: every look-up is one step.

``People`` are everyone in the conversation; a ``Client`` is one of them who
is connected to this server.  The pool changes only as events are announced,
so that on every server it is the same at the same position.

A ``View`` is what a client sees: its wire, its rooms, whom it ignores.
Clients with the same view are shown the same bytes, so the fan-out goes by
views and not by clients.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Protocol

from .events import RoomMessage, Stored
from .interfaces import Codec, Connection, Journal

ViewKey = tuple[Codec, tuple[str, ...], frozenset[str]]


class Member:
    """Someone in the conversation, on whichever server.

    :ivar id: unique and secret; see ``events``.
    :ivar folded: the nickname folded, by which it is looked up.
    :ivar rooms: in the order of joining.
    :ivar away: why this person is away; empty if here.
    """

    __slots__ = ("away", "folded", "id", "nick", "rooms")

    def __init__(self, who: str, nick: str, folded: str) -> None:
        self.id = who
        self.nick = nick
        self.folded = folded
        self.rooms: tuple[str, ...] = ()
        self.away = ""


class View:
    """What some clients see alike.

    :ivar rooms: the room that they speak in is the last.
    :ivar ignoring: client ids and folded nicknames.
    """

    __slots__ = ("clients", "codec", "ignoring", "rooms")

    def __init__(self, key: ViewKey) -> None:
        self.codec, self.rooms, self.ignoring = key
        # In the order of arrival, which is about that of their memory: in the
        # order of a set the fan-out would wait for the cache at every step.
        self.clients: dict[Client, None] = {}

    @property
    def key(self) -> ViewKey:
        """What makes it one view."""
        return (self.codec, self.rooms, self.ignoring)


class Drainable(Protocol):
    """See ``protocols.inbox``."""

    def drain(self) -> None:
        """Have everything that the client had sent taken now."""


class Client(Member):
    """Someone connected to this server.

    :ivar write: sends bytes to it; its connection's, except while it catches up.
    :ivar send: its socket's own ``send``, lent by a connection for which nothing
        waits; what it does not take goes to ``write``.  ``None`` otherwise.
    :ivar view: ``None`` until it is let in.
    :ivar present: it was welcomed and has not left.
    :ivar leaving: it was said that it is gone.
    :ivar closed: it has asked to go; what it sent after that is not read.
    :ivar pending: how many things it asked for are not done yet.
    :ivar idle_calls: wait until nothing that it asked for is pending.
    :ivar inbox: what it has asked that was not taken yet.
    :ivar ignored: folded nickname -> (nickname, client id).
    """

    __slots__ = (
        "closed",
        "codec",
        "connection",
        "idle_calls",
        "ignored",
        "inbox",
        "leaving",
        "pending",
        "present",
        "send",
        "view",
        "write",
    )

    def __init__(self, who: str, connection: Connection, codec: Codec) -> None:
        super().__init__(who, "", "")
        self.connection = connection
        self.codec = codec
        self.write: Callable[[bytes], None] = connection.write
        self.send: Callable[[bytes], int] | None = None
        self.view: View | None = None
        self.present = False
        self.leaving = False
        self.closed = False
        self.pending = 0
        self.idle_calls: list[Callable[[], None]] | None = None
        self.inbox: Drainable | None = None
        self.ignored: dict[str, tuple[str, str]] | None = None

    @property
    def room(self) -> str | None:
        """The room it speaks in."""
        return self.rooms[-1] if self.rooms else None

    def when_idle(self, call: Callable[[], None]) -> None:
        """Call this once nothing that the client asked for is pending."""
        if self.idle_calls is None:
            self.idle_calls = [call]
        elif call not in self.idle_calls:
            self.idle_calls.append(call)

    def idle(self) -> None:
        """Nothing is pending: make the calls that waited for it."""
        calls, self.idle_calls = self.idle_calls, None
        for call in calls or ():
            call()

    def view_key(self) -> ViewKey:
        """The view that it should have now."""
        ignoring: frozenset[str] = frozenset()
        if self.ignored:
            ignoring = frozenset(self.ignored) | {
                who for _, who in self.ignored.values()
            }
        return (self.codec, self.rooms, ignoring)


class Room:
    """A room with people in it, or about to have some.

    :ivar recent: what was last said; what a newcomer is shown.
    :ivar loaded: ``recent`` and ``topic`` are known, and kept up to date.
    :ivar visitors: how many clients of this server are about to enter it.
    """

    __slots__ = (
        "_away",
        "_nicks",
        "_snapshot",
        "loaded",
        "name",
        "people",
        "recent",
        "topic",
        "visitors",
    )

    def __init__(self, name: str, history: int) -> None:
        self.name = name
        self.people: dict[str, Member] = {}
        # What every newcomer is shown, without asking each person for it.
        self._nicks: dict[str, str] = {}
        self._away: dict[str, Member] = {}
        self.topic: str | None = None
        self.recent: deque[Stored] = deque(maxlen=history)
        self.loaded = False
        self.visitors = 0
        self._snapshot: tuple[Stored, ...] | None = ()

    def remember(self, stored: Stored) -> None:
        """Something was said here."""
        self.recent.append(stored)
        self._snapshot = None

    def load(self, topic: str, earlier: tuple[Stored, ...]) -> None:
        """Put what was said earlier before what was said since."""
        since = list(self.recent)
        first = since[0].position if since else None
        self.recent.clear()
        self.recent.extend(
            stored for stored in earlier if first is None or stored.position < first
        )
        self.recent.extend(since)
        if self.topic is None:
            self.topic = topic
        self.loaded = True
        self._snapshot = None

    def history(self) -> tuple[Stored, ...]:
        """What a newcomer is shown; the same tuple until more is said, so that
        the wires need not encode it again for the next newcomer.
        """
        if self._snapshot is None:
            self._snapshot = tuple(self.recent)
        return self._snapshot

    def nicks(self) -> tuple[str, ...]:
        """Everyone in it, in the order of arrival."""
        return tuple(self._nicks.values())

    def away(self) -> dict[str, str]:
        """Who of them is away, and why."""
        return {p.nick: p.away for p in self._away.values()}

    def note(self, person: Member) -> None:
        """Someone is in it, is called otherwise now, went away or came back."""
        self.people[person.id] = person
        self._nicks[person.id] = person.nick
        if person.away:
            self._away[person.id] = person
        else:
            self._away.pop(person.id, None)

    def forget(self, person: Member) -> None:
        """Someone is not in it any more."""
        for known in (self.people, self._nicks, self._away):
            known.pop(person.id, None)


class ClientPool:
    """Everyone in the conversation, by id, by name and by room.

    :param history: messages that a room remembers for newcomers.
    :ivar position: everything up to here was announced.
    :ivar lingering: clients that are gone and still say what they had sent.
    """

    def __init__(self, history: int = 10) -> None:
        self.history = history
        self.position = ""
        self.lingering = 0
        self.by_id: dict[str, Member] = {}
        self.by_name: dict[str, Member] = {}
        self.rooms: dict[str, Room] = {}
        self.views: dict[ViewKey, View] = {}

    def __len__(self) -> int:
        return len(self.by_id)

    def clients(self) -> Iterator[Client]:
        """Those connected to this server."""
        return (person for person in self.by_id.values() if isinstance(person, Client))

    def room(self, name: str) -> Room:
        """The room of that name, made if need be."""
        room = self.rooms.get(name)
        if room is None:
            room = self.rooms[name] = Room(name, self.history)
        return room

    def enter(self, person: Member, room: str) -> None:
        """Someone comes into a room, and with the first one into the pool."""
        self.by_id[person.id] = person
        self.by_name[person.folded] = person
        self.room(room).note(person)
        if room not in person.rooms:
            person.rooms += (room,)

    def leave(self, person: Member, room: str) -> None:
        """Someone leaves a room."""
        person.rooms = tuple(name for name in person.rooms if name != room)
        place = self.rooms.get(room)
        if place is not None:
            place.forget(person)
            self._sweep(place)

    def remove(self, person: Member) -> None:
        """Someone leaves the chat."""
        for room in person.rooms:
            self.leave(person, room)
        if self.by_id.get(person.id) is person:
            del self.by_id[person.id]
        if self.by_name.get(person.folded) is person:
            del self.by_name[person.folded]

    def rename(self, person: Member, nick: str, folded: str) -> None:
        """Someone takes another nickname."""
        if self.by_name.get(person.folded) is person:
            del self.by_name[person.folded]
        person.nick = nick
        person.folded = folded
        self.by_name[folded] = person
        self._note(person)

    def set_away(self, person: Member, why: str) -> None:
        """Someone goes away, or with an empty text comes back."""
        person.away = why
        self._note(person)

    def _note(self, person: Member) -> None:
        for room in person.rooms:
            self.rooms[room].note(person)

    async def open(self, name: str, journal: Journal) -> Room:
        """A room with its topic and history known, for a visitor about to enter.

        :raises StoreError: they could not be read.
        """
        room = self.room(name)
        room.visitors += 1
        if not room.loaded:
            try:
                state = await journal.room(name, self.history)
            except BaseException:
                self.shut(room)
                raise
            if not room.loaded:
                room.load(state.topic, state.recent)
        return room

    def shut(self, room: Room) -> None:
        """That visitor is in, or is not coming."""
        room.visitors -= 1
        self._sweep(room)

    def _sweep(self, room: Room) -> None:
        """Forget a room that nobody is in or about to enter."""
        if not room.people and not room.visitors:
            self.rooms.pop(room.name, None)

    def show(self, client: Client, key: ViewKey | None) -> None:
        """Give a client the view of this key, or none."""
        view = client.view
        if view is not None:
            view.clients.pop(client, None)
            if not view.clients:
                del self.views[view.key]
        client.view = None
        if key is not None:
            view = self.views.get(key)
            if view is None:
                view = self.views[key] = View(key)
            else:
                # One tuple for all instead of one each.
                client.rooms = view.rooms
            view.clients[client] = None
            client.view = view


def is_spoken(stored: Stored) -> bool:
    """Whether it belongs in a room's history."""
    return isinstance(stored.event, RoomMessage)
