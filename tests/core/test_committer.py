"""Group commit: at most one batch is on its way into the journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.support.committer import CommitterCase, RefusingOrder, message
from twisted_chat.core.committer import (
    MAX_PRESENCE_DELAY,
    Committer,
)
from twisted_chat.core.events import Entry, Joined, Quit, Stored
from twisted_chat.core.interfaces import (
    NOT_SENT,
    OutcomeUnknown,
    StoreError,
)
from twisted_chat.core.moderation_events import Audited, Rank
from twisted_chat.core.submission_queue import MAX_WITH_MESSAGE
from twisted_chat.journals.memory import MemoryJournal


class BatchTests(CommitterCase):
    """Events are stored in batches, in order."""

    def test_events_of_one_turn_are_one_batch(self) -> None:
        """It is appended at the end of the turn."""
        for text in "abc":
            self.committer.submit(message(text))
        self.assertEqual(self.batches(), [])
        self.clock.advance(0)
        self.assertEqual(self.batches(), [["a", "b", "c"]])

    def test_events_of_the_next_turn_belong_to_the_batch(self) -> None:
        """As they had arrived already when the first one was read."""

        def in_next_turn(text: str, then: Callable[[], None]) -> None:
            def submit() -> None:
                self.committer.submit(message(text))
                then()

            self.clock.callLater(0, submit)

        self.committer.submit(message("a"))
        in_next_turn("b", then=lambda: in_next_turn("c", then=lambda: None))
        self.clock.advance(0)
        self.assertEqual(self.batches(), [["a", "b"], ["c"]])

    def test_line_of_the_audit_log_is_stored_with_its_event_or_not(self) -> None:
        """In one batch, before it."""
        line = Audited("alice", "delete", "bob", "tea", "A", Rank.OPERATOR, 5)
        self.journal.subscribe(self.announced.extend)
        self.committer.submit(message("a"), audited=line)
        self.clock.advance(0)
        self.assertEqual([s.event for s in self.announced], [line, message("a")])
        self.assertEqual(len(self.journal.batches), 1)
        self.assertTrue(all(self.committer.is_own(s.key) for s in self.announced))
        self.journal.fail()
        self.committer.submit(message("b"), audited=line)
        self.clock.advance(0)
        self.assertEqual(len(self.announced), 2)

    def test_each_event_has_its_own_key(self) -> None:
        """Which tells that it is this server's."""
        self.submit_now(message("a"), message("b"))
        keys = [stored.key for stored in self.announced]
        self.assertEqual(keys, ["n-1", "n-2"])
        self.assertTrue(self.committer.is_own("n-1"))
        self.assertFalse(self.committer.is_own("m-1"))

    def test_events_during_a_batch_are_the_next_batch(self) -> None:
        """There is never more than one in flight."""
        self.journal.hold()
        self.submit_now(message("a"))
        for text in "bcd":
            self.committer.submit(message(text))
            self.clock.advance(0.5)
        self.assertEqual(self.batches(), [["a"]])
        self.journal.release()
        self.assertEqual(self.batches(), [["a"], ["b", "c", "d"]])
        self.assertEqual(
            [s.event for s in self.announced], [message(t) for t in "abcd"]
        )


