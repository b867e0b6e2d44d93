"""Sessions of clients that stay connected."""

from __future__ import annotations

from collections.abc import Mapping

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.chats import runtime_of
from twisted_chat.core.client import Client
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.session_refresh import (
    INTERVAL,
    PAUSE,
    PORTION,
    SessionRefresh,
)
from twisted_chat.testing import TestChat
from twisted_chat.testing.chat import FakeClient


class FakeJournal:
    """A journal whose answers the test gives.

    :ivar noted: each call.
    """

    def __init__(self) -> None:
        self.noted: list[dict[str, str]] = []
        self.answer: Deferred[None] = Deferred()

    async def note_sessions(self, nicknames: Mapping[str, str]) -> None:
        self.noted.append(dict(nicknames))
        self.answer = Deferred()
        await self.answer


class SessionRefreshTests(SynchronousTestCase):
    """Rounds and portions."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.journal = FakeJournal()
        self.clients: list[Client] = []
        self.refresh = SessionRefresh(
            self.journal, runtime_of(self, self.clock), lambda: self.clients
        )
        self.refresh.start()

    def join(self, count: int) -> list[FakeClient]:
        """So many join the chat."""
        room = TestChat()
        people = [room.client() for _ in range(count)]
        self.clients += [person.client for person in people]
        return people

    def test_everyone_is_noted_every_hour(self) -> None:
        """Under the nickname of that time."""
        (alice,) = self.join(1)
        self.clock.advance(INTERVAL - 1)
        self.assertEqual(self.journal.noted, [])
        self.clock.advance(1)
        self.journal.answer.callback(None)
        alice.types(r"\nick alice")
        self.clock.advance(INTERVAL)
        client_id = self.clients[0].id
        self.assertEqual(self.journal.noted[1:], [{client_id: "alice"}])
        self.assertNotEqual(self.journal.noted[0][client_id], "alice")

    def test_portions_follow_one_another(self) -> None:
        """Each once the one before is stored, and after a pause."""
        self.join(2 * PORTION + 1)
        self.clock.advance(INTERVAL)
        for _ in range(3):
            self.clock.advance(PAUSE)
            self.journal.answer.callback(None)
        self.clock.advance(PAUSE)
        sizes = [len(portion) for portion in self.journal.noted]
        self.assertEqual(sizes, [PORTION, PORTION, 1])
        noted = {client_id for portion in self.journal.noted for client_id in portion}
        self.assertEqual(noted, {client.id for client in self.clients})

    def test_only_clients_that_may_resume_are_noted(self) -> None:
        """Not those that cannot, and not those that have left meanwhile."""
        gone, quitting, telnet, last = self.join(4)
        telnet.client.session = ""
        gone.leaves()
        quitting.types(r"\quit")
        self.clock.advance(INTERVAL)
        self.assertEqual(self.journal.noted, [{last.client.id: last.nick}])

    def test_failure_ends_the_round(self) -> None:
        """The next one comes in an hour."""
        self.join(PORTION + 1)
        self.clock.advance(INTERVAL)
        self.journal.answer.errback(StoreError("disk full"))
        self.clock.advance(INTERVAL - 1)
        self.assertEqual(len(self.journal.noted), 1)
        self.clock.advance(1)
        self.assertEqual(len(self.journal.noted), 2)

    def test_nothing_is_noted_after_the_stop(self) -> None:
        """Neither another round nor another portion."""
        self.join(PORTION + 1)
        self.clock.advance(INTERVAL)
        self.refresh.stop()
        self.journal.answer.callback(None)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.refresh.stop()
