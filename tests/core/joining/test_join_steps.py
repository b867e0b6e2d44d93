"""What a client gets before it arrives: its nickname and its rooms."""

from __future__ import annotations

from tests.support.joining import JoiningCase

TAKEN = "error: {}, or a name that looks like it, is in use: choose another"


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
