"""Entries of Redis streams as JSON, and back, by the table of records.

An event is ``[NAME, KEY, FIELD, ...]`` with its fields in order.  A later version may
add fields at the end and kinds of events: what is unknown is skipped, so that servers
of two versions can run side by side during an upgrade.  Invariants: pure functions;
no text makes them fail.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from twisted_chat.core.events import (
    Action,
    CustomEvent,
    Deleted,
    DirectMessage,
    Edited,
    Entry,
    Event,
    Joined,
    LoggedIn,
    LoggedOut,
    Message,
    Quit,
    Relayed,
    Removed,
    Renamed,
    Stored,
    TopicSet,
)
from twisted_chat.core.moderation_events import RoomClosed
from twisted_chat.core.names.nicknames import Name, fold
from twisted_chat.core.replies import Refused
from twisted_chat.journals.records import BY_EVENT, RECORDS, changes
from twisted_chat.journals.room_events import without_secrets

from .position import StreamPosition

_BY_NAME = {record.name: record for record in RECORDS}
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


EDITED_KEY = "edited"
"""The key of a message in the index of its room whose author has replaced the text."""

_REMOVED = "Removed"
"""The name of what ``corrections.lua`` puts in place of an event in ``chat:live``."""


def to_bytes(text: str) -> bytes:
    """Any text, also with lone surrogates, as it is stored."""
    return text.encode("utf-8", "surrogatepass")


def to_text(data: bytes) -> str:
    """The text that was stored."""
    return data.decode("utf-8", "surrogatepass")


def encode(entry: Entry) -> bytes:
    """An entry as it is stored."""
    event = entry.event
    record = BY_EVENT[type(event)]
    return to_bytes(_to_json([record.name, entry.key, *record.values(event)]))


def decode(parts: Sequence[Any]) -> tuple[str, Event] | None:
    """``Entry.key`` and the event; ``None`` for an unknown kind, or missing fields."""
    if not parts or (record := _BY_NAME.get(parts[0])) is None:
        return None
    values = parts[2:]
    if len(values) < record.required:
        return None
    return parts[1], record.event(*values[: len(record.columns)])


def decode_indexed(stream_id: bytes, data: bytes) -> Stored | None:
    """An event in the index of a room or a client; ``None`` if it is unknown."""
    decoded = decode(json.loads(to_text(data)))
    if decoded is None:
        return None
    position = StreamPosition.from_id(stream_id)
    key, event = decoded
    return Stored(position.text, position.ms, event, edited=key == EDITED_KEY)


def decode_batch(stream_id: bytes, data: bytes) -> tuple[StreamPosition, list[Stored]]:
    """One batch in ``chat:live``.

    :returns: the position directly before the batch, and those of its events that are
        known.
    """
    ms, last = StreamPosition.from_id(stream_id)
    found = json.loads(to_text(data))
    before = last - len(found)
    batch = []
    for number, parts in enumerate(found, before + 1):
        position = StreamPosition(ms, number).text
        if parts[:1] == [_REMOVED]:
            # Announced like an event, see ``Removed``.
            batch.append(Stored(position, ms, Removed(), parts[1]))  # type: ignore[arg-type]
        elif (decoded := decode(parts)) is not None:
            key, event = decoded
            batch.append(Stored(position, ms, event, key))
    return StreamPosition(ms, before), batch


_ENDS = "ends"
"""The value of a departure with which the session ends, see ``common.lua``."""


def script_arguments(entry: Entry) -> tuple[str, str, str, str]:
    """What ``append.lua`` does with an event: an operation and its three arguments."""
    event = entry.event
    changed = _on_what_is_stored(event)
    if changed is not None:
        return changed
    record = BY_EVENT[type(event)]
    operation, *names = record.presence or (record.index or "", *record.subjects)
    arguments: list[str] = [getattr(event, name) for name in names]
    arguments += [""] * (3 - len(arguments))
    match event:
        case TopicSet(nick=nick, text=text):
            arguments[1:] = text, nick
        case Quit(nick=nick):
            if not entry.resumable:
                arguments[1] = _ENDS
            arguments[2] = _released_keys(nick)
        case Renamed(old=old, new=new):
            arguments[2] = _released_keys(old, kept=new)
        case Joined(nick=nick, client_id=client_id, member_id=member_id):
            if member_id != client_id:
                arguments[2] = f"{nick} {member_id} {event.account}"
        case LoggedIn(old=old, nick=nick, account=account):
            arguments[2] = f"{nick} {account} {_released_keys(old)}"
        case LoggedOut(old=old):
            arguments[2] = _released_keys(old)
        case _ if operation in (_SHOWS, _REMOVES):
            shown = replace(entry, event=without_secrets(event))
            arguments[2] = f"{event.client_id} {to_text(encode(shown))}"
    subject, value, extra = arguments
    return operation, subject, value, extra


def _on_what_is_stored(event: Event) -> tuple[str, str, str, str] | None:
    """The same for an event that changes others, or the topic with them."""
    match event:
        case Deleted(room=room, positions=positions):
            return "delete", room, positions, ""
        case Edited(room=room, position=position, text=text):
            return "edit", room, position, text
        case RoomClosed(room=room, past=past) if past:
            return "close", room, "", ""
        case _:
            return None


def sending_client(event: Event) -> str:
    """The client that must be on this server, or the event is not stored.

    Empty for what does not depend on that: a room may be opened for a client that is
    about to join it.
    """
    presence = BY_EVENT[type(event)].presence
    is_sent = presence[:1] not in ((), (_SHOWS,)) or isinstance(event, _SENT)
    return event.client_id if is_sent else ""


_SHOWS, _REMOVES = "show", "remove"
"""The operations of events that show in their room; the first changes no presence."""

_SENT = (Message, Action, CustomEvent, Relayed, DirectMessage, TopicSet, Edited)


def changed_values(event: Event) -> str:
    """The values that change with an event, as ``append.lua`` takes them."""
    changed = changes(event)
    if not changed:
        return ""
    return _to_json(
        {key: False if value is None else value for key, value in changed.items()}
    )


def append_arguments(entry: Entry) -> list[bytes]:
    """An entry as ``append.lua`` takes it."""
    texts = (
        *script_arguments(entry),
        sending_client(entry.event),
        changed_values(entry.event),
        entry.scope or "",
        " ".join(entry.depends_on),
    )
    return [*map(to_bytes, texts), encode(entry)]


def _released_keys(nick: str, *, kept: str = "") -> str:
    """The keys that are released in the same step as the event is published, separated
    by spaces.

    :param kept: the nickname whose keys are still needed, if any.
    """
    try:
        keys = Name(nick, fold(nick)).keys
        needed = Name(kept, fold(kept)).keys if kept else ()
    except Refused:
        return ""
    return " ".join(key for key in keys if key not in needed)
