"""Tests of twisted_chat.journals.sqlite.batches."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, cast

from tests.support.journals import entry, said
from tests.support.sqlite import TrimmingTestCase, WriterTestCase
from twisted_chat.core.events import Joined, Quit, TopicSet
from twisted_chat.journals.records import KEPT_NICKNAME_MS
from twisted_chat.journals.retention import Retention
from twisted_chat.journals.sqlite.batches import MAX_INSERT_ROWS
from twisted_chat.journals.sqlite.file import CACHED_STATEMENTS
from twisted_chat.journals.sqlite.reader import Reader


class BatchTests(WriterTestCase):
    """What a batch changes."""

    def test_batches_of_every_size_are_stored_in_order(self) -> None:
        """Whatever the number of rows per statement."""
        writer = self.writer()
        sizes = (
            1,
            2,
            3,
            127,
            MAX_INSERT_ROWS,
            MAX_INSERT_ROWS + 1,
            3 * MAX_INSERT_ROWS + 77,
        )
        expected = []
        for size in sizes:
            batch = [f"tea {size}.{n}" for n in range(size)]
            self.store(writer, *(said(text) for text in batch))
            expected += batch
        self.assertEqual(self.history(writer), expected)
        self.check_search(writer)

    def test_nicknames_are_kept_for_a_while(self) -> None:
        """Their number does not grow forever: old ones go as new ones come."""
        writer = self.writer()
        reader = Reader(self.file, writer.name)
        self.addCleanup(reader.close)
        early = [entry(Joined("lobby", f"n{i}", f"id-{i}")) for i in range(300)]
        writer.store(early, 1_000)
        self.assertEqual(reader.nickname("id-299", 0), "n299")
        later = [entry(Joined("lobby", f"m{i}", f"new-{i}")) for i in range(100)]
        writer.store(
            [*later, entry(Joined("lobby", "n0", "id-0"))], 1_000 + KEPT_NICKNAME_MS
        )
        self.assertEqual(reader.nickname("id-1", 0), "n1")
        writer.store([entry(Joined("lobby", "m0", "new-0"))], 1_001 + KEPT_NICKNAME_MS)
        names = [reader.nickname(f"id-{i}", 0) for i in range(300)]
        self.assertEqual(len([one for one in names if one]), 298)
        self.assertEqual(names[0], "n0")

    def test_client_ids_are_not_in_the_file(self) -> None:
        """They are the secrets with which clients resume."""
        writer = self.writer()
        self.store(writer, Joined("lobby", "bob", "a-secret"), said("hi"))
        data = b"".join(
            path.read_bytes() for path in self.folder.glob(self.path.name + "*")
        )
        self.assertIn(b"bob", data)
        self.assertNotIn(b"a-secret", data)


class Recorded:
    """A connection that notes its statements."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.statements: set[str] = set()

    def execute(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Note the statement."""
        self.statements.add(statement)
        return self._connection.execute(statement, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class StatementTests(TrimmingTestCase):
    """The statements, which SQLite keeps prepared."""

    def test_statements_are_few_whatever_is_stored_and_deleted(self) -> None:
        """To prepare one anew may take longer than to run it."""
        writer = self.writer(Retention(50, 1.0, 1_000_000))
        connection = Recorded(self.connection(writer))
        writer._connection = cast("sqlite3.Connection", connection)
        for size in range(1, 300, 7):
            batch = [
                event
                for n in range(size)
                for event in (
                    said(f"tea {size}.{n}", room=f"room{n % 9}"),
                    Joined("x", f"n{size}.{n}", f"i{size}.{n}"),
                    Quit(f"n{size}.{n}", f"i{size}.{n}"),
                    TopicSet(f"room{n % 9}", "a", f"topic {size}", "a"),
                )
            ]
            self.store(writer, *batch)
            while writer.needs_maintenance:
                writer.maintain()
            self.trim(writer, 1_700_000_000.0 + size)
        self.assertGreater(len(connection.statements), 30)
        self.assertLess(len(connection.statements), CACHED_STATEMENTS)
