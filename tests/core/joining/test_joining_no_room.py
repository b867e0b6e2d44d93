"""Clients that join no room when they connect."""

from __future__ import annotations

from tests.support.joining import JoiningCase
from tests.support.servers import ServersCase
from twisted_chat.core.announcers.bulk import BULK_THRESHOLD
from twisted_chat.core.client import ClientState
from twisted_chat.testing import FakeClient


class NoRoomTests(JoiningCase):
    """A client without a room is present, and nobody is shown that it is."""

    def setUp(self) -> None:
        super().setUp()
        self.bob = self.connect("bob", rooms=())
        self.bob.sees()

    def test_client_is_present_and_in_no_room(self) -> None:
        """Nobody sees it arrive, and there is no room without a name."""
        self.assertIs(self.bob.client.state, ClientState.PRESENT)
        self.assertEqual(self.bob.client.rooms, ())
        self.assertEqual(self.last_welcome.rooms, ())
        self.assertEqual(self.alice.sees(), [])
        self.assertEqual(list(self.chat.pool.rooms), ["lobby"])

    def test_many_clients_arrive_without_a_room_at_once(self) -> None:
        """Not even one line says so."""
        with self.chat.together():
            many = [self.connect(rooms=()) for _ in range(BULK_THRESHOLD + 1)]
        self.assertEqual(self.alice.sees(), [])
        for client in many:
            self.assertEqual(client.sees()[0], f"Welcome, {client.nick}!")

    def test_direct_messages_reach_it(self) -> None:
        """It is found by its nickname, and may answer."""
        self.alice.types(r"\dm bob psst")
        self.bob.types(r"\dm alice yes")
        self.assertEqual(
            self.bob.sees(), ["alice (private): psst", "bob (private to alice): yes"]
        )

    def test_what_happens_in_rooms_is_not_shown_to_it(self) -> None:
        """Until it joins one."""
        self.alice.types("one")
        self.bob.types("two", r"\join lobby")
        self.alice.types("three")
        self.assertEqual(
            self.bob.sees(),
            [
                r"error: you are in no room: \join ROOM first",
                "alice: one",
                "bob: joined the chat",
                "now talking in #lobby",
                "alice: three",
            ],
        )

    def test_its_departure_and_new_nickname_are_shown_to_nobody(self) -> None:
        """The nickname is free after that."""
        self.bob.types(r"\nick bert")
        self.assertEqual(self.bob.sees(), ["bob: is now known as bert"])
        self.bob.leaves()
        self.assertEqual(self.alice.sees(), [])
        self.assertEqual(self.connect("bert").nick, "bert")

    def test_client_that_resumes_is_in_no_room(self) -> None:
        """It is shown the direct messages that it missed."""
        position, session = self.chat.pool.position, self.bob.client.session
        self.bob.leaves()
        self.alice.types("hi")
        again = self.connect("bob", rooms=(), session=session, since=position)
        self.assertEqual(again.client.rooms, ())
        self.assertTrue(self.last_welcome.recovered)
        self.assertEqual(self.last_welcome.missed, ())
        self.assertEqual(self.alice.sees(), ["alice: hi"])

    def test_banned_client_is_turned_away(self) -> None:
        """As from a room."""
        self.chat.log_in(self.alice, "alice")
        self.chat.chat.operators.ids.add("@alice")
        self.alice.types(r"\ban bob")
        again = self.connect("bob", rooms=())
        self.assertIn("error: you are banned until further notice", again.sees())
        self.assertIsNotNone(again.closed)


class DeviceTests(JoiningCase):
    """A client of an account that asks for no room."""

    def device(self, *, rooms: tuple[str, ...]) -> FakeClient:
        return self.connect(account="carl", rooms=rooms)

    def test_device_is_in_the_rooms_of_its_member(self) -> None:
        """Nobody sees another arrival."""
        self.device(rooms=("lobby", "tea"))
        self.alice.sees()
        second = self.device(rooms=())
        self.assertEqual(second.client.rooms, ("lobby", "tea"))
        self.assertEqual(self.alice.sees(), [])
        self.alice.types("hi")
        self.assertIn("[#lobby] alice: hi", second.sees())

    def test_first_device_without_a_room_sees_those_that_another_joins(self) -> None:
        """They are one member."""
        first = self.device(rooms=())
        self.device(rooms=("lobby",))
        self.assertEqual(first.client.rooms, ("lobby",))
        self.assertIn("carl: joined the chat", first.sees())
        self.assertEqual(self.alice.sees(), ["carl: joined the chat"])

    def test_member_leaves_with_its_last_device(self) -> None:
        """One of them need not be in a room."""
        first, second = self.device(rooms=()), self.device(rooms=())
        first.leaves()
        self.assertIsNotNone(self.chat.pool.member("@carl"))
        second.leaves()
        self.assertIsNone(self.chat.pool.member("@carl"))


class SeveralServersTests(ServersCase):
    """Servers that share one Redis have the same members without a room."""

    def setUp(self) -> None:
        super().setUp()
        self.carol = self.one.client("carol", rooms=())
        self.settle()

    def test_other_servers_know_it(self) -> None:
        """Also one that starts later."""
        self.bob.types(r"\dm carol psst")
        self.assertIn("bob (private): psst", self.seen_by(self.carol))
        three = self.server("three")
        self.settle()
        found = three.pool.named("carol")
        assert found is not None
        self.assertEqual(found.rooms, ())

    def test_room_that_it_joins_is_its_only_one(self) -> None:
        """On every server, also on one that starts later."""
        self.carol.types(r"\join tea", r"\join lobby", r"\leave tea")
        self.settle()
        for server in (self.one, self.two, self.server("three")):
            self.settle()
            member = server.pool.named("carol")
            assert member is not None
            self.assertEqual(member.rooms, ("lobby",))

    def test_it_comes_back_after_its_server_was_taken_for_gone(self) -> None:
        """In no room, under its nickname."""
        self.redis.expire_server("one")
        self.settle(3)
        self.assert_members("alice", "bob", "carol")
        self.assertIs(self.carol.client.state, ClientState.PRESENT)
        self.bob.types(r"\dm carol psst")
        self.assertIn("bob (private): psst", self.seen_by(self.carol))

    def test_its_departure_is_noticed_on_all_servers(self) -> None:
        """Its nickname is free."""
        self.carol.leaves()
        self.assert_members("alice", "bob")
        self.assertEqual(self.connect(self.two, "carol").nick, "carol")
