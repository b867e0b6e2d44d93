"""What becomes of a room when its owner changes, or everyone leaves it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

from tests.support.moderation import ModerationCase
from twisted_chat.core.account_events import AccountChanged, Change
from twisted_chat.core.events import Event, LoggedIn
from twisted_chat.core.moderation.upkeep import RETURN_SECONDS, TIDY_SECONDS
from twisted_chat.core.moderation_events import RoomClosed
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.testing import TestChat


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


class ClosedTests(ModerationCase):
    """Everyone leaves a room that was not open to all."""

    def empty(self, *lines: str) -> None:
        """Alice types lines in #den, and leaves it."""
        self.does(self.alice, r"\join den", *lines, r"\leave")

    def seen_in_den(self) -> str:
        self.bob.types(r"\join den", r"\topic")
        return "\n".join(map(str, self.bob.sees()))

    def test_topic_of_a_closed_room_is_shown_to_nobody(self) -> None:
        """It was set while strangers could not read it."""
        for setting in (r"\room private", r"\room key word"):
            self.empty(setting, r"\topic a secret")
            self.assertNotIn("secret", self.seen_in_den())
            self.does(self.bob, r"\leave")

    def test_topic_of_an_open_room_stays(self) -> None:
        """Whoever opens the room next is shown it."""
        self.empty(r"\topic on tea")
        self.assertIn("on tea", self.seen_in_den())

    def test_new_topic_of_a_closed_room_stays(self) -> None:
        """Whoever opened it again has set it."""
        self.empty(r"\room private", r"\topic a secret")
        self.does(self.bob, r"\join den", r"\topic on tea")
        self.carol.types(r"\join den")
        self.assertIn("on tea", "\n".join(map(str, self.carol.sees())))

    def test_nothing_is_shown_before_the_closing_is_stored(self) -> None:
        """Neither to the client that opens the room meanwhile, nor to the next."""
        self.does(self.alice, r"\join den", r"\room private", r"\topic a secret")
        self.does(self.alice, "a secret")
        with self.closing_fails():
            self.does(self.alice, r"\leave")
            self.assertNotIn("secret", self.seen_in_den())
            self.carol.types(r"\join den")
            self.assertNotIn("secret", "\n".join(map(str, self.carol.sees())))
        for client in (self.bob, self.carol):
            self.does(client, r"\leave")
        self.assertNotIn("secret", self.seen_in_den())

    def test_nothing_is_shown_after_a_crash_before_the_closing(self) -> None:
        """Also if nothing has happened on the new server when it ends its wait."""
        journal = MemoryJournal(self.chat.clock.seconds)
        former = TestChat(journal=journal)
        alice = former.client("alice")
        alice.types(r"\join den", r"\room private", r"\topic a secret", "a secret")
        self.chat = TestChat(journal=journal)
        self.chat.advance(RETURN_SECONDS)
        self.bob, self.carol = self.chat.people("bob", "carol")
        self.assertNotIn("secret", self.seen_in_den())
        self.bob.types(r"\history", r"\leave")
        self.chat.advance(TIDY_SECONDS)
        self.bob.types(r"\join den", r"\topic", r"\history")
        self.assertNotIn("secret", "\n".join(map(str, self.bob.sees())))

    def closing_fails(self) -> AbstractContextManager[object]:
        """No event that closes a room is stored."""
        committer = self.chat.committer
        submit = committer.submit

        def submit_others(event: Event, *args: Any, **options: Any) -> None:
            if not isinstance(event, RoomClosed):
                submit(event, *args, **options)

        return mock.patch.object(committer, "submit", submit_others)
