"""Tests of twisted_chat.core.accounts.changes."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.account_events import AccountChanged, Change, ReadUpTo
from twisted_chat.core.accounts.changes import (
    account_changes,
    arrival_changes,
    read_area,
    read_changes,
)
from twisted_chat.core.events import Joined


class ChangesTests(SynchronousTestCase):
    """The values that change with events."""

    def test_operators_are_kept(self) -> None:
        """Until they are none any more, or their account is removed."""
        for change, values in (
            (Change.REGISTERED, {}),
            (Change.OPERATOR, {"operator/@1": "bob"}),
            (Change.NO_OPERATOR, {"operator/@1": None}),
            (Change.UNREGISTERED, {"operator/@1": None, "removed/@1": None}),
            ("of a later version", {}),
        ):
            event = AccountChanged("bob", "@1", change, "id")
            self.assertEqual(account_changes(event), values)

    def test_how_far_a_room_is_read_is_kept(self) -> None:
        """For each account in an area of its own."""
        event = ReadUpTo("tea", "@1", "7", "id", 1000)
        self.assertEqual(read_changes(event), {"read@1/tea": "7 1000"})
        self.assertEqual(read_area("@1"), "read@1/")

    def test_account_that_is_present_returns_to_no_room(self) -> None:
        """A guest's rooms are not in the store."""
        joined = Joined("tea", "bob", "id", "@1", "bob")
        self.assertEqual(arrival_changes(joined), {"left/@1": None})
        self.assertEqual(arrival_changes(Joined("tea", "bob", "id")), {})
