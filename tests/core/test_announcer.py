"""What each event changes, and to whom it is shown."""

from __future__ import annotations

import contextlib

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.text import LineCodec
from twisted_chat.core.announcer import BULK_THRESHOLD
from twisted_chat.core.events import (
    Action,
    AwaySet,
    CustomEvent,
    DirectMessage,
    HistoryGap,
    Joined,
    Left,
    Message,
    Quit,
    Renamed,
    Stored,
    TopicSet,
)
from twisted_chat.core.interfaces import Viewer
from twisted_chat.core.replies import Refused, Request
from twisted_chat.testing import FakeClient, FakeWire, TestChat, line_wire

from .test_fanout import BrokenCodec, CountingCodec


def wire_of(codec: LineCodec) -> FakeWire:
    line = line_wire()
    return FakeWire(codec, line.decode, line.read)


class BatchTests(SynchronousTestCase):
    """Everyone is shown a whole batch at once."""

    def setUp(self) -> None:
        self.room = TestChat()

    def test_one_write_each(self) -> None:
        """Ten lines of ten people in one turn are one write to each of them."""
        people = self.room.people(*(f"p{n}" for n in range(10)))
        with self.room.together():
            for client in people:
                client.types(f"I am {client.nick}")
        for client in people:
            self.assertEqual(len(client.connection.writes), 1)
        seen = [client.sees() for client in people]
        self.assertEqual(seen[0], [f"p{n}: I am p{n}" for n in range(10)])
        self.assertTrue(all(lines == seen[0] for lines in seen))

    def test_encoded_once_per_wire(self) -> None:
        """The work to encode a line is the same for two people and for fifty."""
        codec = CountingCodec()
        people = self.room.people(*(f"p{n}" for n in range(50)), wire=wire_of(codec))
        codec.calls.clear()
        people[0].types("hi")
        self.assertEqual(codec.calls, {"event": 1})
        self.assertEqual(people[49].sees(), ["p0: hi"])

    def test_the_position(self) -> None:
        """The pool knows up to where everyone was shown everything."""
        alice, _ = self.room.people("alice", "bob")
        before = self.room.pool.position
        alice.types("hi")
        self.assertGreater(self.room.pool.position, before)

    def test_a_done_with_a_position(self) -> None:
        """Who gave a ``ref`` is told that it is stored, after being shown it."""
        told: list[object] = []

        class Refs(LineCodec):
            def reply(self, reply: object, viewer: Viewer, ref: str | None) -> bytes:
                if ref is not None:
                    told.append(reply)
                    return f"ok {ref}\r\n".encode()
                return super().reply(reply, viewer, ref)  # type: ignore[arg-type]

        alice, bob = self.room.people("alice", "bob", wire=wire_of(Refs()))
        alice.asks(Request("", "hi", ref="7"))
        self.assertEqual(alice.sees(), ["alice: hi", "ok 7"])
        self.assertEqual(bob.sees(), ["alice: hi"])
        self.assertEqual(str(told), f"[Done(id={self.room.pool.position!r})]")

    def test_a_broken_wire_stops_nobody(self) -> None:
        """A wire that raises keeps nobody else from seeing, leaving or coming."""
        alice, bob = self.room.people("alice", "bob")
        with self.assertRaises(RuntimeError):
            self.room.client("carol", wire=wire_of(BrokenCodec()))
        self.assertEqual(alice.sees(), ["carol: joined the chat"])
        for line in ("hi", r"\me waves", r"\dm carol psst", r"\join tea", "hm"):
            with contextlib.suppress(RuntimeError):
                alice.types(line)
        bob.sees()
        with contextlib.suppress(RuntimeError):
            bob.types("still here")
        self.assertEqual(bob.sees(), ["bob: still here"])
        self.assertIn("[#lobby] bob: still here", alice.sees())


class QuietCodec(LineCodec):
    """A wire whose clients know themselves what they do."""

    hidden_from_author = frozenset({Joined, Renamed})


class QuietTests(SynchronousTestCase):
    """A wire that does not show a client its own arrivals and names."""

    def test_own_events(self) -> None:
        """The others see them; itself sees the rest, in order."""
        room = TestChat()
        (alice,) = room.people("alice")
        bob = room.client("bob", wire=wire_of(QuietCodec()))
        self.assertEqual(bob.sees(), ["Welcome, bob!"])
        with room.together():
            alice.types("one")
            bob.types(r"\nick rob")
            alice.types("two")
        self.assertEqual(bob.sees(), ["alice: one", "alice: two"])
        self.assertEqual(
            alice.sees(),
            [
                "bob: joined the chat",
                "alice: one",
                "bob: is now known as rob",
                "alice: two",
            ],
        )
        with room.together():
            for n in range(BULK_THRESHOLD + 1):
                room.client(f"p{n}", wire=bob.wire)
        self.assertEqual(bob.sees(), ["p0, p1, p2 and 18 more joined the chat"])
        bob.types(r"\leave", r"\nick bob")
        self.assertNotIn("rob: is now known as bob", bob.sees())


