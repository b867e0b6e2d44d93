"""The pool: rooms, views and the clients of this server."""

from __future__ import annotations

from twisted.internet.address import IPv4Address
from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import texts
from twisted_chat.core.client import Client
from twisted_chat.core.events import (
    AwaySet,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Message,
    Quit,
    Renamed,
    Stored,
    TopicSet,
)
from twisted_chat.core.ignoring.ignore_list import Ignored, IgnoreList
from twisted_chat.core.interfaces import RoomState, StoreError, TopicOrigin
from twisted_chat.core.limits import MAX_AWAY, MAX_TOPIC
from twisted_chat.core.pool import ClientPool, Room
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.testing import FailingJournal, FakeConnection, TestChat, line_wire

LONG = "x" * 4096


def message(number: int) -> Stored:
    return Stored(f"{number:04}", 0, Message("tea", "alice", str(number), "A"))


class StoredTextTests(SynchronousTestCase):
    """Topics and away texts of earlier versions, which accepted up to 4096 bytes."""

    def test_longer_ones_are_shown_cut(self) -> None:
        """Wherever they come from."""
        topic, away = TopicSet("tea", "alice", LONG, "A"), AwaySet("alice", LONG, "A")
        self.assertEqual(len(topic.text.encode()), MAX_TOPIC)
        self.assertEqual(len(away.text.encode()), MAX_AWAY)
        room = Room("tea", 3)
        room.load(RoomState(LONG, ()))
        self.assertEqual(room.topic, topic.text)


