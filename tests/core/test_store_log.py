"""The state of the store in the log."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.store_log import StoreLog


class StoreLogTests(SynchronousTestCase):
    """One line for each change."""

    def test_each_change_is_logged_once(self) -> None:
        """Whoever reports it, and how often; the reason is the operator's."""
        lines: list[str] = []
        log = StoreLog(lines.append)
        log.report(None)
        self.assertEqual(lines, [])
        for _ in range(3):
            log.report(StoreError("the disk is full", "/dev/sda1 is full"))
        log.report(StoreError("another reason"))
        self.assertTrue(log.failing)
        log.report(None)
        log.report(None)
        self.assertFalse(log.failing)
        log.report(StoreError("again"))
        self.assertEqual(
            lines,
            [
                "store error: /dev/sda1 is full",
                "storing works again",
                "store error: again",
            ],
        )
