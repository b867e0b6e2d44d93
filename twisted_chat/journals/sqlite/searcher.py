"""The search of the SQLite journal: first the newest messages, then the index.

What a search for a common word finds is among the newest messages of the room, while
the index would have to read all messages with that word; and a rare word is found by
the index at once.  So the newest messages are looked at one by one, and the index is
used for older ones only if they are not enough.

Invariants: a search takes at most the time that it was given; it does not take the
interpreter's lock for each row, which it would have to win back from a busy reactor.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from math import inf

from twisted_chat.core.corrections import Author
from twisted_chat.core.events import Stored
from twisted_chat.core.interfaces import SearchTimeout
from twisted_chat.core.limits import MAX_LOOKED_AT, SEARCH_TIME
from twisted_chat.journals.tokenizer import matches, phrases_in

from .file import DatabaseFile
from .history_pages import bounded
from .reader import Reader
from .rows import COLUMNS, IS_MESSAGE, Row, digest, storable
from .search_cost import search_seconds

SCANNED_MESSAGES = 1_000
"""The newest messages of a room, which are looked at without the index, at most."""

SCANNED_CHARACTERS = 200_000
"""Characters of text after which no more messages are looked at in that way, unless
they are not in the index."""

SCAN_PORTION = 100
"""Messages that are read at once."""

AUTHORS_PORTION = 500
"""Messages whose authors are read at once."""

MAX_HITS = 50_000
"""Of all older messages that match, in whatever room, the last ones that are searched
for those of the one room."""

PROGRESS_STEPS = 200
"""Steps of SQLite's virtual machine between two looks at the clock: measured, 0.02 ms
among rows, and up to 20 ms where FTS5 reads a frequent word."""

_NEWEST = (
    "SELECT json_group_array(json_array(id, text)) FROM (SELECT id, text FROM events"
    f" WHERE room = ? AND {IS_MESSAGE} AND id <= ? ORDER BY id DESC LIMIT ?)"
)
_AUTHORS = (
    "SELECT json_group_array(json_array(id, nick, account, who, hex(client))) FROM"
    " (SELECT id, nick, account, who, client FROM events"
    f" WHERE room = ? AND {IS_MESSAGE} AND id <= ? ORDER BY id DESC LIMIT ?)"
)
_GIVEN = (
    f"SELECT {COLUMNS} FROM events WHERE id IN (SELECT value FROM json_each(?))"
    " ORDER BY id DESC"
)
_SEARCH = (
    f"SELECT {COLUMNS} FROM ("
    "SELECT rowid AS hit FROM search WHERE search MATCH ? AND rowid <= ?"
    f" ORDER BY rowid DESC LIMIT {MAX_HITS}"
    ") CROSS JOIN events ON id = hit WHERE room = ? LIMIT ?"
)


class Searcher(Reader):
    """A connection that searches.

    :param seconds: a monotonic clock; ``None`` to search as long as it takes.
    """

    def __init__(
        self,
        file: DatabaseFile,
        name: str,
        seconds: Callable[[], float] | None = None,
    ) -> None:
        super().__init__(file, name)
        self._seconds = seconds

    def search(
        self,
        room: str,
        words: str,
        limit: int,
        until: int,
        seconds: float = SEARCH_TIME,
    ) -> tuple[Stored, ...]:
        """See ``interfaces.History.search``, and ``tokenizer`` for what matches."""
        phrases = phrases_in(words)
        limit = bounded(limit)
        if not phrases or not limit:
            return ()
        left = self._countdown(seconds)
        (stored_room,) = storable((room,))
        is_late = False
        with self._snapshot() as connection:
            numbers, until = self._scan(connection, stored_room, phrases, limit, until)
            rows = connection.execute(_GIVEN, (json.dumps(numbers),)).fetchall()
            if until and len(rows) < limit:
                values = (_query(phrases), until, stored_room, limit - len(rows))
                # FTS5 itself does not look at the clock soon enough.
                is_late = search_seconds(connection, phrases) > left()
                if not is_late:
                    older, is_late = _fetch(connection, values, left)
                    rows += older
        found = self._stored(reversed(rows))
        if is_late:
            raise SearchTimeout(found)
        return found

    def last_of(
        self, room: str, author: Author, limit: int, until: int
    ) -> tuple[Stored, ...]:
        """See ``interfaces.History.last_of``."""
        clients = {digest(each).hex().upper() for each in author.clients}
        (stored_room,) = storable((room,))
        found: list[int] = []
        looked_at = 0
        with self._snapshot() as connection:
            while len(found) < limit and looked_at < MAX_LOOKED_AT:
                values = (stored_room, until, AUTHORS_PORTION)
                (rows,) = connection.execute(_AUTHORS, values).fetchone()
                portion = json.loads(rows)
                found += [
                    number
                    for number, nick, account, account_id, guest in portion
                    if author.includes(nick, account, account_id, guest in clients)
                ]
                looked_at += len(portion)
                if len(portion) < AUTHORS_PORTION:
                    break
                until = portion[-1][0] - 1
            numbers = json.dumps(found[: bounded(limit)])
            rows = connection.execute(_GIVEN, (numbers,)).fetchall()
        return self._stored(reversed(rows))

    def interrupt(self) -> None:
        """Abort the query that is running; call this from any thread."""
        if self._connection is not None:
            self._connection.interrupt()

    def _scan(
        self,
        connection: sqlite3.Connection,
        room: str,
        phrases: list[str],
        limit: int,
        until: int,
    ) -> tuple[list[int], int]:
        """Look at the newest messages one by one.

        :returns: the ids of those that match, the newest first, and the highest id that
            is left for the index; 0 if none is.
        """
        found: list[int] = []
        messages, characters = SCANNED_MESSAGES, SCANNED_CHARACTERS
        (indexed,) = connection.execute("SELECT searchable FROM journal").fetchone()
        while (messages > 0 and characters > 0) or until > indexed:
            size = min(messages, SCAN_PORTION) if messages > 0 else SCAN_PORTION
            (rows,) = connection.execute(_NEWEST, (room, until, size)).fetchone()
            portion = json.loads(rows)
            found += [number for number, text in portion if matches(text, phrases)]
            if len(portion) < size:
                return found[:limit], 0
            if len(found) >= limit:
                break
            until = portion[-1][0] - 1
            messages -= size
            characters -= sum(len(text) for _, text in portion)
        return found[:limit], until

    def _countdown(self, seconds: float) -> Callable[[], float]:
        """A function that returns how many of these seconds are left."""
        now = self._seconds
        if now is None:
            return lambda: inf
        end = now() + seconds
        return lambda: end - now()


def _fetch(
    connection: sqlite3.Connection,
    values: Sequence[object],
    left: Callable[[], float],
) -> tuple[list[Row], bool]:
    """The rows that the index finds in time, and whether that was too short."""
    rows: list[Row] = []
    is_late = False

    def check() -> bool:
        nonlocal is_late
        is_late = left() < 0
        return is_late

    connection.set_progress_handler(check, PROGRESS_STEPS)
    try:
        rows.extend(connection.execute(_SEARCH, values))
    except sqlite3.OperationalError:
        if not is_late:
            raise
    finally:
        connection.set_progress_handler(None, 0)
    return rows, is_late


def _query(phrases: list[str]) -> str:
    """The query for FTS5.

    Each phrase is a quoted string, in which nothing is an operator; the star after it
    makes its last word a prefix.
    """
    return " AND ".join(f'"{phrase}" *' for phrase in phrases)
