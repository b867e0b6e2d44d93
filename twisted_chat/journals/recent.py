"""The last messages of the rooms that people come into, at hand.

Everyone who connects is shown the end of a room's history; a thousand who come at
once would otherwise ask the store a thousand times for the same.  Rules of this
file: what is here is what was announced, no more and no less; what it takes is
bounded.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from twisted_chat.core.events import Action, Message, Stored, TopicSet
from twisted_chat.core.interfaces import RoomState

ROOMS = 64
"""Rooms at hand; the one not asked for the longest goes first."""

LINES = 50
"""Messages at hand of each room."""


@dataclass(slots=True, eq=False)
class Lines:
    """One room, from the moment that someone asked for it.

    :ivar loaded: what was said before that moment is there too.
    """

    topic: str | None = None
    lines: deque[Stored] = field(default_factory=lambda: deque(maxlen=LINES))
    loaded: bool = False


class Recent:
    """The ends of some rooms' histories."""

    def __init__(self) -> None:
        self._rooms: OrderedDict[str, Lines] = OrderedDict()

    def state(self, room: str, limit: int) -> RoomState | None:
        """A room's topic and last messages, if they are at hand."""
        found = self._rooms.get(room)
        if found is None or not found.loaded or limit > LINES:
            return None
        self._rooms.move_to_end(room)
        lines = tuple(found.lines)
        return RoomState(found.topic or "", lines[-limit:] if limit > 0 else ())

    def expect(self, room: str) -> Lines:
        """Gather what is announced in a room while the store is asked for the rest."""
        lines = self._rooms.get(room)
        if lines is None:
            lines = self._rooms[room] = Lines()
            if len(self._rooms) > ROOMS:
                self._rooms.popitem(last=False)
        return lines

    def fill(self, lines: Lines, state: RoomState) -> None:
        """What the store had of it at the moment of ``expect``."""
        if lines.loaded:
            return
        lines.lines = deque((*state.recent, *lines.lines), maxlen=LINES)
        if lines.topic is None:
            lines.topic = state.topic
        lines.loaded = True

    def heard(self, batch: Iterable[Stored]) -> None:
        """What is being announced."""
        rooms = self._rooms
        for stored in batch:
            match stored.event:
                case Message(room=room) | Action(room=room):
                    if room in rooms:
                        rooms[room].lines.append(stored)
                case TopicSet(room=room, text=text):
                    if room in rooms:
                        rooms[room].topic = text
                case _:
                    pass