class StormTests(SynchronousTestCase):
    """Many who come or go at once cost one line in each room."""

    def setUp(self) -> None:
        self.room = TestChat()
        (self.alice,) = self.room.people("alice")

    def come(self, number: int, **where: tuple[str, ...]) -> list[FakeClient]:
        with self.room.together():
            return [self.room.client(f"p{n}", **where) for n in range(number)]  # type: ignore[arg-type]

    def test_few_are_named_one_by_one(self) -> None:
        """Up to twenty, each has a line."""
        self.come(BULK_THRESHOLD)
        self.assertEqual(
            self.alice.sees(), [f"p{n}: joined the chat" for n in range(BULK_THRESHOLD)]
        )

    def test_many_are_counted(self) -> None:
        """Past twenty the room sees one line; a newcomer its own line, too."""
        people = self.come(BULK_THRESHOLD + 1)
        crowd = "p0, p1, p2 and 18 more joined the chat"
        self.assertEqual(self.alice.sees(), [crowd])
        for client in people:
            self.assertEqual(
                client.sees(),
                [f"Welcome, {client.nick}!", f"{client.nick}: joined the chat", crowd],
            )
        with self.room.together():
            for client in people:
                client.leaves()
        self.assertEqual(self.alice.sees(), ["p0, p1, p2 and 18 more left the chat"])

    def test_bytes_are_not_square(self) -> None:
        """Ten times the people cost about ten times the bytes."""

        def bytes_for(number: int) -> int:
            room = TestChat()
            with room.together():
                people = [room.client() for _ in range(number)]
            return sum(len(client.connection.take()) for client in people)

        few, many = bytes_for(25), bytes_for(250)
        self.assertLess(many, 12 * few)

    def test_only_the_room_concerned(self) -> None:
        """A storm in one room does not hide an arrival in another."""
        self.alice.types(r"\join tea")
        self.alice.sees()
        with self.room.together():
            for n in range(BULK_THRESHOLD + 5):
                self.room.client(f"p{n}")
            self.room.client("zoe", rooms=("tea",))
        seen = self.alice.sees()
        self.assertIn("zoe: joined the chat", seen)
        self.assertIn("[#lobby] p0, p1, p2 and 22 more joined the chat", seen)
        self.assertEqual(len(seen), 2)

    def test_leaving_a_room(self) -> None:
        """Many who leave one room and stay in the chat are counted as well."""
        people = self.come(BULK_THRESHOLD + 2)
        for client in people:
            client.types(r"\join tea")
        for client in (self.alice, *people):
            client.sees()
        with self.room.together():
            for client in people:
                client.types(r"\leave lobby")
        self.assertEqual(self.alice.sees(), ["p0, p1, p2 and 19 more left the chat"])
        self.assertEqual(people[3].sees(), ["[#lobby] p3: left the chat"])

    def test_a_storm_in_one_of_two_rooms(self) -> None:
        """Who was in a second room is named there when it goes."""
        people = self.come(BULK_THRESHOLD + 1)
        people[0].types(r"\join tea")
        (bob,) = self.room.people("bob")
        bob.types(r"\join tea", r"\leave lobby")
        bob.sees()
        self.alice.sees()
        with self.room.together():
            for client in people:
                client.leaves()
        self.assertEqual(bob.sees(), ["p0: left the chat"])
        self.assertEqual(self.alice.sees(), ["p0, p1, p2 and 18 more left the chat"])

    def test_messages_among_a_storm(self) -> None:
        """What is said meanwhile is shown to everyone who is in by then."""
        with self.room.together():
            self.alice.types("before")
            people = [self.room.client(f"p{n}") for n in range(BULK_THRESHOLD + 1)]
            self.alice.types("after")
        self.assertEqual(
            people[0].sees(),
            [
                "Welcome, p0!",
                "alice: before",
                "p0: joined the chat",
                "alice: after",
                "p0, p1, p2 and 18 more joined the chat",
            ],
        )


