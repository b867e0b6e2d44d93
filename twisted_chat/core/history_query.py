"""Queries of a history: which part of what was said where is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .events import Deleted, Joined, Left, Quit, Renamed, TopicSet
from .moderation_events import (
    Kicked,
    RoleChanged,
    RoomBanned,
    RoomChanged,
    RoomExcepted,
    RoomUnbanned,
)

PRESENCE: frozenset[type[Any]] = frozenset({Joined, Left, Quit, Renamed})
"""Kinds of events in a history that tell who was in the room.

A login or a logout is in a history as what the members of the room were shown of it.
"""

ROOM_EVENTS: frozenset[type[Any]] = PRESENCE | {
    Kicked,
    RoleChanged,
    RoomBanned,
    RoomChanged,
    RoomExcepted,
    RoomUnbanned,
}
"""Kinds of events in a history that are kept as long as arrivals are."""

SOMEONE = "*"
"""In place of the id of a member that an event concerns, where ids are not kept."""

BESIDES_MESSAGES: frozenset[type[Any]] = ROOM_EVENTS | {TopicSet, Deleted}
"""All kinds of events that a history may have besides messages."""


@dataclass(frozen=True, slots=True)
class DirectMessages:
    """The direct messages that a member has sent and received.

    :ivar member_id: of that member.
    :ivar partner_id: only those from and to this member; empty for all.
    """

    member_id: str
    partner_id: str = ""


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """Asks for a part of a history, in the order of arrival.

    A position that is not of the journal is not in its history: there is nothing before
    it, and nothing after it.

    :ivar source: a room, or direct messages.
    :ivar limit: the most events; of more, these are the last ones.
    :ivar start: only events from this position on, the one at it included; ``None``
        from the oldest one on.
    :ivar end: only events before this position; ``None`` up to the newest one.
    :ivar first: of more events than the limit, the first ones instead.
    :ivar besides: kinds of events that are wanted besides messages, of those in
        ``BESIDES_MESSAGES``; only of a room, and as long as they are kept, which may be
        shorter.  The author of such an event has its member id as client id, if that is
        kept, and whom it concerns may have ``SOMEONE`` for an id.
    """

    source: str | DirectMessages
    limit: int
    start: str | None = None
    end: str | None = None
    first: bool = False
    besides: frozenset[type[Any]] = frozenset()
