"""Sanctions of rooms that follow a guest to an account and to another nickname."""

from __future__ import annotations

from twisted.internet.address import IPv4Address
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.join_request import Credentials
from twisted_chat.testing import FakeClient, TestChat

SECRET = "correct horse"
ELSEWHERE = IPv4Address("TCP", "192.0.2.7", 1000)
BANNED = ["error: you are banned from #tea"]


class FollowedTests(SynchronousTestCase):
    """Alice decides in #tea; eve is a guest who was there."""

    def setUp(self) -> None:
        self.room = TestChat()
        self.alice, self.eve = self.room.people("alice", "eve")
        self.alice.types("\\join tea")
        self.eve.types("\\join tea")

    def log_in(self, name: str) -> FakeClient:
        """Another device of the account, from elsewhere."""
        client = self.room.client(
            credentials=Credentials(name, SECRET), address=ELSEWHERE
        )
        client.sees()
        return client

    def replies(self, client: FakeClient, *lines: str) -> list[str]:
        client.sees()
        client.types(*lines)
        return client.sees()

    def test_room_ban_follows_into_the_account_that_a_guest_registers(self) -> None:
        """From whatever address that logs in later."""
        self.alice.types("\\room ban eve")
        self.eve.types("\\nick mallory", f"\\register {SECRET}")
        self.assertEqual(self.replies(self.eve, "\\join tea"), BANNED)
        self.eve.leaves()
        back = self.log_in("mallory")
        self.assertEqual(self.replies(back, "\\join tea"), BANNED)
        self.alice.types("\\room unban eve")
        self.assertNotEqual(self.replies(back, "\\join tea"), BANNED)

    def test_room_ban_follows_into_the_account_that_a_guest_logs_in_to(self) -> None:
        """It was another guest's before."""
        (other,) = self.room.people("mallory")
        other.types(f"\\register {SECRET}")
        other.leaves()
        self.alice.types("\\room ban eve")
        self.eve.types(f"\\login mallory {SECRET}")
        self.eve.leaves()
        self.assertEqual(self.replies(self.log_in("mallory"), "\\join tea"), BANNED)

    def test_room_ban_follows_the_nickname_that_becomes_an_account(self) -> None:
        """The guest had disconnected after the ban."""
        self.alice.types("\\room ban eve")
        self.eve.leaves()
        back = self.room.client("eve", address=ELSEWHERE)
        back.types(f"\\register {SECRET}")
        back.leaves()
        self.assertEqual(self.replies(self.log_in("eve"), "\\join tea"), BANNED)

    def test_room_mute_follows_one_who_is_not_in_the_room(self) -> None:
        """It leaves, becomes an account or another nickname, and comes back."""
        self.alice.types("\\mute eve")
        self.eve.types("\\leave tea", "\\nick mallory", f"\\register {SECRET}")
        self.eve.leaves()
        back = self.log_in("mallory")
        back.types("\\join tea")
        self.assertEqual(self.replies(back, "hi"), ["error: you are muted"])

    def test_room_mute_follows_a_rename_outside_the_room(self) -> None:
        """Also when the guest connects anew under the new nickname."""
        self.alice.types("\\mute eve")
        self.eve.types("\\leave tea", "\\nick mallory")
        self.eve.leaves()
        (back,) = self.room.people("mallory")
        back.types("\\join tea")
        self.assertEqual(self.replies(back, "hi"), ["error: you are muted"])

    def test_others_are_not_concerned(self) -> None:
        """Those who register another name, or are muted in another room."""
        self.alice.types("\\mute eve", "\\room ban eve")
        (bob,) = self.room.people("bob")
        bob.types(f"\\register {SECRET}", "\\join tea")
        self.assertEqual(self.replies(bob, "hi"), ["bob: hi"])
