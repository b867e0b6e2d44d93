"""Who is here, and in which rooms."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.events import CustomEvent, Message, Stored
from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.pool import Client, ClientPool, Member, Room, is_spoken
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.testing import FailingJournal, FakeConnection, TestChat, line_wire


def said(number: int) -> Stored:
    return Stored(f"{number:04}", 0, Message("tea", "alice", str(number), "A"))


class PoolTests(SynchronousTestCase):
    """People come, go and change their names."""

    def setUp(self) -> None:
        self.pool = ClientPool(3)
        self.alice = Member("A", "Alice", "alice")
        self.bob = Member("B", "bob", "bob")

    def test_enter(self) -> None:
        """Someone is found by id, by name and in the room, each in one step."""
        self.pool.enter(self.alice, "tea")
        self.pool.enter(self.bob, "tea")
        self.assertIs(self.pool.by_id["A"], self.alice)
        self.assertIs(self.pool.by_name["alice"], self.alice)
        self.assertEqual(self.pool.rooms["tea"].nicks(), ("Alice", "bob"))
        self.assertEqual(len(self.pool), 2)

    def test_several_rooms(self) -> None:
        """One speaks in the room joined last; joining twice changes nothing."""
        for room in ("tea", "milk", "tea"):
            self.pool.enter(self.alice, room)
        self.assertEqual(self.alice.rooms, ("tea", "milk"))

    def test_leave(self) -> None:
        """A room that nobody is in any more is forgotten."""
        self.pool.enter(self.alice, "tea")
        self.pool.enter(self.alice, "milk")
        self.pool.leave(self.alice, "tea")
        self.assertEqual(self.alice.rooms, ("milk",))
        self.assertEqual(list(self.pool.rooms), ["milk"])
        self.pool.leave(self.alice, "nowhere")
        self.assertIs(self.pool.by_id["A"], self.alice)

    def test_remove(self) -> None:
        """Who leaves the chat is found nowhere."""
        self.pool.enter(self.alice, "tea")
        self.pool.enter(self.alice, "milk")
        self.pool.remove(self.alice)
        self.pool.remove(self.alice)
        self.assertEqual(
            (len(self.pool), self.pool.by_name, self.pool.rooms), (0, {}, {})
        )

    def test_remove_spares_a_successor(self) -> None:
        """Whoever has the name or the place by then keeps it."""
        self.pool.enter(self.alice, "tea")
        other = Member("A", "Alice", "alice")
        self.pool.enter(other, "tea")
        self.pool.remove(self.alice)
        self.assertIs(self.pool.by_id["A"], other)
        self.assertIs(self.pool.by_name["alice"], other)

    def test_rename(self) -> None:
        """One is found by the new name only, and keeps the place in the list."""
        self.pool.enter(self.alice, "tea")
        self.pool.enter(self.bob, "tea")
        self.pool.rename(self.alice, "Eve", "eve")
        self.assertNotIn("alice", self.pool.by_name)
        self.assertIs(self.pool.by_name["eve"], self.alice)
        self.assertEqual(self.pool.rooms["tea"].nicks(), ("Eve", "bob"))

    def test_a_swap_of_names(self) -> None:
        """When two names change hands each is found by the last one."""
        self.pool.enter(self.alice, "tea")
        self.pool.enter(self.bob, "tea")
        self.pool.rename(self.bob, "alice", "alice")
        self.pool.rename(self.alice, "bob", "bob")
        self.assertIs(self.pool.by_name["alice"], self.bob)
        self.assertIs(self.pool.by_name["bob"], self.alice)

    def test_away(self) -> None:
        """``\\who`` says who is away, under the name of now."""
        for room in ("tea", "milk"):
            self.pool.enter(self.alice, room)
        self.pool.set_away(self.alice, "lunch")
        self.pool.rename(self.alice, "Eve", "eve")
        self.assertEqual(self.pool.rooms["tea"].away(), {"Eve": "lunch"})
        self.pool.enter(self.alice, "soup")
        self.assertEqual(self.pool.rooms["soup"].away(), {"Eve": "lunch"})
        self.pool.leave(self.alice, "tea")
        self.pool.enter(self.bob, "tea")
        self.assertEqual(self.pool.rooms["tea"].away(), {})
        self.pool.set_away(self.alice, "")
        self.assertEqual(self.pool.rooms["milk"].away(), {})

    def test_clients(self) -> None:
        """Those of this server, among everyone."""
        client = Client("C", FakeConnection(), line_wire().codec)
        self.pool.enter(self.alice, "tea")
        self.pool.enter(client, "tea")
        self.assertEqual(list(self.pool.clients()), [client])


class ViewTests(SynchronousTestCase):
    """Clients that see alike share one view."""

    def setUp(self) -> None:
        self.pool = ClientPool()
        codec = line_wire().codec
        self.clients = [Client(who, FakeConnection(), codec) for who in "AB"]

    def test_sharing(self) -> None:
        """Two in the same rooms are one view, and it ends with the last of them."""
        one, two = self.clients
        for client in self.clients:
            client.rooms = ("tea",)
            self.pool.show(client, client.view_key())
        self.assertEqual(len(self.pool.views), 1)
        self.assertIs(one.view, two.view)
        self.assertIs(one.rooms, two.rooms)
        one.ignored = {"bob": ("Bob", "B")}
        self.pool.show(one, one.view_key())
        self.assertEqual(len(self.pool.views), 2)
        self.pool.show(one, None)
        self.pool.show(two, None)
        self.assertEqual(self.pool.views, {})
        self.pool.show(two, None)

    def test_no_dictionaries(self) -> None:
        """A client takes little memory: ten thousand of them are people, not weight."""
        self.assertFalse(hasattr(self.clients[0], "__dict__"))
        self.assertFalse(hasattr(self.pool.room("tea"), "__dict__"))

    def test_idle_calls(self) -> None:
        """What waits for an answer is called once."""
        client, calls = self.clients[0], []

        def call() -> None:
            calls.append(1)

        client.idle()
        client.when_idle(call)
        client.when_idle(call)
        client.when_idle(lambda: calls.append(2))
        client.idle()
        client.idle()
        self.assertEqual(calls, [1, 2])

    def test_no_room(self) -> None:
        """One who left every room speaks nowhere."""
        self.assertIsNone(self.clients[0].room)


class RoomTests(SynchronousTestCase):
    """What a room remembers for newcomers."""

    def texts(self, room: Room) -> list[str]:
        return [stored.event.text for stored in room.history()]  # type: ignore[union-attr]

    def test_the_last(self) -> None:
        """The last messages only; the same tuple until something is said."""
        room = Room("tea", 3)
        self.assertEqual(room.history(), ())
        for n in range(5):
            room.remember(said(n))
        self.assertEqual(self.texts(room), ["2", "3", "4"])
        self.assertIs(room.history(), room.history())

    def test_said_while_loading(self) -> None:
        """What is said while the store is asked comes once, after the rest."""
        room = Room("tea", 4)
        room.remember(said(3))
        room.remember(said(4))
        room.load("green", (said(1), said(2), said(3)))
        self.assertEqual(self.texts(room), ["1", "2", "3", "4"])
        self.assertEqual((room.topic, room.loaded), ("green", True))

    def test_a_topic_set_while_loading(self) -> None:
        """A topic set meanwhile is newer than what the store had."""
        room = Room("tea", 4)
        room.topic = "black"
        room.load("green", ())
        self.assertEqual(room.topic, "black")

    def test_no_history(self) -> None:
        """With ``--history 0`` nothing is remembered."""
        room = Room("tea", 0)
        room.load("", (said(1),))
        room.remember(said(2))
        self.assertEqual(room.history(), ())

    def test_spoken(self) -> None:
        """A signal of a program is no part of a room's history."""
        self.assertTrue(is_spoken(said(1)))
        self.assertFalse(is_spoken(Stored("1", 0, CustomEvent("tea", "a", "1", "A"))))


