"""Tests of twisted_chat.core.accounts, beside those of the routes."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.account_events import AccountChanged, Change
from twisted_chat.core.announcers import accounts
from twisted_chat.core.events import Stored
from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.joining.join_request import Credentials
from twisted_chat.core.read_markers import ReadMarker
from twisted_chat.core.replies import Request
from twisted_chat.testing import FakeClient, TestChat

T = TypeVar("T")

SECRET = "correct horse"


class AccountAnnouncerTests(SynchronousTestCase):
    """What becomes of members when accounts change."""

    def setUp(self) -> None:
        self.room = TestChat()
        self.alice, self.bob = self.room.people("alice", "bob")

    def announce(self, change: str, account: str, member_id: str = "@1") -> None:
        """As when another server has changed an account."""
        event = AccountChanged(account, member_id, change, "elsewhere")
        self.room.committer.submit(event)
        self.room.settle()

    def test_guest_whose_name_is_registered_elsewhere_is_renamed(self) -> None:
        """Each server renames its own."""
        self.announce(Change.REGISTERED, "Bob")
        self.assertRegex(self.bob.nick, "guest_")
        self.assertEqual(self.alice.sees(), [f"bob: is now known as {self.bob.nick}"])

    def test_guest_who_is_joining_is_renamed_once_it_is_present(self) -> None:
        """It claimed the name before that was reserved."""
        self.room.journal.hold()
        carol = self.room.client("carol")
        event = AccountChanged("carol", "@1", Change.REGISTERED, "elsewhere")
        self.room.chat.announce([self.stored(event)])
        self.room.journal.release()
        self.room.settle()
        self.assertRegex(carol.nick, "guest_")

    def stored(self, event: AccountChanged) -> Stored:
        return Stored(self.room.pool.position or "0", 0, event)

    def test_account_with_a_nickname_that_is_registered_has_its_own_name(self) -> None:
        """Its owner can log in then."""
        self.bob.types(f"\\register {SECRET}", "\\nick carol")
        tablet = self.room.client(credentials=Credentials("bob", SECRET))
        for client in (self.alice, self.bob, tablet):
            client.sees()
        self.announce(Change.REGISTERED, "carol")
        for client in (self.alice, self.bob, tablet):
            self.assertEqual(client.sees(), ["carol: is now known as bob"])

    def check_is_guest(self, client: FakeClient) -> None:
        """It was told that its account was removed, and is a guest now."""
        gone = "error: the account bob was removed: you are a guest now"
        seen = client.sees()
        self.assertEqual([line for line in seen if "removed" in line], [gone])
        self.assertRegex(seen[-1], "bob: is now known as guest_")
        self.assertEqual(client.client.account, "")

    def test_account_whose_removal_is_announced_twice_is_logged_out_once(self) -> None:
        """It may be finished by a server while another one is still at it."""
        self.bob.types(f"\\register {SECRET}")
        self.alice.sees(), self.bob.sees()
        member_id = self.bob.client.member_id
        with self.room.together():
            for server in ("here", "elsewhere"):
                self.room.committer.submit(
                    AccountChanged("bob", member_id, Change.UNREGISTERED, server)
                )
        self.check_is_guest(self.bob)
        self.assertEqual(len(self.alice.sees()), 1)

    def test_account_that_was_removed_during_a_login_is_logged_out(self) -> None:
        """Its password was checked before; also if the client connects with it."""
        self.announce(Change.UNREGISTERED, "bob", "@bob")
        self.room.log_in(self.bob, "bob")
        self.check_is_guest(self.bob)
        self.check_is_guest(self.room.client(account="bob"))

    def test_number_of_removed_accounts_that_are_remembered_is_bounded(self) -> None:
        """Nobody logs in for long."""
        self.patch(accounts, "MAX_REMOVED", 2)
        for name in ("bob", "carol", "dave"):
            self.announce(Change.UNREGISTERED, name, f"@{name}")
        self.room.log_in(self.bob, "bob")
        self.assertEqual(self.bob.client.account, "bob")

    def test_renaming_waits_for_the_store(self) -> None:
        """The name is reserved already."""
        real = self.room.chat.names.claim

        async def fail(*_: object) -> bool:
            raise StoreError("away")

        self.patch(self.room.chat.names, "claim", fail)
        self.announce(Change.REGISTERED, "bob")
        self.assertEqual(self.bob.nick, "bob")
        self.patch(self.room.chat.names, "claim", real)
        self.room.advance(1)
        self.room.settle()
        self.assertRegex(self.bob.nick, "guest_")

    def test_unknown_change_of_a_later_version_has_no_effect(self) -> None:
        """During an upgrade."""
        self.announce("promoted", "bob")
        self.assertEqual(self.alice.sees(), [])

    def test_other_devices_are_shown_how_far_one_has_read(self) -> None:
        """Only those of the account; an older position changes nothing."""
        self.bob.types(f"\\register {SECRET}", "one", "two")
        tablet = self.room.client(credentials=Credentials("bob", SECRET))
        history = self.room.pool.rooms["lobby"].history()
        positions = [stored.position for stored in history]
        values = self.room.chat.account_logins
        for position in (positions[1], positions[0]):
            words = ("lobby", position)
            self.bob.asks(Request("read_up_to", "", internal=True, words=words))
        read = self.run_now(values.read(self.bob.client.member_id))
        marker = ReadMarker(history[1].time, positions[1])
        self.assertEqual(read, {"lobby": marker})
        self.assertIsNotNone(tablet)

    def run_now(self, awaitable: Awaitable[T]) -> T:
        async def wait() -> T:
            return await awaitable

        return self.successResultOf(Deferred.fromCoroutine(wait()))