class PoolTests(SynchronousTestCase):
    """Rooms follow the events that change who is where."""

    def setUp(self) -> None:
        self.pool = ClientPool(3)

    def join(self, client_id: str, nick: str, *rooms: str) -> None:
        for room in rooms:
            self.pool.apply(Joined(room, nick, client_id))

    def test_member_is_found_by_id_and_by_folded_nickname(self) -> None:
        """No member has no nickname."""
        self.join("A", "Alice", "tea")
        alice = self.pool.member("A")
        self.assertIsNotNone(alice)
        self.assertIs(self.pool.named("alice"), alice)
        self.assertIsNone(self.pool.named(None))

    def test_room_lists_its_members_in_the_order_of_joining(self) -> None:
        """The pool counts each of them once."""
        self.join("A", "Alice", "tea", "milk")
        self.join("B", "bob", "tea")
        self.assertEqual(self.pool.rooms["tea"].nicks(), ("Alice", "bob"))
        self.assertEqual(len(self.pool), 2)

    def test_lists_of_a_room_are_made_once(self) -> None:
        """And again after each change of its members."""
        self.join("A", "Alice", "tea")
        room = self.pool.rooms["tea"]
        for event, nicks, accounts in (
            (LoggedIn("Alice", "Ann", "A", "@ann", "ann"), ("Ann",), {"Ann": "ann"}),
            (Joined("tea", "bob", "B"), ("Ann", "bob"), {"Ann": "ann"}),
            (Renamed("Ann", "Eve", "A"), ("Eve", "bob"), {"Eve": "ann"}),
            (LoggedOut("Eve", "guest_1", "A"), ("guest_1", "bob"), {}),
            (Left("tea", "bob", "B"), ("guest_1",), {}),
        ):
            former = room.nicks(), room.accounts()
            self.pool.apply(event)
            self.assertEqual((room.nicks(), room.accounts()), (nicks, accounts))
            self.assertIs(room.nicks(), room.nicks())
            self.assertIs(room.accounts(), room.accounts())
            self.assertIsNot(room.accounts(), former[1])

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
        """The room lists the new nickname where the old one was."""
        self.join("A", "Alice", "tea")
        self.join("B", "bob", "tea")
        self.pool.apply(Renamed("Alice", "Eve", "A"))
        self.assertEqual(self.pool.rooms["tea"].nicks(), ("Eve", "bob"))

    def test_away_text_is_listed_under_the_present_nickname(self) -> None:
        """In every room, also in one that is joined while away."""
        self.join("A", "Alice", "tea")
        self.pool.apply(AwaySet("Alice", "lunch", "A"))
        self.pool.apply(Renamed("Alice", "Eve", "A"))
        self.join("A", "Eve", "soup")
        for room in ("tea", "soup"):
            self.assertEqual(self.pool.rooms[room].away(), {"Eve": "lunch"})

    def test_away_text_ends_with_being_away_or_in_the_room(self) -> None:
        """An empty text means back."""
        self.join("A", "Eve", "tea", "milk")
        self.join("B", "bob", "tea")
        self.pool.apply(AwaySet("Eve", "lunch", "A"))
        self.pool.apply(Left("tea", "Eve", "A"))
        self.assertEqual(self.pool.rooms["tea"].away(), {})
        self.pool.apply(AwaySet("Eve", "", "A"))
        self.assertEqual(self.pool.rooms["milk"].away(), {})

    def test_guest_that_logs_in_keeps_its_place_in_its_rooms(self) -> None:
        """Under the nickname of the account."""
        self.join("A", "guest_1", "tea")
        self.join("B", "eve", "tea")
        self.pool.apply(LoggedIn("guest_1", "bob", "A", "@bob", "bob"))
        self.assertEqual(self.pool.rooms["tea"].nicks(), ("bob", "eve"))
        self.pool.apply(LoggedOut("bob", "guest_7", "A"))
        self.assertEqual(self.pool.rooms["tea"].nicks(), ("guest_7", "eve"))

    def test_guest_that_joins_a_member_leaves_its_rooms(self) -> None:
        """It is in those of the member, which is there once."""
        self.join("A", "guest_1", "milk", "tea")
        self.pool.apply(Joined("tea", "bob", "B", "@bob", "bob"))
        self.pool.apply(LoggedIn("guest_1", "bob", "A", "@bob", "bob"))
        self.assertEqual(list(self.pool.rooms), ["tea"])
        self.assertEqual(self.pool.rooms["tea"].nicks(), ("bob",))

    def test_member_is_in_its_rooms_until_its_last_client_quits(self) -> None:
        """One that logs out is there besides."""
        for client_id in "ABC":
            self.pool.apply(Joined("tea", "bob", client_id, "@bob", "bob"))
        self.pool.apply(Quit("bob", "A"))
        self.pool.apply(LoggedOut("bob", "guest_7", "B"))
        self.assertEqual(self.pool.rooms["tea"].nicks(), ("bob", "guest_7"))
        self.pool.apply(Quit("bob", "C"))
        self.assertEqual(self.pool.rooms["tea"].nicks(), ("guest_7",))

    def test_clients_of_a_member_are_those_of_this_server(self) -> None:
        """A guest has one."""
        one, guest = (
            Client(name, FakeConnection(), line_wire().codec) for name in "AG"
        )
        self.pool.clients.update({"A": one, "G": guest})
        for client_id in ("A", "elsewhere"):
            self.pool.apply(Joined("tea", "bob", client_id, "@bob", "bob"))
        self.join("G", "guest_1", "tea")
        self.assertEqual(self.pool.clients_of(self.pool.member("@bob")), [one])
        self.assertEqual(self.pool.clients_of(self.pool.member("G")), [guest])
        self.assertEqual(self.pool.clients_of(self.pool.member("nobody")), [])

    def test_clients_are_those_of_this_server(self) -> None:
        """A client's own ``Member`` is that of the pool."""
        client = Client("C", FakeConnection(), line_wire().codec)
        self.join("A", "Alice", "tea")
        self.pool.add(client)
        self.join("C", "", "tea")
        self.assertEqual(list(self.pool.clients.values()), [client])
        self.assertEqual(client.rooms, ("tea",))

    def test_discarded_client_is_not_found(self) -> None:
        """Another client of the same id stays."""
        one, two = (Client("C", FakeConnection(), line_wire().codec) for _ in range(2))
        self.pool.add(one)
        self.pool.add(two)
        self.pool.discard(one)
        self.assertEqual(list(self.pool.clients.values()), [two])
        self.pool.discard(two)
        self.assertEqual(self.pool.clients, {})

    def test_address_is_that_of_a_guest_of_this_server(self) -> None:
        """An account has any number; of others none is known."""
        chat = TestChat()
        home = IPv4Address("TCP", "192.0.2.7", 4000)
        bob = chat.client("bob", address=home).client.member
        dora = chat.client("dora", address=home, account="dora").client.member
        elsewhere = chat.pool.apply(Joined("lobby", "eve", "E"))
        assert elsewhere is not None
        self.assertEqual(chat.pool.address_of(bob), "192.0.2.7")
        self.assertEqual(chat.pool.address_of(dora), "")
        self.assertEqual(chat.pool.address_of(elsewhere), "")


class ViewTests(SynchronousTestCase):
    """Clients with the same codec, rooms and ignored members share one view."""

    def setUp(self) -> None:
        self.pool = ClientPool()
        codec = line_wire().codec
        self.clients = [Client(name, FakeConnection(), codec) for name in "AB"]
        for client in self.clients:
            client.member.rooms = ("tea",)
            self.pool.show(client, client.view_key())

    def test_clients_of_the_same_rooms_share_a_view(self) -> None:
        """They also share the tuple of its rooms."""
        one, two = self.clients
        self.assertEqual(len(self.pool.views), 1)
        self.assertIs(one.view, two.view)
        self.assertIs(one.rooms, two.rooms)

    def test_client_that_ignores_a_member_has_another_view(self) -> None:
        """The other one keeps its own."""
        one, two = self.clients
        one.member.ignored = IgnoreList([Ignored("Bob", "", "B", "bob")])
        self.pool.show(one, one.view_key())
        self.assertEqual(len(self.pool.views), 2)
        self.assertIsNot(one.view, two.view)

    def test_view_ends_with_its_last_client(self) -> None:
        """Showing nothing to a client that is shown nothing changes nothing."""
        for client in self.clients:
            self.pool.show(client, None)
        self.assertEqual(self.pool.views, {})
        self.pool.show(client, None)
        self.assertIsNone(client.view)


