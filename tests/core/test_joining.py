"""Clients from their connection to their welcome."""

from __future__ import annotations

from tests.support.joining import JoiningCase
from twisted_chat.core.joining import RETRY_DELAY


class NewcomerTests(JoiningCase):
    """Getting in."""

    def test_a_welcome(self) -> None:
        """The name, the operator's words, the last messages, and the own arrival."""
        self.alice.types("one", "two", "three", "four", r"\away lunch")
        bob = self.come("bob")
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
        self.assertEqual(self.alice.sees()[-1], "bob: joined the chat")
        self.assertEqual(self.welcome.members, ("alice", "bob"))
        self.assertEqual(self.welcome.away, {"alice": "lunch"})
        self.assertEqual(self.welcome.position, self.room.pool.position)
        self.assertEqual(self.welcome.session, bob.client.id)
        self.assertFalse(self.welcome.resumed or self.welcome.recovered)

    def test_nothing_twice_and_nothing_missing(self) -> None:
        """What is said while one comes is in the history or follows, never both."""
        self.room.journal.hold()
        with self.room.together():
            self.alice.types("before")
        bob = self.come("bob")
        self.alice.types("after")
        self.room.journal.release()
        self.assertEqual(
            bob.sees()[2:], ["alice: before", "bob: joined the chat", "alice: after"]
        )

    def test_guests(self) -> None:
        """Without a name, or with one that cannot be had, one is a guest."""
        guest = self.come()
        self.assertRegex(guest.nick, r"\Aguest_[1-9][0-9]{3}\Z")
        for nick, error in (
            ("alice", "error: alice or a name like it is in use: choose another"),
            ("guest_1", "error: guest_1 is reserved for guests: choose another"),
        ):
            guest = self.come(nick)
            seen = guest.sees()
            self.assertEqual(seen[0], error)
            self.assertEqual(seen[1], f"Welcome, {guest.nick}!")
            self.assertRegex(guest.nick, r"\Aguest_")

    def test_a_guest_number_that_is_taken(self) -> None:
        """Another one is drawn."""
        with self.room.together():
            first, second = self.come(), self.come()
        rng = self.room.runtime.rng
        numbers = iter([int(first.nick[6:]), int(second.nick[6:]), 77])
        self.patch(rng, "randrange", lambda *_: next(numbers))
        self.assertEqual(self.come().nick, "guest_77")

    def test_rooms(self) -> None:
        """One may come into several rooms at once, and speaks in the last."""
        self.alice.types(r"\join tea", "hot", r"\topic green")
        self.alice.sees()
        bob = self.come("bob", rooms=("#Lobby", "tea", "a:b", "TEA"))
        self.assertEqual(bob.client.rooms, ("lobby", "tea"))
        seen = bob.sees()
        self.assertEqual(seen[0], "Welcome, bob!")
        self.assertEqual(
            seen[2:], ["topic of #tea: green", "alice: hot", "bob: joined the chat"]
        )
        self.assertEqual(
            self.alice.sees(), ["[#lobby] bob: joined the chat", "bob: joined the chat"]
        )
        bob.types("hi")
        self.assertEqual(self.alice.sees(), ["bob: hi"])
        self.assertEqual(self.come("carol", rooms=("a:b",)).client.rooms, ("lobby",))

    def test_a_room_besides(self) -> None:
        """The other rooms that one comes into show what was said there, too."""
        self.alice.types("in the lobby")
        bob = self.come("bob", rooms=("lobby", "tea"))
        self.assertEqual(
            bob.sees(),
            [
                "Welcome, bob!",
                "Be kind.",
                "[#lobby] alice: in the lobby",
                "bob: joined the chat",
            ],
        )


class TroubleTests(JoiningCase):
    """Newcomers while the store is away."""

    def test_nothing_can_be_stored(self) -> None:
        """One is told so once, and let in when the store is back."""
        self.room.journal.fail(times=3)
        bob = self.come("bob")
        warning = "error: cannot join yet: the disk is full (retrying)"
        self.assertEqual(bob.sees(), [warning])
        self.assertEqual(self.alice.sees(), [])
        for _ in range(2):
            self.room.advance(RETRY_DELAY)
            self.assertEqual(bob.sees(), [])
        self.room.advance(RETRY_DELAY)
        self.assertEqual(bob.sees()[0], "Welcome, bob!")
        self.assertEqual(self.alice.sees(), ["bob: joined the chat"])

    def test_nothing_can_be_read(self) -> None:
        """The same when a room's past cannot be read."""
        self.room.journal.fail(what="read")
        bob = self.come("bob", rooms=("lobby", "tea"))
        self.assertIn("cannot join yet", bob.sees()[0])
        self.assertEqual(self.room.pool.rooms["lobby"].joining, 1)
        self.room.advance(RETRY_DELAY)
        self.assertEqual(bob.sees()[0], "Welcome, bob!")
        self.assertEqual(self.room.pool.rooms["lobby"].joining, 1)

    def test_a_mistake_in_a_store(self) -> None:
        """An unexpected exception is in the log; the newcomer is tried again."""
        self.room.journal.fail(ZeroDivisionError(), what="read")
        with self.assertRaises(ZeroDivisionError):
            self.come("bob", rooms=("tea",))
        self.room.advance(RETRY_DELAY)
        self.assertEqual(self.alice.sees(), [])
        self.assertIn("bob", self.room.pool.presence.by_name)

    def test_gone_before_that(self) -> None:
        """Nobody hears of someone who gave up, and the name is free."""
        self.room.journal.fail(times=2, what="read")
        bob = self.come("bob", rooms=("tea",))
        bob.leaves()
        self.room.advance(RETRY_DELAY)
        self.room.advance(RETRY_DELAY)
        self.assertEqual(self.alice.sees(), [])
        self.assertEqual(self.come("bob").nick, "bob")
        self.assertEqual(list(self.room.pool.rooms), ["lobby"])

    def test_gone_when_its_arrival_is_on_its_way(self) -> None:
        """The others see both, in that order."""
        self.room.journal.hold()
        bob = self.come("bob")
        bob.leaves()
        self.room.journal.release()
        self.room.settle()
        self.assertEqual(
            self.alice.sees(), ["bob: joined the chat", "bob: left the chat"]
        )
        self.assertEqual(len(self.room.pool), 1)

    def test_a_departure_that_is_not_stored(self) -> None:
        """It is a fact, and is told when the store is back."""
        bob = self.come("bob")
        self.alice.sees()
        self.room.journal.fail(times=2)
        bob.leaves()
        self.assertEqual(self.alice.sees(), [])
        self.room.advance(1)
        self.room.advance(1)
        self.assertEqual(self.alice.sees(), ["bob: left the chat"])
