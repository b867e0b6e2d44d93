"""What the index costs a search, known before the search begins.

FTS5 reads all messages that have a word with the beginning that is searched for, at
once and without a look at the clock; so a search that would not be done in its time is
not begun.  It is estimated by the pages of the index that have such words, which are
found by a few look-ups for each segment.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

PAGE_SECONDS = 0.000_05
"""Seconds that a page of a frequent word takes, at least: measured, twice as much."""

# In ``search_idx`` is the first term of each page that any term begins on; each term
# has a byte before it, 0x30 for the index of whole words.
_PAGES = """
WITH RECURSIVE segment(id) AS (
    SELECT min(segid) FROM search_idx
    UNION ALL
    SELECT (SELECT min(segid) FROM search_idx WHERE segid > segment.id)
    FROM segment WHERE segment.id IS NOT NULL
)
SELECT coalesce(sum(
    coalesce(
        (SELECT pgno >> 1 FROM search_idx WHERE segid = segment.id AND term >= ?2
            ORDER BY term LIMIT 1),
        (SELECT max(id) & 0x7fffffff FROM search_data
            WHERE id < (segment.id << 37) + (1 << 31)))
    - coalesce(
        (SELECT pgno >> 1 FROM search_idx WHERE segid = segment.id AND term <= ?1
            ORDER BY term DESC LIMIT 1),
        1)
    + 1), 0)
FROM segment WHERE id IS NOT NULL
"""


def search_seconds(connection: sqlite3.Connection, phrases: Iterable[str]) -> float:
    """The seconds that the index takes for a search, on a fast machine.

    :param phrases: the last word of each is the beginning of a word.
    """
    pages = 0
    for phrase in phrases:
        term = b"0" + phrase.rpartition(" ")[2].encode()
        row = connection.execute(_PAGES, (term, term + b"\xff")).fetchone()
        pages += row[0]
    return pages * PAGE_SECONDS
