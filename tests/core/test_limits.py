"""How much one client may do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.limits import RateLimit, TokenBucket


class PaceTests(SynchronousTestCase):
    """What ``--flood`` understands."""

    def test_a_pace(self) -> None:
        """So many lines at once, then so many a second, also a part of one."""
        self.assertEqual(RateLimit.parse("10:5"), RateLimit(10, 5.0))
        self.assertEqual(RateLimit.parse("1:0.5"), RateLimit(1, 0.5))

    def test_off(self) -> None:
        """``off`` is no limit."""
        self.assertIsNone(RateLimit.parse("off"))
        self.assertIsNone(RateLimit.parse(" OFF "))

    def test_no_pace(self) -> None:
        """Anything else is refused with what it should look like."""
        for text in (
            "",
            "10",
            "10:",
            ":5",
            "0:5",
            "-1:5",
            "10:0",
            "10:-1",
            "10:inf",
            "10:nan",
            "1.5:2",
            "a:b",
            "10:5:1",
            "on",
        ):
            with self.assertRaises(ValueError) as caught:
                RateLimit.parse(text)
            self.assertIn("such as 10:5", str(caught.exception))


class BucketTests(SynchronousTestCase):
    """How long one has to wait."""

    def test_a_burst(self) -> None:
        """Ten lines are taken at once, and the next one when its time has come."""
        bucket = TokenBucket(RateLimit(10, 5))
        for _ in range(10):
            self.assertEqual(bucket.wait(100.0), 0)
            bucket.take(100.0)
        self.assertAlmostEqual(bucket.wait(100.0), 0.2)
        self.assertAlmostEqual(bucket.wait(100.1), 0.1)
        self.assertAlmostEqual(bucket.wait(100.2), 0)

    def test_silence_fills_it(self) -> None:
        """Who was silent for a while may say ten lines at once again, not more."""
        bucket = TokenBucket(RateLimit(10, 5))
        for _ in range(10):
            bucket.take(100.0)
        for _ in range(10):
            self.assertEqual(bucket.wait(1000.0), 0)
            bucket.take(1000.0)
        self.assertGreater(bucket.wait(1000.0), 0)

    @given(
        st.integers(1, 20), st.integers(1, 10), st.lists(st.floats(0, 3), max_size=60)
    )
    def test_never_faster_than_its_pace(
        self, burst: int, rate: int, pauses: list[float]
    ) -> None:
        """However one speaks, it is never more than burst and rate allow."""
        bucket = TokenBucket(RateLimit(burst, rate))
        now, taken = 1000.0, []
        for pause in pauses:
            now += pause
            now += bucket.wait(now)
            self.assertLess(bucket.wait(now), 1e-6)
            bucket.take(now)
            taken.append(now)
        for first, start in enumerate(taken):
            for last in range(first, len(taken)):
                allowed = burst + (taken[last] - start) * rate
                self.assertLessEqual(last - first + 1, allowed + 0.1)
