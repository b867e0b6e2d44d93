"""What the tags of the lines of an event say: when it was, its id, whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twisted_chat.core.events import (
    Action,
    DirectMessage,
    Edited,
    Message,
    Relayed,
    Stored,
    TopicSet,
)

from .times import server_time

Tags = Mapping[str, str]

_IDENTIFIED = (Message, Action, DirectMessage, Relayed, Edited, TopicSet)
"""Kinds of events whose lines have an id."""


def author_of(event: Any) -> str:
    """The member id of the author of a message, as far as a history has it."""
    if isinstance(event, DirectMessage):
        return event.sender_id
    account_id: str = getattr(event, "account_id", "")
    return account_id


def tags_of(stored: Stored) -> dict[str, str]:
    """All tags of an event."""
    tags = {"time": server_time(stored.time)}
    event: Any = stored.event
    if isinstance(event, _IDENTIFIED):
        tags["msgid"] = stored.position
    if account := getattr(event, "account", ""):
        tags["account"] = account
    return tags
