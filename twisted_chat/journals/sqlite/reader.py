"""What the SQLite journal answers: history, what was missed, search.

Rules of this file: it blocks, so it runs in a thread of its own with a connection
of its own; nothing newer than ``until`` is ever told, or someone would be shown in
the history what is about to be announced as news.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from twisted_chat.core.events import Stored
from twisted_chat.core.interfaces import MissedEvents, RoomState, StoreError
from twisted_chat.journals.tokenizer import asked

from .file import DatabaseFile
from .rows import COLUMNS, SPOKEN, Row, number_in, storable, stored_from

SEARCHED_HITS = 50_000
"""Of all that holds the words, in whatever room, so many of the last are looked
through for those of the one room."""

_BEFORE = (
    f"SELECT {COLUMNS} FROM events"
    f" WHERE room = ? AND {SPOKEN} AND id < ? AND id <= ? ORDER BY id DESC LIMIT ?"
)
_SINCE = tuple(
    f"SELECT {COLUMNS} FROM events"
    f" WHERE {what} AND id > ? AND id <= ? ORDER BY id LIMIT ?"
    for what in (
        f"room = ? AND {SPOKEN}",
        "room = ? AND kind = 3",
        "who = ? AND kind = 4",
        "to_who = ? AND kind = 4",
    )
)
_SEARCH = (
    f"SELECT {COLUMNS} FROM ("
    "SELECT rowid AS hit FROM search WHERE search MATCH ? AND rowid <= ?"
    f" ORDER BY rowid DESC LIMIT {SEARCHED_HITS}"
    ") CROSS JOIN events ON id = hit WHERE room = ? LIMIT ?"
)


class Reader:
    """One connection that answers one question at a time."""

    def __init__(self, file: DatabaseFile, name: str) -> None:
        self._file = file
        self._name = name
        self._connection: sqlite3.Connection | None = file.reader()

    def room(self, room: str, limit: int, until: int) -> RoomState:
        """See ``Journal.room``."""
        with self._snapshot() as connection:
            topic = connection.execute(
                "SELECT text FROM topics WHERE room = ?", storable((room,))
            ).fetchone()
            recent = self._before(connection, room, until + 1, limit, until)
        return RoomState(topic[0] if topic else "", recent)

    def before(
        self, room: str, position: str | None, limit: int, until: int
    ) -> tuple[Stored, ...]:
        """See ``Journal.before``; none if the position is not of this journal."""
        end = until + 1 if position is None else number_in(self._name, position)
        if end is None:
            return ()
        with self._snapshot() as connection:
            return self._before(connection, room, end, limit, until)

    def since(
        self, position: str, rooms: Sequence[str], who: str, limit: int, until: int
    ) -> MissedEvents:
        """See ``Journal.since``."""
        start = number_in(self._name, position)
        if start is None or start > until:
            return MissedEvents(False, ())
        found: dict[int, Row] = {}
        with self._snapshot() as connection:
            if start < self._floor(connection, rooms):
                return MissedEvents(False, ())
            for query, subjects in zip(
                _SINCE, (rooms, rooms, (who,), (who,)), strict=True
            ):
                for subject in subjects:
                    values = (*storable((subject,)), start, until, _sane(limit + 1))
                    found.update(
                        (row[0], row) for row in connection.execute(query, values)
                    )
                    if len(found) > limit:
                        return MissedEvents(False, ())
        return MissedEvents(
            True, self._stored(found[number] for number in sorted(found))
        )

    def search(
        self, room: str, words: str, limit: int, until: int
    ) -> tuple[Stored, ...]:
        """See ``Journal.search``, and ``words`` for what matches."""
        phrases = asked(words)
        if not phrases:
            return ()
        # Each a quoted string, in which nothing is an operator; the star outside
        # makes its last word the beginning of one.
        query = " AND ".join(f'"{phrase}" *' for phrase in phrases)
        with self._snapshot() as connection:
            values = (query, until, *storable((room,)), _sane(limit))
            rows = connection.execute(_SEARCH, values).fetchall()
        return self._stored(reversed(rows))

    def interrupt(self) -> None:
        """Give up what is being answered; from any thread."""
        if self._connection is not None:
            self._connection.interrupt()

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _before(
        self,
        connection: sqlite3.Connection,
        room: str,
        end: int,
        limit: int,
        until: int,
    ) -> tuple[Stored, ...]:
        values = (*storable((room,)), end, until, _sane(limit))
        return self._stored(reversed(connection.execute(_BEFORE, values).fetchall()))

    def _floor(self, connection: sqlite3.Connection, rooms: Sequence[str]) -> int:
        """The id after which nothing of these rooms was trimmed."""
        (floor,) = connection.execute("SELECT floor FROM journal").fetchone()
        for room in rooms:
            trimmed = connection.execute(
                "SELECT id FROM floors WHERE room = ?", storable((room,))
            ).fetchone()
            if trimmed:
                floor = max(floor, trimmed[0])
        return int(floor)

    def _stored(self, rows: Iterable[Row]) -> tuple[Stored, ...]:
        return tuple(stored_from(self._name, row) for row in rows)

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        """What is in the file at one moment, whatever is written meanwhile."""
        connection = self._connection
        if connection is None:
            raise StoreError("the chat is closing; its history is not to be had")
        try:
            connection.execute("BEGIN")
            yield connection
        except sqlite3.Error as error:
            raise self._file.explain(error) from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def _sane(limit: int) -> int:
    """A limit that SQLite can take: below 0 it would mean none."""
    return min(max(limit, 0), 1_000_000)
