"""Events as rows of the SQLite journal's table, and back.

Rules of this file: pure functions; the numbers in ``KINDS`` are in files out
there and never change their meaning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from twisted_chat.core.events import (
    Action,
    AwaySet,
    CustomEvent,
    DirectMessage,
    Entry,
    Event,
    Joined,
    Left,
    Message,
    Quit,
    Renamed,
    Stored,
    TopicSet,
)
from twisted_chat.journals.tokenizer import spelled_out

SPOKEN = "kind IN (1, 2)"
"""What a room's history is made of; word for word as in the index of it."""

LAST_SPOKEN = 2
"""Kinds up to this one are spoken."""

COLUMNS = "id, kind, time, room, nick, other, text, raw, who, to_who"
"""What ``stored_from`` reads, in this order."""

WIDTH = 11
"""Columns of one row on its way in: ``COLUMNS`` and ``words``."""

DIGITS = 16
"""Of the number in a position; enough for any id that SQLite can give."""

Row = tuple[Any, ...]

_SURROGATES = re.compile("[\ud800-\udfff]")


def _spoken(kind: int, event: Message | Action, raw: str | None) -> Row:
    text = event.text
    words = spelled_out(text)
    other = None if words is text else words
    return (kind, event.room, event.nick, None, text, raw, None, None, other)


_TO_ROW: dict[type[Any], Callable[[Any], Row]] = {
    Message: lambda e: _spoken(1, e, e.raw),
    Action: lambda e: _spoken(2, e, None),
    TopicSet: lambda e: (3, e.room, e.nick, None, e.text, *_NOTHING),
    DirectMessage: lambda e: (
        4,
        None,
        e.nick,
        e.recipient,
        e.text,
        None,
        e.client_id,
        e.recipient_id,
        None,
    ),
    Joined: lambda e: (5, e.room, e.nick, None, None, *_NOTHING),
    Left: lambda e: (6, e.room, e.nick, None, None, *_NOTHING),
    Quit: lambda e: (7, None, e.nick, None, None, *_NOTHING),
    Renamed: lambda e: (8, None, e.old, e.new, None, *_NOTHING),
    AwaySet: lambda e: (9, None, e.nick, None, e.text, *_NOTHING),
    CustomEvent: lambda e: (10, e.room, e.nick, None, None, e.raw, None, None, None),
}
_NOTHING: Row = (None, None, None, None)

KINDS: dict[int, Callable[[Row], Event]] = {
    1: lambda r: Message(r[3], r[4], r[6], "", r[7]),
    2: lambda r: Action(r[3], r[4], r[6], ""),
    3: lambda r: TopicSet(r[3], r[4], r[6], ""),
    4: lambda r: DirectMessage(r[4], r[5], r[6], r[8], r[9]),
    5: lambda r: Joined(r[3], r[4], ""),
    6: lambda r: Left(r[3], r[4], ""),
    7: lambda r: Quit(r[4], ""),
    8: lambda r: Renamed(r[4], r[5], ""),
    9: lambda r: AwaySet(r[4], r[6], ""),
    10: lambda r: CustomEvent(r[3], r[4], r[7], ""),
}
"""What each kind of row says; who did it is kept for private messages only."""


def rows_of(batch: Sequence[Entry], first: int, time: int) -> list[Row]:
    """One row for each entry, numbered from ``first``.

    :param time: milliseconds since 1970.
    """
    to_row = _TO_ROW
    rows = []
    number = first
    for entry in batch:
        event = entry.event
        kind, *rest = to_row[type(event)](event)
        rows.append((number, kind, time, *rest))
        number += 1
    return rows


def stored_of(batch: Sequence[Entry], name: str, first: int, time: int) -> list[Stored]:
    """What those rows are announced as."""
    return [
        Stored(f"{name}-{number:0{DIGITS}d}", time, entry.event, entry.key)
        for number, entry in enumerate(batch, first)
    ]


def storable(row: Row) -> Row:
    """The row without lone surrogates, which SQLite cannot keep."""
    return tuple(
        _SURROGATES.sub("\ufffd", value) if isinstance(value, str) else value
        for value in row
    )


def stored_from(name: str, row: Row) -> Stored:
    """What a row of ``COLUMNS`` says."""
    return Stored(f"{name}-{row[0]:0{DIGITS}d}", row[2], KINDS[row[1]](row))


def number_in(name: str, position: str) -> int | None:
    """The id that a position stands for; ``None`` if it is not of this journal."""
    start, dash, digits = position.partition("-")
    if start != name or not dash or len(digits) != DIGITS:
        return None
    return int(digits) if digits.isascii() and digits.isdigit() else None
