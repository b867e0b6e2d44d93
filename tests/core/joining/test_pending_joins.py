"""The clients that have connected and are not present yet."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.client import Client, ClientState
from twisted_chat.core.joining.join_request import NEW_CLIENT
from twisted_chat.core.joining.pending_joins import PendingJoin, PendingJoins
from twisted_chat.testing import FakeConnection, line_wire


class PendingJoinTests(SynchronousTestCase):
    """One client, which joins two rooms."""

    def setUp(self) -> None:
        self.client = Client("A", FakeConnection(), line_wire().codec)
        self.pending = PendingJoin(self.client, NEW_CLIENT, ("tea", "soup"), False)
        self.joining = PendingJoins({"A": self.pending})

    def test_client_is_found_by_each_room_that_it_is_to_arrive_in(self) -> None:
        """From when its arrival is submitted until it is announced."""
        self.assertIs(self.joining.awaiting("A", "tea"), None)
        self.pending.awaited.update(("tea", "soup"))
        self.assertIs(self.joining.awaiting("A", "tea"), self.pending)
        self.pending.awaited.discard("tea")
        self.assertIs(self.joining.awaiting("A", "tea"), None)
        self.assertIs(self.joining.awaiting("A", "soup"), self.pending)
        self.assertIs(self.joining.awaiting("B", "soup"), None)

    def test_clients_are_listed_as_long_as_they_are_joining(self) -> None:
        """Each counts for the guests' names that may be in use."""
        self.assertEqual(self.joining.clients(), [self.client])
        self.assertEqual(len(self.joining), 1)

    def test_client_that_leaves_is_cancelled_until_its_arrival_is_submitted(
        self,
    ) -> None:
        """After that it arrives, and leaves."""
        self.assertFalse(self.pending.cancelled)
        self.client.move_to(ClientState.GONE)
        self.assertTrue(self.pending.cancelled)
        self.assertFalse(self.pending.submitted)
        self.pending.awaited.add("tea")
        self.assertFalse(self.pending.cancelled)
        self.assertTrue(self.pending.submitted)
