"""Pages of a history: the rows of a ``HistoryQuery``, by indexes alone.

Every query reads one range of one index, so it takes as long as its limit is high,
however much is stored.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from twisted_chat.core.events import TopicSet
from twisted_chat.core.history_query import DirectMessages, HistoryQuery
from twisted_chat.journals.records import BY_EVENT, Index

from .rows import COLUMNS, IS_MESSAGE, IS_TOPIC, Row, condition, storable

MAX_LIMIT = 1_000_000
"""The highest limit passed to SQLite."""

_IS_DIRECT = condition(Index.DIRECT)
_MESSAGES = f"room = ? AND {IS_MESSAGE}"
_TOPICS = f"room = ? AND {IS_TOPIC} AND kind = {BY_EVENT[TopicSet].kind}"
_SENT = f"who = ? AND {_IS_DIRECT}"
_RECEIVED = f"to_who = ? AND {_IS_DIRECT}"
_SENT_TO = f"who = ? AND to_who = ? AND {_IS_DIRECT}"


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
        case str(room) if query.topics:
            return [(_MESSAGES, (room,)), (_TOPICS, (room,))]
        case room:
            return [(_MESSAGES, (room,))]


def bounded(limit: int) -> int:
    """A limit for SQLite, where a negative one would mean none."""
    return min(max(limit, 0), MAX_LIMIT)
