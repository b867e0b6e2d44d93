"""Sanctions that follow a guest to another nickname and to an account."""

from __future__ import annotations

from twisted.internet.address import IPv4Address
from twisted.trial.unittest import SynchronousTestCase

from tests.support.moderation import ModerationCase
from twisted_chat.core.joining.join_request import Credentials
from twisted_chat.core.moderation.sanctions import MAX_CONCERNED, name_identities
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

    def test_all_room_bans_of_a_guest_follow_into_the_account(self) -> None:
        """One by each of its nicknames: to end one of them is not enough."""
        self.alice.types("\\room ban eve", "\\room ban mallory")
        self.eve.types("\\nick mallory", f"\\register {SECRET}")
        self.alice.types("\\room unban eve")
        self.eve.leaves()
        back = self.log_in("mallory")
        self.assertEqual(self.replies(back, "\\join tea"), BANNED)
        self.alice.types("\\room unban mallory")
        self.assertNotEqual(self.replies(back, "\\join tea"), BANNED)

    def test_room_ban_of_a_name_alike_does_not_concern_an_account(self) -> None:
        """Whoever logs in to it had another nickname before."""
        (bob,) = self.room.people("bob")
        bob.types(f"\\register {SECRET}")
        bob.leaves()
        self.alice.types("\\room ban b0b")
        (guest,) = self.room.people("carol")
        guest.types(f"\\login bob {SECRET}")
        guest.leaves()
        back = self.log_in("bob")
        self.assertNotEqual(self.replies(back, "\\join tea"), BANNED)

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


class ExtendedTests(ModerationCase):
    """What a ban or a mute concerns after its guest was renamed or has logged in."""

    def test_name_that_a_muted_guest_takes_is_muted(self) -> None:
        """Each that it can take: there is a limited number of them."""
        self.does(self.oscar, r"\mute bob")
        for number in range(60):
            self.does(self.bob, rf"\nick rob{number}")
        ((_, mute),) = self.moderation.mutes
        self.assertLessEqual(len(mute.identities), MAX_CONCERNED)
        self.assert_typed(
            self.bob, r"\nick other", "error: you are muted: keep your nickname"
        )
        name = self.bob.nick
        self.does(self.bob, r"\quit")
        again = self.connect_from("192.0.2.7", name)
        self.assertEqual(again.sees()[0], f"Welcome, {name}!")
        self.assert_typed(again, "hi", "error: you are muted")

    def test_guest_muted_in_a_room_keeps_its_nickname_at_last(self) -> None:
        """Names taken at the same time are muted, too."""
        self.does(self.alice, r"\mute bob")
        with self.chat.together():
            for number in range(60):
                self.bob.types(rf"\nick rob{number}")
        (mute,) = self.moderation.settings("tea").mutes.valid(self.moderation.now())
        for name in name_identities(self.bob.nick):
            self.assertIn(name, mute.identities)

    def test_account_of_a_muted_guest_is_muted(self) -> None:
        """Also when it has connected again."""
        self.does(self.oscar, r"\mute bob")
        self.does(self.bob, r"\register correct horse")
        self.bob.leaves()
        again = self.chat.client()
        again.types(r"\login bob correct horse")
        again.sees()
        self.assert_typed(again, "hi", "error: you are muted")

    def test_device_of_one_who_is_banned_from_a_room_does_not_enter_it(self) -> None:
        """The ban concerns the other device, from which the account was registered."""
        self.does(self.alice, r"\room ban bob")
        self.does(self.bob, r"\register correct horse", r"\leave")
        tablet = self.chat.client(
            credentials=Credentials("bob", "correct horse"), rooms=("tea",)
        )
        self.assertIn("error: you are banned from #tea", tablet.sees())
