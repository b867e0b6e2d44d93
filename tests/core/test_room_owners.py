"""What becomes of a room when its owner changes."""

from __future__ import annotations

from tests.support.moderation import ModerationCase
from twisted_chat.core.account_events import AccountChanged, Change
from twisted_chat.core.events import LoggedIn


class OwnerTests(ModerationCase):
    """Alice has opened #tea as a guest."""

    def test_guest_that_logs_in_keeps_what_it_opened(self) -> None:
        """The room is the account's from then on."""
        inner = self.alice.client
        login = LoggedIn("alice", "alice", inner.id, "@1", "alice")
        self.chat.committer.submit(login)
        self.chat.settle()
        settings = self.moderation.settings("tea")
        self.assertEqual(settings.owner, "@1")
        self.assertIn("@1", settings.roles["op"])
        self.alice.leaves()
        self.bob.leaves()
        self.carol.leaves()
        self.assertFalse(self.moderation.is_vacant("tea"))

    def test_guest_that_was_made_operator_does_not_own_the_room(self) -> None:
        """It stays its operator."""
        self.does(self.alice, r"\op bob")
        inner = self.bob.client
        self.chat.committer.submit(LoggedIn("bob", "bob", inner.id, "@2", "bob"))
        self.chat.settle()
        settings = self.moderation.settings("tea")
        self.assertEqual(settings.owner, "")
        self.assertIn("@2", settings.roles["op"])

    def test_rooms_of_an_account_that_is_no_more_are_as_those_of_a_guest(self) -> None:
        """One in which somebody is stays as it is until it is empty."""
        self.chat.log_in(self.alice, "alice")
        self.does(self.alice, r"\room quiet", r"\join den", r"\room private", r"\leave")
        member_id = self.alice.client.member_id
        self.assertEqual(set(self.moderation.owned_by(member_id)), {"tea", "den"})
        event = AccountChanged("alice", member_id, Change.UNREGISTERED, "")
        self.chat.committer.submit(event)
        self.chat.settle()
        self.assertEqual(self.moderation.owned_by(member_id), [])
        self.assertTrue(self.moderation.is_vacant("den"))
        self.assertTrue(self.moderation.settings("tea").quiet)
        self.assertEqual(self.moderation.vacant(), [])