class PresenceDelayTests(CommitterCase):
    """Arrivals and departures wait for more of their kind."""

    def show_for(self, seconds: float) -> None:
        """Someone arrives, and showing the batch takes this long."""
        self.submit_now(Joined("lobby", "z", "z"), must_store=True)
        self.journal.batches.clear()
        self.clock.advance(seconds)
        self.committer.delay_presence(seconds)

    def test_arrivals_within_the_delay_are_one_batch(self) -> None:
        """The delay is four times as long as showing the last batch took."""
        self.show_for(0.025)
        for nick in "abc":
            self.submit_now(Joined("lobby", nick, nick), must_store=True)
            self.clock.advance(0.03)
        self.assertEqual(self.journal.batches, [])
        self.clock.advance(0.02)
        self.clock.advance(0)
        self.assertEqual([len(batch) for batch in self.journal.batches], [3])

    def test_delay_is_bounded(self) -> None:
        """Half a second, however long showing a batch took."""
        self.show_for(9)
        self.submit_now(Joined("lobby", "a", "a"), must_store=True)
        self.clock.advance(MAX_PRESENCE_DELAY)
        self.clock.advance(0)
        self.assertEqual(len(self.journal.batches), 1)

    def test_message_does_not_wait(self) -> None:
        """Arrivals that wait are stored with it, and shown by the same writes."""
        self.show_for(0.02)
        self.committer.submit(Joined("lobby", "a", "a"), must_store=True)
        self.submit_now(message("now"))
        self.assertEqual(self.batches(), [["", "now"]])

    def test_message_does_not_wait_for_a_crowd(self) -> None:
        """It overtakes the arrivals before it, which go on waiting."""
        self.show_for(0.02)
        for number in range(MAX_WITH_MESSAGE + 1):
            arrival = Joined("lobby", f"a{number}", f"a{number}")
            self.committer.submit(arrival, must_store=True)
        self.submit_now(message("now"))
        self.assertEqual(self.batches(), [["now"]])
        self.clock.advance(0.1)
        self.clock.advance(0)
        self.assertEqual([len(batch) for batch in self.journal.batches], [1, 65])

    def test_arrivals_wait_for_a_message(self) -> None:
        """Ten times as long as showing the last batch took, 0.1 s at most."""
        for cost, wait in ((0.004, 0.04), (0.02, 0.1)):
            self.show_for(cost)
            self.submit_now(Joined("lobby", "a", "a"), must_store=True)
            self.clock.advance(wait - 0.001)
            self.assertEqual(self.batches(), [])
            self.clock.advance(0.002)
            self.clock.advance(0)
            self.assertEqual(self.batches(), [[""]])

    def test_message_does_not_end_the_delay(self) -> None:
        """Only what showing arrivals and departures takes sets it."""
        self.show_for(0.02)
        self.submit_now(message("now"))
        self.committer.delay_presence(0.001)
        self.submit_now(Joined("lobby", "a", "a"), must_store=True)
        self.clock.advance(0.09)
        self.assertEqual(self.batches(), [["now"]])
        self.clock.advance(0.02)
        self.clock.advance(0)
        self.assertEqual(self.batches(), [["now"], [""]])

    def test_message_alone_delays_nobody(self) -> None:
        """However long showing it took."""
        self.submit_now(message("a"))
        self.committer.delay_presence(9)
        self.submit_now(Joined("lobby", "b", "b"), must_store=True)
        self.assertEqual(self.batches(), [["a"], [""]])

    def test_order_is_kept_without_a_delay(self) -> None:
        """Whoever posts and leaves has left after the message."""
        self.committer.submit(Joined("lobby", "a", "a"), must_store=True)
        self.committer.submit(message("b"))
        self.submit_now(Quit("a", "a"), must_store=True)
        self.assertEqual(self.batches(), [["", "b", ""]])

    def test_arrival_during_a_batch_waits(self) -> None:
        """The next batch does not begin for it alone."""
        self.show_for(0.02)
        self.journal.hold()
        self.submit_now(message("a"))
        self.committer.submit(Joined("lobby", "b", "b"), must_store=True)
        self.journal.release()
        self.clock.advance(0)
        self.assertEqual(self.batches(), [["a"]])
        self.clock.advance(0.2)
        self.clock.advance(0)
        self.assertEqual(self.batches(), [["a"], [""]])

    def test_stop_ends_the_delay(self) -> None:
        """What is submitted is stored at once."""
        self.show_for(0.02)
        self.committer.submit(Quit("a", "a"), must_store=True)
        calls: list[str] = []
        self.committer.when_idle(lambda: calls.append("idle"))
        self.clock.advance(0)
        self.assertEqual((len(self.journal.batches), calls), (1, ["idle"]))


