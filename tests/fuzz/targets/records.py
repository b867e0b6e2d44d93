"""Events as journals store them: whatever their texts are, they are read back the same.

The input is the fields of an event, separated by NUL.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from typing import Any

from tests.fuzz.target import Target, expect, expect_equal, text_of
from twisted_chat.core.events import Entry, Event
from twisted_chat.core.texts.sanitize import without_surrogates
from twisted_chat.journals.records import RECORDS
from twisted_chat.journals.redis.entries import (
    decode,
    decode_batch,
    decode_indexed,
    encode,
    script_arguments,
    to_text,
)
from twisted_chat.journals.sqlite.rows import (
    COLUMNS,
    INSERTED,
    WIDTH,
    rows_of,
    storable,
    stored_from,
)

_TIME = 1_700_000_000_123


def check(data: bytes) -> None:
    """Store an event of each kind with these fields."""
    texts = [text_of(part) for part in data.split(b"\0")]
    entries = [Entry(texts[0], event) for event in _events(texts)]
    for entry in entries:
        stored = encode(entry)
        expect_equal(
            decode(json.loads(to_text(stored))), (entry.key, entry.event), "Redis"
        )
        indexed = decode_indexed(b"5-1", stored)
        assert indexed is not None
        expect_equal(indexed.event, entry.event, "an index of Redis")
        for argument in script_arguments(entry):
            expect(isinstance(argument, str), "an argument of a script")
    batch = b"[" + b",".join(map(encode, entries)) + b"]"
    before, found = decode_batch(b"1700000000000-20", batch)
    expect_equal(
        [one.event for one in found], [one.event for one in entries], "a batch"
    )
    expect_equal(before.number, 20 - len(entries), "the position before a batch")
    _check_sqlite(entries)
    _check_later_version(data)


def _events(texts: list[str]) -> Iterator[Event]:
    for record in RECORDS:
        values = (
            _value(each.type, texts[at % len(texts)])
            for at, each in enumerate(fields(record.event))
        )
        yield record.event(*values)


def _value(kind: object, text: str) -> object:
    """The value of a field of this type."""
    if kind == "int":
        return len(text)
    return bool(text) if kind == "bool" else text


def _check_sqlite(entries: list[Entry]) -> None:
    """Rows are read from a database as they were inserted."""
    rows = [storable(row) for row in rows_of(entries, 1, _TIME)]
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"CREATE TABLE events ({INSERTED}, edited)")
        marks = ", ".join("?" * WIDTH)
        database.executemany(f"INSERT INTO events ({INSERTED}) VALUES ({marks})", rows)
        kept = database.execute(f"SELECT {COLUMNS} FROM events ORDER BY id").fetchall()
    for entry, row, record in zip(entries, kept, RECORDS, strict=True):
        event = stored_from("test", row).event
        wanted = [
            _stored_text(value) if column else ""
            for value, column in zip(
                record.values(entry.event), record.columns, strict=True
            )
        ]
        expect_equal(list(record.values(event)), wanted, "SQLite")


def _stored_text(value: Any) -> Any:
    return without_surrogates(value) if isinstance(value, str) else value


def _check_later_version(data: bytes) -> None:
    """What a later version has written is skipped, or has more fields at the end."""
    try:
        value: Any = json.loads(text_of(data))
    except (ValueError, RecursionError):
        return
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        decode(value)
        decode([*value, "more"])


TARGET = Target(
    check,
    seeds=(
        b"lobby\0alice\0hi all\0client",
        'den\0J\u00fcrgen\0gr\u00fc\u00df \U0001f44b\0id\0{"a":1}'.encode(),
        b"\0\0\0",
        b"alice\0guest_1\0\xed\xa0\x80 lone",
        b"one\ntwo\0\x1b[A\0'\"\\;--\0%s",
        b'["Said","key","lobby","alice","hi","id"]',
        b'["Acted","key"]',
        b'["Unknown","key","x"]',
        "\u0130\u0131\0\ufb01\0\u4f60\u597d".encode(),
        b"=x ~y\0a b\0c",
    ),
    tokens=(
        *(b"\0", b'"', b"'", b"\\", b"[", b"]", b",", b"\n", b"%", b"{", b"}", b" "),
        *(record.name.encode() for record in RECORDS),
        *(b"lobby", b"alice", b"guest_1", b"\xed\xa0\x80", b"\xed\xb0\x80", b"\x7f"),
        *(one.encode() for one in "\u0130\ufdfa\u200d\u0345\U0010ffff\ufffe"),
    ),
    max_size=1000,
)
