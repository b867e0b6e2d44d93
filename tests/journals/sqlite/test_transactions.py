"""Tests of twisted_chat.journals.sqlite.transactions."""

from __future__ import annotations

from contextlib import closing

from tests.support.sqlite import WriterTestCase
from twisted_chat.journals.sqlite.transactions import relaxed_transaction


class RelaxedTransactionTests(WriterTestCase):
    """A transaction that does not wait for the disk."""

    def test_only_this_transaction_does_not_wait(self) -> None:
        """Also if there were others before: the statements are kept prepared."""
        with closing(self.file.connect_writer()) as connection:

            def level() -> int:
                row = connection.execute("PRAGMA synchronous").fetchone()
                return int(row[0])

            for n in range(1, 4):
                with relaxed_transaction(connection):
                    self.assertEqual(level(), 1)
                    self.assertTrue(connection.in_transaction)
                    connection.execute(
                        "INSERT INTO topics (room, text) VALUES (?, 'tea')", (f"{n}",)
                    )
                self.assertEqual(level(), 2)
                self.assertFalse(connection.in_transaction)
                rows = connection.execute("SELECT count(*) FROM topics").fetchone()
                self.assertEqual(rows, (n,))
