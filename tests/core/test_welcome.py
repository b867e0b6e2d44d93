"""Clients that resume."""

from __future__ import annotations

from tests.support.joining import JoiningCase
from twisted_chat.core.limits import MAX_MISSED
from twisted_chat.testing import FakeClient, Gate, line_wire

MISSING = "Some messages sent while you were away may be missing."


class ResumeTests(JoiningCase):
    """Who comes back misses nothing and sees nothing twice."""

    def setUp(self) -> None:
        super().setUp()
        self.bob = self.come("bob")
        self.bob.types(r"\join tea")
        self.alice.types(r"\join tea")
        self.bob.sees()
        self.position = self.room.pool.position
        self.session = self.bob.client.id

    def back(self, **more: object) -> FakeClient:
        given: dict[str, object] = {
            "since": self.position,
            "session": self.session,
            "rooms": ("lobby", "tea"),
        }
        return self.come("bob", **{**given, **more})

    def test_what_was_missed(self) -> None:
        """In order, with rooms, and whispers only for whom they were."""
        self.alice.types("one")
        self.bob.leaves()
        self.alice.types("two", r"\dm alice note", r"\me sips", r"\topic green")
        bob = self.back()
        self.assertEqual(bob.client.id, self.session)
        self.assertEqual(
            bob.sees(),
            [
                "Welcome, bob!",
                "Be kind.",
                "alice: one",
                "alice: two",
                "* alice sips",
                "alice: set the topic to: green",
                "bob: joined the chat",
            ],
        )
        self.assertTrue(self.welcome.resumed and self.welcome.recovered)
        self.alice.types("three")
        self.assertEqual(bob.sees(), ["alice: three"])

    def test_what_happens_meanwhile(self) -> None:
        """While the store is asked, what happens is held back and follows."""
        self.bob.leaves()
        self.alice.types("one")
        self.room.journal.hold("read")
        bob = self.back()
        self.alice.types("two")
        self.assertEqual(bob.sees(), [])
        self.room.journal.release("read")
        self.assertEqual(
            bob.sees()[2:], ["alice: one", "bob: joined the chat", "alice: two"]
        )

    def test_too_much_was_missed(self) -> None:
        """One is told so, and sees the last messages."""
        self.bob.leaves()
        self.alice.types(*(f"line {n}" for n in range(MAX_MISSED + 1)))
        seen = self.back().sees()
        self.assertEqual(seen[2], MISSING)
        self.assertIn("alice: line 2000", seen)
        self.assertTrue(self.welcome.resumed)
        self.assertFalse(self.welcome.recovered)

    def test_a_position_of_another_server(self) -> None:
        """What is no position here is not believed."""
        self.bob.leaves()
        self.assertEqual(self.back(since="nonsense").sees()[2], MISSING)

    def test_the_store_cannot_be_read(self) -> None:
        """One is let in all the same, and told that something may be missing."""
        self.bob.leaves()
        self.room.journal.fail(what="read")
        bob = self.come("bob", since=self.position, session=self.session)
        self.assertEqual(bob.sees()[2], MISSING)

    def test_a_connection_that_hangs(self) -> None:
        """The new one takes its place, name and rooms; nobody else notices."""
        self.alice.sees()
        self.alice.types("one")
        self.alice.sees()
        bob = self.back()
        self.assertEqual(self.bob.closed, "another connection has taken its place")
        self.assertIs(bob.client, self.bob.client)
        self.assertEqual(bob.sees(), ["Welcome, bob!", "Be kind.", "alice: one"])
        self.assertEqual(self.alice.sees(), [])
        bob.types("hi")
        self.assertEqual(self.alice.sees(), ["bob: hi"])
        self.bob.leaves()
        self.assertEqual(self.alice.sees(), [])
        bob.leaves()
        self.assertEqual(self.alice.sees(), ["bob: left the chat"])

    def test_nothing_goes_to_the_former_socket(self) -> None:
        """What is said while one catches up is held back, whatever was lent before."""
        self.bob.client.send = len
        self.room.journal.hold("read")
        bob = self.back()
        self.alice.types("one")
        self.assertIsNone(bob.client.send)
        self.room.journal.release("read")
        self.assertEqual(bob.sees()[-1], "alice: one")

    def test_take_over_without_a_position(self) -> None:
        """One sees the last messages, as a newcomer would."""
        self.alice.types("one")
        bob = self.back(since=None)
        self.assertEqual(bob.sees()[2:], ["alice: one"])
        self.assertFalse(self.welcome.resumed)

    def test_take_over_twice(self) -> None:
        """The last one has it, also while the first is still catching up."""
        self.alice.types("one")
        self.room.journal.hold("read")
        first = self.back()
        second = self.back()
        self.room.journal.release("read")
        self.assertEqual(first.sees(), [])
        self.assertEqual(second.sees()[2:], ["alice: one"])
        self.assertEqual(first.closed, "another connection has taken its place")
        self.assertIsNone(second.closed)

    def test_take_over_by_another_wire(self) -> None:
        """It may speak another protocol than before."""
        other = line_wire()
        bob = self.room.client(wire=other, since=self.position, session=self.session)
        self.alice.types("one")
        self.assertEqual(bob.sees()[-1], "alice: one")
        self.assertIs(bob.client.view.codec, other.codec)  # type: ignore[union-attr]

    def test_what_the_former_connection_had_sent(self) -> None:
        """It is still said, before it goes."""
        self.room.journal.hold()
        self.bob.types("one", r"\nick rob", "two")
        bob = self.back()
        self.bob.leaves()
        self.room.journal.release()
        self.room.settle()
        self.assertEqual(
            self.alice.sees()[-3:],
            ["bob: one", "bob: is now known as rob", "rob: two"],
        )
        self.assertEqual(bob.nick, "rob")

    def test_after_a_farewell_that_hangs(self) -> None:
        """Who said that it goes, and comes back first, can speak again."""
        with self.room.together():
            self.bob.types(r"\quit bye")
            bob = self.back()
        self.room.settle()
        self.assertIsNone(bob.closed)
        bob.types("here again")
        self.assertEqual(self.alice.sees()[-2:], ["bob: bye", "bob: here again"])

    def test_in_no_room(self) -> None:
        """Who had left every room is in none afterwards."""
        self.bob.types(r"\leave", r"\leave")
        bob = self.back()
        self.assertEqual(bob.client.rooms, ())
        self.assertEqual(bob.sees()[0], "Welcome, bob!")

    def test_while_it_is_just_leaving(self) -> None:
        """The same session, name and id; the others see it go and come."""
        self.alice.sees()
        self.room.journal.hold()
        self.bob.leaves()
        bob = self.back()
        self.assertEqual(bob.sees(), [])
        self.room.journal.release()
        self.assertEqual(bob.sees()[0], "Welcome, bob!")
        self.assertEqual((bob.nick, bob.client.id), ("bob", self.session))
        self.assertEqual(
            self.alice.sees(),
            [
                "bob: left the chat",
                "[#lobby] bob: joined the chat",
                "bob: joined the chat",
            ],
        )

    def test_while_its_name_is_not_free_yet(self) -> None:
        """It gets in once, by its own name, and keeps it."""
        self.names.gate = Gate()
        self.bob.leaves()
        self.alice.sees()
        bob = self.back()
        gate, self.names.gate = self.names.gate, None
        gate.open()
        self.room.settle()
        self.assertEqual(bob.nick, "bob")
        self.assertEqual(
            self.alice.sees(), ["[#lobby] bob: joined the chat", "bob: joined the chat"]
        )
        self.alice.types(r"\nick bob")
        self.assertIn("error: bob or a name like it", self.alice.sees()[-1])

    def test_twice_at_once(self) -> None:
        """Two that bring one session while it is not in yet are two clients."""
        self.bob.leaves()
        with self.room.together():
            first, second = self.back(), self.back()
        self.assertEqual(first.client.id, self.session)
        self.assertNotEqual(second.client.id, self.session)
        self.assertEqual(len({first.nick, second.nick}), 2)

    def test_a_session_that_is_none(self) -> None:
        """Nobody chooses the own id."""
        for session in ("", "x", "é" * 22, "x" * 5000):
            self.assertNotEqual(self.come(session=session).client.id, session)

    def test_someone_elses_leaving_client_fails(self) -> None:
        """A name that could not be freed is in the log, and the client gets in."""

        async def release(*_: object) -> None:
            raise ZeroDivisionError

        self.patch(self.names, "release", release)
        self.room.journal.hold()
        self.bob.leaves()
        bob = self.back()
        self.room.journal.release()
        with self.assertRaises(ZeroDivisionError):
            self.room.settle()
        self.assertEqual(bob.sees()[0], "Welcome, bob!")
