"""Clients that leave, resume or are declared gone before they are welcomed.

A client that joins several rooms has one ``Joined`` event for each.  They are usually
stored in one batch; here each batch has one event, so that something can happen
between any two of them.
"""

from __future__ import annotations

from tests.support.joining import JoiningCase
from twisted_chat.core.interfaces import OutcomeUnknown
from twisted_chat.core.joining import RETRY_DELAY


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
        second = self.connect("bob", session=bob.client.id)
        self.assertIn("cannot join yet", second.sees()[0])
        second.leaves()
        self.chat.advance(RETRY_DELAY)
        patch.restore()
        self.assertEqual(self.alice.sees(), [])
        third = self.connect("bob", session=bob.client.id)
        self.assertEqual((third.nick, third.client.id), ("bob", bob.client.id))

    def test_client_that_resumes_at_once_keeps_its_nickname(self) -> None:
        """The end of its cancelled attempt does not release what it claims."""
        bob = self.connect("bob")
        bob.leaves()
        self.chat.journal.hold("read")
        session = bob.client.id
        cancelled = self.connect("bob", session=session, rooms=("tea",))
        cancelled.leaves()
        again = self.connect("bob", session=session, rooms=("tea",))
        self.chat.journal.release("read")
        self.assertEqual(again.sees()[0], "Welcome, bob!")
        self.assertEqual(again.client.id, session)
        self.alice.sees()
        self.alice.types(r"\nick bob")
        error = "error: bob or a name like it is in use: choose another"
        self.assertEqual(self.alice.sees(), [error])

    def test_client_that_resumes_during_a_retry_waits_for_its_end(self) -> None:
        """It joins once, when the cancelled attempt would have been repeated."""
        bob = self.connect("bob")
        bob.leaves()
        session = bob.client.id
        self.chat.journal.fail(what="read")
        self.connect("bob", session=session, rooms=("tea",)).leaves()
        again = self.connect("bob", session=session, rooms=("tea",))
        self.assertEqual(again.sees(), [])
        self.chat.advance(RETRY_DELAY)
        self.assertEqual(again.sees()[0], "Welcome, bob!")
        self.assertEqual(again.client.id, session)
