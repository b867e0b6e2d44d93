"""The queries of the SQLite journal: history, missed events; see also ``searcher``.

Invariants: queries block, so they run in a thread of their own, with a connection of
their own; nothing newer than ``until`` is returned, or a client would receive as
history what is about to be announced.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from operator import attrgetter

from twisted_chat.core.corrections import replayed
from twisted_chat.core.events import Edited, Stored
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.core.interfaces import (
    MissedEvents,
    RoomState,
    StoreError,
    TopicOrigin,
)
from twisted_chat.core.limits import MAX_MISSED_CHARACTERS
from twisted_chat.journals.records import Index

from .errors import explain
from .file import DatabaseFile
from .history_pages import bounded, page_rows, room_events
from .rows import (
    COLUMNS,
    IS_MESSAGE,
    Row,
    characters_in,
    condition,
    digest,
    number_in,
    position_of,
    storable,
    stored_from,
)
from .value_rows import get_values, load_values

_TEXT = f"SELECT text FROM events WHERE id = ? AND room = ? AND {IS_MESSAGE}"
_FROM = "SELECT id, time FROM events WHERE id >= ? ORDER BY id LIMIT 1"
_SINCE = tuple(
    f"SELECT {COLUMNS} FROM events"
    f" WHERE {column} = ? AND {condition(index)} AND id > ? AND id <= ?"
    " ORDER BY id LIMIT ?"
    for index, column in (
        (Index.ROOM, "room"),
        (Index.TOPIC, "room"),
        (Index.DIRECT, "who"),
        (Index.DIRECT, "to_who"),
    )
)

_DIRECT = (
    f"SELECT {COLUMNS} FROM events"
    f" WHERE to_who = ? AND {condition(Index.DIRECT)} AND who != to_who"
    " AND id > ? AND id <= ? ORDER BY id DESC LIMIT ?"
)
_COUNT = (
    "SELECT count(*) FROM (SELECT 1 FROM events"
    f" WHERE room = ? AND {IS_MESSAGE} AND id > ? AND id <= ? LIMIT ?)"
)


class Reader:
    """One connection, which runs one query at a time.

    :param name: the name of the journal, with which its positions begin.
    """

    def __init__(self, file: DatabaseFile, name: str) -> None:
        self._path = file.path
        self._name = name
        self._connection: sqlite3.Connection | None = file.connect_reader()

    def room(self, room: str, limit: int, until: int) -> RoomState:
        """See ``interfaces.History.room``."""
        with self._snapshot() as connection:
            found: tuple[str, str | None, int] | None = connection.execute(
                "SELECT text, nick, set_at FROM topics WHERE room = ?",
                storable((room,)),
            ).fetchone()
            query = HistoryQuery(room, limit)
            recent = self._stored(page_rows(connection, query, 0, until + 1))
        topic, nick, time = found or ("", None, 0)
        # A row without a text is that of a topic that was cleared.
        origin = TopicOrigin(nick, time) if topic and nick is not None else None
        return RoomState(topic, recent, origin)

    def page(self, query: HistoryQuery, until: int) -> tuple[Stored, ...]:
        """See ``interfaces.History.page``."""
        start = 0 if query.start is None else number_in(self._name, query.start)
        end = until + 1 if query.end is None else number_in(self._name, query.end)
        if start is None or end is None:
            return ()
        end = min(end, until + 1)
        with self._snapshot() as connection:
            rows = page_rows(connection, query, start, end)
            others = room_events(connection, self._name, query, start, end)
        found = self._stored(rows)
        if others:
            found = tuple(sorted((*found, *others), key=attrgetter("position")))
            limit = bounded(query.limit)
            found = (
                found[:limit] if query.first else found[max(len(found) - limit, 0) :]
            )
        return found

    def position_at(self, time: int, until: int) -> str | None:
        """See ``interfaces.History.position_at``.

        As times do not decrease, it is found by halving.
        """
        low, high = 0, until + 1
        with self._snapshot() as connection:
            while low < high:
                middle = (low + high) // 2
                row = connection.execute(_FROM, (middle,)).fetchone()
                if row is None or row[0] > until or row[1] >= time:
                    high = middle
                else:
                    low = row[0] + 1
        return position_of(self._name, low) if low <= until else None

    def since(
        self,
        position: str,
        rooms: Sequence[str],
        client_id: str,
        limit: int,
        until: int,
    ) -> MissedEvents:
        """See ``interfaces.History.since``."""
        start = number_in(self._name, position)
        if start is None or start > until:
            return MissedEvents(False, ())
        subjects = (rooms, rooms, (client_id,), (client_id,))
        found: dict[int, Row] = {}
        left = MAX_MISSED_CHARACTERS
        with self._snapshot() as connection:
            if start < self._floor(connection, rooms):
                return MissedEvents(False, ())
            for query, names in zip(_SINCE, subjects, strict=True):
                for name in names:
                    values = (*storable((name,)), start, until, bounded(limit + 1))
                    for row in connection.execute(query, values):
                        found[row[0]] = row
                        left -= characters_in(row)
                        if len(found) > limit or left < 0:
                            return MissedEvents(False, ())
            missed = self._stored(found[number] for number in sorted(found))
            missed = tuple(self._with_text_of_now(connection, one) for one in missed)
        return MissedEvents(True, replayed(missed, position))

    def direct(
        self, member_id: str, position: str, limit: int, until: int
    ) -> tuple[Stored, ...]:
        """See ``interfaces.History.direct``."""
        start = number_in(self._name, position)
        if start is None:
            return ()
        values = (*storable((member_id,)), start, until, bounded(limit))
        with self._snapshot() as connection:
            rows = connection.execute(_DIRECT, values).fetchall()
        return self._stored(reversed(rows))

    def count(self, room: str, position: str, most: int, until: int) -> int:
        """See ``interfaces.History.count``."""
        start = number_in(self._name, position)
        if start is None:
            return 0
        values = (*storable((room,)), start, until, bounded(most))
        with self._snapshot() as connection:
            return int(connection.execute(_COUNT, values).fetchone()[0])

    def nickname(self, client_id: str, oldest_ms: int) -> str | None:
        """See ``interfaces.History.nickname``.

        :param oldest_ms: of one that was named before, it is not known any more.
        """
        with self._snapshot() as connection:
            found = connection.execute(
                "SELECT nick FROM nicknames WHERE client = ? AND time >= ?",
                (digest(client_id), oldest_ms),
            ).fetchone()
        return found[0] if found else None

    def load_values(self, prefixes: Sequence[str]) -> list[dict[str, str]]:
        """See ``interfaces.KeyValues.load``, for each of these."""
        with self._snapshot() as connection:
            return [load_values(connection, prefix) for prefix in prefixes]

    def get_values(self, asked: Sequence[Sequence[str]]) -> list[dict[str, str]]:
        """See ``interfaces.KeyValues.get``, for each of those who ask."""
        together = dict.fromkeys(chain.from_iterable(asked))
        with self._snapshot() as connection:
            found = get_values(connection, tuple(together))
        return [{key: found[key] for key in keys if key in found} for keys in asked]

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _with_text_of_now(
        self, connection: sqlite3.Connection, stored: Stored
    ) -> Stored:
        """A correction with the text that its message has now."""
        event = stored.event
        if not isinstance(event, Edited):
            return stored
        number = number_in(self._name, event.position)
        values = (number, *storable((event.room,)))
        found = connection.execute(_TEXT, values).fetchone()
        return replace(stored, event=replace(event, text=found[0] if found else ""))

    def _floor(self, connection: sqlite3.Connection, rooms: Sequence[str]) -> int:
        """The id after which no event of these rooms was deleted."""
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
        """The database at one moment, whatever is written meanwhile."""
        connection = self._connection
        if connection is None:
            raise StoreError("the server is shutting down; history cannot be read")
        try:
            connection.execute("BEGIN")
            yield connection
        except sqlite3.Error as error:
            raise explain(self._path, error) from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
