"""The statements for the table of values, see ``interfaces.KeyValues``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from twisted_chat.core.interfaces import Changes

from .rows import storable

_LOAD = "SELECT key, value FROM key_values WHERE key >= ? AND key < ?"
_GET = "SELECT value FROM key_values WHERE key = ?"
_SET = (
    "INSERT INTO key_values VALUES (?, ?)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)
_DELETE = "DELETE FROM key_values WHERE key = ?"


def load_values(connection: sqlite3.Connection, prefix: str) -> dict[str, str]:
    """All values whose key begins with ``prefix``.

    :param prefix: at least an area and its slash.
    """
    # Texts are compared as UTF-8, so in the order of their characters.
    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    return dict(connection.execute(_LOAD, storable((prefix, end))).fetchall())


def get_values(connection: sqlite3.Connection, keys: Iterable[str]) -> dict[str, str]:
    """The values of those of the keys that exist."""
    found: dict[str, str] = {}
    for key in keys:
        row = connection.execute(_GET, storable((key,))).fetchone()
        if row is not None:
            found[key] = row[0]
    return found


def change_values(connection: sqlite3.Connection, changes: Changes) -> None:
    """Make these changes, within a transaction."""
    for key, value in changes.items():
        if value is None:
            connection.execute(_DELETE, storable((key,)))
        else:
            connection.execute(_SET, storable((key, value)))
