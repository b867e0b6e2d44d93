"""Tests of twisted_chat.server.fair_threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Hashable
from typing import cast

from twisted.internet.defer import Deferred
from twisted.python.threadpool import ThreadPool
from twisted.trial.unittest import SynchronousTestCase

from tests.support.threads import FakeReactorFromThreads, FakeThreadPool
from twisted_chat.core.replies import Refused
from twisted_chat.server import fair_threads
from twisted_chat.server.fair_threads import (
    NICENESS,
    FairThreads,
    lower_priority,
    make_pool,
)


class FairThreadsTests(SynchronousTestCase):
    """Two at once, and turns by cause."""

    def setUp(self) -> None:
        self.pool = FakeThreadPool()
        self.pool.hold = True
        pool = cast("ThreadPool", self.pool)
        # They run in the thread of the test.
        self.threads = FairThreads(FakeReactorFromThreads(), pool, lambda: None)
        self.threads.start()
        self.computed: list[str] = []
        self.refused = ""

    def compute(self, cause: Hashable, name: str) -> Deferred[str]:
        def work() -> str:
            self.computed.append(name)
            return name.upper()

        def check() -> None:
            if self.refused == name:
                raise Refused("no", "no")

        return Deferred.fromCoroutine(self.threads(cause, work, check=check))

    def work(self, times: int = 1) -> None:
        """The threads finish what they are doing, that many times."""
        for _ in range(times):
            waiting, self.pool.waiting = self.pool.waiting, []
            for each in waiting:
                each()

    def test_result_is_that_of_the_function(self) -> None:
        """So is what it raises."""
        one = self.compute("a", "one")
        self.assertNoResult(one)
        self.work()
        self.assertEqual(self.successResultOf(one), "ONE")

        def fail() -> None:
            raise ZeroDivisionError

        failing = self.threads("a", fail, check=lambda: None)
        two = Deferred.fromCoroutine(failing)
        self.work()
        self.failureResultOf(two, ZeroDivisionError)
        three = self.compute("a", "three")
        self.work()
        self.successResultOf(three)

    def test_two_are_computed_at_once(self) -> None:
        """The others wait, in order."""
        for name in ("one", "two", "three", "four", "five"):
            self.compute("a", name)
        self.assertEqual(len(self.pool.waiting), 2)
        self.work()
        self.assertEqual(self.computed, ["one", "two"])
        self.assertEqual(len(self.pool.waiting), 2)
        self.work(2)
        self.assertEqual(self.computed, ["one", "two", "three", "four", "five"])

    def test_each_cause_has_its_turns(self) -> None:
        """One address that tries a hundred passwords delays another by one."""
        for n in range(100):
            self.compute("greedy", f"{n}")
        self.compute("other", "other")
        self.compute("third", "third")
        self.work(3)
        self.assertEqual(self.computed[:3], ["0", "1", "2"])
        self.assertEqual(set(self.computed[3:5]), {"other", "third"})
        self.work(50)
        self.assertEqual(len(self.computed), 102)

    def test_check_is_made_when_it_is_the_turn(self) -> None:
        """What it refuses is not computed."""
        first, second = self.compute("a", "one"), self.compute("a", "two")
        third = self.compute("a", "three")
        self.refused = "three"
        self.assertNoResult(third)
        self.work()
        self.successResultOf(first)
        self.successResultOf(second)
        self.failureResultOf(third, Refused)
        self.assertEqual(self.computed, ["one", "two"])

    def test_any_number_that_are_refused_in_a_row_end(self) -> None:
        """Without one calling the next."""
        self.refused = "no"
        for name in ("one", "two"):
            self.compute("a", name)
        waiting = [self.compute("a", "no") for _ in range(1000)]
        self.work()
        for each in waiting:
            self.failureResultOf(each, Refused)
        last = self.compute("a", "last")
        self.work()
        self.assertEqual(self.successResultOf(last), "LAST")

    def test_number_of_those_that_wait_is_bounded(self) -> None:
        """The rest is refused, with what to do."""
        self.patch(fair_threads, "MAX_WAITING", 3)
        waiting = [self.compute("a", f"{n}") for n in range(6)]
        refused = self.failureResultOf(waiting.pop(), Refused).value
        self.assertIn("try again", str(refused))
        self.work(3)
        for each in waiting:
            self.successResultOf(each)

    def test_nothing_is_computed_after_a_stop(self) -> None:
        """Those who wait are disconnected by then."""
        for name in ("one", "two", "three"):
            self.compute("a", name)
        self.threads.stop()
        self.work(2)
        self.assertEqual(self.computed, ["one", "two"])
        self.assertFalse(self.pool.running)

    def test_pool_has_no_thread_until_one_is_needed(self) -> None:
        """And then as many as compute at once."""
        pool = make_pool()
        self.assertEqual((pool.min, pool.max), (0, fair_threads.MAX_AT_ONCE))

    def test_priority_of_a_thread_is_lowered_once(self) -> None:
        """The reactor's thread comes first; twice would be lower still."""
        found: list[int] = []

        def look() -> None:
            for _ in range(2):
                lower_priority()
                this = threading.get_native_id()
                found.append(os.getpriority(os.PRIO_PROCESS, this))

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        self.assertEqual(found[0], found[1])
        self.assertGreaterEqual(found[0], NICENESS)
