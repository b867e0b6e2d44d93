"""Newcomers, from the first byte until they are let in, and those who resume.

A newcomer gets a name, then its arrival is stored like anything else that
happens; when it is announced the newcomer is shown the history up to that
very point and is in: nothing is missed between the two, and nothing is shown
twice.  Whoever resumes is shown what it missed instead, read from the journal
while what happens meanwhile is held back for it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from .committer import Committer
from .events import LOBBY, Joined, Stored
from .interfaces import (
    TAKEN_OVER,
    Codec,
    Connection,
    Journal,
    Names,
    StoreError,
)
from .isolation import as_store_error, encoded
from .limits import MAX_MISSED, MAX_MISSED_CHARACTERS, MAX_ROOMS
from .nicknames import Name, guest_number, release, room_name
from .pool import Client, ClientPool, Room
from .replies import ErrorReply, Refused, Reply, RoomSnapshot, Welcome
from .runtime import Runtime

RETRY = 1.0
"""Seconds until a newcomer is tried again while the store is away."""


@dataclass(slots=True, eq=False)
class PendingJoin:
    """A client that is not in yet.

    :ivar nick: the name that it would like.
    :ivar rooms: where it goes; it will speak in the last.
    :ivar since: it was here before, and has seen everything up to this.
    :ivar awaited: the rooms whose ``Joined`` is not announced yet.
    :ivar submitted: its ``Joined`` events are on their way.
    :ivar cancelled: it left before that.
    """

    client: Client
    nick: str | None
    rooms: tuple[str, ...]
    since: str | None
    awaited: set[str] = field(default_factory=set)
    submitted: bool = False
    cancelled: bool = False
    warned: bool = False


class Joiner:
    """Lets clients in.

    :param motd: lines shown after the welcome.
    """

    def __init__(
        self,
        *,
        pool: ClientPool,
        journal: Journal,
        names: Names,
        committer: Committer,
        runtime: Runtime,
        motd: Sequence[str],
    ) -> None:
        self._pool = pool
        self._journal = journal
        self._names = names
        self._committer = committer
        self._runtime = runtime
        self._motd = tuple(motd)
        self._arriving: dict[str, PendingJoin] = {}
        # Those who are gone and whose names are not free yet.
        self._departing: set[str] = set()

    def get(self, who: str) -> PendingJoin | None:
        """The arrival of this client, if it is not in yet."""
        return self._arriving.get(who)

    def clients(self) -> list[Client]:
        """Everyone who is not in yet."""
        return [arrival.client for arrival in self._arriving.values()]

    def begin(
        self,
        connection: Connection,
        codec: Codec,
        nick: str | None,
        since: str | None,
        session: str | None,
        rooms: Sequence[str],
    ) -> Client:
        """A peer has connected; see ``Chat.attach``."""
        former = self._pool.by_id.get(session) if session else None
        if isinstance(former, Client) and former.present and not former.leaving:
            return self._take_over(former, connection, codec, since)
        if session is None or not _is_id(session) or session in self._arriving:
            session = _new_id()
        client = Client(session, connection, codec)
        arrival = PendingJoin(client, nick, _known_rooms(rooms), since)
        self._arriving[client.id] = arrival
        if not isinstance(former, Client) and session not in self._departing:
            self._runtime.spawn(self._arrive(arrival))
        # Else the same client is just leaving; ``departed`` goes on with this.
        return client

    def cancel(self, client: Client) -> bool:
        """It left before its arrival was on its way; false if it is."""
        arrival = self._arriving.get(client.id)
        if arrival is None or arrival.client is not client or arrival.submitted:
            return False
        arrival.cancelled = True
        del self._arriving[client.id]
        return True

    async def departed(self, who: str, nick: str) -> None:
        """A client is gone: its name is free, also for itself if it is back."""
        self._departing.add(who)
        try:
            await release(self._names, who, nick)
        finally:
            self._departing.discard(who)
            arrival = self._arriving.get(who)
            if arrival is not None and not arrival.submitted:
                self._runtime.spawn(self._arrive(arrival))

    def warn(self, who: str, error: StoreError) -> None:
        """Tell a newcomer, once, why it is not let in yet."""
        arrival = self._arriving.get(who)
        if arrival is not None and not arrival.warned:
            arrival.warned = True
            text = f"you cannot be let in yet: {error} (trying again)"
            self._tell(arrival.client, ErrorReply("store", text))

    def let_in(self, arrival: PendingJoin, room: Room, position: str) -> bytes:
        """The last of its arrivals was announced.

        :returns: what it is shown before anything that happens after it.
        """
        client = arrival.client
        del self._arriving[client.id]
        client.present = True
        # What it asked before it was let in.
        self._runtime.call_later(0, client.idle)
        welcome = self._welcome(client, room, position)
        if arrival.since is None:
            return self._show_in(client, welcome)
        self._resume(client, welcome, arrival.since)
        return b""

    # Getting in.

    async def _arrive(self, arrival: PendingJoin) -> None:
        client = arrival.client
        opened: list[Room] = []
        try:
            await self._name(arrival)
            for name in arrival.rooms:
                room = await self._pool.open(name, self._journal)
                opened.append(room)
        except Exception as error:  # noqa: BLE001 - it ends in the log
            self._shut(opened)
            self.warn(client.id, as_store_error(self._runtime, error))
            if not arrival.cancelled:
                self._runtime.call_later(
                    RETRY, lambda: self._runtime.spawn(self._arrive(arrival))
                )
                return
        if arrival.cancelled:
            self._shut(opened)
            if client.nick:
                await release(self._names, client.id, client.nick)
            return
        arrival.submitted = True
        arrival.awaited.update(arrival.rooms)
        for name in arrival.rooms:
            self._committer.submit(Joined(name, client.nick, client.id), lasting=True)

    def _shut(self, opened: list[Room]) -> None:
        while opened:
            self._pool.shut(opened.pop())

    async def _name(self, arrival: PendingJoin) -> None:
        """Find a name for a newcomer: the one that it wants, or a guest's."""
        client = arrival.client
        if client.nick:
            return
        name = await self._former_name(arrival)
        if name is None and arrival.nick:
            try:
                name = await claim(self._names, arrival.nick, client.id)
            except Refused as refused:
                self._tell(client, ErrorReply(refused.code, refused.text))
                arrival.nick = None
        while name is None:
            # Those who are not in yet have a name as well.
            people = len(self._pool) + len(self._arriving)
            guest = Name.guest(guest_number(self._runtime.rng, people))
            if await self._names.claim(guest.keys, client.id):
                name = guest
        client.nick, client.folded = name.text, name.folded

    async def _former_name(self, arrival: PendingJoin) -> Name | None:
        """The name that a client which resumes still has on another server."""
        former = self._pool.by_id.get(arrival.client.id)
        if former is None or arrival.nick not in (None, "", former.nick):
            return None
        name = Name(former.nick, former.folded)
        return name if await self._names.claim(name.keys, former.id) else None

    # Resuming.

    def _take_over(
        self, client: Client, connection: Connection, codec: Codec, since: str | None
    ) -> Client:
        """A client resumes while its former connection still hangs."""
        former, client.connection = client.connection, connection
        former.close(TAKEN_OVER)
        client.codec = codec
        # If it had asked to go it has thought better of it.
        client.closed = False
        if client.view is not None:
            self._pool.show(client, client.view_key())
        room = self._pool.room(client.room or LOBBY)
        self._resume(client, self._welcome(client, room, self._pool.position), since)
        return client

    def _resume(self, client: Client, welcome: Welcome, since: str | None) -> None:
        """Hold back what happens now until what was missed has been shown."""
        held: list[bytes] = []
        client.write = held.append
        client.send = None
        self._runtime.spawn(self._catch_up(client, welcome, since, held))

    async def _catch_up(
        self, client: Client, welcome: Welcome, since: str | None, held: list[bytes]
    ) -> None:
        connection = client.connection
        welcome = replace(welcome, resumed=since is not None)
        try:
            if since is not None:
                missed = await self._journal.since(
                    since, client.rooms, client.id, MAX_MISSED
                )
                if missed.complete and _is_bearable(missed.events):
                    welcome = replace(
                        welcome,
                        recovered=True,
                        history=(),
                        missed=_up_to(welcome.position, missed.events),
                    )
        except StoreError:
            # It is welcomed all the same, and told that something may be missing.
            pass
        finally:
            if client.connection is connection:
                client.write = connection.write
                connection.write(self._show_in(client, welcome) + b"".join(held))

    def _welcome(self, client: Client, room: Room, position: str) -> Welcome:
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
            motd=self._motd,
        )

    def _show_in(self, client: Client, welcome: Welcome) -> bytes:
        """The welcome, and a look into the other rooms that the client is in."""
        told = self._encoded(client, welcome)
        for name in client.rooms:
            if name != welcome.room:
                entered = snapshot_of(self._pool.room(name))
                if welcome.recovered:
                    entered = replace(entered, history=())
                told += self._encoded(client, entered)
        return told

    def _tell(self, client: Client, answer: Reply) -> None:
        if data := self._encoded(client, answer):
            client.write(data)

    def _encoded(self, client: Client, answer: Reply) -> bytes:
        return encoded(self._runtime, client.codec.reply, answer, client, None)


