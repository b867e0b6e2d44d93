"""Clients that leave, resume or are declared gone before they are welcomed.

A client that joins several rooms has one ``Joined`` event for each.  They are usually
stored in one batch; here each batch has one event, so that something can happen
between any two of them.
"""

from __future__ import annotations

from tests.support.joining import JoiningCase
from twisted_chat.core import submission_queue
from twisted_chat.core.client import ClientState
from twisted_chat.core.events import Joined, Quit, Stored
from twisted_chat.core.interfaces import RETRY_DELAY, OutcomeUnknown
from twisted_chat.testing import FakeClient


class NotSubmittedTests(JoiningCase):
    """A client that leaves before its arrival is submitted was never there."""

    def test_client_that_left_is_shown_to_nobody(self) -> None:
        """Its nickname is free, and its rooms are discarded."""
        self.chat.journal.fail(times=2, what="read")
        bob = self.connect("bob", rooms=("tea",))
        bob.leaves()
        self.chat.advance(RETRY_DELAY)
        self.chat.advance(RETRY_DELAY)
        self.assertEqual(self.alice.sees(), [])
        self.assertEqual(self.connect("bob").nick, "bob")
        self.assertEqual(list(self.chat.pool.rooms), ["lobby"])

    def test_client_that_left_while_a_room_was_opened_is_shown_to_nobody(self) -> None:
        """No event is submitted for it."""
        self.chat.journal.hold("read")
        bob = self.connect("bob", rooms=("lobby", "tea"))
        bob.leaves()
        batches = len(self.chat.journal.batches)
        self.chat.journal.release("read")
        self.assertEqual(self.alice.sees(), [])
        self.assertEqual(len(self.chat.journal.batches), batches)
        self.assertEqual(self.connect("bob").nick, "bob")

    def test_client_that_left_without_a_nickname_is_shown_to_nobody(self) -> None:
        """There is nothing to release, and its session can be used again."""
        bob = self.connect("bob")
        bob.leaves()
        self.alice.sees()

        async def claim(*_: object) -> bool:
            raise OutcomeUnknown("no answer")

        patch = self.patch(self.names, "claim", claim)
        second = self.connect("bob", session=bob.client.session)
        self.assertIn("cannot join yet", second.sees()[0])
        second.leaves()
        self.chat.advance(RETRY_DELAY)
        patch.restore()
        self.assertEqual(self.alice.sees(), [])
        third = self.connect("bob", session=bob.client.session)
        self.assertEqual((third.nick, third.client.id), ("bob", bob.client.id))

    def test_client_that_resumes_at_once_keeps_its_nickname(self) -> None:
        """The end of its cancelled attempt does not release what it claims."""
        bob = self.connect("bob")
        bob.leaves()
        self.chat.journal.hold("read")
        session = bob.client.session
        cancelled = self.connect("bob", session=session, rooms=("tea",))
        cancelled.leaves()
        again = self.connect("bob", session=session, rooms=("tea",))
        self.chat.journal.release("read")
        self.assertEqual(again.sees()[0], "Welcome, bob!")
        self.assertEqual(again.client.session, session)
        self.alice.sees()
        self.alice.types(r"\nick bob")
        error = "error: bob, or a name that looks like it, is in use: choose another"
        self.assertEqual(self.alice.sees(), [error])

    def test_client_that_resumes_during_a_retry_waits_for_its_end(self) -> None:
        """It joins once, when the cancelled attempt would have been repeated."""
        bob = self.connect("bob")
        bob.leaves()
        session = bob.client.session
        self.chat.journal.fail(what="read")
        self.connect("bob", session=session, rooms=("tea",)).leaves()
        again = self.connect("bob", session=session, rooms=("tea",))
        self.assertEqual(again.sees(), [])
        self.chat.advance(RETRY_DELAY)
        self.assertEqual(again.sees()[0], "Welcome, bob!")
        self.assertEqual(again.client.session, session)


