"""Rooms, views and the clients of this server."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.client import Client
from twisted_chat.core.events import (
    AwaySet,
    Joined,
    Left,
    Message,
    Quit,
    Renamed,
    Stored,
)
from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.pool import ClientPool, Room
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.testing import FailingJournal, FakeConnection, TestChat, line_wire


def said(number: int) -> Stored:
    return Stored(f"{number:04}", 0, Message("tea", "alice", str(number), "A"))


class PoolTests(SynchronousTestCase):
    """Rooms follow the events that change who is where."""

    def setUp(self) -> None:
        self.pool = ClientPool(3)

    def join(self, client_id: str, nick: str, *rooms: str) -> None:
        for room in rooms:
            self.pool.apply(Joined(room, nick, client_id))

    def test_member_is_found_by_id_by_name_and_in_the_room(self) -> None:
        """Each look-up is one step."""
        self.join("A", "Alice", "tea")
        self.join("B", "bob", "tea")
        alice = self.pool.member("A")
        self.assertIs(self.pool.named("alice"), alice)
        self.assertIsNone(self.pool.named(None))
        self.assertEqual(self.pool.rooms["tea"].nicks(), ("Alice", "bob"))
        self.assertEqual(len(self.pool), 2)

    def test_room_without_members_is_discarded(self) -> None:
        """Leaving a room that nobody is in changes nothing."""
        self.join("A", "Alice", "tea", "milk")
        self.pool.apply(Left("tea", "Alice", "A"))
        self.assertEqual(list(self.pool.rooms), ["milk"])
        self.pool.apply(Left("nowhere", "Alice", "A"))
        self.assertEqual(list(self.pool.rooms), ["milk"])

    def test_member_that_quit_is_in_no_room(self) -> None:
        """A second ``Quit`` changes nothing."""
        self.join("A", "Alice", "tea", "milk")
        self.assertIsNotNone(self.pool.apply(Quit("Alice", "A")))
        self.assertIsNone(self.pool.apply(Quit("Alice", "A")))
        self.assertEqual((len(self.pool), self.pool.rooms), (0, {}))

    def test_renamed_member_keeps_its_place_in_the_list(self) -> None:
        """The room lists the new name where the old one was."""
        self.join("A", "Alice", "tea")
        self.join("B", "bob", "tea")
        self.pool.apply(Renamed("Alice", "Eve", "A"))
        self.assertEqual(self.pool.rooms["tea"].nicks(), ("Eve", "bob"))

    def test_away_is_listed_in_every_room_under_the_present_name(self) -> None:
        """Also in a room that is joined while away."""
        self.join("A", "Alice", "tea", "milk")
        self.pool.apply(AwaySet("Alice", "lunch", "A"))
        self.pool.apply(Renamed("Alice", "Eve", "A"))
        self.assertEqual(self.pool.rooms["tea"].away(), {"Eve": "lunch"})
        self.join("A", "Eve", "soup")
        self.assertEqual(self.pool.rooms["soup"].away(), {"Eve": "lunch"})
        self.join("B", "bob", "tea")
        self.pool.apply(Left("tea", "Eve", "A"))
        self.assertEqual(self.pool.rooms["tea"].away(), {})
        self.pool.apply(AwaySet("Eve", "", "A"))
        self.assertEqual(self.pool.rooms["milk"].away(), {})

    def test_clients_are_those_of_this_server(self) -> None:
        """A discarded client is not found, and spares one with the same id."""
        one, two = (Client("C", FakeConnection(), line_wire().codec) for _ in range(2))
        self.join("A", "Alice", "tea")
        self.pool.add(one)
        self.join("C", "", "tea")
        self.assertEqual(list(self.pool.clients.values()), [one])
        self.assertEqual(one.rooms, ("tea",))
        self.pool.add(two)
        self.pool.discard(one)
        self.assertEqual(list(self.pool.clients.values()), [two])
        self.pool.discard(two)
        self.assertEqual(self.pool.clients, {})


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
            client.member.rooms = ("tea",)
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


class RoomTests(SynchronousTestCase):
    """What a room remembers for newcomers."""

    def texts(self, room: Room) -> list[str]:
        return [stored.event.text for stored in room.history()]  # type: ignore[union-attr]

    def test_the_last(self) -> None:
        """The last messages only; the same tuple until something is said."""
        room = Room("tea", 3)
        self.assertEqual(room.history(), ())
        for n in range(5):
            room.append(said(n))
        self.assertEqual(self.texts(room), ["2", "3", "4"])
        self.assertIs(room.history(), room.history())

    def test_said_while_loading(self) -> None:
        """What is said while the store is asked comes once, after the rest."""
        room = Room("tea", 4)
        room.append(said(3))
        room.append(said(4))
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
        room.append(said(2))
        self.assertEqual(room.history(), ())


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
        self.assertEqual(self.pool.rooms["lobby"].joining, 1)

    def test_two_at_once(self) -> None:
        """Two who come while the store is asked both find what was said."""
        journal = FailingJournal(MemoryJournal(lambda: 0.0))
        journal.hold(journal.READ)
        opened: list[Room] = []

        async def visit() -> None:
            opened.append(await self.pool.open_room("tea", journal))

        self.room.spawn(visit())
        self.room.spawn(visit())
        self.assertEqual(opened, [])
        journal.release(journal.READ)
        self.assertEqual(len(opened), 2)
        self.assertIs(opened[0], opened[1])
        self.assertEqual(opened[0].joining, 2)
        self.pool.release_room(opened[0])
        self.assertIn("tea", self.pool.rooms)
        self.pool.release_room(opened[0])
        self.assertNotIn("tea", self.pool.rooms)

    def test_a_store_that_cannot_be_read(self) -> None:
        """Nothing is left of a room that could not be opened, whatever went wrong."""
        self.room.journal.fail(what="read")
        self.room.journal.fail(KeyError("x"), what="read")

        async def visit() -> None:
            await self.pool.open_room("tea", self.room.journal)

        for error in (StoreError, KeyError):
            self.room.spawn(visit())
            with self.assertRaises(error):
                self.room.settle()
            self.assertNotIn("tea", self.pool.rooms)
