"""How entries look in Redis: JSON arrays, and positions that sort.

An entry is ``[KIND, KEY, FIELD, ...]`` with the fields of its event in their order.
A later version may add fields at the end and kinds: what is not known is passed
over, so that servers of two versions can run side by side while one replaces the
other.

Every event has a number; they go up by one without a hole, which is how a reader
knows that it has missed something.  The id of an event in every stream is the
milliseconds at which Redis got it and that number; its position is the same with
leading zeros.

Rules of this file: pure functions; no text makes them fail.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from twisted_chat.core.events import Entry, Event, Quit, Renamed, Stored, TopicSet
from twisted_chat.core.nicknames import Name, fold
from twisted_chat.core.replies import Refused
from twisted_chat.journals.records import BY_EVENT, RECORDS

_BY_NAME = {record.name: record for record in RECORDS}
_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_POSITION = re.compile(r"[0-9]{13}-[0-9]{15}\Z")


class Place(NamedTuple):
    """Where something stands in the conversation.

    :ivar ms: milliseconds since 1970, UTC, by the clock of Redis.
    :ivar number: of the event.
    """

    ms: int
    number: int

    @classmethod
    def of_id(cls, stream_id: bytes) -> Place:
        """From the id that Redis gives."""
        ms, _, number = stream_id.partition(b"-")
        return cls(int(ms), int(number))

    @classmethod
    def of_position(cls, position: str) -> Place | None:
        """From a position; ``None`` for what is none."""
        if not _POSITION.match(position):
            return None
        return cls(int(position[:13]), int(position[14:]))

    @property
    def id(self) -> str:
        """The id for Redis."""
        return f"{self.ms}-{self.number}"

    @property
    def position(self) -> str:
        """The position for clients: it sorts as text."""
        return f"{self.ms:013d}-{self.number:015d}"


START = Place(0, 0)
"""Before everything."""


def to_bytes(text: str) -> bytes:
    """Any text, half characters too, as Redis keeps it."""
    return text.encode("utf-8", "surrogatepass")


def to_text(data: bytes) -> str:
    """The text again."""
    return data.decode("utf-8", "surrogatepass")


def write(entry: Entry) -> bytes:
    """An entry as it is kept."""
    event = entry.event
    record = BY_EVENT[type(event)]
    return to_bytes(_write([record.name, entry.key, *record.values(event)]))


def read(found: Sequence[Any]) -> tuple[str, Event] | None:
    """The key and the event; ``None`` if it is of a kind we do not know."""
    if not found or (record := _BY_NAME.get(found[0])) is None:
        return None
    key, *values = found[1:] or [""]
    if len(values) < record.required:
        return None
    return key, record.event(*values[: len(record.columns)])


def read_kept(stream_id: bytes, data: bytes) -> Stored | None:
    """One that was kept in a room's history or for one client."""
    found = read(json.loads(to_text(data)))
    if found is None:
        return None
    place = Place.of_id(stream_id)
    return Stored(place.position, place.ms, found[1])


def read_batch(stream_id: bytes, data: bytes) -> tuple[Place, list[Stored]]:
    """One batch of the conversation.

    :returns: what came directly before it, and what of it is known.
    """
    ms, last = Place.of_id(stream_id)
    found = json.loads(to_text(data))
    before = last - len(found)
    batch = []
    for number, one in enumerate(found, before + 1):
        known = read(one)
        if known is not None:
            key, event = known
            batch.append(Stored(Place(ms, number).position, ms, event, key))
    return Place(ms, before), batch


def script_arguments(event: Event) -> tuple[str, str, str, str]:
    """What ``append.lua`` does with an event: an operation and its three arguments."""
    record = BY_EVENT[type(event)]
    operation, *names = record.presence or (record.index or "", *record.subjects)
    arguments: list[str] = [getattr(event, name) for name in names]
    arguments += [""] * (3 - len(arguments))
    match event:
        case TopicSet(text=text):
            arguments[1] = text
        case Quit(nick=nick):
            arguments[2] = _freed_names(nick)
        case Renamed(old=old, new=new):
            arguments[2] = _freed_names(old, kept=new)
    first, second, third = arguments
    return operation, first, second, third


def _freed_names(nick: str, *, kept: str = "") -> str:
    """What is free in the same moment in which everyone hears of it, in one text."""
    try:
        keys = Name(nick, fold(nick)).keys
        needed = Name(kept, fold(kept)).keys if kept else ()
    except Refused:
        return ""
    return " ".join(key for key in keys if key not in needed)
