"""A batch in the database of the SQLite journal: the statements that store it.

Invariants: there is no query per message, since each query releases the interpreter's
lock and then has to win it back from a busy reactor; the statements are few, so that
each connection keeps them prepared.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain

from twisted_chat.core.events import (
    Correction,
    Deleted,
    Edited,
    Entry,
    Joined,
    Message,
)
from twisted_chat.core.interfaces import Changes
from twisted_chat.journals.records import KEPT_NICKNAME_MS, changes_in, nicknames_in
from twisted_chat.journals.retention import LOBBY
from twisted_chat.journals.room_events import Whereabouts
from twisted_chat.journals.topic_changes import TopicChange, topic_change

from .correcting import Correcting
from .rows import INSERTED, WIDTH, Row, digest, rows_of, storable
from .value_rows import change_values

MAX_INSERT_ROWS = 128
"""Rows that one statement inserts, at most: measured, 128 in one statement take less
than half the time of 128 statements, and a sixth beside a busy reactor."""

_SET_TOPIC = (
    "INSERT INTO topics (room, text, nick, used, set_at) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (room) DO UPDATE SET text = excluded.text, used = excluded.used,"
    " nick = excluded.nick, set_at = excluded.set_at"
)
_USE_TOPIC = "UPDATE topics SET used = ? WHERE room = ? AND used < ?"
_FORGET = (
    "DELETE FROM nicknames WHERE client IN"
    " (SELECT client FROM nicknames WHERE time < ? ORDER BY time LIMIT ?)"
)
_NOTE = (
    "INSERT INTO nicknames VALUES (?, ?, ?)"
    " ON CONFLICT (client) DO UPDATE SET time = excluded.time"
)
_FORGET_ONE = "DELETE FROM nicknames WHERE client = ?"


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch changes.

    :ivar time: milliseconds since 1970.
    :ivar rows: the events.
    :ivar effects: what changes with them; ``None`` if all of them are messages, as they
        are in most batches.
    """

    time: int
    rows: list[Row]
    effects: Effects | None

    @classmethod
    def of(
        cls, entries: Sequence[Entry], first: int, time: int, whereabouts: Whereabouts
    ) -> Batch:
        """The batch of these entries, numbered from ``first``."""
        others = [entry for entry in entries if type(entry.event) is not Message]
        if not others:
            return cls(time, rows_of(entries, first, time), None)
        shown = whereabouts.of(entry.event for entry in entries)
        rows = rows_of(entries, first, time, shown)
        return cls(time, rows, Effects.of(others))

    def storable(self) -> Batch:
        """The same, its events without what SQLite cannot store."""
        return replace(self, rows=[storable(row) for row in self.rows])

    @property
    def is_one_statement(self) -> bool:
        """Whether one statement stores it, which is a transaction of its own."""
        size = len(self.rows)
        return self.effects is None and size <= MAX_INSERT_ROWS and not size & size - 1

    def write(self, connection: sqlite3.Connection, correcting: Correcting) -> None:
        """Store it, within a transaction unless it is one statement."""
        _insert(connection, _insert_events, self.rows)
        if self.effects is not None:
            self.effects.write(connection, correcting, self.time)


@dataclass(frozen=True, slots=True)
class Effects:
    """What events other than messages change.

    :ivar topics: the topics that change, by room.
    :ivar entered: rooms that anyone joined, other than the lobby.
    :ivar corrections: messages that are deleted, or get another text.
    :ivar names: the last nickname of each client, by a digest of its id; ``None`` if
        the client can no longer resume.
    :ivar changes: the values that change with it.
    """

    topics: dict[str, TopicChange]
    entered: set[str]
    corrections: list[Correction]
    names: dict[bytes, str | None]
    changes: Changes

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Effects:
        """Those of these entries."""
        events = [entry.event for entry in entries]
        return cls(
            {topic.room: topic for topic in map(topic_change, events) if topic},
            {event.room for event in events if type(event) is Joined} - {LOBBY},
            [e for e in events if type(e) is Deleted or type(e) is Edited],
            {digest(one): nick for one, nick in nicknames_in(entries).items()},
            changes_in(entries),
        )

    def write(
        self, connection: sqlite3.Connection, correcting: Correcting, time: int
    ) -> None:
        """Store them, within the transaction of their batch.

        :param time: milliseconds since 1970.
        """
        for topic in self.topics.values():
            values = (topic.room, topic.text, topic.nick, time, time)
            connection.execute(_SET_TOPIC, storable(values))
        for room in self.entered:
            connection.execute(_USE_TOPIC, storable((time, room, time)))
        for event in self.corrections:
            correcting.apply(connection, event)
        names = [(key, nick) for key, nick in self.names.items() if nick is not None]
        if names:
            rows = [(key, *storable((nick,)), time) for key, nick in names]
            _insert(connection, _insert_names, rows)
            # As many as may have been added: their number does not grow.
            connection.execute(_FORGET, (time - KEPT_NICKNAME_MS, 2 * len(names)))
        ended = [(key,) for key, nick in self.names.items() if nick is None]
        if ended:
            connection.executemany(_FORGET_ONE, ended)
        change_values(connection, self.changes)


def note_nicknames(
    connection: sqlite3.Connection, nicknames: Mapping[str, str], time: int
) -> None:
    """Keep the nicknames of connected clients, see ``NotesSessions``.

    :param time: milliseconds since 1970.
    """
    connection.executemany(
        _NOTE,
        [
            (digest(client_id), *storable((nick,)), time)
            for client_id, nick in nicknames.items()
        ],
    )


def _insert(
    connection: sqlite3.Connection,
    statement: Callable[[int], str],
    rows: Sequence[Row],
) -> None:
    """Insert rows, many with one statement.

    :param statement: makes the statement for a number of rows.
    """
    start, size = 0, MAX_INSERT_ROWS
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        values = list(chain.from_iterable(rows[start : start + size]))
        connection.execute(statement(size), values)
        start += size


@cache
def _insert_events(size: int) -> str:
    """The statement for that many rows; there are eight, which SQLite caches."""
    row = "(" + ", ".join("?" * WIDTH) + ")"
    return f"INSERT INTO events ({INSERTED}) VALUES " + ", ".join([row] * size)


@cache
def _insert_names(size: int) -> str:
    """The statement for that many nicknames."""
    return (
        "INSERT INTO nicknames VALUES "
        + ", ".join(["(?, ?, ?)"] * size)
        + " ON CONFLICT (client) DO UPDATE SET nick = excluded.nick,"
        " time = excluded.time"
    )
