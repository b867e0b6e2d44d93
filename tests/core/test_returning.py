"""Clients that resume, and rooms that are not open to all."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.joining.join_request import Credentials
from twisted_chat.testing import FakeClient, TestChat

SECRET = "correct horse"


class ReturningTests(SynchronousTestCase):
    """Who returns to a room without an invitation or its key."""

    def setUp(self) -> None:
        self.room = TestChat()
        self.alice, self.bob = self.room.people("alice", "bob")
        self.alice.types("\\join tea")
        self.phone = self.bob

    def register(self) -> None:
        """Bob has an account, and two devices."""
        self.bob.types(f"\\register {SECRET}")
        self.phone = self.room.client(credentials=Credentials("bob", SECRET))
        self.phone.types("\\join tea")

    def resume(self, client: FakeClient, *rooms: str) -> tuple[str, ...]:
        back = self.room.client(session=client.client.session, rooms=rooms)
        return back.client.rooms

    def test_account_that_was_in_a_private_room_returns(self) -> None:
        """Its session is what it had before its connection ended."""
        self.register()
        self.alice.types("\\room private")
        self.phone.leaves()
        self.bob.leaves()
        self.assertEqual(self.resume(self.phone, "lobby"), ("lobby", "tea"))

    def test_account_that_was_kicked_does_not_return(self) -> None:
        """Its other device left while the account was in the room."""
        self.register()
        self.alice.types("\\room private")
        self.phone.leaves()
        self.alice.types("\\kick bob")
        self.assertEqual(self.resume(self.phone, "lobby", "tea"), ("lobby",))

    def test_account_that_left_before_does_not_return(self) -> None:
        """Also if both of its devices are gone by now."""
        self.register()
        self.alice.types("\\room key secret")
        self.phone.leaves()
        self.alice.types("\\kick bob")
        self.bob.leaves()
        self.assertEqual(self.resume(self.phone, "lobby", "tea"), ("lobby",))

    def test_account_returns_once(self) -> None:
        """What was noted of an earlier absence does not count after a crash."""
        self.register()
        self.phone.leaves()
        self.bob.leaves()
        self.resume(self.bob, "lobby")
        account = self.bob.client.member_id
        absences = self.room.chat.account_logins.absences
        left = self.successResultOf(Deferred.fromCoroutine(absences.left(account)))
        self.assertEqual(left, {})

    def test_guest_returns(self) -> None:
        """Unless the room is another one by now."""
        self.bob.types("\\join tea")
        self.alice.types("\\room private")
        self.bob.leaves()
        self.assertEqual(self.resume(self.bob, "tea"), ("tea",))

    def test_nothing_is_kept_of_a_guest_that_leaves_while_it_returns(self) -> None:
        """It had been let in to a private room, and another one was being read."""
        self.bob.types("\\join tea")
        self.alice.types("\\room private")
        self.bob.leaves()
        self.room.journal.hold("read")
        session = self.bob.client.session
        back = self.room.client(session=session, rooms=("tea", "den"))
        back.leaves()
        self.room.journal.release("read")
        self.assertEqual(self.room.chat.entry._let_in, {})
        self.assertEqual(set(self.room.pool.rooms), {"lobby", "tea"})

    def test_guest_does_not_return_to_another_room_of_the_name(self) -> None:
        """That one is private, too."""
        self.bob.types("\\join tea")
        self.alice.types("\\room private")
        self.bob.leaves()
        self.alice.types("\\leave tea")
        self.room.advance(1)
        self.alice.types("\\join tea", "\\room private")
        self.assertEqual(self.resume(self.bob, "lobby", "tea"), ("lobby",))
