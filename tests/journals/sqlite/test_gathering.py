"""Tests of twisted_chat.journals.sqlite.gathering."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.journals.sqlite.gathering import MAX_TOGETHER, Gathering


class GatheringTests(SynchronousTestCase):
    """Questions to a call that is answered later."""

    def setUp(self) -> None:
        """The calls, and what ends them."""
        self.calls: list[tuple[list[int], Deferred[Sequence[int]]]] = []
        self.gathering = Gathering(self.call)

    def call(self, asked: Sequence[int]) -> Deferred[Sequence[int]]:
        """Note what is asked."""
        result: Deferred[Sequence[int]] = Deferred()
        self.calls.append((list(asked), result))
        return result

    def end_call(self) -> None:
        """Answer the oldest call: ten times each."""
        asked, result = self.calls.pop(0)
        result.callback([10 * each for each in asked])

    def asked(self) -> list[list[int]]:
        """What the calls that are not answered were asked."""
        return [asked for asked, _ in self.calls]

    def test_one_alone_does_not_wait(self) -> None:
        """It is passed on at once."""
        answer = self.gathering.ask(1)
        self.assertEqual(self.asked(), [[1]])
        self.end_call()
        self.assertEqual(self.successResultOf(answer), 10)
        self.assertEqual(self.asked(), [])

    def test_what_is_asked_meanwhile_is_asked_together(self) -> None:
        """By a call that begins later, so that it finds what was done meanwhile."""
        self.gathering.ask(1)
        answers = [self.gathering.ask(number) for number in (2, 3)]
        self.assertEqual(self.asked(), [[1]])
        self.end_call()
        self.assertEqual(self.asked(), [[2, 3]])
        self.end_call()
        self.assertEqual([self.successResultOf(each) for each in answers], [20, 30])

    def test_one_call_is_not_asked_too_much(self) -> None:
        """Other calls of the thread have their turn in between."""
        answers = [self.gathering.ask(each) for each in range(2 * MAX_TOGETHER + 3)]
        sizes = []
        while self.calls:
            sizes.append(len(self.calls[0][0]))
            self.end_call()
        self.assertEqual(sizes, [1, MAX_TOGETHER, MAX_TOGETHER, 2])
        self.assertEqual(self.successResultOf(answers[-1]), 10 * (len(answers) - 1))

    def test_failure_is_that_of_all_who_asked_together(self) -> None:
        """And of nobody else."""
        first = self.gathering.ask(1)
        others = [self.gathering.ask(2), self.gathering.ask(3)]
        self.end_call()
        self.calls.pop(0)[1].errback(ValueError("no"))
        self.assertEqual(self.successResultOf(first), 10)
        for each in others:
            self.failureResultOf(each, ValueError)
        self.gathering.ask(4)
        self.assertEqual(self.asked(), [[4]])

    def test_who_is_answered_may_ask_again(self) -> None:
        """It is asked with those who have waited, or after them."""
        first = self.gathering.ask(1)
        self.gathering.ask(2)
        first.addCallback(self.gathering.ask)
        self.end_call()
        self.end_call()
        self.assertEqual(self.asked(), [[10]])

    def test_what_waits_can_be_passed_on(self) -> None:
        """Without waiting for the call that runs."""
        for number in (1, 2, 3):
            self.gathering.ask(number)
        self.gathering.flush()
        self.assertEqual(self.asked(), [[1], [2, 3]])
