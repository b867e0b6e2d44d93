"""How events change the topics of rooms, the same in every journal."""

from __future__ import annotations

from typing import NamedTuple

from twisted_chat.core.events import Event, TopicSet
from twisted_chat.core.moderation_events import RoomClosed


class TopicChange(NamedTuple):
    """What an event makes of the topic of a room.

    :ivar text: empty if the room has none then.
    :ivar nick: who set it.
    """

    room: str
    text: str
    nick: str


def topic_change(event: Event) -> TopicChange | None:
    """What an event makes of a topic; ``None`` for most.

    With the history of a room its topic is closed: nobody is shown it any more.
    """
    if type(event) is TopicSet:
        return TopicChange(event.room, event.text, event.nick)
    if type(event) is RoomClosed and event.past:
        return TopicChange(event.room, "", "")
    return None
