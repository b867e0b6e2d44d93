"""Tests of twisted_chat.core.accounts.policy."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.accounts.policy import Mode, Policy


class PolicyTests(SynchronousTestCase):
    """What holds unless the operator decides otherwise."""

    def test_anyone_may_register_with_a_password_of_eight_characters(self) -> None:
        """And trying one password takes memory and work."""
        policy = Policy()
        self.assertIs(policy.mode, Mode.OPEN)
        self.assertEqual((policy.shortest, policy.requires_tls), (8, False))
        costs = policy.costs
        self.assertGreaterEqual(128 * costs.n * costs.r, 16 * 1024 * 1024)
        self.assertGreaterEqual(costs.n * costs.r * costs.p, 5 * 2**17)
        self.assertGreaterEqual(costs.iterations, 4096)
