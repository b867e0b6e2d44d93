"""What stands in for the world in a test."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.interfaces import StoreError
from twisted_chat.testing import TestChat
from twisted_chat.testing.fakes import START, FakeClock, FakeConnection


class FailingJournalTests(SynchronousTestCase):
    """A store that fails, or takes its time, when told to."""

    def setUp(self) -> None:
        self.room = TestChat()
        self.journal = self.room.journal
        (self.alice,) = self.room.people("alice")

    def test_fail(self) -> None:
        """So often, and with these words."""
        self.journal.fail("no room", times=2)
        for expected in ("error: not stored: no room",) * 2 + ("alice: hi",):
            self.alice.types("hi")
            self.assertEqual(self.alice.sees(), [expected])

    def test_until_recover(self) -> None:
        """It says that it is not healthy, and then that it is."""
        self.assertIsNone(self.journal.healthy())
        self.journal.fail(times=None)
        self.assertEqual(self.journal.healthy(), "the disk is full")
        for _ in range(3):
            self.alice.types("hi")
        self.journal.recover()
        self.alice.types("hi")
        self.assertEqual(self.alice.sees()[3], "alice: hi")
        self.assertIsNone(self.journal.healthy())

    def test_hold(self) -> None:
        """Reading and writing, each on its own; a second release is none."""
        self.journal.hold("read")
        self.alice.types(r"\history", "hi")
        self.assertEqual(self.alice.sees(), [])
        self.journal.release("read")
        self.journal.release("read")
        self.assertEqual(self.alice.sees()[-1], "alice: hi")

    def test_close(self) -> None:
        """After its end it refuses like the one within."""
        self.room.spawn(self.journal.close())
        self.alice.types("hi")
        self.assertIn("closing", self.alice.sees()[0])

    def test_an_exception_of_its_own(self) -> None:
        """A test may choose what is raised."""
        self.journal.fail(StoreError("mine"), what="read")
        self.alice.types(r"\history")
        self.assertEqual(self.alice.sees(), ["error: mine"])


class FakeClockTests(SynchronousTestCase):
    """Time that is turned by hand."""

    def test_order(self) -> None:
        """Calls are made when they are due, in order, at their own time."""
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
    """A peer that remembers."""

    def test_closing(self) -> None:
        """The first reason counts, and nothing is seen after it."""
        connection = FakeConnection()
        connection.write(b"one")
        connection.write(b"two")
        connection.close("first")
        connection.close("second")
        connection.write(b"three")
        self.assertEqual(connection.closed, "first")
        self.assertEqual(connection.take(), b"onetwo")
        self.assertEqual(connection.take(), b"")
