"""Outcomes of requests: events, replies and errors, awaited and in turn."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.events import Action
from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.outcomes import Outcome
from twisted_chat.core.replies import Notice, Refused
from twisted_chat.testing import TestChat
from twisted_chat.testing.fakes import FailingJournal


class OutcomeTests(SynchronousTestCase):
    """A route of the test's own."""

    def setUp(self) -> None:
        self.room = TestChat()
        self.alice, self.bob = self.room.people("alice", "bob")
        self.gate: Deferred[None] | None = None
        self.result: Outcome | Exception = None
        self.room.chat.table.route("x", "", "ends as the test says")(self.end)

    async def end(self, _context: CommandContext) -> Outcome:
        if self.gate is not None:
            await self.gate
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def test_event_is_shown_to_everyone(self) -> None:
        """As what the client that asked did."""
        self.result = Action("lobby", "alice", "waits", self.alice.client.id)
        self.alice.types(r"\x")
        for one in (self.alice, self.bob):
            self.assertEqual(one.sees(), ["* alice waits"])

    def test_reply_is_shown_to_the_client_that_asked(self) -> None:
        """And to nobody else."""
        self.result = Notice(("done",))
        self.alice.types(r"\x")
        self.assertEqual(self.alice.sees(), ["done"])
        self.assertEqual(self.bob.sees(), [])

    def test_failure_is_told_to_the_client_that_asked(self) -> None:
        """With the reason of a refusal or of the store."""
        for self.result, told in (
            (Refused("x", "not today"), "error: not today"),
            (StoreError("the disk is full"), "error: the disk is full"),
        ):
            self.alice.types(r"\x")
            self.assertEqual(self.alice.sees(), [told])
        self.assertEqual(self.bob.sees(), [])

    def test_next_request_waits_for_the_outcome(self) -> None:
        """The other clients do not."""
        self.gate = Deferred()
        self.result = Notice(("done",))
        self.alice.types(r"\x", "after it")
        self.bob.types("meanwhile")
        self.assertEqual(self.alice.sees(), ["bob: meanwhile"])
        self.gate.callback(None)
        self.assertEqual(self.alice.sees(), ["done", "alice: after it"])


class SearchTurnTests(SynchronousTestCase):
    """``\\search``, which is done in turn."""

    def setUp(self) -> None:
        self.room = TestChat()
        self.alice, self.bob = self.room.people("alice", "bob")
        self.bob.types("tea")
        self.room.journal.hold(FailingJournal.READ)
        self.alice.types("\\search te")
        self.bob.types("\\search tea")
        for one in (self.alice, self.bob):
            one.sees()

    def release(self) -> None:
        self.room.journal.release(FailingJournal.READ)

    def test_searches_follow_one_another(self) -> None:
        """Each is answered."""
        self.release()
        for one in (self.alice, self.bob):
            self.assertRegex("\n".join(one.sees()), "bob: tea")

    def test_stop_drops_what_waits(self) -> None:
        """Its client is told."""
        self.room.chat.stop(lambda: None)
        self.assertEqual(
            self.bob.sees(),
            ["error: the server is shutting down", "The server is shutting down."],
        )

    def test_search_of_a_client_that_is_lost_is_dropped(self) -> None:
        """It leaves at once."""
        self.bob.leaves()
        self.assertEqual(self.alice.sees(), ["bob: left the chat"])
        self.release()
        self.assertRegex("\n".join(self.alice.sees()), "bob: tea")
