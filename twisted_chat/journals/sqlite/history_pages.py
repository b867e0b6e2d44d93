"""Pages of a history: the rows of a ``HistoryQuery``, by indexes alone.

Every query reads one range of one index, so it takes as long as its limit is high,
however much is stored.  That of room events reads at most ``KEPT_OTHERS``, which are
those of all rooms.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import islice

from twisted_chat.core.events import CustomEvent, Stored
from twisted_chat.core.history_query import (
    ROOM_EVENTS,
    DirectMessages,
    HistoryQuery,
)
from twisted_chat.journals.records import BY_EVENT, Index, records_of
from twisted_chat.journals.retention import KEPT_OTHERS
from twisted_chat.journals.room_events import from_text

from .rows import (
    COLUMNS,
    IS_MESSAGE,
    IS_OTHER,
    IS_TOPIC,
    Row,
    condition,
    position_of,
    storable,
)

MAX_LIMIT = 1_000_000
"""The highest limit passed to SQLite."""

_IS_DIRECT = condition(Index.DIRECT)
_MESSAGES = f"room = ? AND {IS_MESSAGE}"
_TOPICS = f"room = ? AND {IS_TOPIC}"
_SENT = f"who = ? AND {_IS_DIRECT}"
_RECEIVED = f"to_who = ? AND {_IS_DIRECT}"
_SENT_TO = f"who = ? AND to_who = ? AND {_IS_DIRECT}"

# The text that ``room_events`` makes is in ``raw``, which other events use as well.
ROOM_EVENTS_OF_A_ROOM = (
    f"SELECT id, time, raw FROM events WHERE {IS_OTHER}"
    f" AND kind != {BY_EVENT[CustomEvent].kind} AND instr(raw, ?) AND id < ? AND id >="
    f" max(?, coalesce((SELECT id FROM events WHERE {IS_OTHER}"
    f" ORDER BY id DESC LIMIT 1 OFFSET {KEPT_OTHERS - 1}), 0))"
)
"""Those of a room, among the last ``KEPT_OTHERS`` of all rooms, without an order."""


def page_rows(
    connection: sqlite3.Connection, query: HistoryQuery, start: int, end: int
) -> list[Row]:
    """The rows of ``COLUMNS``, oldest first.

    :param start: only those of this id or a higher one.
    :param end: only those of a lower id than this.
    """
    limit = bounded(query.limit)
    found: dict[int, Row] = {}
    for statement, subjects in statements(query):
        rows = connection.execute(statement, (*storable(subjects), start, end, limit))
        # A message to oneself is both sent and received.
        found.update((row[0], row) for row in rows)
    numbers = sorted(found)
    numbers = numbers[:limit] if query.first else numbers[-limit:]
    return [found[number] for number in numbers]


def room_events(
    connection: sqlite3.Connection, name: str, query: HistoryQuery, start: int, end: int
) -> list[Stored]:
    """The room events of a query; parameters as in ``page_rows``.

    :param name: of the journal.
    """
    room = query.source
    if not isinstance(room, str) or not query.besides & ROOM_EVENTS:
        return []
    order = "" if query.first else "DESC"
    statement = f"{ROOM_EVENTS_OF_A_ROOM} ORDER BY id {order}"
    rows = connection.execute(statement, (*storable((f" {room} ",)), end, start))
    found = (
        Stored(position_of(name, number), time, shown.in_room(room))
        for number, time, shown in (
            (number, time, from_text(text)) for number, time, text in rows
        )
        # A text may have that word as well.
        if room in shown.rooms and type(shown.event) in query.besides
    )
    return list(islice(found, bounded(query.limit)))


def statements(query: HistoryQuery) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The statements of a query, each with its first parameters.

    The others are two ids and the limit.
    """
    order = "" if query.first else "DESC"
    for where, subjects in _parts(query):
        statement = (
            f"SELECT {COLUMNS} FROM events WHERE {where} AND id >= ? AND id < ?"
            f" ORDER BY id {order} LIMIT ?"
        )
        yield statement, subjects


def _parts(query: HistoryQuery) -> list[tuple[str, tuple[str, ...]]]:
    """Conditions for parts of the result, each with what it is about."""
    match query.source:
        case DirectMessages(member_id=member, partner_id=""):
            return [(_SENT, (member,)), (_RECEIVED, (member,))]
        case DirectMessages(member_id=member, partner_id=partner):
            return [(_SENT_TO, (member, partner)), (_SENT_TO, (partner, member))]
        case room:
            parts: list[tuple[str, tuple[str, ...]]] = [(_MESSAGES, (room,))]
            kinds = [
                record.kind
                for record in records_of(Index.TOPIC)
                if record.event in query.besides
            ]
            if kinds:
                which = ", ".join(map(str, kinds))
                parts.append((f"{_TOPICS} AND kind IN ({which})", (room,)))
            return parts


def bounded(limit: int) -> int:
    """A limit for SQLite, where a negative one would mean none."""
    return min(max(limit, 0), MAX_LIMIT)
