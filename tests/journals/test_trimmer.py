"""Tests of twisted_chat.journals.trimmer."""

from __future__ import annotations

from collections.abc import Callable, Collection

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.chats import runtime_of
from tests.support.logs import Log
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.retention import Trimmed
from twisted_chat.journals.trimmer import (
    BLOCKED_PAUSE,
    INTERVAL,
    MIN_PAUSE,
    PACE,
    PROGRESS_INTERVAL,
    RESULT_INTERVAL,
    Trimmer,
)

MORE = Trimmed(more=True, events=100)


class FakeTrims:
    """A journal whose portions end when the test says so."""

    def __init__(self) -> None:
        self.asked: list[Collection[str]] = []
        self.portion: Deferred[Trimmed] = Deferred()
        self.grow: Callable[[], None] = lambda: None

    def on_growth(self, start: Callable[[], None]) -> None:
        self.grow = start

    async def trim(self, occupied: Collection[str]) -> Trimmed:
        self.asked.append(occupied)
        self.portion = Deferred()
        return await self.portion


class TrimmerTests(SynchronousTestCase):
    """Runs, portions and pauses."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.journal = FakeTrims()
        self.rooms = {"lobby"}
        self.forgotten: list[str] = []
        self.log = Log(self)
        self.trimmer = Trimmer(
            self.journal,
            runtime_of(self, self.clock),
            occupied=lambda: self.rooms,
            forget=self.forgotten.append,
            is_failing=lambda: self.is_failing,
        )
        self.is_failing = False
        self.trimmer.start()

    def end(self, trimmed: Trimmed) -> None:
        self.journal.portion.callback(trimmed)

    @property
    def asked(self) -> int:
        """How many portions were begun."""
        return len(self.journal.asked)

    def test_runs_follow_one_another(self) -> None:
        """The first one at the start; each is given the rooms in use."""
        self.assertEqual(self.journal.asked, [{"lobby"}])
        self.rooms.add("tea")
        self.end(Trimmed())
        self.clock.advance(INTERVAL - 0.1)
        self.assertEqual(self.asked, 1)
        self.clock.advance(0.1)
        self.assertEqual(self.journal.asked[1:], [{"lobby", "tea"}])
        self.assertEqual(self.log.lines(), [])

    def test_run_does_not_wait_when_much_was_stored(self) -> None:
        """The next one is an interval after its end."""
        self.end(Trimmed())
        self.clock.advance(1)
        self.journal.grow()
        self.assertEqual(self.asked, 2)
        self.end(Trimmed())
        self.clock.advance(INTERVAL - 0.1)
        self.assertEqual(self.asked, 2)
        self.clock.advance(0.1)
        self.assertEqual(self.asked, 3)

    def test_growth_during_a_run_starts_no_other(self) -> None:
        """Neither during a portion nor in a pause, nor after a stop."""
        self.journal.grow()
        self.assertEqual(self.asked, 1)
        self.end(MORE)
        self.journal.grow()
        self.assertEqual(self.asked, 1)
        self.clock.advance(MIN_PAUSE)
        self.end(Trimmed())
        self.trimmer.stop()
        self.journal.grow()
        self.assertEqual(self.asked, 2)

    def test_failed_run_is_not_repeated_with_each_batch(self) -> None:
        """It waits, however much is stored; the one after it does not."""
        self.journal.portion.errback(StoreError("the disk is full"))
        self.journal.grow()
        self.assertEqual(self.asked, 1)
        self.clock.advance(INTERVAL)
        self.end(Trimmed())
        self.journal.grow()
        self.assertEqual(self.asked, 3)

    def test_portions_do_not_overlap(self) -> None:
        """However long one of them takes."""
        self.clock.advance(100 * INTERVAL)
        self.assertEqual(self.asked, 1)

    def test_pause_is_longer_after_a_longer_portion(self) -> None:
        """So trimming takes a fifth of the time, whatever the speed of the disk."""
        self.end(MORE)
        self.clock.advance(MIN_PAUSE)
        self.assertEqual(self.asked, 2)
        self.clock.advance(0.5)
        self.end(MORE)
        self.clock.advance(0.5 * PACE - 0.01)
        self.assertEqual(self.asked, 2)
        self.clock.advance(0.02)
        self.assertEqual(self.asked, 3)

    def test_urgent_trimming_does_not_pause(self) -> None:
        """But lets everyone else do something."""
        self.clock.advance(0.5)
        self.end(Trimmed(more=True, urgent=True))
        self.assertEqual(self.asked, 1)
        self.clock.advance(0)
        self.assertEqual(self.asked, 2)

    def test_trimming_that_can_do_nothing_pauses_for_longer(self) -> None:
        """A backup may take minutes."""
        self.end(Trimmed(more=True, urgent=True, blocked=True))
        self.clock.advance(BLOCKED_PAUSE - 0.001)
        self.assertEqual(self.asked, 1)
        self.clock.advance(0.001)
        self.assertEqual(self.asked, 2)

    def test_short_wait_for_space_is_not_logged(self) -> None:
        """A checkpoint ends it, which nobody has to wait for."""
        for _ in range(3):
            for _ in range(round(PROGRESS_INTERVAL / BLOCKED_PAUSE)):
                self.end(Trimmed(more=True, blocked=True))
                self.clock.advance(BLOCKED_PAUSE)
            self.end(Trimmed(more=True))
            self.clock.advance(MIN_PAUSE)
        waiting = "retention: waiting until the store can return space"
        self.assertNotIn(waiting, self.log.lines())

    def test_wait_for_space_is_logged_once(self) -> None:
        """However long it takes, and again when there is another one."""
        waiting = "retention: waiting until the store can return space"
        for _ in range(60):
            self.end(Trimmed(more=True, blocked=True))
            self.clock.advance(BLOCKED_PAUSE)
        self.assertEqual(self.log.lines(), [waiting])
        self.end(MORE)
        self.clock.advance(MIN_PAUSE)
        for _ in range(60):
            self.end(Trimmed(more=True, blocked=True))
            self.clock.advance(BLOCKED_PAUSE)
        lines = self.log.lines()
        self.assertEqual(lines.count(waiting), 2)
        self.assertIn("retention: trimming, 100 events deleted so far", lines)

    def test_what_was_deleted_is_forgotten(self) -> None:
        """The chat has the last messages in memory."""
        self.end(Trimmed(more=True, events=1, floor="p-7"))
        self.clock.advance(MIN_PAUSE)
        self.end(Trimmed())
        self.assertEqual(self.forgotten, ["p-7"])

    def test_long_run_logs_its_progress_and_its_result(self) -> None:
        """One line each."""
        self.end(MORE)
        self.clock.advance(PROGRESS_INTERVAL)
        self.end(MORE)
        self.clock.advance(PROGRESS_INTERVAL * PACE)
        self.end(Trimmed(events=50, bytes=3 << 20))
        self.assertEqual(
            self.log.lines(),
            [
                "retention: trimming, 200 events deleted so far",
                "retention: 250 events deleted, 3.0 MiB freed",
            ],
        )

    def test_short_runs_are_reported_together(self) -> None:
        """Else a busy room would fill the log."""
        for _ in range(20):
            self.end(Trimmed(events=10))
            self.clock.advance(INTERVAL)
        self.assertEqual(self.log.lines(), ["retention: 10 events deleted"])
        self.clock.advance(RESULT_INTERVAL)
        self.end(Trimmed(events=10))
        self.assertEqual(self.log.lines()[1:], ["retention: 200 events deleted"])

    def test_failure_of_a_store_that_fails_is_not_logged_again(self) -> None:
        """The log says already that Redis cannot be reached, for example."""
        self.is_failing = True
        self.journal.portion.errback(StoreError("away", "Redis is away"))
        self.assertEqual(self.log.lines(), [])

    def test_failure_is_logged_once_and_tried_again(self) -> None:
        """With what an operator may read."""
        for _ in range(3):
            self.journal.portion.errback(StoreError("full", "the disk of /x is full"))
            self.clock.advance(INTERVAL)
        expected = "retention: the disk of /x is full (tried again later)"
        self.assertEqual(self.log.lines(), [expected])
        self.end(Trimmed())
        self.clock.advance(INTERVAL)
        self.journal.portion.errback(StoreError("full", "the disk of /x is full"))
        self.assertEqual(self.log.lines(), [expected] * 2)

    def test_stop_ends_trimming(self) -> None:
        """Also during a portion; what the journal then says is not news."""
        self.trimmer.stop()
        self.journal.portion.errback(StoreError("the server is shutting down"))
        self.clock.advance(2 * INTERVAL)
        self.assertEqual(self.asked, 1)
        self.assertEqual(self.log.lines(), [])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_stop_ends_a_pause(self) -> None:
        """Nothing is left to be called."""
        self.end(Trimmed())
        self.trimmer.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])