class ElsewhereTests(SynchronousTestCase):
    """What happens to people on other servers of the same conversation."""

    def setUp(self) -> None:
        self.room = TestChat()
        (self.alice,) = self.room.people("alice")
        self.count = 0

    def announce(self, *events: object, key: str = "") -> list[str]:
        batch = []
        for event in events:
            self.count += 1
            batch.append(Stored(f"z{self.count:04}", 0, event, key))  # type: ignore[arg-type]
        self.room.chat.announce(batch)
        seen: list[str] = self.alice.sees()
        return seen

    def test_a_life(self) -> None:
        """They are shown like people here, and are in the lists."""
        self.assertEqual(
            self.announce(Joined("lobby", "bob", "B")), ["bob: joined the chat"]
        )
        self.assertEqual(
            self.announce(
                Message("lobby", "bob", "hi", "B"), Action("lobby", "bob", "waves", "B")
            ),
            ["bob: hi", "* bob waves"],
        )
        self.assertEqual(
            self.announce(Renamed("bob", "rob", "B")), ["bob: is now known as rob"]
        )
        self.assertEqual(
            self.announce(AwaySet("rob", "lunch", "B")), ["rob: is away (lunch)"]
        )
        self.alice.types(r"\who")
        self.assertEqual(self.alice.sees(), ["here (2): alice, rob (away)"])
        self.assertEqual(
            self.announce(TopicSet("lobby", "rob", "tea", "B")),
            ["rob: set the topic to: tea"],
        )
        self.assertEqual(
            self.announce(
                DirectMessage("rob", "alice", "psst", "B", self.alice.client.id)
            ),
            ["rob (private): psst"],
        )
        self.assertEqual(
            self.announce(Joined("tea", "rob", "B"), Left("lobby", "rob", "B")),
            ["rob: left the chat"],
        )
        self.assertEqual(self.announce(Quit("rob", "B")), [])
        self.assertEqual(len(self.room.pool), 1)

    def test_people_that_are_not_known(self) -> None:
        """What a server missed the beginning of harms nobody."""
        for event in (
            Left("lobby", "x", "X"),
            Quit("x", "X"),
            Renamed("x", "y", "X"),
            AwaySet("x", "", "X"),
            Message("nowhere", "x", "hi", "X"),
            TopicSet("nowhere", "x", "hi", "X"),
            CustomEvent("nowhere", "x", "1", "X"),
            DirectMessage("x", "y", "hi", "X", "Y"),
        ):
            self.assertEqual(self.announce(event), [], event)
        many = [Left("lobby", f"x{n}", f"X{n}") for n in range(BULK_THRESHOLD + 1)]
        self.assertEqual(self.announce(*many), [])
        self.assertEqual(list(self.room.pool.rooms), ["lobby"])

    def test_one_event_that_breaks(self) -> None:
        """What another server should not have let pass hides nothing else."""
        with self.assertRaises(Refused):
            self.announce(
                Joined("lobby", "no name: at all", "N"),
                Message("lobby", "bob", "hi", "B"),
            )
        self.assertEqual(self.alice.sees(), ["bob: hi"])
        self.assertEqual(
            self.announce(Message("lobby", "bob", "yes", "B")), ["bob: yes"]
        )

    def test_a_gap(self) -> None:
        """A server that was cut off for long tells those whom it concerns."""
        self.alice.types(r"\leave")
        self.alice.sees()
        self.assertEqual(self.announce(HistoryGap("lobby"), HistoryGap("nowhere")), [])
        self.announce(Joined("lobby", "bob", "B"))
        self.alice.types(r"\join lobby")
        self.alice.sees()
        (line,) = self.announce(HistoryGap("lobby"))
        self.assertIn("some messages in #lobby are missing here", line)

    def test_someone_of_ours_who_went_to_another_server(self) -> None:
        """What is left of it here is closed; nobody sees it leave."""
        (bob,) = self.room.people("bob")
        self.alice.sees()
        seen = self.announce(Joined("lobby", "bob", bob.client.id))
        self.assertEqual(seen, ["bob: joined the chat"])
        self.assertEqual(bob.closed, "another connection has taken its place")
        self.assertEqual(self.alice.sees(), [])
        self.alice.types(r"\who")
        self.assertEqual(self.alice.sees(), ["here (2): alice, bob"])

    def test_taken_for_dead(self) -> None:
        """A client that the others declared gone stays; they are shown its return."""
        (bob,) = self.room.people("bob")
        self.alice.sees()
        seen = self.announce(Quit("bob", bob.client.id))
        self.assertEqual(seen, ["bob: left the chat"])
        seen = self.announce(Joined("lobby", "bob", bob.client.id), key="test-x")
        self.assertEqual(seen, ["bob: joined the chat"])
        self.assertIs(self.room.pool.presence.by_name["bob"], bob.client.member)
        seen = self.announce(Joined("lobby", "rob", bob.client.id), key="test-y")
        self.assertEqual(seen, ["rob: joined the chat"])
        self.assertIn("bob: is now known as rob", bob.sees())
        self.assertEqual(bob.nick, "rob")

    def test_someone_elsewhere_taken_for_dead(self) -> None:
        """It is back under the name that it has now."""
        self.announce(Joined("lobby", "bob", "B"))
        self.announce(Joined("lobby", "rob", "B"))
        self.alice.types(r"\who")
        self.assertEqual(self.alice.sees(), ["here (2): alice, rob"])

    def test_a_signal(self) -> None:
        """A Socket.IO value that is no text shows on no line."""
        self.assertEqual(self.announce(CustomEvent("lobby", "x", "[1]", "X")), [])
