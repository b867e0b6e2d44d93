"""Tests of twisted_chat.journals.sqlite.portions."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.journals.sqlite.portions import TARGET, PortionSize


class PortionSizeTests(SynchronousTestCase):
    """How much one portion does."""

    def setUp(self) -> None:
        self.clock = Clock()

    def sizes(self, portion: PortionSize, each: float, number: int) -> list[int]:
        found = []
        for _ in range(number):
            with portion.measure() as size:
                found.append(size)
                self.clock.advance(each * size)
        return found

    def test_portions_take_about_the_same_time(self) -> None:
        """On a fast disk and on a slow one."""
        portion = PortionSize(100, 400, self.clock.seconds)
        for each in (TARGET / 20, TARGET / 300):
            size = self.sizes(portion, each, 20)[-1]
            self.assertLessEqual(size * each, 2 * TARGET)
            self.assertGreaterEqual(size * each, TARGET / 2)

    def test_portions_have_a_least_and_a_largest_size(self) -> None:
        """Whatever they take."""
        portion = PortionSize(100, 400, self.clock.seconds)
        self.assertEqual(self.sizes(portion, 0.0, 20)[-1], 400)
        self.assertEqual(self.sizes(portion, 1.0, 20)[-1], 1)
        self.assertEqual(self.sizes(portion, 0.0, 20)[-1], 400)

    def test_portions_have_one_size_without_a_clock(self) -> None:
        """In tests."""
        self.assertEqual(self.sizes(PortionSize(7, 9, None), 0.0, 3), [7, 7, 7])
