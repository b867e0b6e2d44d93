"""How late the timers of a reactor are."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.timer_delay import SAMPLE_INTERVAL, TimerDelay


class TimerDelayTests(SynchronousTestCase):
    """Samples on a clock that the test moves."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.samples: list[float] = []
        self.delay = TimerDelay(self.clock, self.samples.append)

    def test_timer_on_time_is_not_late(self) -> None:
        """Sample after sample."""
        self.delay.start()
        self.clock.pump([SAMPLE_INTERVAL] * 3)
        self.assertEqual(self.samples, [0.0, 0.0, 0.0])

    def test_busy_reactor_is_late(self) -> None:
        """By what it was busy beyond the interval; the next sample is on time."""
        self.delay.start()
        self.clock.advance(SAMPLE_INTERVAL + 2.0)
        self.clock.advance(SAMPLE_INTERVAL)
        self.assertEqual(self.samples, [2.0, 0.0])

    def test_nothing_is_measured_after_the_end(self) -> None:
        """Nothing is left behind; the end may come twice."""
        self.delay.start()
        self.delay.stop()
        self.delay.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])
