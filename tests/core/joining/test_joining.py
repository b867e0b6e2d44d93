"""Clients from their connection to their welcome."""

from __future__ import annotations

from tests.support.codecs import wire_with
from tests.support.joining import JoiningCase
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.interfaces import RETRY_DELAY, Viewer
from twisted_chat.core.replies import ErrorReply, Reply

TAKEN = "error: {}, or a name that looks like it, is in use: choose another"


class WelcomeTests(JoiningCase):
    """A client that connects joins its rooms and is welcomed."""

    def test_new_client_sees_welcome_motd_history_and_its_arrival(self) -> None:
        """The history is as long as ``--history`` allows."""
        self.alice.types("one", "two", "three", "four")
        bob = self.connect("bob")
        self.assertEqual(
            bob.sees(),
            [
                "Welcome, bob!",
                "Be kind.",
                "alice: two",
                "alice: three",
                "alice: four",
                "bob: joined the chat",
            ],
        )

    def test_members_of_the_room_see_the_arrival(self) -> None:
        """It is one line."""
        self.connect("bob")
        self.assertEqual(self.alice.sees(), ["bob: joined the chat"])

    def test_welcome_has_members_away_texts_position_and_session(self) -> None:
        """A program can draw the room and resume with it."""
        self.alice.types(r"\away lunch")
        bob = self.connect("bob")
        welcome = self.last_welcome
        self.assertEqual(welcome.list_members(), ("alice", "bob"))
        self.assertEqual(welcome.away, {"alice": "lunch"})
        self.assertEqual(welcome.position, self.chat.pool.position)
        self.assertEqual(welcome.session, bob.client.session)
        self.assertFalse(welcome.resumed or welcome.recovered)

    def test_messages_around_an_arrival_are_shown_once(self) -> None:
        """A message is either in the history or follows, never both."""
        self.chat.journal.hold()
        with self.chat.together():
            self.alice.types("before")
        bob = self.connect("bob")
        self.alice.types("after")
        self.chat.journal.release()
        self.assertEqual(
            bob.sees()[2:], ["alice: before", "bob: joined the chat", "alice: after"]
        )


class StoreFailureTests(JoiningCase):
    """A client cannot join while the store is unavailable, and need not retry."""

    def test_client_waits_until_its_arrival_is_stored(self) -> None:
        """It is sent the reason once; nobody else sees anything."""
        self.chat.journal.fail(times=3)
        bob = self.connect("bob")
        warning = "error: cannot join yet: the disk is full (retrying)"
        self.assertEqual(bob.sees(), [warning])
        self.assertEqual(self.alice.sees(), [])
        for _ in range(2):
            self.chat.advance(RETRY_DELAY)
            self.assertEqual(bob.sees(), [])
        self.chat.advance(RETRY_DELAY)
        self.assertEqual(bob.sees()[0], "Welcome, bob!")
        self.assertEqual(self.alice.sees(), ["bob: joined the chat"])

    def test_client_waits_until_its_rooms_can_be_read(self) -> None:
        """The rooms that could be opened are released meanwhile."""
        self.chat.journal.fail(what="read")
        bob = self.connect("bob", rooms=("lobby", "tea"))
        self.assertIn("cannot join yet", bob.sees()[0])
        self.assertEqual(self.chat.pool.rooms["lobby"].joining, 1)
        self.chat.advance(RETRY_DELAY)
        self.assertEqual(bob.sees()[0], "Welcome, bob!")
        self.assertEqual(self.chat.pool.rooms["lobby"].joining, 1)

    def test_unexpected_exception_is_logged_and_joining_is_retried(self) -> None:
        """A bug in a journal does not keep the client out."""
        self.chat.journal.fail(ZeroDivisionError(), what="read")
        with self.assertRaises(ZeroDivisionError):
            self.connect("bob", rooms=("tea",))
        self.chat.advance(RETRY_DELAY)
        self.assertEqual(self.alice.sees(), [])
        self.assertIn("bob", self.chat.pool.presence.by_name)

    def test_codec_without_errors_shows_no_reason(self) -> None:
        """Nothing is written to its client until it is welcomed."""

        class NoErrorCodec(LineCodec):
            def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
                if isinstance(reply, ErrorReply):
                    return b""
                return super().reply(reply, viewer, ref)

        self.chat.journal.fail()
        bob = self.chat.client("bob", wire=wire_with(NoErrorCodec()))
        self.assertEqual(bob.connection.writes, [])
        self.chat.advance(RETRY_DELAY)
        self.assertEqual(bob.sees()[0], "Welcome, bob!")

    def test_failed_departure_is_shown_once_it_is_stored(self) -> None:
        """It has happened, so it is submitted again."""
        bob = self.connect("bob")
        self.alice.sees()
        self.chat.journal.fail(times=2)
        bob.leaves()
        self.assertEqual(self.alice.sees(), [])
        self.chat.advance(1)
        self.chat.advance(1)
        self.assertEqual(self.alice.sees(), ["bob: left the chat"])
