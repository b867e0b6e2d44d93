"""A short run of faults; ``make faults`` makes long ones."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.end_to_end import faults
from tests.end_to_end.requirements import require_program


class FaultsTests(SynchronousTestCase):
    """Servers and Redis fall over while people talk."""

    def test_a_short_run(self) -> None:
        """Nobody sees anything twice, out of order, or not at all."""
        require_program("redis-server")
        outcome = faults.run(seed=1, seconds=15)
        self.assertEqual(outcome.wrong, [])
        self.assertGreater(outcome.told_stored, 100)
