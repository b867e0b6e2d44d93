"""The statements for the table of values, see ``interfaces.KeyValues``."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache

from twisted_chat.core.interfaces import Changes

from .rows import storable

_FIRST = "SELECT key FROM key_values WHERE key >= ? ORDER BY key LIMIT 1"
_LOAD = "SELECT key, value FROM key_values WHERE key >= ? AND key < ?"
_SET = (
    "INSERT INTO key_values VALUES (?, ?)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)
_DELETE = "DELETE FROM key_values WHERE key = ?"

MAX_KEYS = 128
"""Keys that one statement looks up, at most: each statement releases the interpreter's
lock and then has to win it back from a busy reactor."""


def area_of(key: str) -> str:
    """The area of a key, see ``interfaces.KeyValues``."""
    return key.partition("/")[0]


def areas_in(connection: sqlite3.Connection) -> set[str]:
    """The areas of all keys, found by one look-up for each."""
    areas: set[str] = set()
    start = ""
    while row := connection.execute(_FIRST, (start,)).fetchone():
        area, slash, _ = row[0].partition("/")
        areas.add(area)
        # Behind its keys with a slash, or behind the key without.
        start = area + (chr(ord("/") + 1) if slash else "\x01")
    return areas


def load_values(connection: sqlite3.Connection, prefix: str) -> dict[str, str]:
    """All values whose key begins with ``prefix``.

    :param prefix: at least an area and its slash.
    """
    # Texts are compared as UTF-8, so in the order of their characters.
    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    return dict(connection.execute(_LOAD, storable((prefix, end))).fetchall())


def get_values(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, str]:
    """The values of those of the keys that exist."""
    stored = storable(tuple(keys))
    found: dict[str, str] = {}
    for start in range(0, len(stored), MAX_KEYS):
        some = stored[start : start + MAX_KEYS]
        # A power of two, so that the connection keeps the few statements prepared.
        size = 1 << (len(some) - 1).bit_length()
        some += some[-1:] * (size - len(some))
        found.update(connection.execute(_get(size), some).fetchall())
    return {
        key: found[name]
        for key, name in zip(keys, stored, strict=True)
        if name in found
    }


@cache
def _get(size: int) -> str:
    """The statement for that many keys."""
    keys = ", ".join("?" * size)
    return f"SELECT key, value FROM key_values WHERE key IN ({keys})"


def change_values(connection: sqlite3.Connection, changes: Changes) -> None:
    """Make these changes, within a transaction."""
    for key, value in changes.items():
        if value is None:
            connection.execute(_DELETE, storable((key,)))
        else:
            connection.execute(_SET, storable((key, value)))


def change_if(
    connection: sqlite3.Connection, changes: Changes, expected: Changes
) -> bool:
    """Make these changes, within a transaction, if the values are those expected."""
    found = get_values(connection, tuple(expected))
    if any(found.get(key) != value for key, value in expected.items()):
        return False
    change_values(connection, changes)
    return True
