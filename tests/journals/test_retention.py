"""Tests of twisted_chat.journals.retention."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.journals.retention import KEEP_ALL, Retention


class RetentionTests(SynchronousTestCase):
    """The limits of what is kept."""

    def test_days_are_counted_back_from_now(self) -> None:
        """Fractions too; without a limit nothing is too old."""
        now = 1_700_000_000.25
        self.assertEqual(Retention(days=1).oldest_ms(now), 1_699_913_600_250)
        self.assertEqual(Retention(days=0.5).oldest_ms(now), 1_699_956_800_250)
        self.assertEqual(KEEP_ALL.oldest_ms(now), 0)

    def test_clock_that_is_far_behind_makes_nothing_too_old(self) -> None:
        """As one that starts in 1970."""
        self.assertEqual(Retention(days=30).oldest_ms(1_000.0), 0)
