"""The welcome: what a client is shown first, and what it missed if it resumes.

A client that resumes is shown what it missed in place of the history, read from the
journal while new events are held back for it, so that nothing is shown twice or out of
order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from twisted_chat.core.client import Client, ClientState, Identity
from twisted_chat.core.events import LOBBY, Stored
from twisted_chat.core.ignoring.ignoring import without_ignored
from twisted_chat.core.interfaces import (
    TAKEN_OVER,
    Codec,
    Connection,
    Journal,
    StoreError,
)
from twisted_chat.core.isolation import encoded
from twisted_chat.core.limits import MAX_MISSED, MAX_MISSED_CHARACTERS, MAX_WELCOME
from twisted_chat.core.logins import Login
from twisted_chat.core.moderation.moderation import Moderation
from twisted_chat.core.pool import ClientPool, Room
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import HelpHint, Reply, RoomSnapshot, RouteInfo, Welcome
from twisted_chat.core.runtime import Runtime
from twisted_chat.core.texts.texts import characters_shown

from .held_output import Gap, HeldOutput

_ROOM_HEAD = 2048
"""Bytes of a room in a welcome without its members and its history."""


class Welcomer:
    """Welcomes clients.

    :param routes: the routes that a welcome lists.
    :param motd: lines shown after the welcome.
    :param may_register: whether guests may register.
    :param shortest_password: returns the fewest characters of a password.
    """

    def __init__(
        self,
        *,
        pool: ClientPool,
        journal: Journal,
        moderation: Moderation,
        runtime: Runtime,
        routes: Callable[[], tuple[RouteInfo, ...]],
        motd: Sequence[str],
        may_register: Callable[[], bool],
        shortest_password: Callable[[], int],
    ) -> None:
        self._pool = pool
        self._journal = journal
        self._moderation = moderation
        self._runtime = runtime
        self._routes = routes
        self._motd = tuple(motd)
        self._may_register = may_register
        self._shortest_password = shortest_password
        self._held = HeldOutput()

    def welcome(
        self,
        client: Client,
        position: str,
        since: str | None,
        ref: str | None,
        login: Login | None = None,
    ) -> bytes:
        """Welcome a client that has joined.

        :param since: the client resumes, and was shown everything up to this.
        :param ref: comes back on the welcome.
        :param login: the account that it is logged in to.
        :returns: what to send it now; nothing yet for one that resumes, or if something
            else has to be read from the store.
        """
        welcome = self.make(client, position, login)
        if since is None and self._are_loaded(client.rooms):
            return self._encode_welcome(client, welcome, ref)
        self._resume(client, welcome, since, ref)
        return b""

    def snapshots(
        self,
        client: Client,
        rooms: tuple[str, ...],
        position: str,
        ref: str | None = None,
        before: bytes = b"",
    ) -> bytes:
        """What a client is shown of rooms that it is in since a position.

        :param ref: of its request, if they are the reply to that.
        :param before: what it has to be shown before them.
        :returns: what to send it now; nothing yet if something has to be read.
        """
        shots = [snapshot_of(self._pool.room(name), client) for name in rooms]
        if self._are_loaded(rooms):
            shown = (self._encode(client, shot, ref) for shot in shots)
            return b"".join((before, *shown))
        gap = self._held.hold(client)
        later = self._show_later(client, shots, position, ref, gap, before)
        self._runtime.spawn(later)
        return b""

    def late_snapshot(
        self, client: Client, name: str, ref: str | None
    ) -> Callable[[], bytes] | None:
        """What a client is shown of a room, with all who are in it when it is written.

        :returns: ``None`` if something of the room has to be read.
        """
        if not self._are_loaded((name,)):
            return None
        room = self._pool.room(name)
        # It is shown what happens from now on, as it happens.
        topic, history = room.topic or "", _history_for(room, client)

        def encode() -> bytes:
            now = snapshot_of(room, client)
            shot = replace(now, topic=topic, history=history)
            data = self._encode(client, shot, ref)
            client.charge_room(len(data))
            return data

        return encode

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
        welcome = self.make(client, self._pool.position)
        self._resume(client, welcome, since, ref)

    def hint(self, client: Client) -> bytes:
        """What a newcomer is shown after its own arrival.

        The message of the day, if there is one, says all that the operator wants said.
        """
        return b"" if self._motd else self._encode(client, HelpHint())

    def reply(self, client: Client, reply: Reply, ref: str | None = None) -> None:
        """Send a client a reply that no route returns."""
        if data := self._encode(client, reply, ref):
            client.write(data)
        self._runtime.counters.count_reply(reply, len(data))

    def _are_loaded(self, rooms: tuple[str, ...]) -> bool:
        return all(self._pool.rooms[name].loaded for name in rooms)

    async def _load(self, rooms: tuple[str, ...]) -> None:
        """Read what is not known of rooms that a client is in already.

        Another server may have let its member join them.
        """
        for name in rooms:
            room = await self._pool.open_room(
                name, self._journal, self._moderation.readable_state
            )
            self._pool.release_room(room)

    async def _show_later(
        self,
        client: Client,
        shots: list[RoomSnapshot],
        position: str,
        ref: str | None,
        gap: Gap,
        before: bytes,
    ) -> None:
        data = before
        try:
            await self._load(tuple(shot.room for shot in shots))
        except StoreError:
            # It is shown what is known.
            pass
        finally:
            for shot in shots if gap.is_current else ():
                room = self._pool.room(shot.room)
                history = _up_to(position, _history_for(room, client))
                topic = shot.topic or room.topic or ""
                shown = replace(shot, topic=topic, history=history)
                data += self._encode(client, shown, ref)
            self._runtime.counters.sent_bytes += len(data)
            gap.fill(data)

    def _resume(
        self, client: Client, welcome: Welcome, since: str | None, ref: str | None
    ) -> None:
        """Hold back new events until what was missed has been shown."""
        # Whoever joins while it is being prepared is shown as an event.
        members = welcome.list_members()
        welcome = replace(welcome, list_members=lambda: members)
        gap = self._held.hold(client)
        self._runtime.spawn(self._catch_up(client, welcome, since, ref, gap))

    async def _catch_up(
        self,
        client: Client,
        welcome: Welcome,
        since: str | None,
        ref: str | None,
        gap: Gap,
    ) -> None:
        welcome = without_missed = replace(welcome, resumed=since is not None)
        try:
            await self._load(client.rooms)
            room = self._pool.room(welcome.room)
            welcome = without_missed = replace(
                welcome,
                topic=welcome.topic or room.topic or "",
                history=_up_to(welcome.position, _history_for(room, client)),
            )
            if since is not None:
                missed = await self._journal.history.since(
                    since, client.rooms, client.member_id, MAX_MISSED
                )
                if missed.complete and _can_be_replayed(missed.events):
                    events = self._pool.corrections.apply(missed.events)
                    events = self._moderation.readable(events, client.member)
                    shown = without_ignored(events, client.ignoring)
                    welcome = replace(
                        welcome,
                        recovered=True,
                        history=(),
                        missed=_up_to(welcome.position, shown),
                    )
        except StoreError:
            # It is welcomed all the same, with ``recovered`` false.
            pass
        finally:
            data = b""
            if gap.is_current:
                data = self._encode_welcome(client, welcome, ref)
                if len(data) > MAX_WELCOME and welcome.recovered:
                    data = self._encode_welcome(client, without_missed, ref)
                # What was held back was counted by the fan-out.
                self._runtime.counters.sent_bytes += len(data)
            gap.fill(data)

    def make(
        self, client: Client, position: str, login: Login | None = None
    ) -> Welcome:
        """The welcome of a client, as everything is at a position."""
        member = client.member
        room = self._pool.room(member.room or LOBBY)
        return Welcome(
            nick=member.nick,
            session=client.session,
            room=room.name,
            rooms=member.rooms,
            list_members=room.nicks,
            away=room.away(),
            topic=room.topic or "",
            history=_history_for(room, client),
            position=position,
            routes=self._routes(),
            motd=self._motd,
            account=member.account,
            token=login.token if login else "",
            read=login.read if login else {},
            ignored=_ignored_by(member) if member.account else (),
            may_register=self._may_register(),
            shortest_password=self._shortest_password(),
            list_accounts=room.accounts,
        )

    def _encode_welcome(
        self, client: Client, welcome: Welcome, ref: str | None
    ) -> bytes:
        """The welcome, and a snapshot of each other room that the client is in.

        Where the histories of all rooms are too much at once, the last rooms come
        without; where the members are, they are only counted.
        """
        data = self._encode(client, welcome, ref)
        if len(welcome.rooms) <= 1:
            return data
        others = [name for name in client.rooms if name != welcome.room]
        for number, name in enumerate(others, 1):
            room = self._pool.room(name)
            most = MAX_WELCOME - len(data) - (len(others) - number) * _ROOM_HEAD
            shot = snapshot_of(room, client)
            history = _up_to(welcome.position, shot.history)
            shot = replace(shot, history=history, with_welcome=True)
            for snapshot in _ever_shorter(shot, welcome):
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
    yield replace(cut, members=(), away={}, accounts={}, unlisted=len(cut.members))


def snapshot_of(room: Room, client: Client) -> RoomSnapshot:
    """What a client is shown when it joins a room."""
    return RoomSnapshot(
        room.name,
        room.nicks(),
        room.topic or "",
        _history_for(room, client),
        room.away(),
        is_only=client.rooms == (room.name,),
        accounts=room.accounts(),
    )


def _ignored_by(member: Member) -> tuple[str, ...]:
    """Whom an account ignores; guests are told when they ask."""
    return tuple(sorted(entry.nick for entry in member.ignored or ()))


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
