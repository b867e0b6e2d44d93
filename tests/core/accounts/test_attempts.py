"""Tests of twisted_chat.core.accounts.attempts."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.accounts import attempts as attempts_module
from twisted_chat.core.accounts.attempts import LOGINS, Attempts
from twisted_chat.core.replies import Refused


class AttemptsTests(SynchronousTestCase):
    """Five failed attempts in five minutes are too many."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.attempts = Attempts(LOGINS, self.clock.seconds)

    def fail(self, *keys: str, times: int = 1) -> None:  # type: ignore[override]
        for _ in range(times):
            self.attempts.count(*keys)

    def refusal(self, *keys: str) -> str:
        try:
            self.attempts.check(*keys)
        except Refused as refused:
            self.assertEqual(refused.code, "too_many_attempts")
            return refused.text
        return ""

    def test_after_five_failed_attempts_one_has_to_wait(self) -> None:
        """For half a minute."""
        self.fail("bob", times=4)
        self.assertEqual(self.refusal("bob"), "")
        self.fail("bob")
        self.assertEqual(self.refusal("bob"), "too many attempts: wait 30 s")
        self.clock.advance(29.5)
        self.assertEqual(self.refusal("bob"), "too many attempts: wait 1 s")
        self.clock.advance(0.5)
        self.assertEqual(self.refusal("bob"), "")

    def test_after_the_pause_each_further_attempt_costs_another(self) -> None:
        """As long as five are within five minutes."""
        self.fail("bob", times=5)
        self.clock.advance(30)
        self.fail("bob")
        self.assertIn("wait 30 s", self.refusal("bob"))
        self.clock.advance(271)
        self.fail("bob")
        self.assertEqual(self.refusal("bob"), "")

    def test_each_name_and_each_address_is_counted_apart(self) -> None:
        """One of them is enough to be refused."""
        for address in range(5):
            self.fail("name", f"address {address}")
        self.assertIn("wait", self.refusal("name", "address 9"))
        self.assertEqual(self.refusal("other", "address 1"), "")
        for name in range(4):
            self.fail(f"name {name}", "address 1")
        self.assertIn("wait", self.refusal("other", "address 1"))

    def test_those_that_no_longer_count_are_forgotten(self) -> None:
        """So are the oldest, if there are very many."""
        self.patch(attempts_module, "MAX_REMEMBERED", 3)
        for name in "abcde":
            self.fail(name)
        self.assertEqual(len(self.attempts), 3)
        self.clock.advance(300)
        self.fail("f")
        self.assertEqual(len(self.attempts), 1)
