"""What the index costs a search, known before the search begins.

FTS5 reads all messages that have a word with the beginning that is searched for, at
once and without a look at the clock; so a search that would not be done in its time is
not begun.  It is estimated by the pages of the index that have such words.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from .fts5 import pages_of_words

PAGE_SECONDS = 0.000_05
"""Seconds that a page of a frequent word takes, at least: measured, twice as much."""


def search_seconds(connection: sqlite3.Connection, phrases: Iterable[str]) -> float:
    """The seconds that the index takes for a search, on a fast machine.

    :param phrases: the last word of each is the beginning of a word.
    """
    pages = sum(
        pages_of_words(connection, phrase.rpartition(" ")[2]) for phrase in phrases
    )
    return pages * PAGE_SECONDS
