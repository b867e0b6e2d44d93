"""Output that waits for what has to precede it."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.client import Client
from twisted_chat.core.joining.held_output import HeldOutput
from twisted_chat.testing import FakeConnection, line_wire


class HeldOutputTests(SynchronousTestCase):
    """One write, once everything is known."""

    def setUp(self) -> None:
        self.connection = FakeConnection()
        self.client = Client("C", self.connection, line_wire().codec)
        self.held = HeldOutput()

    def test_what_precedes_is_written_first(self) -> None:
        """In one write with what was held back; then nothing is held back."""
        gap = self.held.hold(self.client)
        self.client.write(b"later ")
        self.assertEqual(self.connection.writes, [])
        gap.fill(b"first ")
        self.client.write(b"now")
        self.assertEqual(self.connection.writes, [b"first later ", b"now"])

    def test_gaps_are_filled_in_any_order(self) -> None:
        """Each stays in its place."""
        one = self.held.hold(self.client)
        self.client.write(b"2 ")
        two = self.held.hold(self.client)
        self.client.write(b"4")
        two.fill(b"3 ")
        self.assertEqual(self.connection.writes, [])
        one.fill(b"1 ")
        self.assertEqual(self.connection.writes, [b"1 2 3 4"])

    def test_nothing_is_sent_past_what_is_held_back(self) -> None:
        """Nor past what waits in the connection then."""
        sent: list[bytes] = []

        def send(data: bytes) -> int:
            sent.append(data)
            return len(data)

        for waiting in (0, 1):
            self.client.send_by(send)
            gap = self.held.hold(self.client)
            self.assertIsNone(self.client.send)
            self.client.send_by(send)
            self.assertIsNone(self.client.send)
            self.connection.waiting = waiting
            gap.fill(b"first")
            self.assertIs(self.client.send, None if waiting else send)
        self.assertEqual(sent, [])

    def test_client_with_another_connection_gets_nothing_of_the_former(self) -> None:
        """It may be held back there as well."""
        gap = self.held.hold(self.client)
        self.client.write(b"lost")
        again = self.client.connection = FakeConnection()
        new_gap = self.held.hold(self.client)
        self.assertFalse(gap.is_current)
        self.assertTrue(new_gap.is_current)
        gap.fill(b"lost too")
        self.client.write(b"2")
        new_gap.fill(b"1 ")
        self.assertEqual((self.connection.writes, again.writes), ([], [b"1 2"]))
