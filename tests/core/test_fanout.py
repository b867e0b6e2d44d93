"""One batch on its way to everyone: encode once, one write per client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.text import LineCodec
from twisted_chat.core.client import Client
from twisted_chat.core.events import (
    BulkPresence,
    DirectMessage,
    Joined,
    Left,
    Message,
    Stored,
)
from twisted_chat.core.fanout import Fanout
from twisted_chat.core.interfaces import Viewer
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.replies import Reply
from twisted_chat.testing import FakeConnection, TestChat


class CountingCodec(LineCodec):
    """Counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()

    def event(self, stored: Stored, room: str | None) -> bytes:
        self.calls["event"] += 1
        return super().event(stored, room)

    def direct_message(
        self, stored: Stored, event: DirectMessage, *, sent: bool
    ) -> bytes:
        self.calls["whisper"] += 1
        return super().direct_message(stored, event, sent=sent)

    def bulk_presence(self, crowd: BulkPresence, room: str | None) -> bytes:
        self.calls["crowd"] += 1
        return super().bulk_presence(crowd, room)

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        self.calls["answer"] += 1
        return super().reply(reply, viewer, ref)


class BrokenCodec(LineCodec):
    """Cannot say some things."""

    def event(self, stored: Stored, room: str | None) -> bytes:
        raise RuntimeError("this wire is broken")


def said(text: str, room: str = "tea", nick: str = "eve", who: str = "E") -> Stored:
    return Stored("1", 0, Message(room, nick, text, who))