def snapshot_of(room: Room) -> RoomSnapshot:
    """What one sees on coming into a room."""
    return RoomSnapshot(
        room.name, room.nicks(), room.topic or "", room.history(), room.away()
    )


async def claim(names: Names, nick: str, owner: str) -> Name:
    """Take a name for its owner.

    :raises Refused: nobody can have it, or somebody has it or one like it.
    """
    name = Name.of(nick)
    if not await names.claim(name.keys, owner):
        raise Refused(
            "nick_taken", f"{nick} or a name like it is in use: choose another"
        )
    return name


def _up_to(position: str, events: Iterable[Stored]) -> tuple[Stored, ...]:
    return tuple(stored for stored in events if stored.position <= position)


def _is_bearable(events: Iterable[Stored]) -> bool:
    """Whether so much can be shown at once."""
    length = sum(len(getattr(stored.event, "text", "")) for stored in events)
    return length <= MAX_MISSED_CHARACTERS


def _known_rooms(rooms: Iterable[str]) -> tuple[str, ...]:
    """The rooms that a newcomer asks for, as far as there can be such."""
    names: dict[str, None] = {}
    for room in rooms:
        try:
            names[room_name(room)] = None
        except Refused:
            continue
    # The last ones: in the last of all it wants to speak.
    return tuple(names)[-MAX_ROOMS:] or (LOBBY,)


def _new_id() -> str:
    """A client id: 128 bits that nobody guesses."""
    return secrets.token_urlsafe(16)


def _is_id(session: str) -> bool:
    return len(session) == len(_new_id()) and session.isascii()
