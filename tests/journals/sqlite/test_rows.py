"""Tests of twisted_chat.journals.sqlite.rows."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, get_args

from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import EVERY_EVENT, entry
from twisted_chat.core.events import Event
from twisted_chat.journals.records import BY_EVENT, RECORDS
from twisted_chat.journals.sqlite.rows import (
    WIDTH,
    number_in,
    rows_of,
    storable,
    stored_from,
    stored_of,
)


class RowsTests(SynchronousTestCase):
    """Events as rows, and back."""

    def test_every_kind_of_event_is_read_as_written(self) -> None:
        """Except ids, which are kept for direct messages only."""
        self.assertEqual({type(e) for e in EVERY_EVENT}, set(get_args(Event)))
        batch = [entry(event) for event in EVERY_EVENT]
        rows = rows_of(batch, 7, 1234)
        stored = stored_of(batch, "name", 7, 1234)
        self.assertEqual({row[1] for row in rows}, {record.kind for record in RECORDS})
        for row, announced in zip(rows, stored, strict=True):
            self.assertEqual(len(row), WIDTH)
            back = stored_from("name", row)
            event = announced.event
            # Ids of clients are secrets; they are kept where they are needed.
            columns = BY_EVENT[type(event)].columns
            names = [each.name for each in fields(event)]
            left_out = [
                name
                for name, column in zip(names, columns, strict=True)
                if column is None
            ]
            empty: dict[str, Any] = dict.fromkeys(left_out, "")
            event = replace(event, **empty)
            self.assertEqual((back.position, back.time), (announced.position, 1234))
            self.assertEqual(back.event, event)

    def test_position_of_this_journal_has_a_number(self) -> None:
        """Any other text has none."""
        self.assertEqual(number_in("name", "name-0000000000000042"), 42)
        for position in (
            "",
            "name-",
            "name-42",
            "eman-0000000000000042",
            "name0000000000000042",
            "name--000000000000042",
            "name-000000000000004x",
            "name-000000000000_042",
            "name-00000000000000４２",
            "name- 000000000000042",
        ):
            self.assertIsNone(number_in("name", position), position)

    def test_lone_surrogates_are_replaced(self) -> None:
        """SQLite cannot store them."""
        self.assertEqual(
            storable((1, None, "a\ud800b", "🎉")), (1, None, "a\ufffdb", "🎉")
        )
