"""What FTS5 notes about the full-text search of the SQLite journal, in its own tables.

A page of a segment is a row of ``search_data``, its id ``(segment << 37) + number``.
``search_idx`` has the first term of each page on which any term begins; each term has a
byte before it, 0x30 for the index of whole words.  Invariant: a query takes a few
look-ups for each segment, however large the index is.
"""

from __future__ import annotations

import sqlite3

_AVERAGES = 1
"""The row of ``search_data`` that begins with the number of messages in the index."""

_SEGMENTS = """
WITH RECURSIVE segment(id) AS (
    SELECT min(segid) FROM search_idx
    UNION ALL
    SELECT (SELECT min(segid) FROM search_idx WHERE segid > segment.id)
    FROM segment WHERE segment.id IS NOT NULL
)
"""

_PAGES = f"""{_SEGMENTS}
SELECT coalesce(sum(
    (SELECT max(id) & 0x7fffffff FROM search_data
        WHERE id < (segment.id << 37) + (1 << 31))
    - (SELECT min(id) & 0x7fffffff FROM search_data WHERE id >= segment.id << 37)
    + 1), 0)
FROM segment WHERE id IS NOT NULL
"""

_PAGES_OF_TERMS = f"""{_SEGMENTS}
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


def index_pages(connection: sqlite3.Connection) -> int:
    """The pages of the index, with the remains of deleted messages."""
    return int(connection.execute(_PAGES).fetchone()[0])


def pages_of_words(connection: sqlite3.Connection, beginning: str) -> int:
    """The pages of the index that have words with this beginning, approximately.

    At least one for each segment.
    """
    term = b"0" + beginning.encode()
    row = connection.execute(_PAGES_OF_TERMS, (term, term + b"\xff")).fetchone()
    return int(row[0])


def indexed_messages(connection: sqlite3.Connection) -> int:
    """The number of messages in the full-text search."""
    row = connection.execute(
        "SELECT block FROM search_data WHERE id = ?", (_AVERAGES,)
    ).fetchone()
    return _first_number(row[0]) if row else 0


def _first_number(block: bytes) -> int:
    """The first of SQLite's numbers of variable length."""
    number = 0
    for byte in block[:8]:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return number