class IdleTests(CommitterCase):
    """Calls that wait until everything is stored."""

    def setUp(self) -> None:
        super().setUp()
        self.calls: list[str] = []

    def test_idle_committer_calls_at_once(self) -> None:
        """Nothing is submitted."""
        self.committer.when_idle(lambda: self.calls.append("at once"))
        self.assertEqual(self.calls, ["at once"])

    def test_call_waits_for_all_that_is_submitted(self) -> None:
        """In flight or not."""
        self.journal.hold()
        self.submit_now(message("a"))
        self.committer.submit(message("b"))
        self.committer.when_idle(
            lambda: self.calls.append(f"after {len(self.announced)}")
        )
        self.assertEqual(self.calls, [])
        self.journal.release()
        self.assertEqual(self.calls, ["after 2"])

    def test_call_does_not_wait_for_a_broken_store(self) -> None:
        """A server whose disk is full can be stopped."""
        self.journal.fail(times=None)
        self.committer.submit(Quit("bob", "B"), must_store=True)
        self.committer.when_idle(lambda: self.calls.append("idle"))
        self.clock.advance(0)
        self.assertEqual(self.calls, ["idle"])


class SettledTests(CommitterCase):
    """Calls that wait until what was submitted before is shown or refused."""

    def setUp(self) -> None:
        super().setUp()
        self.calls: list[str] = []

    def announce(self, batch: Sequence[Stored]) -> None:
        super().announce(batch)
        self.committer.run_settled_calls()

    def wait(self) -> None:
        self.committer.when_settled(
            lambda: self.calls.append(f"after {len(self.announced)}")
        )

    def test_call_is_made_at_once_if_nothing_is_submitted(self) -> None:
        """Nobody waits for the next batch."""
        self.wait()
        self.assertEqual(self.calls, ["after 0"])

    def test_call_waits_for_what_was_submitted_before_and_no_longer(self) -> None:
        """One batch is in flight; the next one grows meanwhile."""
        self.journal.hold()
        self.submit_now(message("a"))
        self.wait()
        self.committer.submit(message("b"))
        self.wait()
        self.committer.submit(message("c"))
        self.assertEqual(self.calls, [])
        self.journal.release()
        self.assertEqual(self.calls, ["after 1", "after 3"])

    def test_call_waits_for_departures(self) -> None:
        """They may be stored later than messages."""
        self.committer.submit(Quit("bob", "B"), must_store=True)
        self.wait()
        self.assertEqual(self.calls, [])
        self.clock.advance(0)
        self.clock.advance(0)
        self.clock.advance(0)
        self.assertEqual(self.calls, ["after 1"])

    def test_call_is_made_when_what_it_waits_for_is_refused(self) -> None:
        """Nor does it wait for a departure that a broken store has not taken."""
        self.journal.fail(times=None)
        self.committer.submit(Quit("bob", "B"), must_store=True)
        self.submit_now(message("a"))
        self.wait()
        self.clock.advance(0)
        self.assertEqual(self.calls, ["after 0"])


class FailureTests(CommitterCase):
    """A batch that could not be stored."""

    def test_event_that_was_not_stored_is_refused_once(self) -> None:
        """The next batch is stored."""
        self.journal.fail()
        self.submit_now(message("a"))
        self.submit_now(message("b"))
        self.assertEqual([s.event for s in self.announced], [message("b")])
        self.assertEqual(self.refused, [(message("a"), "the disk is full")])

    def test_what_is_surely_not_stored_is_not_in_doubt(self) -> None:
        """Though the outcome of the rest of its batch is unknown."""
        self.journal.fail(OutcomeUnknown("who knows", keys=("n-2",)))
        self.submit_now(message("a"), message("b"))
        reasons = [(message("a"), NOT_SENT), (message("b"), "who knows")]
        self.assertEqual(self.refused, reasons)

    def test_refusal_needs_no_chat(self) -> None:
        """A committer without one drops what was not stored."""
        bare = Committer(self.journal, self.chat.runtime, node="m")
        self.journal.fail()
        bare.submit(message("a"))
        self.chat.settle()
        self.assertEqual((self.announced, self.refused), ([], []))

    def test_unexpected_exception_is_logged_and_hidden_from_the_author(self) -> None:
        """The next batch is stored."""
        self.journal.fail(ZeroDivisionError("secret"))
        self.submit_now(message("a"))
        self.assertEqual(
            self.refused, [(message("a"), "the store failed (see the server log)")]
        )
        with self.assertRaises(ZeroDivisionError):
            self.chat.settle()
        self.submit_now(message("b"))
        self.assertEqual(len(self.announced), 1)

    def test_event_that_was_announced_is_not_refused(self) -> None:
        """The journal failed only after it had stored and announced it."""
        inner = MemoryJournal(self.clock.seconds)
        inner.subscribe(self.announce)

        async def append(batch: Sequence[Entry]) -> None:
            await inner.append(batch)
            raise StoreError("too late")

        self.patch(self.journal, "append", append)
        self.submit_now(message("a"))
        self.assertEqual((len(self.announced), self.refused), (1, []))


