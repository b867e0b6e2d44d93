"""A committer with a journal that can fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.committer import (
    Committer,
)
from twisted_chat.core.events import Event, Message, Stored
from twisted_chat.core.interfaces import (
    StoreError,
)
from twisted_chat.core.replies import Refused
from twisted_chat.core.submission import AnyOrder, Submission
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.testing import FailingJournal, FakeClock, TestChat


def message(text: str) -> Message:
    return Message("lobby", "alice", text, "A")


class RefusingOrder(AnyOrder):
    """Refuses one event when it is checked again.

    :ivar checked: the events that were checked again.
    """

    def __init__(self, refused: Event) -> None:
        self._refused = refused
        self.checked: list[Event] = []

    def refusal(self, event: Event, _client: object) -> Refused | None:
        self.checked.append(event)
        return Refused("muted", "no") if event == self._refused else None


class CommitterCase(SynchronousTestCase):
    """A committer with a journal that can fail.

    :ivar announced: the events that the journal has announced.
    :ivar refused: the submissions that were refused, with the reason.
    """

    def setUp(self) -> None:
        self.clock = FakeClock()
        self.journal = FailingJournal(MemoryJournal(self.clock.seconds))
        self.chat = TestChat()
        runtime = replace(
            self.chat.runtime,
            call_later=self.clock.callLater,
            seconds=self.clock.seconds,
        )
        self.committer = Committer(self.journal, runtime, node="n")
        self.announced: list[Stored] = []
        self.refused: list[tuple[Event, str]] = []
        self.journal.subscribe(self.announce)
        self.committer.refused = self.refuse

    def announce(self, batch: Sequence[Stored]) -> None:
        for stored in batch:
            self.announced.append(stored)
            self.assertIsNotNone(self.committer.settle(stored))

    def refuse(self, submission: Submission, error: StoreError | Refused) -> None:
        self.refused.append((submission.event, str(error)))

    def submit_now(self, *events: Event, must_store: bool = False) -> None:
        """Submit events in one turn of the reactor, and end it."""
        for event in events:
            self.committer.submit(event, must_store=must_store)
        self.clock.advance(0)

    def batches(self) -> list[list[str]]:
        """The texts of each batch; empty for arrivals and departures."""
        return [
            [getattr(event, "text", "") for event in batch]
            for batch in self.journal.batches
        ]
