"""Many waits of the same length."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial import unittest

from twisted_chat.net.deadlines import Deadlines


class DeadlinesTests(unittest.SynchronousTestCase):
    """Ten seconds for everyone."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.late: list[str] = []
        self.deadlines: Deadlines[str] = Deadlines(self.clock, 10, self.late.append)

    def test_each_in_its_time(self) -> None:
        """Each is due when its own time is over."""
        self.deadlines.set("a")
        self.clock.advance(4)
        self.deadlines.set("b")
        self.clock.advance(5.9)
        self.assertEqual(self.late, [])
        self.clock.advance(0.1)
        self.assertEqual(self.late, ["a"])
        self.clock.advance(4)
        self.assertEqual(self.late, ["a", "b"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_cleared(self) -> None:
        """What is cleared is never due; with the last the timer goes, too."""
        self.deadlines.set("a")
        self.deadlines.set("b")
        self.assertIn("a", self.deadlines)
        self.deadlines.clear("a")
        self.deadlines.clear("never set")
        self.assertNotIn("a", self.deadlines)
        self.deadlines.clear("b")
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.clock.advance(20)
        self.assertEqual(self.late, [])

    def test_anew(self) -> None:
        """What is set again begins anew, behind the others."""
        self.deadlines.set("a")
        self.clock.advance(1)
        self.deadlines.set("b")
        self.clock.advance(8)
        self.deadlines.set("a")
        self.clock.advance(2)
        self.assertEqual(self.late, ["b"])
        self.clock.advance(8)
        self.assertEqual(self.late, ["b", "a"])

    def test_one_timer(self) -> None:
        """A thousand waits are one delayed call."""
        for number in range(1000):
            self.deadlines.set(str(number))
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.clock.advance(10)
        self.assertEqual(len(self.late), 1000)

    def test_set_while_due(self) -> None:
        """What is due may set or clear others."""

        def due(item: str) -> None:
            self.late.append(item)
            deadlines.clear("b")
            if item == "a":
                deadlines.set("c")

        deadlines = Deadlines(self.clock, 10, due)
        deadlines.set("a")
        deadlines.set("b")
        self.clock.advance(10)
        self.assertEqual(self.late, ["a"])
        self.clock.advance(10)
        self.assertEqual(self.late, ["a", "c"])
