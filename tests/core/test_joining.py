"""Clients from their connection to their welcome."""

from __future__ import annotations

from tests.support.codecs import wire_with
from tests.support.joining import JoiningCase
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.interfaces import Viewer
from twisted_chat.core.joining import RETRY_DELAY
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


class NicknameTests(JoiningCase):
    """The nickname that a client gets when it connects."""

    def test_client_without_a_nickname_is_a_guest(self) -> None:
        """Its number has four digits."""
        self.assertRegex(self.connect().nick, r"\Aguest_[1-9][0-9]{3}\Z")

    def test_client_with_a_refused_nickname_is_a_guest(self) -> None:
        """It is sent the error before the welcome."""
        for nick, error in (
            ("alice", TAKEN.format("alice")),
            ("guest_1", "error: guest_1 is reserved for guests: choose another"),
        ):
            guest = self.connect(nick)
            self.assertEqual(guest.sees()[:2], [error, f"Welcome, {guest.nick}!"])
            self.assertRegex(guest.nick, r"\Aguest_")

    def test_taken_guest_number_is_drawn_again(self) -> None:
        """No two guests have the same nickname."""
        with self.chat.together():
            first, second = self.connect(), self.connect()
        rng = self.chat.runtime.rng
        numbers = iter([int(first.nick[6:]), int(second.nick[6:]), 77])
        self.patch(rng, "randrange", lambda *_: next(numbers))
        self.assertEqual(self.connect().nick, "guest_77")

    def test_guest_numbers_leave_room_for_joining_clients(self) -> None:
        """A thousand clients that cannot join yet all have different numbers."""
        self.chat.journal.fail(times=None)
        guests = [self.connect() for _ in range(1000)]
        numbers = {int(guest.nick.removeprefix("guest_")) for guest in guests}
        self.assertEqual(len(numbers), 1000)
        self.assertGreater(max(numbers), 10_000)
        self.assertEqual(len({guest.client.id for guest in guests}), 1000)


class RoomTests(JoiningCase):
    """A client may join several rooms when it connects."""

    def test_client_talks_in_the_last_of_its_rooms(self) -> None:
        """Names are canonical, each room counts once, invalid names are left out."""
        self.alice.types(r"\join tea")
        bob = self.connect("bob", rooms=("#Lobby", "tea", "a:b", "TEA"))
        self.assertEqual(bob.client.rooms, ("lobby", "tea"))
        self.alice.sees()
        bob.types("hi")
        self.assertEqual(self.alice.sees(), ["bob: hi"])

    def test_each_room_sees_the_arrival(self) -> None:
        """A member of two of the rooms sees a line for each."""
        self.alice.types(r"\join tea")
        self.alice.sees()
        self.connect("bob", rooms=("lobby", "tea"))
        self.assertEqual(
            self.alice.sees(), ["[#lobby] bob: joined the chat", "bob: joined the chat"]
        )

    def test_welcome_shows_the_current_room(self) -> None:
        """Its topic and history come before the arrival."""
        self.alice.types(r"\join tea", "hot", r"\topic green")
        bob = self.connect("bob", rooms=("lobby", "tea"))
        self.assertEqual(
            bob.sees(),
            [
                "Welcome, bob!",
                "Be kind.",
                "topic of #tea: green",
                "alice: hot",
                "bob: joined the chat",
            ],
        )

    def test_history_of_the_other_rooms_follows_the_welcome(self) -> None:
        """Its lines have the room's name before them."""
        self.alice.types("in the lobby")
        bob = self.connect("bob", rooms=("lobby", "tea"))
        self.assertEqual(
            bob.sees(),
            [
                "Welcome, bob!",
                "Be kind.",
                "[#lobby] alice: in the lobby",
                "bob: joined the chat",
            ],
        )

    def test_client_without_a_valid_room_joins_the_lobby(self) -> None:
        """No client starts outside every room."""
        for nick, room in (("carol", "a:b"), ("dave", "l0bby")):
            joined = self.connect(nick, rooms=(room,)).client.rooms
            self.assertEqual(joined, ("lobby",))

    def test_rooms_that_look_like_another_are_left_out(self) -> None:
        """One that exists, or one that is asked for at the same time."""
        bob = self.connect("bob", rooms=("lobby", "torn", "tom", "l0bby"))
        self.assertEqual(bob.client.rooms, ("lobby", "torn"))
        self.chat.journal.hold("read")
        carol = self.connect("carol", rooms=("kern",))
        dave = self.connect("dave", rooms=("lobby", "kem"))
        self.chat.journal.release("read")
        self.chat.settle()
        self.assertEqual(carol.client.rooms, ("kern",))
        self.assertEqual(dave.client.rooms, ("lobby",))


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