class SubmittedTests(JoiningCase):
    """A client whose arrivals are submitted: each of them is stored alone."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(submission_queue, "MAX_ENTRIES", 1)
        self.alice.types(r"\join tea")
        self.alice.sees()
        self.chat.journal.hold()
        self.bob = self.connect("bob", rooms=("lobby", "tea"))

    def store_one(self) -> None:
        """Let the journal store the batch in flight, and hold the next one."""
        self.chat.journal.release()
        self.chat.journal.hold()
        self.chat.settle()

    def store_all(self) -> None:
        self.chat.journal.release()
        self.chat.settle()

    def assert_gone(self) -> None:
        """Nothing is left of bob, and his nickname is free."""
        pool = self.chat.pool
        self.assertEqual(list(pool.clients.values()), [self.alice.client])
        self.assertEqual(len(pool), 1)
        self.assertEqual(pool.rooms["lobby"].nicks(), ("alice",))
        self.assertEqual(pool.rooms["tea"].nicks(), ("alice",))
        # The lobby is always kept open.
        self.assertEqual(
            (pool.rooms["lobby"].joining, pool.rooms["tea"].joining), (1, 0)
        )
        (view,) = pool.views.values()
        self.assertEqual(list(view.clients), [self.alice.client])
        self.assertIs(self.bob.client.state, ClientState.GONE)
        self.assertEqual(set(self.names._owners.values()), {self.alice.client.id})

    def assert_came_and_went(self) -> None:
        """Alice is shown both, in this order, and nothing is left of bob."""
        self.assertEqual(
            self.alice.sees(),
            [
                "[#lobby] bob: joined the chat",
                "bob: joined the chat",
                "bob: left the chat",
            ],
        )
        self.assert_gone()

    def test_client_is_joining_until_its_last_arrival_is_announced(self) -> None:
        """It is welcomed then, and not before."""
        self.assertIs(self.bob.client.state, ClientState.JOINING)
        self.store_one()
        self.assertEqual(self.alice.sees(), ["[#lobby] bob: joined the chat"])
        self.assertIs(self.bob.client.state, ClientState.JOINING)
        self.assertEqual(self.bob.sees(), [])
        self.store_one()
        self.assertIs(self.bob.client.state, ClientState.PRESENT)
        self.assertEqual(self.bob.sees()[0], "Welcome, bob!")

    def test_client_that_left_before_its_arrivals_is_shown_arriving_and_leaving(
        self,
    ) -> None:
        """What is submitted cannot be taken back."""
        self.bob.leaves()
        self.store_all()
        self.assert_came_and_went()

    def test_client_that_left_between_its_arrivals_is_shown_leaving_last(self) -> None:
        """Nobody leaves before arriving."""
        self.store_one()
        self.bob.leaves()
        self.store_all()
        self.assert_came_and_went()

    def test_client_that_left_after_its_arrivals_is_shown_leaving_once(self) -> None:
        """It was present."""
        self.store_one()
        self.store_one()
        self.bob.leaves()
        self.store_all()
        self.assertEqual(self.alice.sees()[2:], ["bob: left the chat"])
        self.assert_gone()

    def resume(self) -> FakeClient:
        session = self.bob.client.session
        return self.connect("bob", session=session, rooms=("lobby", "tea"))

    def test_client_that_resumes_before_its_arrivals_joins_as_another(self) -> None:
        """Its session is not valid yet, and its nickname is in use."""
        again = self.resume()
        self.store_all()
        self.assertRegex(again.nick, r"\Aguest_")
        self.assertIs(again.client.state, ClientState.PRESENT)
        self.assertNotEqual(again.client.id, self.bob.client.id)
        self.assertIs(self.bob.client.state, ClientState.PRESENT)

    def test_client_that_resumes_between_its_arrivals_joins_as_another(self) -> None:
        """Both are in both rooms in the end."""
        self.store_one()
        again = self.resume()
        self.store_all()
        self.assertRegex(again.nick, r"\Aguest_")
        self.assertEqual(again.client.rooms, ("lobby", "tea"))
        self.assertEqual(self.bob.client.rooms, ("lobby", "tea"))
        self.assertEqual(
            self.chat.pool.rooms["tea"].nicks(), ("alice", "bob", again.nick)
        )

    def test_client_that_left_and_resumes_between_its_arrivals_joins(self) -> None:
        """The first connection is shown leaving; the second one stays."""
        self.store_one()
        self.bob.leaves()
        again = self.resume()
        self.store_all()
        self.assertIs(again.client.state, ClientState.PRESENT)
        self.assertEqual(again.client.rooms, ("lobby", "tea"))
        self.assertEqual(len(self.chat.pool), 2)
        self.assertIn("bob: left the chat", self.alice.sees())

    def test_client_that_resumes_after_its_arrivals_takes_over(self) -> None:
        """It has its nickname and its rooms."""
        self.store_one()
        self.store_one()
        again = self.resume()
        self.store_all()
        self.assertIs(again.client, self.bob.client)
        self.assertEqual(again.sees()[0], "Welcome, bob!")
        self.assertIsNotNone(self.bob.closed)

    def test_client_declared_gone_between_its_arrivals_stays(self) -> None:
        """Another server lost contact with this one, which still has the client."""
        self.store_one()
        quit_event = Quit("bob", self.bob.client.id)
        self.chat.chat.announce([Stored("z1", 0, quit_event, "other-1")])
        self.store_all()
        self.assertIs(self.bob.client.state, ClientState.PRESENT)
        self.assertEqual(self.bob.client.rooms, ("lobby", "tea"))
        self.alice.types(r"\dm bob hi")
        self.assertEqual(self.bob.sees()[-1], "alice (private): hi")
        self.bob.leaves()
        self.assert_gone()

    def test_stop_between_its_arrivals_stores_its_departure(self) -> None:
        """The client is sent the reason, as all others are."""
        self.store_one()
        stopped: list[bool] = []
        self.chat.chat.stop(lambda: stopped.append(True))
        self.store_all()
        self.assertEqual(stopped, [True])
        self.assertEqual(self.bob.closed, "the server is shutting down")
        self.assertIs(self.bob.client.state, ClientState.GONE)
        events = [event for batch in self.chat.journal.batches for event in batch]
        self.assertIn(Quit("bob", self.bob.client.id), events)
        self.assertEqual(len(self.chat.pool), 0)


class UnknownOutcomeTests(JoiningCase):
    """An arrival in another room whose outcome was unknown when its client left."""

    def test_late_arrival_is_not_taken_for_one_of_the_resumed_client(self) -> None:
        """The client is in the rooms that it asked for, and nothing else is left."""
        bob = self.connect("bob")
        journal, pool = self.chat.journal, self.chat.pool
        journal.fail(OutcomeUnknown("no answer"))
        bob.types(r"\join tea")
        journal.hold()
        bob.leaves()
        again = self.connect("bob", session=bob.client.session)
        late = Joined("tea", "bob", bob.client.id)
        # The last key is that of the departure.
        key = f"test-{self.chat.committer._count - 1}"
        self.chat.chat.announce([Stored("z1", 0, late, key)])
        self.assertEqual(again.sees(), [])
        journal.release()
        self.assertEqual(again.sees()[0], "Welcome, bob!")
        self.assertEqual(again.client.rooms, ("lobby",))
        (view,) = pool.views.values()
        self.assertEqual(list(view.clients), [self.alice.client, again.client])
        self.assertEqual(list(pool.clients.values()), list(view.clients))
        self.assertEqual(list(pool.rooms), ["lobby"])
