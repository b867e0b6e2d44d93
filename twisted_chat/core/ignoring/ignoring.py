"""Ignoring: by what the messages of someone ignored are known.

A member is not shown them, live or in a history.  Whom a member ignores, and how a
person is followed through renames, is in ``ignore_list``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twisted_chat.core.events import (
    Action,
    CustomEvent,
    DirectMessage,
    Edited,
    Event,
    Message,
    Relayed,
    Stored,
)
from twisted_chat.core.moderation_events import Invited
from twisted_chat.core.names.nicknames import folded_name


@dataclass(frozen=True, slots=True)
class ById:
    """The messages of a guest with this member id."""

    member_id: str


@dataclass(frozen=True, slots=True)
class ByAccount:
    """The messages of an account.

    :ivar account_id: not the name: somebody else may have that later.
    """

    account_id: str


@dataclass(frozen=True, slots=True)
class ByNick:
    """The messages of a guest with this folded nickname."""

    folded: str


@dataclass(frozen=True, slots=True)
class ByFormerNick:
    """The same, but only in a history that has no ids of guests."""

    folded: str


Mark = ById | ByAccount | ByNick | ByFormerNick
"""By what an ignored message is known."""

Marks = frozenset[Mark]

NOBODY: Marks = frozenset()
"""Nobody is ignored."""


_TEXTS = (Message, Action, CustomEvent, Relayed, DirectMessage, Edited, Invited)


def is_ignored(event: Event, ignoring: Marks) -> bool:
    """Whether an event has a text of someone ignored."""
    if not isinstance(event, _TEXTS):
        return False
    if event.account:
        return ByAccount(event.account_id) in ignoring
    folded = folded_name(event.nick)
    author = event.client_id
    if isinstance(event, DirectMessage):
        author = event.sender_id
    if author and ById(author) in ignoring:
        return True
    if ByNick(folded) in ignoring:
        return True
    return not author and ByFormerNick(folded) in ignoring


def without_ignored(events: Iterable[Stored], ignoring: Marks) -> tuple[Stored, ...]:
    """The events without messages of someone ignored."""
    return tuple(stored for stored in events if not is_ignored(stored.event, ignoring))
