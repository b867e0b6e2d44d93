"""Clients that resume: what they missed, and taking over an open connection."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.joining import ResumeCase
from tests.support.json_chat import frame_objects
from twisted_chat.clients.json import JsonCodec
from twisted_chat.core.client import ClientState, Identity
from twisted_chat.core.events import AwaySet, Joined
from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.joining.join_request import JoinRequest
from twisted_chat.core.limits import (
    MAX_AWAY,
    MAX_MISSED,
    MAX_MISSED_CHARACTERS,
    MAX_ROOMS,
    MAX_WELCOME,
)
from twisted_chat.core.replies import Request
from twisted_chat.testing import FakeConnection, TestChat, line_wire

MISSING = "Some messages sent while you were away may be missing."
TAKEN_OVER = "another connection has taken its place"


class MissedEventsTests(ResumeCase):
    """A client that resumes sees what it missed, in order and once."""

    def test_missed_events_are_shown_in_order(self) -> None:
        """In place of the history, and without the direct messages of others."""
        self.alice.types("one")
        self.bob.leaves()
        self.alice.types("two", r"\dm alice note", r"\me sips", r"\topic green")
        bob = self.resume()
        self.assertEqual(bob.client.session, self.session)
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
        self.assertTrue(self.last_welcome.resumed and self.last_welcome.recovered)

    def test_new_events_follow_the_missed_ones(self) -> None:
        """The client is present like any other."""
        self.bob.leaves()
        bob = self.resume()
        bob.sees()
        self.alice.types("three")
        self.assertEqual(bob.sees(), ["alice: three"])

    def test_events_during_the_read_are_held_back(self) -> None:
        """They follow what was missed."""
        self.bob.leaves()
        self.alice.types("one")
        self.chat.journal.hold("read")
        bob = self.resume()
        self.alice.types("two")
        self.assertEqual(bob.sees(), [])
        self.chat.journal.release("read")
        self.assertEqual(
            bob.sees()[2:], ["alice: one", "bob: joined the chat", "alice: two"]
        )

    def test_who_joins_during_the_read_is_no_member_of_the_welcome(self) -> None:
        """A program adds a name at each arrival, and would have this one twice."""
        self.bob.leaves()
        self.chat.journal.hold("read")
        bob = self.resume()
        self.connect("carol").types(r"\join tea")
        self.chat.journal.release("read")
        self.assertEqual(self.last_welcome.nick, "bob")
        self.assertEqual(self.last_welcome.list_members(), ("alice", "bob"))
        self.assertIn("carol: joined the chat", bob.sees())

    def test_more_events_than_can_be_replayed_are_not_replayed(self) -> None:
        """The client sees that some may be missing, and the last messages."""
        self.bob.leaves()
        self.alice.types(*(f"line {n}" for n in range(MAX_MISSED + 1)))
        seen = self.resume().sees()
        self.assertEqual(seen[2], MISSING)
        self.assertIn("alice: line 2000", seen)
        self.assertTrue(self.last_welcome.resumed)
        self.assertFalse(self.last_welcome.recovered)

    def test_more_text_than_can_be_replayed_is_not_replayed(self) -> None:
        """It would exceed what may wait for one client."""
        self.bob.leaves()
        line = "x" * 4000
        self.alice.types(*[line] * (MAX_MISSED_CHARACTERS // len(line) + 1))
        self.assertEqual(self.resume().sees()[2], MISSING)
        self.assertFalse(self.last_welcome.recovered)

    def test_text_of_too_many_lines_is_not_replayed(self) -> None:
        """Line clients see the author before each of them."""
        self.bob.leaves()
        text = "\n".join("x" * 100)
        self.alice.asks(*[Request("", text)] * (MAX_MISSED_CHARACTERS // len(text)))
        bob = self.resume()
        self.assertLess(max(map(len, bob.connection.writes)), MAX_WELCOME)
        self.assertEqual(bob.sees()[2], MISSING)

    def test_values_of_socketio_clients_count_as_text(self) -> None:
        """They are replayed to Socket.IO clients."""
        self.bob.leaves()
        request = Request("", "x", raw=f'"{"x" * 60_000}"')
        self.alice.asks(*[request] * 4)
        self.resume()
        self.assertFalse(self.last_welcome.recovered)

    def test_unknown_position_recovers_nothing(self) -> None:
        """It may be one of another journal."""
        self.bob.leaves()
        self.assertEqual(self.resume(since="nonsense").sees()[2], MISSING)

    def test_client_is_welcomed_though_the_store_cannot_be_read(self) -> None:
        """It sees that something may be missing."""
        self.bob.leaves()
        self.chat.journal.fail(what="read")
        bob = self.resume(rooms=("lobby",))
        self.assertEqual(bob.sees()[2], MISSING)

    def test_unexpected_exception_is_logged_and_the_client_is_welcomed(self) -> None:
        """What was held back follows."""
        self.bob.leaves()
        self.chat.journal.hold("read")
        bob = self.resume()
        self.alice.types("one")

        async def since(*_: object) -> None:
            raise ZeroDivisionError

        self.patch(self.chat.journal.history._inner, "since", since)
        self.chat.journal.release("read")
        with self.assertRaises(ZeroDivisionError):
            self.chat.settle()
        seen = bob.sees()
        self.assertEqual((seen[0], seen[-1]), ("Welcome, bob!", "alice: one"))

    def test_recovered_client_sees_no_history_of_its_other_rooms(self) -> None:
        """It was shown that before."""
        self.alice.types(r"\join lobby", "in the lobby")
        self.bob.sees()
        self.position = self.chat.pool.position
        self.bob.leaves()
        self.assertEqual(
            self.resume().sees(), ["Welcome, bob!", "Be kind.", "bob: joined the chat"]
        )


class ManyRoomsTests(SynchronousTestCase):
    """A client that connects with many rooms."""

    def test_histories_of_all_rooms_fit_into_one_write(self) -> None:
        """The last rooms come without; nobody is too slow for the welcome."""
        chat = TestChat(history=500)
        (alice,) = chat.people("alice")
        text = "\n".join(["x" * 162] * 100)
        rooms = [f"room-{n}" for n in range(5)]
        for room in rooms:
            alice.types(f"\\join {room}")
            alice.asks(*[Request("", text)] * 20)
        bob = chat.client("bob", rooms=rooms)
        self.assertLess(max(map(len, bob.connection.writes)), MAX_WELCOME)
        seen = bob.sees()
        shown = [room for room in rooms if f"[#{room}] alice: {'x' * 162}" in seen]
        self.assertEqual(shown, rooms[: len(shown)])
        self.assertIn(len(shown), (2, 3))
        self.assertIn(f"alice: {'x' * 162}", seen)

    def test_members_of_all_rooms_fit_into_one_write(self) -> None:
        """Of 20 rooms with 1,000 long names each; those that do not fit are counted."""
        chat = TestChat()
        rooms = [f"room-{n}" for n in range(MAX_ROOMS)]
        for number in range(1000):
            nick = chr(0x10300 + number % 32) * 31 + chr(0x10380 + number // 32)
            for room in rooms:
                chat.pool.apply(Joined(room, nick, f"id-{number}"))
            chat.pool.apply(AwaySet(nick, "x" * MAX_AWAY, f"id-{number}"))
        connection = FakeConnection()
        request = JoinRequest(nick="bob", rooms=rooms)
        chat.chat.attach(connection, JsonCodec(), request)
        chat.settle()
        written = b"".join(connection.writes)
        self.assertLess(max(map(len, connection.writes)), MAX_WELCOME)
        lists = [one for one in frame_objects(written) if one["type"] == "who"]
        self.assertEqual([one["count"] for one in lists], [1001] * (MAX_ROOMS - 1))
        self.assertTrue(lists[0]["members"])
        self.assertEqual(lists[-1]["members"], [])


class TakeOverTests(ResumeCase):
    """A client that resumes while its former connection is still open."""

    def test_client_keeps_its_place_nickname_and_rooms(self) -> None:
        """The former connection is closed with the reason."""
        self.alice.types("one")
        bob = self.resume()
        self.assertEqual(self.bob.closed, TAKEN_OVER)
        self.assertIs(bob.client, self.bob.client)
        self.assertEqual(bob.sees(), ["Welcome, bob!", "Be kind.", "alice: one"])

    def test_nobody_else_notices(self) -> None:
        """No arrival and no departure is shown, also when the former one ends."""
        bob = self.resume()
        self.assertEqual(self.alice.sees(), [])
        bob.types("hi")
        self.assertEqual(self.alice.sees(), ["bob: hi"])
        self.bob.leaves()
        self.assertEqual(self.alice.sees(), [])
        bob.leaves()
        self.assertEqual(self.alice.sees(), ["bob: left the chat"])

    def test_former_socket_gets_nothing_while_the_client_catches_up(self) -> None:
        """The direct ``send`` of the former connection is dropped."""

        def send(data: bytes) -> int:
            self.fail(f"sent to the former socket: {data!r}")

        self.bob.client.send_by(send)
        self.chat.journal.hold("read")
        bob = self.resume()
        self.alice.types("one")
        self.assertIsNone(bob.client.send)
        self.chat.journal.release("read")
        self.assertEqual(bob.sees()[-1], "alice: one")

    def test_client_without_a_position_sees_the_history(self) -> None:
        """As a new client would."""
        self.alice.types("one")
        bob = self.resume(since=None)
        self.assertEqual(bob.sees()[2:], ["alice: one"])
        self.assertFalse(self.last_welcome.resumed)

    def test_second_take_over_wins_while_the_first_catches_up(self) -> None:
        """The first one is sent nothing."""
        self.alice.types("one")
        self.chat.journal.hold("read")
        first = self.resume()
        second = self.resume()
        self.chat.journal.release("read")
        self.assertEqual(first.sees(), [])
        self.assertEqual(second.sees()[2:], ["alice: one"])
        self.assertEqual(first.closed, TAKEN_OVER)
        self.assertIsNone(second.closed)

    def test_client_may_use_another_codec(self) -> None:
        """Its view changes with it."""
        other = line_wire()
        bob = self.chat.client(wire=other, since=self.position, session=self.session)
        self.alice.types("one")
        self.assertEqual(bob.sees()[-1], "alice: one")
        self.assertIs(bob.client.view.codec, other.codec)  # type: ignore[union-attr]

    def test_identity_of_the_new_connection_is_used(self) -> None:
        """Its address is another one."""
        identity = Identity("192.0.2.7")
        request = JoinRequest(session=self.session)
        client = self.chat.chat.attach(
            FakeConnection(), self.wire.codec, request, identity
        )
        self.assertIs(client, self.bob.client)
        self.assertIs(client.identity, identity)

    def test_requests_of_the_former_connection_come_first(self) -> None:
        """They are completed, and its end changes nothing."""
        self.chat.journal.hold()
        self.bob.types("one", r"\nick rob", "two")
        bob = self.resume()
        self.bob.leaves()
        self.chat.journal.release()
        self.chat.settle()
        self.assertEqual(
            self.alice.sees()[-3:],
            ["bob: one", "bob: is now known as rob", "rob: two"],
        )
        self.assertEqual(bob.nick, "rob")

    def test_quitting_client_that_resumes_is_present_again(self) -> None:
        """Its last message is posted; it stays and can talk."""
        with self.chat.together():
            self.bob.types(r"\quit bye")
            self.assertIs(self.bob.client.state, ClientState.QUITTING)
            bob = self.resume()
        self.chat.settle()
        self.assertIsNone(bob.closed)
        self.assertIs(bob.client.state, ClientState.PRESENT)
        bob.types("here again")
        self.assertEqual(self.alice.sees()[-2:], ["bob: bye", "bob: here again"])

    def test_client_in_no_room_stays_in_none(self) -> None:
        """It is welcomed with the lobby, which it may join again."""
        self.bob.types(r"\leave", r"\leave")
        bob = self.resume()
        self.assertEqual(bob.client.rooms, ())
        self.assertEqual(bob.sees()[0], "Welcome, bob!")
        self.assertEqual(self.last_welcome.room, "lobby")

    def test_store_failure_during_a_take_over_ends_no_client(self) -> None:
        """The client is welcomed, and what was held back follows."""
        self.chat.journal.hold("read")
        self.chat.journal.fail(StoreError("away"), what="read")
        bob = self.resume()
        self.alice.types("one")
        self.chat.journal.release("read")
        seen = bob.sees()
        self.assertEqual(
            (seen[0], seen[2], seen[-1]), ("Welcome, bob!", MISSING, "alice: one")
        )
