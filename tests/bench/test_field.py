"""How much is measured, before anything is."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.field import Plan, lines_alone


class PlanTests(SynchronousTestCase):
    """Passes, rounds and steps."""

    plan = Plan(sizes=(100, 1000, 5000), rounds=3, seconds=1.0, patience=100)

    def test_small_fields_are_set_up_anew_for_each_round(self) -> None:
        """So letting everyone in is measured as often as talk."""
        self.assertEqual(self.plan.passes(1000), (3, 1))

    def test_a_large_field_is_set_up_once(self) -> None:
        """There it is what takes the time."""
        self.assertEqual(self.plan.passes(5000), (1, 3))

    def test_steps(self) -> None:
        """One who waits is told how many steps there are."""
        self.assertEqual(self.plan.steps(2), 2 * (3 * 2 + 3 * 2 + 1 * 4))

    def test_a_line_to_many_is_said_less_often(self) -> None:
        """A round takes about a second, whatever the number of clients."""
        self.assertEqual(lines_alone(100), (100, 5))
        self.assertEqual(lines_alone(1000), (60, 10))
        self.assertEqual(lines_alone(5000), (25, 10))
