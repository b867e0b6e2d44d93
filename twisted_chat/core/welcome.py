"""The welcome: what a client is shown first, and what it missed if it resumes.

A client that resumes is shown what it missed in place of the history, read from the
journal while new events are held back for it, so that nothing is shown twice or out of
order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from .client import Client, ClientState, Identity
from .events import LOBBY, Stored
from .ignoring import without_ignored
from .interfaces import TAKEN_OVER, Codec, Connection, Journal, StoreError
from .isolation import encoded
from .limits import MAX_MISSED, MAX_MISSED_CHARACTERS, MAX_WELCOME
from .pool import ClientPool, Room
from .replies import HelpHint, Reply, RoomSnapshot, RouteInfo, Welcome
from .runtime import Runtime
from .texts import characters_shown

_ROOM_HEAD = 2048
"""Bytes of a room in a welcome without its members and its history."""


class Welcomer:
    """Welcomes clients.

    :param routes: the routes that a welcome lists.
    :param motd: lines shown after the welcome.
    """

    def __init__(
        self,
        *,
        pool: ClientPool,
        journal: Journal,
        runtime: Runtime,
        routes: Callable[[], tuple[RouteInfo, ...]],
        motd: Sequence[str],
    ) -> None:
        self._pool = pool
        self._journal = journal
        self._runtime = runtime
        self._routes = routes
        self._motd = tuple(motd)

    def welcome(
        self,
        client: Client,
        room: Room,
        position: str,
        since: str | None,
        ref: str | None,
    ) -> bytes:
        """Welcome a client that has joined.

        :param since: the client resumes, and was shown everything up to this.
        :param ref: comes back on the welcome.
        :returns: what to send it now; for one that resumes, nothing yet.
        """
        welcome = self._welcome(client, room, position)
        if since is None:
            return self._encode_welcome(client, welcome, ref)
        self._resume(client, welcome, since, ref)
        return b""

    def take_over(
        self,
        client: Client,
        connection: Connection,
        codec: Codec,
        identity: Identity,
        since: str | None,
        ref: str | None,
    ) -> None:
        """A client resumes while its former connection is still open."""
        former, client.connection = client.connection, connection
        former.close(TAKEN_OVER)
        client.codec = codec
        client.identity = identity
        if client.state is ClientState.QUITTING:
            client.move_to(ClientState.PRESENT)
        self._pool.show(client, client.view_key())
        room = self._pool.room(client.room or LOBBY)
        welcome = self._welcome(client, room, self._pool.position)
        self._resume(client, welcome, since, ref)

    def hint(self, client: Client) -> bytes:
        """What a newcomer is shown after its own arrival.

        The message of the day, if there is one, says all that the operator wants said.
        """
        return b"" if self._motd else self._encode(client, HelpHint())

    def reply(self, client: Client, reply: Reply) -> None:
        """Send a client a reply that it did not ask for."""
        if data := self._encode(client, reply):
            client.write(data)
        self._runtime.counters.count_reply(reply, len(data))

    def _resume(
        self, client: Client, welcome: Welcome, since: str | None, ref: str | None
    ) -> None:
        """Hold back new events until what was missed has been shown."""
        # Whoever joins while it is being prepared is shown as an event.
        members = welcome.list_members()
        welcome = replace(welcome, list_members=lambda: members)
        held: list[bytes] = []
        client.write_by(held.append)
        self._runtime.spawn(self._catch_up(client, welcome, since, ref, held))

    async def _catch_up(
        self,
        client: Client,
        welcome: Welcome,
        since: str | None,
        ref: str | None,
        held: list[bytes],
    ) -> None:
        connection = client.connection
        welcome = without_missed = replace(welcome, resumed=since is not None)
        try:
            if since is not None:
                missed = await self._journal.history.since(
                    since, client.rooms, client.id, MAX_MISSED
                )
                if missed.complete and _can_be_replayed(missed.events):
                    welcome = replace(
                        welcome,
                        recovered=True,
                        history=(),
                        missed=_up_to(
                            welcome.position,
                            without_ignored(missed.events, client.ignoring),
                        ),
                    )
        except StoreError:
            # It is welcomed all the same, with ``recovered`` false.
            pass
        finally:
            if client.connection is connection:
                client.write_by(connection.write)
                data = self._encode_welcome(client, welcome, ref)
                if len(data) > MAX_WELCOME and welcome.recovered:
                    data = self._encode_welcome(client, without_missed, ref)
                connection.write(data + b"".join(held))
                # What was held back was counted by the fan-out.
                self._runtime.counters.sent_bytes += len(data)

    def _welcome(self, client: Client, room: Room, position: str) -> Welcome:
        return Welcome(
            nick=client.nick,
            session=client.session,
            room=room.name,
            rooms=client.rooms,
            list_members=room.nicks,
            away=room.away(),
            topic=room.topic or "",
            history=_history_for(room, client),
            position=position,
            routes=self._routes(),
            motd=self._motd,
        )

    def _encode_welcome(
        self, client: Client, welcome: Welcome, ref: str | None
    ) -> bytes:
        """The welcome, and a snapshot of each other room that the client is in.

        Where the histories of all rooms are too much at once, the last rooms come
        without; where the members are, they are only counted.
        """
        data = self._encode(client, welcome, ref)
        others = [name for name in client.rooms if name != welcome.room]
        for number, name in enumerate(others, 1):
            room = self._pool.room(name)
            most = MAX_WELCOME - len(data) - (len(others) - number) * _ROOM_HEAD
            for snapshot in _ever_shorter(snapshot_of(room, client), welcome):
                encoded = self._encode(client, snapshot)
                if len(encoded) <= most:
                    break
            data += encoded
        return data

    def _encode(self, client: Client, reply: Reply, ref: str | None = None) -> bytes:
        return encoded(self._runtime, client.codec.reply, reply, client, ref)


def _ever_shorter(snapshot: RoomSnapshot, welcome: Welcome) -> Iterator[RoomSnapshot]:
    """What a client is shown of another room of its own, and less and less of it."""
    if not welcome.recovered:
        yield snapshot
    cut = replace(snapshot, history=(), is_cut=not welcome.recovered)
    yield cut
    yield replace(cut, members=(), away={}, unlisted=len(cut.members))


def snapshot_of(room: Room, client: Client) -> RoomSnapshot:
    """What a client is shown when it joins a room."""
    history = _history_for(room, client)
    return RoomSnapshot(room.name, room.nicks(), room.topic or "", history, room.away())


def _history_for(room: Room, client: Client) -> tuple[Stored, ...]:
    """The same tuple for all who ignore nobody."""
    history = room.history()
    return without_ignored(history, client.ignoring) if client.ignored else history


def _up_to(position: str, events: Iterable[Stored]) -> tuple[Stored, ...]:
    return tuple(stored for stored in events if stored.position <= position)


def _can_be_replayed(events: Iterable[Stored]) -> bool:
    """Whether all of this may be sent in one write."""
    length = sum(characters_shown(stored.event) for stored in events)
    return length <= MAX_MISSED_CHARACTERS
