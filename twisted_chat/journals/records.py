"""The table of records: how each kind of event is stored, in every journal.

A new kind of event is one row of ``RECORDS``; memory, SQLite and Redis derive theirs
from it.  Invariants: the numbers and names are in databases and never change their
meaning; a field is only ever added at the end of an event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any

from twisted_chat.core.account_events import AccountChanged, IgnoreChanged, ReadUpTo
from twisted_chat.core.accounts.changes import (
    account_changes,
    arrival_changes,
    read_changes,
)
from twisted_chat.core.events import (
    Action,
    AwaySet,
    CustomEvent,
    Deleted,
    DirectMessage,
    Edited,
    Entry,
    Event,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Message,
    Quit,
    Relayed,
    Renamed,
    Switched,
    TopicSet,
)
from twisted_chat.core.history_query import DirectMessages
from twisted_chat.core.ignoring.ignore_records import ignore_changes
from twisted_chat.core.interfaces import Changes
from twisted_chat.core.moderation.changes import CHANGES
from twisted_chat.core.moderation_events import (
    Audited,
    Banned,
    Cleared,
    Expelled,
    Invited,
    Kicked,
    Muted,
    RoleChanged,
    RoomBanned,
    RoomChanged,
    RoomClosed,
    RoomExcepted,
    RoomOpened,
    RoomUnbanned,
    SanctionExtended,
    Unbanned,
    Unmuted,
)


class Index(StrEnum):
    """The indexes by which history is queried; the values stand in ``redis/lua``."""

    ROOM = "room"
    """The messages of a room: its history proper, shown and searched."""

    TOPIC = "topic"
    """The topics of a room, and the corrections of its messages, for clients that
    resume."""

    DIRECT = "direct"
    """The direct messages of a member, for clients that resume."""


IndexKey = tuple[Index, str]
"""An index and its subject: the room, or the id of the member."""


@dataclass(frozen=True, slots=True)
class Record:
    """How one kind of event is stored.

    :ivar event: the class of the event.
    :ivar kind: its number in SQLite.
    :ivar name: its name in Redis.
    :ivar columns: for each field of the event, the SQLite column that keeps it;
        ``None`` for what SQLite does not keep.  Client ids are secrets, so it keeps
        only ids of accounts, and the member ids of direct messages, which for guests
        are client ids.
    :ivar index: where the event is found again; ``None`` if it never is.
    :ivar subjects: the fields that name its subjects in that index.
    :ivar presence: how the event changes presence, or that it only shows in a room: the
        operation of ``redis/lua/members.lua`` and the fields that it takes.
    :ivar required: the fewest fields that a record in Redis has, as earlier versions
        wrote fewer than now; 0, the default, means all.
    :ivar changes: called with an event, returns the values that change with it, see
        ``interfaces.KeyValues``; ``None`` if there never are any.  It depends on
        nothing but the event.
    :ivar values: called with an event, returns its fields in order.
    """

    event: type[Any]
    kind: int
    name: str
    columns: tuple[str | None, ...]
    index: Index | None = None
    subjects: tuple[str, ...] = ()
    presence: tuple[str, ...] = ()
    required: int = 0
    changes: Callable[[Any], Changes] | None = None
    values: Callable[[Any], tuple[Any, ...]] = field(init=False)

    def __post_init__(self) -> None:
        names = [each.name for each in fields(self.event)]
        if len(names) < 2:
            raise TypeError("attrgetter returns no tuple for a single field")
        # As the dataclass is frozen.
        object.__setattr__(self, "values", attrgetter(*names))
        object.__setattr__(self, "required", self.required or len(names))

    def index_keys(self, event: Event) -> tuple[IndexKey, ...]:
        """The index keys of an event, without duplicates."""
        index = self.index
        if index is None:
            return ()
        subjects = dict.fromkeys(getattr(event, name) for name in self.subjects)
        return tuple((index, subject) for subject in subjects)


_MODERATION_COLUMNS = {
    "room": "room",
    "nick": "nick",
    "target": "other",
    "text": "text",
}


def _of_moderation(kinds: dict[type[Any], int]) -> tuple[Record, ...]:
    """The records of events of moderation, which change values.

    What lasts is in the values; what a history shows of them, see ``room_events``.
    """
    presence: dict[type[Any], tuple[str, ...]] = dict.fromkeys(
        (Kicked, RoomBanned), ("remove", "target_id", "room")
    ) | dict.fromkeys(
        (RoleChanged, RoomChanged, RoomExcepted, RoomUnbanned),
        ("show", "room"),
    )
    # Earlier versions stored fewer fields.
    required: dict[type[Any], int] = {
        Invited: 7,
        RoomBanned: 13,
        RoomChanged: 8,
        Unmuted: 7,
    }
    return tuple(
        Record(
            event,
            kind=kind,
            name=event.__name__,
            columns=tuple(_MODERATION_COLUMNS.get(each.name) for each in fields(event)),
            presence=presence.get(event, ()),
            required=required.get(event, 0),
            changes=CHANGES[event],
        )
        for event, kind in kinds.items()
    )


# The stored names and columns are those of earlier versions, and never change: ``who``
# and ``to_who`` are ids of accounts, or member ids.
RECORDS = (
    Record(
        Message,
        kind=1,
        name="Said",
        columns=("room", "nick", "text", None, "raw", "account", "who"),
        index=Index.ROOM,
        subjects=("room",),
        required=4,
    ),
    Record(
        Action,
        kind=2,
        name="Acted",
        columns=("room", "nick", "text", None, "account", "who", "raw"),
        index=Index.ROOM,
        subjects=("room",),
        required=4,
    ),
    Record(
        TopicSet,
        kind=3,
        name="TopicSet",
        columns=("room", "nick", "text", None),
        index=Index.TOPIC,
        subjects=("room",),
    ),
    Record(
        DirectMessage,
        kind=4,
        name="Whispered",
        columns=("nick", "other", "text", None, "to_who", "account", "who", "raw"),
        index=Index.DIRECT,
        subjects=("sender_id", "recipient_id"),
        required=5,
    ),
    Record(
        Joined,
        kind=5,
        name="Joined",
        columns=("room", "nick", None, None, "account"),
        presence=("join", "client_id", "room", "nick"),
        required=3,
        changes=arrival_changes,
    ),
    Record(
        Left,
        kind=6,
        name="Left",
        columns=("room", "nick", None, "text"),
        presence=("leave", "client_id", "room"),
        required=3,
    ),
    Record(
        Quit,
        kind=7,
        name="Gone",
        columns=("nick", None, "text"),
        presence=("quit", "client_id"),
        required=2,
    ),
    Record(
        Renamed,
        kind=8,
        name="Renamed",
        columns=("nick", "other", None),
        presence=("rename", "client_id", "new"),
    ),
    Record(
        AwaySet,
        kind=9,
        name="AwaySet",
        columns=("nick", "text", None),
        presence=("away", "client_id", "text"),
    ),
    Record(
        CustomEvent,
        kind=10,
        name="Signalled",
        columns=("room", "nick", "raw", None, None, None),
        required=4,
    ),
    # Nobody reads it again, so nothing of it is kept.
    Record(
        Relayed,
        kind=16,
        name="Relayed",
        columns=(None, "nick", *(None,) * 6),
    ),
    Record(
        Switched,
        kind=11,
        name="Switched",
        columns=("room", "nick", None),
        presence=("switch", "client_id", "room"),
    ),
    Record(
        LoggedIn,
        kind=12,
        name="LoggedIn",
        columns=("nick", "other", None, None, "account"),
        presence=("login", "client_id", "member_id", "nick"),
        changes=arrival_changes,
    ),
    Record(
        LoggedOut,
        kind=13,
        name="LoggedOut",
        columns=("nick", "other", None),
        presence=("logout", "client_id", "nick"),
    ),
    Record(
        Deleted,
        kind=14,
        name="Deleted",
        columns=("room", "nick", "other", "raw", None, "text"),
        required=5,
        index=Index.TOPIC,
        subjects=("room",),
    ),
    # The new text is in the message.
    Record(
        Edited,
        kind=15,
        name="Edited",
        columns=("room", "nick", "other", None, None, "account", "who"),
        required=5,
        index=Index.TOPIC,
        subjects=("room",),
    ),
    *_of_moderation(
        {
            Kicked: 20,
            Muted: 21,
            Unmuted: 22,
            Banned: 23,
            Unbanned: 24,
            Expelled: 25,
            SanctionExtended: 26,
            RoomBanned: 27,
            RoomUnbanned: 28,
            RoomOpened: 29,
            RoomClosed: 30,
            RoomChanged: 31,
            RoleChanged: 32,
            Invited: 33,
            Audited: 34,
            Cleared: 35,
            RoomExcepted: 36,
        }
    ),
    Record(
        AccountChanged,
        kind=40,
        name="AccountChanged",
        columns=("nick", "other", "text", None),
        changes=account_changes,
    ),
    Record(
        ReadUpTo,
        kind=41,
        name="ReadUpTo",
        columns=("room", "nick", "text", None, None),
        required=4,
        changes=read_changes,
    ),
    # Only in the values: it may have the address of a guest.
    Record(
        IgnoreChanged,
        kind=42,
        name="IgnoreChanged",
        columns=("nick", None, None, None, None),
        changes=ignore_changes,
    ),
)

BY_EVENT: dict[type[Any], Record] = {record.event: record for record in RECORDS}


KEPT_NICKNAME_MS = 24 * 60 * 60 * 1000
"""Milliseconds for which the nickname of a client that left is kept: for as long it may
resume."""


def nicknames_in(batch: Iterable[Entry]) -> dict[str, str | None]:
    """The nicknames that clients have after a batch, by client id.

    Those of clients that cannot resume are left out: nobody will ask for them.  Of one
    that no longer can, it is ``None``.
    """
    names: dict[str, str | None] = {}
    for entry in batch:
        event = entry.event
        if type(event) is Quit:
            # Again: since when it is gone counts.
            names[event.client_id] = event.nick if entry.resumable else None
        elif not entry.resumable:
            continue
        elif type(event) is Joined:
            names[event.client_id] = event.nick
        elif type(event) is Renamed:
            names[event.client_id] = event.new
        elif type(event) is LoggedIn or type(event) is LoggedOut:
            names[event.client_id] = event.nick
    return names


def changes(event: Event) -> Changes:
    """The values that change with an event, in the transaction that stores it."""
    changed_by = BY_EVENT[type(event)].changes
    return {} if changed_by is None else changed_by(event)


def changes_in(batch: Iterable[Entry]) -> Changes:
    """The values that change with a batch."""
    changed: dict[str, str | None] = {}
    for entry in batch:
        if BY_EVENT[type(entry.event)].changes is not None:
            changed.update(changes(entry.event))
    return changed


def index_keys(event: Event) -> tuple[IndexKey, ...]:
    """Under which keys an event is found again; none if it never is."""
    return BY_EVENT[type(event)].index_keys(event)


def is_direct_to(member_id: str, event: Event) -> bool:
    """Whether an event is a direct message to a member, from another one."""
    if not isinstance(event, DirectMessage):
        return False
    return event.recipient_id == member_id != event.sender_id


def is_exchanged(source: DirectMessages, event: Event) -> bool:
    """Whether an event is a direct message from a member to another, or back."""
    if not isinstance(event, DirectMessage):
        return False
    ids = source.member_id, source.partner_id
    return (event.sender_id, event.recipient_id) in (ids, ids[::-1])


def records_of(index: Index | None) -> tuple[Record, ...]:
    """The kinds of events that are found in an index; ``None``: in none."""
    return tuple(record for record in RECORDS if record.index is index)
