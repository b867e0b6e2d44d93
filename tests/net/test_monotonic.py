"""The monotonic clock of the reactor."""

from __future__ import annotations

from twisted.internet.base import ReactorBase
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.monotonic import use_monotonic_time


class Reactor(ReactorBase):
    """Twisted's own timers, without sockets; its clock is set as the test says."""

    wall = 1_700_000_000.0

    def installWaker(self) -> None:
        """Nothing wakes it."""

    def seconds(self) -> float:
        return self.wall


class MonotonicTests(SynchronousTestCase):
    """A call is due after as many seconds as were asked for."""

    def setUp(self) -> None:
        self.reactor = Reactor()
        self.calls: list[str] = []
        self.uptime = 50.0

    def test_clock_that_is_set_back_delays_no_call(self) -> None:
        """Nor one that is scheduled afterwards."""
        self.assertTrue(use_monotonic_time(self.reactor, lambda: self.uptime))
        self.reactor.callLater(2, self.calls.append, "first")
        self.reactor.wall -= 3600
        self.uptime += 1
        self.reactor.callLater(1, self.calls.append, "second")
        self.reactor.runUntilCurrent()
        self.assertEqual(self.calls, [])
        self.assertEqual(self.reactor.timeout(), 1)
        self.uptime += 1
        self.reactor.runUntilCurrent()
        self.assertEqual(sorted(self.calls), ["first", "second"])

    def test_clock_stays_if_a_call_is_scheduled(self) -> None:
        """It would be made at once, or never."""
        self.reactor.callLater(2, self.calls.append, "first")
        self.assertFalse(use_monotonic_time(self.reactor, lambda: self.uptime))
        self.reactor.runUntilCurrent()
        self.assertEqual(self.calls, [])
        self.reactor.wall += 2
        self.reactor.runUntilCurrent()
        self.assertEqual(self.calls, ["first"])
