"""Queries of a history: which part of what was said where is asked for."""

from __future__ import annotations

from dataclasses import dataclass


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
    :ivar topics: those that set the topic of the room as well, as long as these are
        kept, which may be shorter.
    """

    source: str | DirectMessages
    limit: int
    start: str | None = None
    end: str | None = None
    first: bool = False
    topics: bool = False