class OpenTests(SynchronousTestCase):
    """A room is made ready for who is about to enter."""

    def setUp(self) -> None:
        self.room = TestChat()
        self.pool = self.room.pool

    def test_the_lobby_stays(self) -> None:
        """The lobby is kept ready, also when it is empty."""
        (alice,) = self.room.people("alice")
        alice.leaves()
        self.assertEqual(list(self.pool.rooms), ["lobby"])

    def test_rooms_are_swept(self) -> None:
        """Thousands of rooms that people looked into leave nothing behind."""
        (alice,) = self.room.people("alice")
        for n in range(50):
            alice.types(rf"\join room{n}", r"\leave")
        self.assertEqual(list(self.pool.rooms), ["lobby"])
        self.assertEqual(self.pool.rooms["lobby"].visitors, 1)

    def test_two_at_once(self) -> None:
        """Two who come while the store is asked both find what was said."""
        journal = FailingJournal(MemoryJournal(lambda: 0.0))
        journal.hold(journal.READ)
        opened: list[Room] = []

        async def visit() -> None:
            opened.append(await self.pool.open("tea", journal))

        self.room.spawn(visit())
        self.room.spawn(visit())
        self.assertEqual(opened, [])
        journal.release(journal.READ)
        self.assertEqual(len(opened), 2)
        self.assertIs(opened[0], opened[1])
        self.assertEqual(opened[0].visitors, 2)
        self.pool.shut(opened[0])
        self.assertIn("tea", self.pool.rooms)
        self.pool.shut(opened[0])
        self.assertNotIn("tea", self.pool.rooms)

    def test_a_store_that_cannot_be_read(self) -> None:
        """Nothing is left of a room that could not be opened, whatever went wrong."""
        self.room.journal.fail(what="read")
        self.room.journal.fail(KeyError("x"), what="read")

        async def visit() -> None:
            await self.pool.open("tea", self.room.journal)

        for error in (StoreError, KeyError):
            self.room.spawn(visit())
            with self.assertRaises(error):
                self.room.settle()
            self.assertNotIn("tea", self.pool.rooms)
