"""A cache of the rooms that clients join: their topics and last messages.

Each client that joins is shown the end of the room's history; without the cache, a
thousand clients that connect at once would query the store a thousand times for the
same messages.  Invariants: nothing is cached that was not announced; of a cached room,
none of the last messages is missing; the size is bounded.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from twisted_chat.core.events import (
    Action,
    Deleted,
    Edited,
    Message,
    Stored,
    TopicSet,
)
from twisted_chat.core.interfaces import RoomState, TopicOrigin
from twisted_chat.core.moderation_events import RoomClosed

from .topic_changes import topic_change

CACHED_ROOMS = 64
"""Rooms in the cache; the least recently used one is dropped first."""

CACHED_MESSAGES = 50
"""Messages cached per room."""


@dataclass(slots=True, eq=False)
class CachedRoom:
    """One room, from the moment that its state was first requested.

    :ivar topic: ``None`` until it is known; ``topic_origin`` as in ``RoomState``.
    :ivar loaded: what was announced before that moment is here, too.
    """

    topic: str | None = None
    topic_origin: TopicOrigin | None = None
    messages: deque[Stored] = field(
        default_factory=lambda: deque(maxlen=CACHED_MESSAGES)
    )
    loaded: bool = False

    def fill(self, state: RoomState) -> None:
        """Add the state that the store had at the moment of ``RecentRooms.load``."""
        if self.loaded:
            return
        self.messages = deque((*state.recent, *self.messages), maxlen=CACHED_MESSAGES)
        if self.topic is None:
            self.topic, self.topic_origin = state.topic, state.topic_origin
        self.loaded = True

    def set_topic(self, text: str, origin: TopicOrigin | None = None) -> None:
        """It has another topic now; an empty text for none."""
        self.topic, self.topic_origin = text, origin if text else None


class RecentRooms:
    """The rooms in the cache, by name."""

    def __init__(self) -> None:
        self._rooms: OrderedDict[str, CachedRoom] = OrderedDict()

    def state(self, room: str, limit: int) -> RoomState | None:
        """A room's topic and last messages.

        ``None`` if they are not cached, or ``limit`` exceeds ``CACHED_MESSAGES``.
        """
        cached = self._rooms.get(room)
        if cached is None or not cached.loaded or limit > CACHED_MESSAGES:
            return None
        self._rooms.move_to_end(room)
        messages = tuple(cached.messages)
        recent = messages[-limit:] if limit > 0 else ()
        return RoomState(cached.topic or "", recent, cached.topic_origin)

    def start_loading(self, room: str) -> CachedRoom:
        """Collect what is announced in a room from now on.

        Its state at this moment is to be read from the store and passed to ``fill``.
        """
        cached = self._rooms.get(room)
        if cached is None:
            cached = self._rooms[room] = CachedRoom()
            if len(self._rooms) > CACHED_ROOMS:
                self._rooms.popitem(last=False)
        return cached

    def apply(self, batch: Iterable[Stored]) -> None:
        """Add a batch that is being announced."""
        rooms = self._rooms
        for stored in batch:
            match stored.event:
                case Message(room=room) | Action(room=room):
                    if room in rooms:
                        rooms[room].messages.append(stored)
                case TopicSet(room=room) | RoomClosed(room=room):
                    topic = topic_change(stored.event)
                    if topic is not None and room in rooms:
                        origin = TopicOrigin(topic.nick, stored.time)
                        rooms[room].set_topic(topic.text, origin)
                case Deleted(room=room) | Edited(room=room):
                    # Read it again: what is being loaded may be from before.
                    rooms.pop(room, None)
                case _:
                    pass

    def forget(self, floor: str, rooms: Iterable[str]) -> None:
        """Drop what was deleted from the store.

        :param floor: the position up to which everything was deleted.
        :param rooms: of which the topic was dropped.
        """
        for cached in self._rooms.values():
            while cached.messages and cached.messages[0].position <= floor:
                cached.messages.popleft()
        for room in rooms:
            # While it is loaded, ``fill`` keeps this state.
            if (known := self._rooms.get(room)) is not None:
                known.set_topic("")
