"""The pool: everyone in the chat, every room, and this server's clients.

Every look-up is one step.  The pool changes only as events are announced, so that on
every server it is the same at the same position.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from .client import Client, View, ViewKey
from .corrections import Corrections, with_text
from .events import Correction, Deleted, PresenceEvent, Relayed, Stored, TopicSet
from .ignoring.ignore_list import IgnoreList
from .interfaces import Journal, RoomState
from .limits import MAX_TOPIC
from .names.lookalikes import skeletons
from .names.nicknames import fold_or_none
from .presence import Member, Presence
from .replies import Reply
from .texts.sanitize import cut_label

Followers = Callable[[Member], Iterable[Client]]
"""The clients that are shown what a member changes of itself, wherever it is."""

Listeners = Callable[[Relayed], Iterable[tuple[Client, Reply]]]
"""The clients that are shown what is sent to ``LISTENERS``, and as what."""

Readable = Callable[[str, RoomState], RoomState]


def _nobody(_member: Member) -> Iterable[Client]:
    return ()


def _no_listeners(_event: Relayed) -> Iterable[tuple[Client, Reply]]:
    return ()


def _all(_room: str, state: RoomState) -> RoomState:
    return state


class Room:
    """A room with members in it, or with clients about to join it.

    :ivar members: with their nicknames, in the order of joining: what each joining
        client is shown, without asking every member for it.
    :ivar topic: ``None`` until it is known.
    :ivar topic_set: the event by which it was set, without a client id if it is from
        the journal; ``None`` if that is not known.
    :ivar recent: the last messages, which a client is shown when it joins.
    :ivar loaded: ``recent`` and ``topic`` are known, and kept up to date.
    :ivar joining: the number of this server's clients that are about to join.
    """

    __slots__ = (
        "_accounts",
        "_away",
        "_nicks",
        "_snapshot",
        "joining",
        "loaded",
        "members",
        "name",
        "recent",
        "topic",
        "topic_set",
    )

    def __init__(self, name: str, history: int) -> None:
        self.name = name
        # By the objects, as the id of a member changes when it logs in.
        self.members: dict[Member, str] = {}
        self._away: dict[Member, None] = {}
        # What is shown of the members, until they change.
        self._nicks: tuple[str, ...] | None = None
        self._accounts: dict[str, str] | None = None
        self.topic: str | None = None
        self.topic_set: Stored | None = None
        self.recent: deque[Stored] = deque(maxlen=history)
        self.loaded = False
        self.joining = 0
        self._snapshot: tuple[Stored, ...] | None = ()

    def append(self, stored: Stored) -> None:
        """Add a message to the history."""
        self.recent.append(stored)
        self._snapshot = None

    def load(self, state: RoomState) -> None:
        """Put earlier messages before those that arrived while they were read.

        :param state: what its members may read.
        """
        since = list(self.recent)
        first = since[0].position if since else None
        self.recent.clear()
        self.recent.extend(
            stored
            for stored in state.recent
            if first is None or stored.position < first
        )
        self.recent.extend(since)
        if self.topic is None:
            self.topic = cut_label(state.topic, MAX_TOPIC)
            if (origin := state.topic_origin) is not None:
                event = TopicSet(self.name, origin.nick, self.topic, "")
                self.topic_set = Stored("", origin.time, event)
        self.loaded = True
        self._snapshot = None

    def correct(self, event: Correction) -> None:
        """Messages are deleted, or one has another text.

        Where messages are missing then, the store has older ones: they are read before
        the next client joins.
        """
        if isinstance(event, Deleted):
            left = [each for each in self.recent if each.position not in event.ids]
            self.loaded &= len(left) == len(self.recent)
        else:
            left = [
                with_text(each, event.text) if each.position == event.position else each
                for each in self.recent
            ]
        self.recent = deque(left, maxlen=self.recent.maxlen)
        self._snapshot = None

    def close(self, past: str | None = None) -> None:
        """What was said in it is not shown to those who join now, nor its topic.

        :param past: the position up to which this holds; by default all.
        """
        # Not ``None``: it has none, whatever is being read.
        self.topic, self.topic_set = "", None
        if past is None and self.recent:
            past = self.recent[-1].position
        self.forget(past or "")

    def forget(self, position: str) -> None:
        """Drop the messages up to a position, which the store has deleted."""
        while self.recent and self.recent[0].position <= position:
            self.recent.popleft()
            self._snapshot = None

    def history(self) -> tuple[Stored, ...]:
        """The last messages, oldest first.

        It is the same tuple until the next message, so that a codec need not encode
        it again for every client that joins.
        """
        if self._snapshot is None:
            self._snapshot = tuple(self.recent)
        return self._snapshot

    def nicks(self) -> tuple[str, ...]:
        """The nicknames of its members, in the order of joining.

        It is the same tuple until they change, so that a codec need not encode it again
        for every client that logs in.
        """
        if self._nicks is None:
            self._nicks = tuple(self.members.values())
        return self._nicks

    def away(self) -> dict[str, str]:
        """Nickname -> away text, of the members that are away."""
        return {member.nick: member.away for member in self._away}

    def accounts(self) -> Mapping[str, str]:
        """Nickname -> name of the account, of the members that have one, likewise."""
        if self._accounts is None:
            self._accounts = {
                member.nick: member.account for member in self.members if member.account
            }
        return self._accounts

    def update(self, member: Member) -> None:
        """A member has joined, or has another nickname or away text."""
        self.members[member] = member.nick
        self._nicks = self._accounts = None
        if member.away:
            self._away[member] = None
        else:
            self._away.pop(member, None)

    def remove(self, member: Member) -> None:
        """A member has left the room."""
        self.members.pop(member, None)
        self._nicks = self._accounts = None
        self._away.pop(member, None)


class ClientPool:
    """Everyone in the chat, and the clients of this server.

    :param history: messages that a room keeps for clients that join.
    :ivar position: everything up to here was announced.
    :ivar draining: the number of clients that are disconnected and whose queued
        requests are still being taken.
    :ivar corrections: the last ones that were announced.
    :ivar presence: all members, on whichever server.
    :ivar member: see ``Presence.find``.
    :ivar clients: those of this server, by id.
    :ivar ignoring: the members of those clients that ignore someone, a few.
    :ivar emptied: called with each room that its last member leaves.
    :ivar listeners: those who are shown what is sent to all; nobody by default.
    :ivar followers_of: those who follow a member; nobody by default.
    :ivar relayed: called with what a member relays about itself, before it is shown.
    """

    def __init__(self, history: int = 10) -> None:
        self.position = ""
        self.draining = 0
        self.corrections = Corrections()
        self.presence = Presence()
        # Bound directly: it is called several times for each event.
        self.member: Callable[[str], Member | None] = self.presence.find
        self.clients: dict[str, Client] = {}
        self.ignoring: set[Member] = set()
        self.rooms: dict[str, Room] = {}
        self.views: dict[ViewKey, View] = {}
        self.emptied: Callable[[str], object] = _ignore
        self.followers_of: Followers = _nobody
        self.listeners: Listeners = _no_listeners
        self.relayed: Callable[[Relayed], object] = _ignore
        self._history = history
        self._by_skeleton: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self.presence)

    def clients_of(self, member: Member | None) -> list[Client]:
        """The clients of a member that are connected to this server."""
        if member is None:
            return []
        found = map(self.clients.get, member.client_ids)
        return [client for client in found if client is not None]

    def address_of(self, member: Member) -> str:
        """From where a guest of this server is connected; else empty."""
        client = None if member.account else self.clients.get(member.id)
        return client.address if client else ""

    def named(self, folded: str | None) -> Member | None:
        """The member of this folded nickname."""
        return None if folded is None else self.presence.by_name.get(folded)

    def named_as(self, nick: str) -> Member | None:
        """The member who has a nickname that someone typed."""
        return self.named(fold_or_none(nick))

    def room(self, name: str) -> Room:
        """The room of that name, created if there is none."""
        room = self.rooms.get(name)
        if room is None:
            room = self.rooms[name] = Room(name, self._history)
            for skeleton in skeletons(name, name):
                self._by_skeleton.setdefault(skeleton, name)
        return room

    def lookalike_of(self, name: str) -> str | None:
        """The other room that a room which does not exist yet would look like."""
        if name in self.rooms:
            return None
        found = map(self._by_skeleton.get, skeletons(name, name))
        return next(filter(None, found), None)

    def add(self, client: Client) -> None:
        """A client of this server joins; its member is in no room yet, if it is new."""
        self.clients[client.id] = client
        member = self.presence.members.get(client.member.id)
        if member is None:
            self.presence.add(client.member)
        else:
            self.move(client, member)

    def move(self, client: Client, member: Member) -> None:
        """A client of this server belongs to another member."""
        former, client.member = client.member, member
        if member.ignored is None and former.ignored:
            member.ignored = IgnoreList(former.ignored)
        if former in self.ignoring and former not in self.presence:
            self.ignoring.discard(former)

    def discard(self, client: Client) -> None:
        """A client of this server is gone, and is shown nothing more."""
        self.show(client, None)
        if self.clients.get(client.id) is client:
            del self.clients[client.id]
        member = client.member
        if member in self.ignoring and not self.clients_of(member):
            self.ignoring.discard(member)

    def apply(self, event: PresenceEvent) -> Member | None:
        """Bring presence and the rooms up to an event.

        :returns: the member that its client belongs to, or belonged to until it quit;
            ``None`` if the client is not present.
        """
        presence = self.presence
        former = presence.find(event.client_id)
        before = former.rooms if former else ()
        member = presence.apply(event)
        if member is not None and member in presence:
            for name in member.rooms:
                self.room(name).update(member)
        if former is not None and before:
            now = former.rooms if former in presence else ()
            for name in before:
                if name not in now and (room := self.rooms.get(name)) is not None:
                    room.remove(former)
                    if not room.members:
                        self.emptied(name)
                    self._discard_if_unused(room)
        return member

    async def open_room(
        self, name: str, journal: Journal, readable: Readable = _all
    ) -> Room:
        """A room with its topic and history known, for a client about to join it.

        Call ``release_room`` when the client has joined or will not.

        :param readable: returns what its members may read of a room.
        :raises StoreError: they could not be read.
        """
        room = self.room(name)
        room.joining += 1
        if not room.loaded:
            try:
                state = await journal.history.room(name, self._history)
            except BaseException:
                self.release_room(room)
                raise
            if not room.loaded:
                recent = self.corrections.apply(state.recent)
                room.load(readable(name, replace(state, recent=recent)))
        return room

    def correct(self, event: Correction, at: str) -> None:
        """Messages of a room are deleted, or one has another text.

        :param at: the position of the correction.
        """
        self.corrections.add(event, at)
        if (room := self.rooms.get(event.room)) is not None:
            room.correct(event)

    def forget(self, position: str) -> None:
        """Drop the messages up to a position, which the store has deleted."""
        for room in self.rooms.values():
            room.forget(position)

    def release_room(self, room: Room) -> None:
        """The client for which the room was opened has joined, or will not."""
        room.joining -= 1
        self._discard_if_unused(room)

    def _discard_if_unused(self, room: Room) -> None:
        if not room.members and not room.joining:
            self.rooms.pop(room.name, None)
            for skeleton in skeletons(room.name, room.name):
                if self._by_skeleton.get(skeleton) == room.name:
                    del self._by_skeleton[skeleton]

    def show(self, client: Client, key: ViewKey | None) -> None:
        """Give a client the view of this key, or none."""
        view = client.view
        if view is not None:
            view.remove(client)
            if not view.clients:
                del self.views[view.key]
        client.view = None
        if key is not None:
            if client.ignored:
                self.ignoring.add(client.member)
            view = self.views.get(key)
            if view is None:
                view = self.views[key] = View(key)
            else:
                # One tuple for all instead of one each.
                client.member.rooms = view.rooms
            view.add(client)
            client.view = view


def _ignore(_what: object) -> None:
    """Nobody is interested."""
