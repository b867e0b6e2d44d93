"""Tests of twisted_chat.journals.sqlite.value_rows, beside the contract of journals."""

from __future__ import annotations

from contextlib import closing

from tests.support.sqlite import FileTestCase
from twisted_chat.journals.sqlite.value_rows import (
    MAX_KEYS,
    areas_in,
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

    def test_many_keys_are_found_at_once(self) -> None:
        """However many they are, and in the order in which they were given."""
        with closing(self.opened().connect()) as connection:
            changes = {f"a/{number}": str(number) for number in range(300)}
            change_values(connection, changes)
            for count in (0, 1, 2, 3, MAX_KEYS, MAX_KEYS + 1, 300):
                keys = [f"a/{number}" for number in reversed(range(count))]
                found = get_values(connection, [*keys, "b/1"])
                self.assertEqual(list(found), keys)
                self.assertEqual(list(found.values()), [changes[key] for key in keys])

    def test_areas_are_found(self) -> None:
        """Those with and without subjects, also if one begins like another."""
        with closing(self.opened().connect()) as connection:
            self.assertEqual(areas_in(connection), set())
            keys = ("a", "a/1", "a/2", "a-b/1", "a.b", "a0", "ab/x", "c", "c/")
            change_values(connection, dict.fromkeys(keys, "x"))
            self.assertEqual(areas_in(connection), {"a", "a-b", "a.b", "a0", "ab", "c"})
