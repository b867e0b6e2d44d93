"""Corrections in the SQLite journal: a text that is deleted is nowhere in its files.

The message changes in the transaction that stores the correction.  SQLite overwrites
what is deleted in the file (``secure_delete``); what else has the text goes soon after:
the write-ahead log by a checkpoint that cuts it, see ``checkpoints``; its words in the
full-text index, if they are there, as that is merged, see ``indexing``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable

from twisted_chat.core.events import Correction, Deleted, Edited

from .rows import IS_MESSAGE, Row, number_in, storable, words_of

_IS_IT = f"id = ? AND room = ? AND {IS_MESSAGE}"
_FORGET_WORDS = (
    "INSERT INTO search (search, rowid, text)"
    f" SELECT 'delete', id, coalesce(words, text) FROM events WHERE {_IS_IT}"
)
_ADD_WORDS = (
    "INSERT INTO search (rowid, text)"
    f" SELECT id, coalesce(words, text) FROM events WHERE {_IS_IT}"
)
_DELETE = f"DELETE FROM events WHERE {_IS_IT}"
_EDIT = f"UPDATE events SET text = ?, words = ?, raw = NULL, edited = 1 WHERE {_IS_IT}"
_FORGET_WORDS_OF = _FORGET_WORDS.replace(_IS_IT, "id = ?")
_ADD_WORDS_OF = _ADD_WORDS.replace(_IS_IT, "id = ?")
_ALL = f"SELECT * FROM events WHERE {_IS_IT}"
_NOTE_REMAINS = "UPDATE journal SET remains = 1"


class Correcting:
    """Changes the messages that corrections name.

    :param name: of the journal.
    :param indexed: the full-text search has everything up to this id.
    :ivar leaves_remains: the full-text index has words of a message that was changed.
    """

    def __init__(self, name: str, indexed: Callable[[], int]) -> None:
        self._name = name
        self._indexed = indexed
        self.leaves_remains = False

    def apply(self, connection: sqlite3.Connection, event: Correction) -> None:
        """Change the messages, within a transaction; those that are gone are not."""
        match event:
            case Deleted(room=room, ids=ids):
                for position in ids:
                    self._change(connection, room, position, None)
            case Edited(room=room, position=position, text=text):
                self._change(connection, room, position, text)

    def former(
        self, connection: sqlite3.Connection, events: Iterable[Correction]
    ) -> list[Row]:
        """The messages that corrections will change, as they are: for ``restore``."""
        rows = []
        for event in events:
            positions = event.ids if isinstance(event, Deleted) else (event.position,)
            numbers = (number_in(self._name, position) for position in positions)
            for number in numbers:
                which = (number, *storable((event.room,)))
                rows += connection.execute(_ALL, which).fetchall()
        return rows

    def restore(self, connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
        """Undo changes, within a transaction.

        :param rows: as ``former`` returned them before the changes were made.
        """
        # Of one that was changed twice, the first is as it was before both.
        for row in {row[0]: row for row in reversed(list(rows))}.values():
            (number,) = row[:1]
            is_indexed = number <= self._indexed()
            if is_indexed:
                connection.execute(_FORGET_WORDS_OF, (number,))
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT OR REPLACE INTO events VALUES ({marks})", row)
            if is_indexed:
                connection.execute(_ADD_WORDS_OF, (number,))

    def _change(
        self,
        connection: sqlite3.Connection,
        room: str,
        position: str,
        text: str | None,
    ) -> None:
        number = number_in(self._name, position)
        if number is None:
            return
        which = (number, *storable((room,)))
        is_indexed = number <= self._indexed()
        if is_indexed and connection.execute(_FORGET_WORDS, which).rowcount > 0:
            connection.execute(_NOTE_REMAINS)
            self.leaves_remains = True
        if text is None:
            connection.execute(_DELETE, which)
            return
        cells = storable((text, words_of(text)))
        edited = connection.execute(_EDIT, (*cells, *which)).rowcount
        if is_indexed and edited > 0:
            connection.execute(_ADD_WORDS, which)
