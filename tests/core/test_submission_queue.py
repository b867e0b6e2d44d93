"""What waits to be stored, and which of it is the next batch."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.committer import CommitterCase, RefusingOrder, message
from twisted_chat.core import submission_queue
from twisted_chat.core.events import Entry, Joined, Quit, Stored
from twisted_chat.core.interfaces import (
    Unstored,
)
from twisted_chat.core.submission_queue import MAX_CHARACTERS


class NextBatchTests(CommitterCase):
    """It takes as much as may be shown at once."""

    def test_number_of_events_in_a_batch_is_bounded(self) -> None:
        """The others are the next batch."""
        self.patch(submission_queue, "MAX_ENTRIES", 20)
        self.submit_now(*[message("x")] * 21)
        self.assertEqual([len(batch) for batch in self.journal.batches], [20, 1])

    def test_characters_in_a_batch_are_bounded(self) -> None:
        """An event that begins below the bound is still in; lines count more."""
        self.submit_now(*[message("x" * (MAX_CHARACTERS // 2))] * 3)
        self.assertEqual([len(batch) for batch in self.journal.batches], [2, 1])
        self.submit_now(*[message("\n".join("x" * 100))] * 40)
        self.assertLess(len(self.journal.batches[2]), 25)


class OutdatedTests(CommitterCase):
    """The journal does not store what depends on a change that was not announced."""

    def setUp(self) -> None:
        super().setUp()
        self.outdated: list[set[str]] = []
        inner = self.journal.append

        async def append(batch: Sequence[Entry]) -> Unstored | None:
            texts = self.outdated.pop(0) if self.outdated else set()
            late = [e for e in batch if getattr(e.event, "text", "") in texts]
            await inner([entry for entry in batch if entry not in late])
            return Unstored((), tuple(entry.key for entry in late))

        self.patch(self.journal, "append", append)

    def texts(self) -> list[str]:
        """What was announced, in order."""
        return [getattr(stored.event, "text", "") for stored in self.announced]

    def test_outdated_events_are_stored_before_what_waits(self) -> None:
        """In their order."""
        self.outdated = [{"b", "c"}]
        self.journal.hold()
        self.submit_now(message("a"), message("b"), message("c"))
        self.submit_now(message("d"))
        self.journal.release()
        self.assertEqual(self.texts(), ["a", "b", "c", "d"])
        self.assertEqual(self.refused, [])

    def test_departure_that_is_outdated_stays_behind_what_was_said(self) -> None:
        """Both are stored with the next batch."""
        self.outdated = [{"b", "bye"}]
        self.committer.submit(message("b"))
        self.submit_now(Quit("alice", "A", "bye"), must_store=True)
        self.assertEqual(self.texts(), ["b", "bye"])

    def test_outdated_events_are_checked_again(self) -> None:
        """Before they are appended again; what was stored is not."""
        self.outdated = [{"b", "c"}]
        order = self.committer.order = RefusingOrder(message("b"))
        self.submit_now(message("a"), message("b"), message("c"))
        self.assertEqual(order.checked, [message("b"), message("c")])
        self.assertEqual(self.texts(), ["a", "c"])
        self.assertEqual(self.refused, [(message("b"), "no")])

    def test_events_that_are_outdated_again_and_again_are_stored_in_the_end(
        self,
    ) -> None:
        """Whoever waits until everything is stored waits for them."""
        self.outdated = [{"a"}] * 5
        idle: list[bool] = []
        self.committer.submit(message("a"))
        self.committer.when_idle(lambda: idle.append(True))
        self.assertEqual(idle, [])
        self.clock.advance(0)
        self.assertEqual((self.texts(), idle), (["a"], [True]))


class RetryTests(CommitterCase):
    """Arrivals and departures have happened, and must be stored."""

    def test_arrival_is_submitted_every_second_until_it_is_stored(self) -> None:
        """Each failure is reported."""
        self.journal.fail(times=3)
        self.submit_now(Joined("lobby", "bob", "B"), must_store=True)
        self.assertEqual(len(self.journal.batches), 1)
        self.clock.advance(1)
        self.clock.advance(1)
        self.assertEqual(self.announced, [])
        self.clock.advance(1)
        self.assertEqual(len(self.announced), 1)
        self.assertEqual(len(self.refused), 3)

    def test_message_is_refused_before_arrivals_are_retried(self) -> None:
        """Its author need not wait for them."""
        self.patch(submission_queue, "MAX_ENTRIES", 20)
        self.journal.fail(times=None)
        for n in range(41):
            self.committer.submit(Joined("lobby", f"b{n}", f"B{n}"), must_store=True)
        self.submit_now(message("a"))
        self.assertIn((message("a"), "the disk is full"), self.refused)
        self.assertLess(len(self.journal.batches), 5)

    def test_retried_arrivals_are_stored_before_later_departures(self) -> None:
        """Nobody leaves before arriving."""
        self.patch(submission_queue, "MAX_ENTRIES", 20)
        self.journal.fail(times=None)
        for n in range(41):
            self.committer.submit(Joined("lobby", f"b{n}", f"B{n}"), must_store=True)
        self.committer.submit(message("a"))
        self.submit_now(Quit("b1", "B1"), must_store=True)
        self.journal.recover()
        self.clock.advance(1)
        events = [stored.event for stored in self.announced]
        self.assertEqual(len(events), 42)
        self.assertEqual(events[0], Joined("lobby", "b0", "B0"))
        self.assertEqual(events[-1], Quit("b1", "B1"))

    def test_arrival_that_is_announced_after_all_is_not_submitted_again(self) -> None:
        """Its outcome was unknown."""
        event = Joined("lobby", "bob", "B")
        self.journal.fail()
        self.submit_now(event, must_store=True)
        self.assertIsNone(self.committer.settle(Stored("1", 0, event, "n-1")))
        self.clock.advance(5)
        self.assertEqual(len(self.journal.batches), 1)
