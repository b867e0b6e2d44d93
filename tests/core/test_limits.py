"""Rate limits: parsing, and the token bucket."""

from __future__ import annotations

from math import inf

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.limits import LastBurst, RateLimit, TokenBucket


class RateLimitTests(SynchronousTestCase):
    """The values of ``--flood``."""

    def test_burst_and_rate_are_parsed(self) -> None:
        """The rate may be a fraction."""
        self.assertEqual(RateLimit.parse("10:5"), RateLimit(10, 5.0))
        self.assertEqual(RateLimit.parse("1:0.5"), RateLimit(1, 0.5))

    def test_off_means_no_limit(self) -> None:
        """In any case, with white space around it."""
        self.assertIsNone(RateLimit.parse("off"))
        self.assertIsNone(RateLimit.parse(" OFF "))

    def test_invalid_rate_limit_is_rejected(self) -> None:
        """The error has an example."""
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


class TokenBucketTests(SynchronousTestCase):
    """A burst of requests at once, and then a rate."""

    def test_request_after_a_burst_waits(self) -> None:
        """Ten are taken at once, and the next one 0.2 s later."""
        bucket = TokenBucket(RateLimit(10, 5))
        for _ in range(10):
            self.assertEqual(bucket.wait(100.0), 0)
            bucket.take(100.0)
        self.assertAlmostEqual(bucket.wait(100.0), 0.2)
        self.assertAlmostEqual(bucket.wait(100.1), 0.1)
        self.assertAlmostEqual(bucket.wait(100.2), 0)

    def test_idle_bucket_fills_up_to_the_burst(self) -> None:
        """And no further."""
        bucket = TokenBucket(RateLimit(10, 5))
        for _ in range(10):
            bucket.take(100.0)
        for _ in range(10):
            self.assertEqual(bucket.wait(1000.0), 0)
            bucket.take(1000.0)
        self.assertGreater(bucket.wait(1000.0), 0)

    def test_more_tokens_than_there_are_delay_what_follows(self) -> None:
        """A request of a hundred lines is taken at once, the next after its time."""
        bucket = TokenBucket(RateLimit(10, 5))
        bucket.take(100.0, 100)
        self.assertAlmostEqual(bucket.wait(100.0), (100 + 1 - 10) / 5)
        self.assertGreater(bucket.wait(118.1), 0)
        self.assertEqual(bucket.wait(118.2), 0)

    def test_last_burst_never_fills_again(self) -> None:
        """One that is used up by one request of many lines, too."""
        for tokens, count in ((1, 10), (100, 1)):
            bucket = LastBurst(RateLimit(10, 5))
            for _ in range(count):
                self.assertEqual(bucket.wait(100.0), 0)
                bucket.take(100.0, tokens)
            self.assertEqual(bucket.wait(1e9), inf)

    @given(
        st.integers(1, 20), st.integers(1, 10), st.lists(st.floats(0, 3), max_size=60)
    )
    def test_requests_never_exceed_burst_and_rate(
        self, burst: int, rate: int, pauses: list[float]
    ) -> None:
        """With any pauses between them."""
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