class HeldTests(CommitterCase):
    """What is known of rights is out of date for a while."""

    def test_nothing_is_stored_meanwhile(self) -> None:
        """Not even what was about to be; then all is checked again."""
        order = self.committer.order = RefusingOrder(message("b"))
        self.committer.submit(message("a"))
        self.committer.hold()
        self.submit_now(message("b"))
        self.submit_now(Quit("alice", "A"), must_store=True)
        self.clock.advance(5)
        self.assertEqual(self.announced, [])
        self.committer.go_on()
        self.clock.advance(0)
        self.assertEqual(order.checked, [message("a"), message("b")])
        events = [stored.event for stored in self.announced]
        self.assertEqual(events, [message("a"), Quit("alice", "A")])
        self.assertEqual(self.refused, [(message("b"), "no")])

    def test_batch_in_flight_is_the_last_one(self) -> None:
        """And whoever waits until all is stored waits on."""
        idle: list[bool] = []
        self.journal.hold()
        self.submit_now(message("a"))
        self.committer.submit(message("b"))
        self.committer.when_idle(lambda: idle.append(True))
        self.committer.hold()
        self.journal.release()
        self.clock.advance(5)
        self.assertEqual((len(self.announced), idle), (1, []))
        self.committer.go_on()
        self.clock.advance(0)
        self.assertEqual((len(self.announced), idle), (2, [True]))

    def test_nothing_waits_behind_the_batch_in_flight(self) -> None:
        """Whoever waits until all is stored is called once it goes on."""
        idle: list[bool] = []
        self.journal.hold()
        self.submit_now(message("a"))
        self.committer.when_idle(lambda: idle.append(True))
        self.committer.hold()
        self.journal.release()
        self.clock.advance(5)
        self.assertEqual((len(self.announced), idle), (1, []))
        self.committer.go_on()
        self.assertEqual(idle, [True])

    def test_what_cannot_be_checked_is_refused(self) -> None:
        """Departures wait on."""
        settled: list[bool] = []
        idle: list[bool] = []
        self.committer.hold()
        self.submit_now(message("a"))
        self.committer.when_settled(lambda: settled.append(True))
        self.submit_now(Quit("alice", "A"), must_store=True)
        self.committer.refuse_held(StoreError("cannot be read"))
        self.assertEqual(self.refused, [(message("a"), "cannot be read")])
        self.assertEqual(settled, [True])
        # Whoever stops the server does not wait for a store that is not there.
        self.committer.when_idle(lambda: idle.append(True))
        self.assertEqual(idle, [])
        self.committer.refuse_held(StoreError("cannot be read"))
        self.assertEqual(idle, [True])
        self.committer.go_on()
        self.clock.advance(0)
        self.assertEqual([s.event for s in self.announced], [Quit("alice", "A")])


class LogTests(CommitterCase):
    """The log says once that the store fails, and once that it works again."""

    def test_failure_and_recovery_are_logged_once(self) -> None:
        """Whatever the store, and whatever was to be stored."""
        self.submit_now(message("a"))
        self.journal.fail(times=3)
        for text in "bcd":
            self.submit_now(message(text))
        self.assertEqual(self.chat.log, ["store error: the disk is full"])
        for text in "ef":
            self.submit_now(message(text))
        self.assertEqual(
            self.chat.log, ["store error: the disk is full", "storing works again"]
        )

    def test_store_works_again_only_when_it_has_no_problem(self) -> None:
        """A batch may be stored while the store cannot be read, for example."""
        self.journal.fail()
        self.submit_now(message("a"))
        problem: list[str | None] = ["cannot be read"]
        self.patch(self.journal, "problem", lambda: problem[0])
        self.submit_now(message("b"))
        self.assertEqual(self.chat.log, ["store error: the disk is full"])
        problem[0] = None
        self.submit_now(message("c"))
        self.assertEqual(self.chat.log[1:], ["storing works again"])