class RoomTests(SynchronousTestCase):
    """The history and topic of a room, for clients that join."""

    def texts(self, room: Room) -> list[str]:
        return [stored.event.text for stored in room.history()]  # type: ignore[union-attr]

    def test_history_has_the_last_messages(self) -> None:
        """It is the same tuple until the next message."""
        room = Room("tea", 3)
        self.assertEqual(room.history(), ())
        for n in range(5):
            room.append(message(n))
        self.assertEqual(self.texts(room), ["2", "3", "4"])
        self.assertIs(room.history(), room.history())

    def test_messages_during_the_load_follow_the_loaded_ones(self) -> None:
        """One that is in both is there once."""
        room = Room("tea", 4)
        room.append(message(3))
        room.append(message(4))
        room.load(RoomState("green", (message(1), message(2), message(3))))
        self.assertEqual(self.texts(room), ["1", "2", "3", "4"])
        self.assertEqual((room.topic, room.loaded), ("green", True))

    def test_topic_set_during_the_load_is_kept(self) -> None:
        """It is newer than the loaded one."""
        room = Room("tea", 4)
        room.topic = "black"
        room.load(RoomState("green", ()))
        self.assertEqual(room.topic, "black")

    def test_loaded_topic_has_who_set_it_and_when(self) -> None:
        """Unless that is not known, or another one was set meanwhile."""
        origin = TopicOrigin("al", 1234)
        room = Room("tea", 4)
        room.load(RoomState("green", (), origin))
        event = TopicSet("tea", "al", "green", "")
        self.assertEqual(room.topic_set, Stored("", 1234, event))
        room = Room("tea", 4)
        room.load(RoomState("green", ()))
        self.assertIsNone(room.topic_set)
        room = Room("tea", 4)
        room.topic = "black"
        room.load(RoomState("green", (), origin))
        self.assertIsNone(room.topic_set)

    def test_closed_past_is_not_shown(self) -> None:
        """Nor is the topic that is being read; what was said since is."""
        room = Room("tea", 4)
        room.append(message(2))
        room.close()
        room.append(message(3))
        room.load(RoomState("green", ()))
        self.assertEqual((self.texts(room), room.topic), (["3"], ""))
        room.append(message(4))
        room.close(message(3).position)
        self.assertEqual(self.texts(room), ["4"])

    def test_history_of_length_0_is_empty(self) -> None:
        """``--history 0`` shows no messages to clients that join."""
        room = Room("tea", 0)
        room.load(RoomState("", (message(1),)))
        room.append(message(2))
        self.assertEqual(room.history(), ())


class OpenRoomTests(SynchronousTestCase):
    """A room is opened for clients that are about to join it."""

    def setUp(self) -> None:
        self.chat = TestChat()
        self.pool = self.chat.pool

    def test_lobby_stays_open_while_it_is_empty(self) -> None:
        """Its history need not be read again."""
        (alice,) = self.chat.people("alice")
        alice.leaves()
        self.assertEqual(list(self.pool.rooms), ["lobby"])

    def test_rooms_that_were_left_are_discarded(self) -> None:
        """Joining many rooms, one after the other, leaves nothing behind."""
        (alice,) = self.chat.people("alice")
        for n in range(50):
            alice.types(rf"\join room{n}", r"\leave")
        self.assertEqual(list(self.pool.rooms), ["lobby"])
        self.assertEqual(self.pool.rooms["lobby"].joining, 1)

    def test_two_clients_that_open_a_room_at_once_share_it(self) -> None:
        """It is discarded once both have released it."""
        journal = FailingJournal(MemoryJournal(lambda: 0.0))
        journal.hold(journal.READ)
        opened: list[Room] = []

        async def open_room() -> None:
            opened.append(await self.pool.open_room("tea", journal))

        self.chat.spawn(open_room())
        self.chat.spawn(open_room())
        self.assertEqual(opened, [])
        journal.release(journal.READ)
        one, two = opened
        self.assertIs(one, two)
        self.assertEqual(one.joining, 2)
        self.pool.release_room(one)
        self.assertIn("tea", self.pool.rooms)
        self.pool.release_room(one)
        self.assertNotIn("tea", self.pool.rooms)

    def test_room_that_cannot_be_read_is_discarded(self) -> None:
        """Whatever the journal raises."""
        self.chat.journal.fail(what="read")
        self.chat.journal.fail(KeyError("x"), what="read")

        async def open_room() -> None:
            await self.pool.open_room("tea", self.chat.journal)

        for error in (StoreError, KeyError):
            self.chat.spawn(open_room())
            with self.assertRaises(error):
                self.chat.settle()
            self.assertNotIn("tea", self.pool.rooms)

    def test_messages_that_the_store_deleted_are_not_shown(self) -> None:
        """To those who join a room that is in use."""
        (alice,) = self.chat.people("alice")
        alice.types("one", "two", "three")
        room = self.pool.rooms["lobby"]
        self.assertEqual(texts(room.history()), ["one", "two", "three"])
        self.pool.forget(room.history()[1].position)
        self.assertEqual(texts(room.history()), ["three"])
