"""The pages of the SQLite file: how many are in use, and making the file smaller.

Invariant: each step of a generator is one short transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from .fts5 import index_pages

VACUUM_PAGES = 64
"""Pages that one portion moves to shrink the file."""

MIN_UNUSED = 64
"""Unused pages from which the file is made smaller, or a sixteenth of all, if that is
more; half of them are left, since what is stored next will use them."""

INCREMENTAL = 2
"""The value of ``PRAGMA auto_vacuum`` with which the file can shrink."""


class Pages:
    """The pages of one database.

    :param connection: one that writes.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @property
    def size(self) -> int:
        """Bytes of a page."""
        return self._value("PRAGMA page_size")

    @property
    def count(self) -> int:
        """All pages of the file, after a checkpoint."""
        return self._value("PRAGMA page_count")

    @property
    def unused(self) -> int:
        """Those that are used again before the file grows."""
        return self._value("PRAGMA freelist_count")

    @property
    def used(self) -> int:
        """Those that have content."""
        return self.count - self.unused

    @property
    def search_pages(self) -> int:
        """Those of the full-text search, with the remains of deleted messages."""
        return index_pages(self._connection)

    def shrink(self) -> Iterator[None]:
        """Return unused pages to the file system, if the file can shrink."""
        if self._value("PRAGMA auto_vacuum") != INCREMENTAL:
            return
        if self.unused < max(MIN_UNUSED, self.count // 16):
            return
        while (excess := self.unused - self.count // 32) > 0:
            before = self.count
            # ``execute`` would free only one page.
            self._connection.executescript(
                "PRAGMA synchronous = NORMAL;"
                f"PRAGMA incremental_vacuum({min(excess, VACUUM_PAGES)});"
                "PRAGMA synchronous = FULL;"
            )
            is_done = self.count >= before
            yield
            if is_done:
                return

    def _value(self, query: str) -> int:
        return int(self._connection.execute(query).fetchone()[0])
