"""Transactions that do not wait for the disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def relaxed_transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction that does not wait for the disk: a power failure may undo it.

    After a failure the connection must not be used any more.
    """
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("COMMIT")
    connection.execute("PRAGMA synchronous = FULL")
