"""Merging of the full-text search of the SQLite journal, in short steps.

Each transaction adds a segment to the index of FTS5.  Many segments make searches slow,
and what was deleted stays in them until they are merged.  FTS5's own merges, which may
take long, are off; see ``sql/0005_merging.sql``.  Invariant: each step is one short
transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from .transactions import relaxed_transaction

MERGE_PAGES = 16
"""Pages of the full-text search that one step writes, at most."""


def merge_some(connection: sqlite3.Connection, pages: int) -> bool:
    """Merge segments if there are many of one size, until so many pages are written.

    :param pages: negative to begin to merge all segments, as many as there are.
    :returns: whether there is more to do.
    """
    before = connection.total_changes
    with relaxed_transaction(connection):
        connection.execute(
            "INSERT INTO search (search, rank) VALUES ('merge', ?)", (pages,)
        )
    # Others make changes, too, between two steps.
    return connection.total_changes - before >= 2


def merge_all(connection: sqlite3.Connection) -> Iterator[None]:
    """Merge all segments, which removes the remains of deleted messages."""
    pages = -MERGE_PAGES
    while merge_some(connection, pages):
        yield
        pages = MERGE_PAGES
    yield
