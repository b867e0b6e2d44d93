"""Fakes for tests."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.interfaces import StoreError
from twisted_chat.testing import TestChat
from twisted_chat.testing.fakes import START, FakeClock, FakeConnection


class FailingJournalTests(SynchronousTestCase):
    """A journal that fails or waits when a test says so."""

    def setUp(self) -> None:
        self.chat = TestChat()
        self.journal = self.chat.journal
        (self.alice,) = self.chat.people("alice")

    def test_appending_fails_the_given_number_of_times(self) -> None:
        """With the given reason."""
        self.journal.fail("no room", times=2)
        for expected in ("error: not stored: no room",) * 2 + ("alice: hi",):
            self.alice.types("hi")
            self.assertEqual(self.alice.sees(), [expected])

    def test_journal_fails_and_is_unhealthy_until_it_recovers(self) -> None:
        """Without a number of times."""
        self.assertIsNone(self.journal.problem())
        self.journal.fail(times=None)
        self.assertEqual(self.journal.problem(), "the disk is full")
        for _ in range(3):
            self.alice.types("hi")
        self.journal.recover()
        self.alice.types("hi")
        self.assertEqual(self.alice.sees()[3], "alice: hi")
        self.assertIsNone(self.journal.problem())

    def test_reading_and_appending_are_held_apart(self) -> None:
        """A second release does nothing."""
        self.journal.hold("read")
        self.alice.types(r"\history", "hi")
        self.assertEqual(self.alice.sees(), [])
        self.journal.release("read")
        self.journal.release("read")
        self.assertEqual(self.alice.sees()[-1], "alice: hi")

    def test_closed_journal_refuses(self) -> None:
        """Like the one inside."""
        self.chat.spawn(self.journal.close())
        self.alice.types("hi")
        self.assertIn("shutting down", self.alice.sees()[0])

    def test_given_exception_is_raised(self) -> None:
        """Of any type."""
        self.journal.fail(StoreError("mine"), what="read")
        self.alice.types(r"\history")
        self.assertEqual(self.alice.sees(), ["error: mine"])


class FakeClockTests(SynchronousTestCase):
    """A clock that a test advances."""

    def test_calls_are_made_in_order_at_their_time(self) -> None:
        """Cancelled ones are not."""
        clock, calls = FakeClock(), list[tuple[str, float]]()

        def call(name: str) -> None:
            calls.append((name, clock.seconds() - START))

        clock.callLater(2, call, "late")
        clock.callLater(1, call, "early")
        never = clock.callLater(1, call, "never")
        clock.callLater(1, lambda: clock.callLater(0.5, call, "then"))
        self.assertTrue(never.active())
        never.cancel()
        self.assertFalse(never.active())
        clock.advance(0.5)
        self.assertEqual(calls, [])
        clock.advance(2)
        self.assertEqual(calls, [("early", 1), ("then", 1.5), ("late", 2)])
        self.assertEqual(clock.seconds(), START + 2.5)


class FakeConnectionTests(SynchronousTestCase):
    """A connection that records what is written."""

    def test_first_reason_counts_and_later_writes_are_lost(self) -> None:
        """As on a real connection."""
        connection = FakeConnection()
        connection.write(b"one")
        connection.write(b"two")
        connection.close("first")
        connection.close("second")
        connection.write(b"three")
        self.assertEqual(connection.closed, "first")
        self.assertEqual(connection.take(), b"onetwo")
        self.assertEqual(connection.take(), b"")
