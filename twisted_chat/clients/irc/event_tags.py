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
from twisted_chat.core.history_query import BESIDES_MESSAGES

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


def _is_alone(stored: Stored) -> bool:
    """Whether no other event has the position of this one.

    What a server concludes by itself, such as who has come and gone while it was
    disconnected from its journal, has no number of an entry.
    """
    return stored.key[-1:].isdigit()


def tags_of(stored: Stored, *, earlier: bool = False) -> dict[str, str]:
    """All tags of an event.

    :param earlier: it is read from a history.
    """
    tags = {"time": server_time(stored.time)}
    event: Any = stored.event
    if isinstance(event, _IDENTIFIED) or (
        type(event) in BESIDES_MESSAGES and (earlier or _is_alone(stored))
    ):
        tags["msgid"] = stored.position
    if account := getattr(event, "account", ""):
        tags["account"] = account
    return tags


def without_id(tags: Tags) -> Tags:
    """The tags of a further line of an event: the id is that of the first one."""
    return {name: value for name, value in tags.items() if name != "msgid"}
