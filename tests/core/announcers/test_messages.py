"""To whom it is shown what is said."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.json_chat import frame_objects
from tests.support.remote import RemoteCase
from twisted_chat.clients.json import JsonCodec
from twisted_chat.core.events import (
    Action,
    CustomEvent,
    DirectMessage,
    HistoryGap,
    Joined,
    Message,
    TopicSet,
)
from twisted_chat.testing import FakeWire, TestChat, line_wire


class AuthorTests(RemoteCase):
    """What is said under a nickname that its author has given up meanwhile."""

    def test_author_has_the_nickname_of_now(self) -> None:
        """Another client of the account has changed it before that was stored."""
        account = ("bob", "@1")
        self.announce(Joined("lobby", "robert", "B", "@1", "bob"))
        alice = self.alice.client
        seen = self.announce(
            Message("lobby", "bob", "hi", "B", None, *account),
            Action("lobby", "bob", "waves", "B", *account),
            DirectMessage("bob", "alice", "psst", "B", alice.id, *account),
            TopicSet("lobby", "bob", "tea", "B"),
            CustomEvent("lobby", "bob", "{}", "B", *account),
        )
        self.assertEqual(
            seen,
            [
                "robert: hi",
                "* robert waves",
                "robert (private): psst",
                "robert: set the topic to: tea",
            ],
        )

    def test_message_in_a_room_that_is_not_known_is_shown_to_nobody(self) -> None:
        """Nor is it kept for those who join."""
        self.assertEqual(self.announce(Message("nowhere", "bob", "hi", "B")), [])
        self.assertNotIn("nowhere", self.chat.pool.rooms)


class DirectMessageTests(SynchronousTestCase):
    """A direct message to oneself is received and sent by one client."""

    def setUp(self) -> None:
        self.chat = TestChat()

    def test_it_is_shown_twice_if_the_two_look_different(self) -> None:
        """As on a line."""
        (alice,) = self.chat.people("alice")
        alice.types(r"\dm alice note")
        self.assertEqual(
            alice.sees(), ["alice (private): note", "alice (private to alice): note"]
        )

    def test_it_is_shown_once_if_the_two_look_alike(self) -> None:
        """As in JSON, which has the names of both."""
        line = line_wire()
        wire = FakeWire(JsonCodec(), line.decode, frame_objects)
        (alice,) = self.chat.people("alice", wire=wire)
        alice.types(r"\dm alice note")
        (shown,) = alice.sees()
        self.assertEqual(
            (shown["from"], shown["to"], shown["text"]), ("alice", "alice", "note")
        )


class HistoryGapTests(RemoteCase):
    """A server that was disconnected from its journal for too long."""

    def test_members_of_the_room_see_that_messages_are_missing(self) -> None:
        """With the route that shows what is stored."""
        (line,) = self.announce(HistoryGap("lobby"))
        self.assertIn("some messages in #lobby are missing here", line)
        self.assertIn(r"\history", line)

    def test_clients_outside_the_room_see_nothing(self) -> None:
        """Nor does anyone for a room without members here."""
        self.alice.types(r"\leave")
        self.alice.sees()
        self.assertEqual(self.announce(HistoryGap("lobby"), HistoryGap("nowhere")), [])
