"""Entries of ignore lists as they are stored."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.ignoring.ignore_list import Ignored, ignored_member
from twisted_chat.core.ignoring.ignore_records import (
    change_of,
    entries_in,
    from_value,
    ignore_changes,
    to_value,
)
from twisted_chat.core.ignoring.ignoring import ByFormerNick, ById
from twisted_chat.core.presence import Member


class RecordTests(SynchronousTestCase):
    """A value is one entry."""

    def test_entry_is_read_as_it_was_stored(self) -> None:
        """With everything by which the person is known."""
        past = (ById("7"), ByFormerNick("pest"))
        guest = Ignored("Pest", "", "8", "nicer", "192.0.2.1", past, key="k")
        account = ignored_member(Member("@1", "bob", account="Robert"))
        for entry in (guest, account, Ignored("pest", folded="pest", key="=pest")):
            read = from_value(entry.key, to_value(entry))
            self.assertEqual((read, read.key), (entry, entry.key))

    def test_id_of_a_guest_is_in_no_key(self) -> None:
        """It is a secret."""
        entry = ignored_member(Member("secret", "pest", "pest"))
        self.assertNotIn("secret", entry.key)
        self.assertNotEqual(entry.key, ignored_member(Member("other")).key)

    def test_event_changes_one_value(self) -> None:
        """Or deletes it."""
        entry = Ignored("pest", folded="pest", key="=pest")
        event = change_of("@1", entry.key, entry, "pest", "id")
        self.assertEqual(ignore_changes(event), {"ignore@1/=pest": to_value(entry)})
        event = change_of("@1", entry.key, None, "pest", "id")
        self.assertEqual(ignore_changes(event), {"ignore@1/=pest": None})

    def test_entries_of_a_later_version_are_left_out(self) -> None:
        """Nobody knows here what they mean."""
        entry = Ignored("pest", folded="pest", key="=pest")
        values = {
            "ignore@1/=pest": to_value(entry),
            "ignore@1/a": '{"nick": "x", "later": 1}',
            "ignore@1/b": '{"nick": "x", "past": 1}',
            "ignore@1/c": "[1]",
            "ignore@1/d": "?",
        }
        self.assertEqual(entries_in("@1", values), (entry,))
