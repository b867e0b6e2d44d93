"""A short run of fault injection; ``make faults`` runs longer ones."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.end_to_end import faults
from tests.end_to_end.requirements import require_program


class FaultsTests(SynchronousTestCase):
    """Faults of servers and Redis under load."""

    def test_no_message_is_lost_duplicated_or_reordered(self) -> None:
        """In 15 seconds of faults."""
        require_program("redis-server")
        outcome = faults.run(seed=1, seconds=15)
        self.assertEqual(outcome.wrong, [])
        self.assertGreater(outcome.stored, 100)
