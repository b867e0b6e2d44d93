"""The topics of the journal in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from itertools import takewhile

from twisted_chat.core.interfaces import TopicOrigin

from .retention import KEPT_TOPICS, LOBBY, UNUSED_MS


@dataclass(slots=True)
class _Topic:
    """A topic, and when anyone was last in its room, in milliseconds since 1970."""

    text: str
    used: int
    origin: TopicOrigin


class MemoryTopics:
    """The topics of rooms, those first that were used longest ago.

    All times are in milliseconds since 1970.
    """

    def __init__(self) -> None:
        self._topics: OrderedDict[str, _Topic] = OrderedDict()

    def get(self, room: str) -> str:
        """The topic of a room; empty if it has none."""
        topic = self._topics.get(room)
        return topic.text if topic else ""

    def origin(self, room: str) -> TopicOrigin | None:
        """Who set it, and when; ``None`` if it has none."""
        topic = self._topics.get(room)
        return topic.origin if topic else None

    def set(self, room: str, text: str, time: int, nick: str) -> None:
        """Set the topic of a room; with an empty text remove it."""
        self._topics.pop(room, None)
        if text:
            self._topics[room] = _Topic(text, time, TopicOrigin(nick, time))
            if len(self._topics) > KEPT_TOPICS:
                self._drop_oldest()

    def use(self, room: str, time: int) -> None:
        """Somebody is in a room."""
        if room in self._topics:
            self._topics[room].used = time
            self._topics.move_to_end(room)

    def trim(self, now: int, occupied: Collection[str]) -> None:
        """Drop the topics of rooms, other than the lobby, that are not used.

        :param occupied: the rooms that anyone is in.
        """
        for room in occupied:
            self.use(room, now)
        unused = list(
            takewhile(lambda item: item[1].used < now - UNUSED_MS, self._topics.items())
        )
        for room, _ in unused:
            if room != LOBBY:
                del self._topics[room]

    def _drop_oldest(self) -> None:
        """Drop the topic of the room that was used longest ago, but for the lobby's."""
        room, topic = self._topics.popitem(last=False)
        if room == LOBBY:
            self._drop_oldest()
            self._topics[room] = topic
            self._topics.move_to_end(room, last=False)
