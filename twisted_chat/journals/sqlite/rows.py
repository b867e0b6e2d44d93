"""Events as rows of the SQLite journal's table, and back, by the table of records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import Any

from twisted_chat.core.events import Entry, Stored
from twisted_chat.core.texts.sanitize import without_surrogates
from twisted_chat.journals.records import RECORDS, Index, Record, records_of
from twisted_chat.journals.room_events import RoomEvent, to_text
from twisted_chat.journals.tokenizer import indexed_form

_CELLS = ("room", "nick", "other", "text", "raw", "who", "to_who", "account")
_WRITTEN = ("id", "kind", "time", *_CELLS)
_SELECTED = (*_WRITTEN, "edited")

# Earlier versions kept ids of accounts only for direct messages.
_EXPRESSIONS = {"who": "coalesce(who, '')"}

COLUMNS = ", ".join(_EXPRESSIONS.get(name, name) for name in _SELECTED)
"""The columns that ``stored_from`` reads, in order."""

INSERTED = ", ".join((*_WRITTEN, "words", "client"))
"""The columns of a row to insert: what ``rows_of`` returns, in order."""

WIDTH = len(_WRITTEN) + 2
"""How many these are."""

DIGITS = 16
"""Digits of the number in a position; enough for any id of SQLite."""

_RAW = _WRITTEN.index("raw")
_TEXTS = (_SELECTED.index("text"), _SELECTED.index("raw"))
_EDITED = _SELECTED.index("edited")

Row = tuple[Any, ...]


def _kinds(index: Index) -> tuple[int, ...]:
    return tuple(record.kind for record in records_of(index))


def condition(index: Index | None) -> str:
    """The SQL condition for the events of an index; ``None`` for those of none.

    It must be word for word the one in the ``CREATE INDEX`` that it is to use.
    """
    if index is None:
        found = sorted(kind for each in Index for kind in _kinds(each))
        return f"kind NOT IN ({', '.join(map(str, found))})"
    kinds = _kinds(index)
    if len(kinds) == 1:
        return f"kind = {kinds[0]}"
    return f"kind IN ({', '.join(map(str, kinds))})"


IS_MESSAGE = condition(Index.ROOM)
"""The SQL condition for the messages of rooms, which are counted and searched."""

IS_TOPIC = condition(Index.TOPIC)
"""The SQL condition for changes of topics."""

IS_OTHER = condition(None)
"""The SQL condition for events that are in no index; see also ``room_events``."""

MESSAGE_KINDS = frozenset(_kinds(Index.ROOM))
COUNTED_KINDS = MESSAGE_KINDS | frozenset(_kinds(Index.TOPIC))


def words_of(text: str) -> str | None:
    """The cell ``words`` for a text: its indexed form, if that differs."""
    form = indexed_form(text)
    return None if form is text else form


def _encoder(record: Record) -> Callable[[Any], Row]:
    """Makes the cells of an event.

    Of a message with the words, if they differ from its text, and with what stands for
    its client, if that is a guest.
    """
    values, columns = record.values, record.columns
    absent = {cell: len(columns) for cell in _CELLS} | {"account": len(columns) + 1}
    arrange = itemgetter(
        *(columns.index(cell) if cell in columns else absent[cell] for cell in _CELLS)
    )
    if record.index is not Index.ROOM:
        return lambda event: (*arrange((*values(event), None, "")), None, None)

    def encode(event: Any) -> Row:
        text = event.text
        cells = arrange((*values(event), None, ""))
        author = None if event.account else _digest_of_guest(event.client_id)
        return (*cells, words_of(text), author)

    return encode


def _decoder(record: Record) -> Callable[[Row], Any]:
    """Makes an event of a row; what is not kept is the empty text."""
    make = record.event
    # The empty text stands behind the row's last column.
    take = itemgetter(
        *(_SELECTED.index(column) if column else -1 for column in record.columns)
    )
    return lambda row: make(*take((*row, "")))


_ENCODERS = {record.event: (record.kind, _encoder(record)) for record in RECORDS}
_DECODERS = {record.kind: _decoder(record) for record in RECORDS}


def rows_of(
    batch: Sequence[Entry],
    first: int,
    time: int,
    shown: Sequence[RoomEvent | None] = (),
) -> list[Row]:
    """One row per entry, numbered from ``first``.

    :param time: milliseconds since 1970.
    :param shown: what rooms are shown of each event, which is kept in ``raw``.
    """
    rows: list[Row] = []
    for number, entry in enumerate(batch, first):
        event = entry.event
        kind, encode = _ENCODERS[type(event)]
        rows.append((number, kind, time, *encode(event)))
    for at, each in enumerate(shown):
        if each is not None:
            row = rows[at]
            rows[at] = (*row[:_RAW], to_text(each), *row[_RAW + 1 :])
    return rows


def position_of(name: str, number: int) -> str:
    """The position of an event with this id.

    :param name: of the journal.
    """
    return f"{name}-{number:0{DIGITS}d}"


def stored_of(batch: Sequence[Entry], name: str, first: int, time: int) -> list[Stored]:
    """The entries as they are announced once those rows are stored."""
    return [
        Stored(position_of(name, number), time, entry.event, entry.key)
        for number, entry in enumerate(batch, first)
    ]


def storable(row: Row) -> Row:
    """The row without lone surrogates, which SQLite cannot store."""
    return tuple(
        without_surrogates(value) if isinstance(value, str) else value for value in row
    )


def digest(client_id: str) -> bytes:
    """What stands for a client id, which is a secret, where it is only looked up."""
    data = client_id.encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=16, person=b"chat client id").digest()


@lru_cache(maxsize=1024)
def _digest_of_guest(client_id: str) -> bytes:
    """The digest of those who write, who often write several messages."""
    return digest(client_id)


def stored_from(name: str, row: Row) -> Stored:
    """The event in a row of ``COLUMNS``."""
    return Stored(
        position_of(name, row[0]),
        row[2],
        _DECODERS[row[1]](row),
        edited=bool(row[_EDITED]),
    )


def characters_in(row: Row) -> int:
    """The characters of text in a row of ``COLUMNS``."""
    return sum(len(row[at]) for at in _TEXTS if row[at])


def number_in(name: str, position: str) -> int | None:
    """The id in a position; ``None`` if the position is not of this journal."""
    start, dash, digits = position.partition("-")
    if start != name or not dash or len(digits) != DIGITS:
        return None
    return int(digits) if digits.isascii() and digits.isdigit() else None