class FanoutTests(SynchronousTestCase):
    """Who is shown what, and at which cost."""

    def setUp(self) -> None:
        self.world = TestChat()
        self.pool = ClientPool()
        self.codec = CountingCodec()
        self.fanout = Fanout(self.pool, self.world.runtime)

    def client(self, *rooms: str, codec: LineCodec | None = None) -> Client:
        client = Client(str(len(self.pool)), FakeConnection(), codec or self.codec)
        self.pool.add(client)
        for room in rooms:
            self.pool.apply(Joined(room, "", client.id))
        self.pool.show(client, client.view_key())
        return client

    def shown(self, client: Client) -> str:
        connection = client.connection
        assert isinstance(connection, FakeConnection)
        return connection.take().decode()

    def test_encoded_once(self) -> None:
        """A line to five hundred people costs as much work as one to two."""
        clients = [self.client("tea") for _ in range(500)]
        for text in "abc":
            self.fanout.show(said(text), ("tea",))
        self.fanout.write()
        self.assertEqual(self.codec.calls, {"event": 3})
        first = clients[0].connection
        for client in clients:
            connection = client.connection
            assert isinstance(connection, FakeConnection)
            self.assertEqual(len(connection.writes), 1)
            assert isinstance(first, FakeConnection)
            self.assertIs(connection.writes[0], first.writes[0])
        self.assertEqual(self.shown(clients[7]), "eve: a\r\neve: b\r\neve: c\r\n")

    def test_once_for_each_wire_and_place(self) -> None:
        """Those who speak elsewhere see the same line with its room before it."""
        here, there = self.client("tea"), self.client("tea", "milk")
        other = CountingCodec()
        third = self.client("soup", "tea", codec=other)
        nowhere = self.client("soup")
        self.fanout.show(said("a"), ("tea",))
        self.fanout.write()
        self.assertEqual(self.shown(here), "eve: a\r\n")
        self.assertEqual(self.shown(there), "[#tea] eve: a\r\n")
        self.assertEqual(self.shown(third), "eve: a\r\n")
        self.assertEqual(self.shown(nowhere), "")
        self.assertEqual((self.codec.calls["event"], other.calls["event"]), (2, 1))

    def test_several_rooms_at_once(self) -> None:
        """What concerns several rooms is shown once to who is in more of them."""
        both = self.client("tea", "milk")
        self.fanout.show(said("a"), ("soup", "tea", "milk"))
        self.fanout.write()
        self.assertEqual(self.shown(both), "eve: a\r\n")

    def test_a_story(self) -> None:
        """What one is told stands between what it saw before and after."""
        one, other = self.client("tea"), self.client("tea")
        self.fanout.show(said("a"), ("tea",))
        self.fanout.send_to(one, b"just for you\r\n")
        self.fanout.show(said("b"), ("tea",))
        self.fanout.write()
        self.assertEqual(self.shown(one), "eve: a\r\njust for you\r\neve: b\r\n")
        self.assertEqual(self.shown(other), "eve: a\r\neve: b\r\n")
        self.assertEqual(self.codec.calls["event"], 2)

    def test_a_change_of_rooms(self) -> None:
        """One sees of each room what happened while it was there."""
        one = self.client("tea")
        self.fanout.show(said("a"), ("tea",))
        self.fanout.show(said("x", "milk"), ("milk",))
        self.fanout.begin_timeline(one)
        self.pool.apply(Left("tea", "", one.id))
        self.pool.apply(Joined("milk", "", one.id))
        self.pool.show(one, one.view_key())
        self.fanout.send_to(one, b"")
        self.fanout.show(said("b"), ("tea",))
        self.fanout.show(said("y", "milk"), ("milk",))
        self.fanout.write()
        self.assertEqual(self.shown(one), "eve: a\r\neve: y\r\n")

    def test_ignoring(self) -> None:
        """What an ignored one says is not shown, by id or by name; others' is."""
        one = self.client("tea")
        one.ignored = {"eve": ("Eve", "E")}
        self.pool.show(one, one.view_key())
        for stored in (
            said("by both"),
            said("by id", nick="adam"),
            said("by name", nick="EVE", who="F"),
            said("shown", nick="adam", who="G"),
        ):
            self.fanout.show(stored, ("tea",))
        self.fanout.show(BulkPresence("tea", True, ("a", "b", "c", "d"), 9), ("tea",))
        self.fanout.write()
        self.assertEqual(
            self.shown(one), "adam: shown\r\na, b, c and 1 more joined the chat\r\n"
        )

    def test_nothing_is_written_for_nothing(self) -> None:
        """Who is shown nothing is not written to."""
        one = self.client("tea")
        self.fanout.send_to(one, b"")
        self.fanout.show(said("a", "milk"), ("milk",))
        self.fanout.write()
        connection = one.connection
        assert isinstance(connection, FakeConnection)
        self.assertEqual(connection.writes, [])

    def test_straight_into_the_socket(self) -> None:
        """What a socket does not take goes the long way, and none of it twice."""

        def refuses(error: OSError) -> Callable[[bytes], int]:
            def send(_data: bytes) -> int:
                raise error

            return send

        taken: list[bytes] = []

        def takes(room: int) -> Callable[[bytes], int]:
            def send(data: bytes) -> int:
                taken.append(data[:room])
                return len(taken[-1])

            return send

        whole = "eve: a\r\n"
        for send, rest in (
            (None, whole),
            (takes(100), ""),
            (takes(5), whole[5:]),
            (refuses(BlockingIOError()), whole),
            (refuses(InterruptedError()), whole),
            (refuses(BrokenPipeError()), whole),
        ):
            one = self.client("tea")
            one.send = send
            self.fanout = Fanout(self.pool, self.world.runtime)
            self.fanout.show(said("a"), ("tea",))
            self.fanout.write()
            self.assertEqual(self.shown(one), rest)
            self.pool.show(one, None)
        self.assertEqual(taken, [whole.encode(), whole[:5].encode()])

    def test_a_broken_wire(self) -> None:
        """A wire that raises shows nothing; all others do, and the log says why."""
        broken = self.client("tea", codec=BrokenCodec())
        told = self.client("tea", codec=broken.codec)  # type: ignore[arg-type]
        one = self.client("tea")
        self.fanout.show(said("a"), ("tea",))
        self.fanout.show(BulkPresence("tea", True, ("a", "b", "c", "d"), 9), ("tea",))
        self.fanout.send_to(told, b"yes\r\n")
        self.fanout.write()
        crowd = "a, b, c and 1 more joined the chat\r\n"
        self.assertEqual(self.shown(one), "eve: a\r\n" + crowd)
        self.assertEqual(self.shown(broken), crowd)
        self.assertEqual(self.shown(told), crowd + "yes\r\n")
        with self.assertRaises(RuntimeError):
            self.world.settle()
