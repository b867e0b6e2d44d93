"""Group commit: at most one batch is on its way into the journal."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core import committer
from twisted_chat.core.committer import (
    MAX_CHARACTERS,
    MAX_PRESENCE_DELAY,
    Committer,
    Submission,
)
from twisted_chat.core.events import Joined, Message, Quit, Stored
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.testing import FailingJournal, FakeClock, TestChat


def said(text: str) -> Message:
    return Message("lobby", "alice", text, "A")


class CommitterTests(SynchronousTestCase):
    """What is said is stored in batches, in order."""

    def setUp(self) -> None:
        self.clock = FakeClock()
        self.journal = FailingJournal(MemoryJournal(self.clock.seconds))
        self.world = TestChat()
        runtime = replace(
            self.world.runtime,
            call_later=self.clock.callLater,
            seconds=self.clock.seconds,
        )
        self.committer = Committer(self.journal, runtime, node="n")
        self.heard: list[Stored] = []
        self.settled: list[Submission] = []
        self.refused: list[str] = []
        self.journal.subscribe(self.announce)

    def announce(self, batch: object) -> None:
        for stored in batch:  # type: ignore[attr-defined]
            self.heard.append(stored)
            submission = self.committer.settle(stored)
            assert submission is not None
            self.settled.append(submission)

    def note_refusals(self) -> None:
        def refused(submission: Submission, error: StoreError) -> None:
            self.refused.append(f"{submission.event}: {error}")

        self.committer.refused = refused

    def batches(self) -> list[list[str]]:
        return [
            [getattr(event, "text", "") for event in batch]
            for batch in self.journal.batches
        ]

    def test_one_turn_is_one_batch(self) -> None:
        """What comes in one turn of the reactor is written together."""
        for text in "abc":
            self.committer.submit(said(text))
        self.assertEqual(self.batches(), [])
        self.clock.advance(0)
        self.assertEqual(self.batches(), [["a", "b", "c"]])
        self.assertEqual(len({stored.key for stored in self.heard}), 3)

    def test_one_batch_in_flight(self) -> None:
        """What comes while a batch is on its way becomes the next one."""
        self.journal.hold()
        self.committer.submit(said("a"))
        self.clock.advance(0)
        for text in "bcd":
            self.committer.submit(said(text))
            self.clock.advance(0.5)
        self.assertEqual(self.batches(), [["a"]])
        self.journal.release()
        self.assertEqual(self.batches(), [["a"], ["b", "c", "d"]])
        self.assertEqual([s.event for s in self.heard], [said(t) for t in "abcd"])

    def show_for(self, seconds: float) -> None:
        """A batch was shown, which took so long."""
        self.clock.advance(seconds)
        self.committer.delay_presence(seconds)

    def test_arrivals_wait_for_each_other(self) -> None:
        """Where many are shown who comes, those who come soon after come together."""
        self.show_for(0.025)
        for who in "abc":
            self.committer.submit(Joined("lobby", who, who), must_store=True)
            self.clock.advance(0.03)
        self.assertEqual(self.journal.batches, [])
        self.clock.advance(0.02)
        self.clock.advance(0)
        self.assertEqual(len(self.journal.batches), 1)
        self.assertEqual(len(self.journal.batches[0]), 3)

    def test_arrivals_do_not_wait_long(self) -> None:
        """However long it took, a tenth of a second is the most."""
        self.show_for(9)
        self.committer.submit(Joined("lobby", "a", "a"), must_store=True)
        self.clock.advance(MAX_PRESENCE_DELAY)
        self.clock.advance(0)
        self.assertEqual(len(self.journal.batches), 1)

    def test_a_message_does_not_wait_for_arrivals(self) -> None:
        """It goes at once, and those who came before it with it."""
        self.show_for(0.02)
        self.committer.submit(Joined("lobby", "a", "a"), must_store=True)
        self.committer.submit(said("now"))
        self.clock.advance(0)
        self.assertEqual(self.batches(), [["", "now"]])
        self.clock.advance(1)
        self.assertEqual(len(self.journal.batches), 1)

    def test_arrivals_during_a_batch_wait_too(self) -> None:
        """The next batch is not begun for them alone."""
        self.journal.hold()
        self.committer.submit(said("a"))
        self.clock.advance(0)
        self.show_for(0.02)
        self.committer.submit(Joined("lobby", "b", "b"), must_store=True)
        self.journal.release()
        self.clock.advance(0)
        self.assertEqual(self.batches(), [["a"]])
        self.clock.advance(0.2)
        self.clock.advance(0)
        self.assertEqual(self.batches(), [["a"], [""]])

    def test_a_stop_waits_for_no_more_arrivals(self) -> None:
        """What is on its way is stored at once when the server stops."""
        self.show_for(0.02)
        self.committer.submit(Quit("a", "a"), must_store=True)
        calls: list[str] = []
        self.committer.when_idle(lambda: calls.append("idle"))
        self.clock.advance(0)
        self.assertEqual((len(self.journal.batches), calls), (1, ["idle"]))

    def test_a_batch_is_bounded(self) -> None:
        """Neither many lines nor long ones make a batch too large."""
        self.patch(committer, "MAX_ENTRIES", 20)
        for _ in range(21):
            self.committer.submit(said("x"))
        self.clock.advance(0)
        self.assertEqual([len(b) for b in self.journal.batches], [20, 1])
        self.journal.batches.clear()
        for _ in range(3):
            self.committer.submit(said("x" * (MAX_CHARACTERS // 2)))
        self.clock.advance(0)
        self.assertEqual([len(b) for b in self.journal.batches], [2, 1])

    def test_idle(self) -> None:
        """A stop waits for all that is on its way, and for nothing else."""
        calls: list[str] = []
        self.committer.when_idle(lambda: calls.append("at once"))
        self.journal.hold()
        self.committer.submit(said("a"))
        self.clock.advance(0)
        self.committer.submit(said("b"))
        self.committer.when_idle(lambda: calls.append(f"after {len(self.heard)}"))
        self.assertEqual(calls, ["at once"])
        self.journal.release()
        self.assertEqual(calls, ["at once", "after 2"])

    def test_a_failure(self) -> None:
        """What was not stored is refused once, and the next batch goes on."""
        self.note_refusals()
        self.journal.fail()
        self.committer.submit(said("a"))
        self.clock.advance(0)
        self.committer.submit(said("b"))
        self.clock.advance(0)
        self.assertEqual([s.event for s in self.heard], [said("b")])
        self.assertEqual(self.refused, [f"{said('a')}: the disk is full"])

    def test_without_a_chat(self) -> None:
        """Nobody need be there to hear of a refusal."""
        self.journal.fail()
        self.committer.submit(said("a"))
        self.clock.advance(0)
        self.assertEqual(self.heard, [])

    def test_a_mistake_in_a_journal(self) -> None:
        """An unexpected exception is in the log, and the chat goes on."""
        self.note_refusals()
        self.journal.fail(ZeroDivisionError("oops"))
        self.committer.submit(said("a"))
        self.clock.advance(0)
        self.assertIn("see the server log", self.refused[0])
        self.assertNotIn("oops", self.refused[0])
        with self.assertRaises(ZeroDivisionError):
            self.world.settle()
        self.committer.submit(said("b"))
        self.clock.advance(0)
        self.assertEqual(len(self.heard), 1)

    def test_announced_and_then_failed(self) -> None:
        """Who was shown to everyone is not refused afterwards."""
        self.note_refusals()

        async def append(batch: object) -> None:
            await MemoryJournal.append(inner, batch)  # type: ignore[arg-type]
            raise StoreError("too late")

        inner = MemoryJournal(self.clock.seconds)
        inner.subscribe(self.announce)
        self.patch(self.journal, "append", append)
        self.committer.submit(said("a"))
        self.clock.advance(0)
        self.assertEqual((len(self.heard), self.refused), (1, []))

    def test_lasting(self) -> None:
        """An arrival is tried again each second until it is stored."""
        self.note_refusals()
        self.journal.fail(times=3)
        self.committer.submit(Joined("lobby", "bob", "B"), must_store=True)
        self.clock.advance(0)
        self.assertEqual(len(self.journal.batches), 1)
        self.clock.advance(1)
        self.clock.advance(1)
        self.assertEqual(self.heard, [])
        self.clock.advance(1)
        self.assertEqual(len(self.heard), 1)
        self.assertEqual(len(self.refused), 3)

    def test_lasting_holds_nobody_up(self) -> None:
        """A crowd that waits to be let in does not keep a sender from being told."""
        self.patch(committer, "MAX_ENTRIES", 20)
        self.note_refusals()
        self.journal.fail(times=None)
        for n in range(41):
            self.committer.submit(Joined("lobby", f"b{n}", f"B{n}"), must_store=True)
        self.committer.submit(said("a"))
        self.committer.submit(Quit("b1", "B1"), must_store=True)
        self.clock.advance(0)
        self.assertIn(f"{said('a')}: the disk is full", self.refused)
        self.assertLess(len(self.journal.batches), 5)
        self.journal.recover()
        self.clock.advance(1)
        stored = [stored.event for stored in self.heard]
        self.assertEqual(len(stored), 42)
        self.assertEqual(stored[0], Joined("lobby", "b0", "B0"))
        self.assertEqual(stored[-1], Quit("b1", "B1"))

    def test_stored_after_all(self) -> None:
        """An arrival that turns out to be stored is not stored again."""
        self.journal.fail()
        self.committer.submit(Joined("lobby", "bob", "B"), must_store=True)
        self.clock.advance(0)
        self.assertTrue(self.committer.is_own("n-1"))
        event = Joined("lobby", "bob", "B")
        self.assertIsNone(self.committer.settle(Stored("1", 0, event, "n-1")))
        self.clock.advance(5)
        self.assertEqual(len(self.journal.batches), 1)

    def test_a_stop_does_not_wait_for_a_broken_store(self) -> None:
        """A server whose disk is full can be stopped all the same."""
        calls: list[int] = []
        self.journal.fail(times=None)
        self.committer.submit(Quit("bob", "B"), must_store=True)
        self.committer.when_idle(lambda: calls.append(1))
        self.clock.advance(0)
        self.assertEqual(calls, [1])
