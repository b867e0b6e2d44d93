"""Whom an account ignores, on all of its devices, also after a restart."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from tests.support.account_case import SECRET, AccountCase
from twisted_chat.testing import FakeClient, TestChat


class AccountIgnoresTests(AccountCase):
    """Bob has an account."""

    def setUp(self) -> None:
        super().setUp()
        self.register()

    def logged_in(self, room: TestChat | None = None) -> FakeClient:
        """One more device of bob."""
        client = (room or self.room).client()
        client.types(f"\\login bob {SECRET}")
        for each in (client, self.alice, self.bob):
            each.sees()
        return client

    def restarted(self) -> TestChat:
        """A new process with the same store."""
        for client in (self.alice, self.bob):
            client.leaves()
        return TestChat(journal=self.room.journal, policy=self.policy)

    def assert_ignored(self, client: FakeClient, names: str) -> None:
        """``\\ignore`` lists these."""
        client.sees()
        client.types("\\ignore")
        self.assertEqual(client.sees(), [f"you ignore: {names}"])

    def test_list_is_the_same_after_a_restart(self) -> None:
        """What is ended stays so."""
        self.newcomer("pest")
        self.bob.types("\\ignore alice", "\\ignore pest", "\\unignore alice")
        self.assertEqual(self.bob.sees()[-1], "you no longer ignore alice")
        room = self.restarted()
        device = self.logged_in(room)
        self.assert_ignored(device, "pest")
        pest, alice = room.people("pest", "alice")
        device.sees()
        pest.types("spam")
        alice.types("hi")
        self.assertEqual(device.sees(), ["alice: hi"])

    def test_list_is_that_of_all_devices(self) -> None:
        """Whichever of them changes it."""
        tablet = self.logged_in()
        tablet.types("\\ignore alice")
        self.assert_ignored(self.bob, "alice")
        self.alice.types("spam")
        self.assertEqual(self.bob.sees(), [])
        self.bob.types("\\unignore alice")
        self.assert_ignored(tablet, "nobody")
        self.alice.types("hi")
        self.assertEqual(tablet.sees(), ["alice: hi"])

    def test_ignored_guest_is_followed_after_a_restart(self) -> None:
        """By the nickname and the account that it had last."""
        (pest,) = self.room.people("pest")
        self.bob.types("\\ignore pest")
        pest.types("\\nick nicer", f"\\register {SECRET}", "\\nick other", "\\quit")
        device = self.logged_in(self.restarted())
        self.assert_ignored(device, "pest")
        back = device._room.client()
        back.types(f"\\login nicer {SECRET}")
        device.sees()
        back.types("spam", "\\nick other", "spam")
        self.assertNotIn("spam", "".join(device.sees()))
        device.types("\\unignore nicer")
        self.assert_ignored(device, "nobody")
        back.types("hi")
        self.assertEqual(device.sees(), ["other: hi"])

    def test_guest_that_logs_in_goes_on_ignoring(self) -> None:
        """Its list becomes part of that of the account."""
        self.bob.types("\\ignore alice", "\\quit")
        guest = self.room.client()
        pest = self.room.client("pest")
        guest.types("\\ignore pest", f"\\login bob {SECRET}")
        self.assert_ignored(guest, "alice, pest")
        pest.leaves()
        guest.leaves()
        self.assert_ignored(self.logged_in(self.restarted()), "alice, pest")

    def test_device_that_logs_out_goes_on_ignoring_by_itself(self) -> None:
        """Its list is no longer that of the account."""
        tablet = self.logged_in()
        tablet.types("\\ignore alice", "\\logout")
        self.assert_ignored(tablet, "alice")
        tablet.types("\\unignore alice")
        self.assert_ignored(tablet, "nobody")
        self.assert_ignored(self.bob, "alice")

    def test_removed_account_leaves_no_list(self) -> None:
        """Nothing of it is in the store."""
        self.bob.types("\\ignore alice", f"\\unregister {SECRET}")
        self.assertIn("unregistered: bob", self.bob.sees())

        async def load() -> dict[str, str]:
            return await self.room.journal.values.load("ignore@")

        found = self.successResultOf(Deferred.fromCoroutine(load()))
        self.assertEqual(found, {})

    def test_list_that_is_not_stored_is_not_changed(self) -> None:
        """The client is told so."""
        self.room.journal.fail(what="append")
        self.bob.types("\\ignore alice")
        (line,) = self.bob.sees()
        self.assertIn("error: not stored", line)
        self.assert_ignored(self.bob, "nobody")
