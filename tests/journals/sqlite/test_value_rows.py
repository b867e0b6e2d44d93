"""Tests of twisted_chat.journals.sqlite.value_rows, beside the contract of journals."""

from __future__ import annotations

from contextlib import closing

from tests.support.sqlite import FileTestCase
from twisted_chat.journals.sqlite.value_rows import (
    change_values,
    get_values,
    load_values,
)


class ValueRowsTests(FileTestCase):
    """The statements."""

    def test_lone_surrogates_are_stored_as_other_characters(self) -> None:
        """SQLite has none; no client can send them."""
        with closing(self.opened().connect()) as connection:
            change_values(connection, {"a/\ud83d": "\ud83d"})
            found = load_values(connection, "a/")
            self.assertEqual(list(found.values()), ["\ufffd"])
            self.assertEqual(
                list(get_values(connection, ["a/\ud83d"]).values()), ["\ufffd"]
            )
            change_values(connection, {"a/\ud83d": None})
            self.assertEqual(load_values(connection, "a/"), {})

    def test_keys_are_found_by_the_index(self) -> None:
        """However many other values there are."""
        with closing(self.opened().connect()) as connection:
            plan = connection.execute(
                "EXPLAIN QUERY PLAN"
                " SELECT key, value FROM key_values WHERE key >= 'a/' AND key < 'a0'"
            ).fetchall()
        self.assertIn("USING PRIMARY KEY", plan[0][-1])
