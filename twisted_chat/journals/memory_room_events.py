"""The room events of the journal in memory: who came and went, and what was changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from twisted_chat.core.events import Stored
from twisted_chat.core.history_query import HistoryQuery

from .retention import KEPT_OTHERS
from .room_events import RoomEvent, Whereabouts


class MemoryRoomEvents:
    """The last ``KEPT_OTHERS`` of them, in all rooms, oldest first."""

    def __init__(self) -> None:
        self._whereabouts = Whereabouts()
        # Each with its rooms.
        self._kept: deque[tuple[Stored, tuple[str, ...]]] = deque(maxlen=KEPT_OTHERS)

    def add(self, batch: Sequence[Stored]) -> None:
        """Keep those of a batch."""
        shown = self._whereabouts.of([stored.event for stored in batch])
        self._whereabouts.keep()
        self._kept.extend(
            (replace(stored, event=each.event, key=""), each.rooms)
            for stored, each in zip(batch, shown, strict=True)
            if each is not None
        )

    def find(self, room: str, query: HistoryQuery) -> Iterator[Stored]:
        """Those of a room that a query asks for."""
        start, end, kinds = query.start, query.end, query.besides
        for stored, rooms in self._kept:
            if (
                room in rooms
                and type(stored.event) in kinds
                and (start is None or start <= stored.position)
                and (end is None or stored.position < end)
            ):
                shown = RoomEvent(rooms, stored.event)
                yield replace(stored, event=shown.in_room(room))

    def position_at(self, time: int) -> str | None:
        """The first one that is not earlier than a time."""
        first = None
        for stored, _ in reversed(self._kept):
            if stored.time < time:
                break
            first = stored.position
        return first

    def trim(self, oldest_ms: int) -> None:
        """Drop those before a time, in milliseconds since 1970."""
        while self._kept and self._kept[0][0].time < oldest_ms:
            self._kept.popleft()
