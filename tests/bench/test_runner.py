"""The plan of a run."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.runner import Plan, single_messages


class PlanTests(SynchronousTestCase):
    """Passes, rounds and steps."""

    plan = Plan(sizes=(100, 1000, 5000), rounds=3, seconds=1.0, connect_timeout=100)

    def test_few_clients_connect_again_for_each_round(self) -> None:
        """Connecting is measured as often as messages."""
        self.assertEqual(self.plan.passes(1000), (3, 1))

    def test_many_clients_connect_once(self) -> None:
        """Connecting them takes most of the time."""
        self.assertEqual(self.plan.passes(5000), (1, 3))

    def test_steps_count_connects_and_rounds(self) -> None:
        """For every server and size."""
        self.assertEqual(self.plan.steps(2), 2 * (3 * 2 + 3 * 2 + 1 * 4))

    def test_more_clients_receive_fewer_single_messages(self) -> None:
        """A round takes about a second for any number of clients."""
        self.assertEqual(single_messages(100), (100, 5))
        self.assertEqual(single_messages(1000), (60, 10))
        self.assertEqual(single_messages(5000), (25, 10))
