"""The fan-out of one batch: one encoding per view, one write per client."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.codecs import BrokenCodec, CountingCodec
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.announcers.fanout import Fanout
from twisted_chat.core.client import Client
from twisted_chat.core.events import BulkPresence, Joined, Left, Message, Stored
from twisted_chat.core.ignoring.ignore_list import Ignored, IgnoreList
from twisted_chat.core.pool import ClientPool
from twisted_chat.testing import FakeConnection, TestChat

BULK = BulkPresence("tea", True, ("a", "b", "c", "d"), 9)
BULK_LINE = "a, b, c and 1 more joined the chat\r\n"


def message(
    text: str, room: str = "tea", nick: str = "eve", client_id: str = "E"
) -> Stored:
    return Stored("1", 0, Message(room, nick, text, client_id))


def connection_of(client: Client) -> FakeConnection:
    connection = client.connection
    assert isinstance(connection, FakeConnection)
    return connection


class FanoutCase(SynchronousTestCase):
    """A pool whose clients a test adds."""

    def setUp(self) -> None:
        self.chat = TestChat()
        self.pool = ClientPool()
        self.codec = CountingCodec()
        self.fanout = Fanout(self.pool, self.chat.runtime)

    def client(self, *rooms: str, codec: LineCodec | None = None) -> Client:
        """A client that talks in the last of these rooms."""
        client = Client(str(len(self.pool)), FakeConnection(), codec or self.codec)
        self.pool.add(client)
        for room in rooms:
            self.pool.apply(Joined(room, "", client.id))
        self.pool.show(client, client.view_key())
        return client

    def text_sent_to(self, client: Client) -> str:
        """What was written to a client since the last call."""
        return connection_of(client).take().decode()


class ViewTests(FanoutCase):
    """Clients with the same view are shown the same bytes."""

    def test_event_is_encoded_once_for_many_clients(self) -> None:
        """Three messages to five hundred clients are three encodings."""
        clients = [self.client("tea") for _ in range(500)]
        for text in "abc":
            self.fanout.show(message(text), ("tea",))
        self.fanout.write()
        self.assertEqual(self.codec.calls, {"event": 3})
        self.assertEqual(
            self.text_sent_to(clients[7]), "eve: a\r\neve: b\r\neve: c\r\n"
        )

    def test_clients_of_one_view_get_one_bytes_object(self) -> None:
        """In one write each."""
        clients = [self.client("tea") for _ in range(500)]
        for text in "abc":
            self.fanout.show(message(text), ("tea",))
        self.fanout.write()
        (expected,) = connection_of(clients[0]).writes
        for client in clients:
            (written,) = connection_of(client).writes
            self.assertIs(written, expected)

    def test_event_is_encoded_once_per_codec_and_current_room(self) -> None:
        """A client that talks in another room sees the room's name."""
        here, there = self.client("tea"), self.client("tea", "milk")
        other = CountingCodec()
        third = self.client("soup", "tea", codec=other)
        outside = self.client("soup")
        self.fanout.show(message("a"), ("tea",))
        self.fanout.write()
        self.assertEqual(self.text_sent_to(here), "eve: a\r\n")
        self.assertEqual(self.text_sent_to(there), "[#tea] eve: a\r\n")
        self.assertEqual(self.text_sent_to(third), "eve: a\r\n")
        self.assertEqual(self.text_sent_to(outside), "")
        self.assertEqual((self.codec.calls["event"], other.calls["event"]), (2, 1))

    def test_event_of_several_rooms_is_shown_once(self) -> None:
        """In the current room, if that is one of them."""
        both = self.client("tea", "milk")
        self.fanout.show(message("a"), ("soup", "tea", "milk"))
        self.fanout.write()
        self.assertEqual(self.text_sent_to(both), "eve: a\r\n")

    def test_messages_of_ignored_members_are_not_shown(self) -> None:
        """They are ignored by client id and by nickname; others are shown."""
        one = self.client("tea")
        one.member.ignored = IgnoreList([Ignored("Eve", "", "E", "eve")])
        self.pool.show(one, one.view_key())
        for stored in (
            message("by both"),
            message("by id", nick="adam"),
            message("by name", nick="EVE", client_id="F"),
            message("shown", nick="adam", client_id="G"),
        ):
            self.fanout.show(stored, ("tea",))
        self.fanout.show(BULK, ("tea",))
        self.fanout.write()
        self.assertEqual(self.text_sent_to(one), f"adam: shown\r\n{BULK_LINE}")

    def test_client_that_is_shown_nothing_is_not_written_to(self) -> None:
        """Not even empty bytes."""
        one = self.client("tea")
        self.fanout.send_to(one, b"")
        self.fanout.show(message("a", "milk"), ("milk",))
        self.fanout.write()
        self.assertEqual(connection_of(one).writes, [])


class TimelineTests(FanoutCase):
    """What one client is shown unlike the others of its view."""

    def test_own_bytes_are_between_the_events_around_them(self) -> None:
        """The others are shown the events alone, of the same encodings."""
        one, other = self.client("tea"), self.client("tea")
        self.fanout.show(message("a"), ("tea",))
        self.fanout.send_to(one, b"just for you\r\n")
        self.fanout.show(message("b"), ("tea",))
        self.fanout.write()
        self.assertEqual(self.text_sent_to(one), "eve: a\r\njust for you\r\neve: b\r\n")
        self.assertEqual(self.text_sent_to(other), "eve: a\r\neve: b\r\n")
        self.assertEqual(self.codec.calls["event"], 2)

    def test_client_that_changes_rooms_sees_each_while_it_is_there(self) -> None:
        """Its timeline has a segment for each view."""
        one = self.client("tea")
        self.fanout.show(message("a"), ("tea",))
        self.fanout.show(message("x", "milk"), ("milk",))
        self.fanout.begin_timeline(one)
        self.pool.apply(Left("tea", "", one.id))
        self.pool.apply(Joined("milk", "", one.id))
        self.pool.show(one, one.view_key())
        self.fanout.send_to(one, b"")
        self.fanout.show(message("b"), ("tea",))
        self.fanout.show(message("y", "milk"), ("milk",))
        self.fanout.write()
        self.assertEqual(self.text_sent_to(one), "eve: a\r\neve: y\r\n")

    def test_hidden_event_is_shown_to_all_but_one(self) -> None:
        """It sees the events around it; there is one encoding for the others."""
        one, other, third = (self.client("tea") for _ in range(3))
        self.fanout.show(message("a"), ("tea",))
        self.fanout.show(message("b"), ("tea",), hidden_from=(one,))
        self.fanout.show(message("c"), ("tea",))
        self.fanout.write()
        self.assertEqual(self.text_sent_to(one), "eve: a\r\neve: c\r\n")
        (written,), (same,) = connection_of(other).writes, connection_of(third).writes
        self.assertIs(written, same)
        self.assertEqual(written, b"eve: a\r\neve: b\r\neve: c\r\n")
        self.assertEqual(self.codec.calls, {"event": 3})

    def test_event_may_be_hidden_from_a_client_without_a_view(self) -> None:
        """A client that is not present is shown nothing anyway."""
        one, other = self.client("tea"), self.client("tea")
        self.pool.show(one, None)
        self.fanout.show(message("a"), ("tea",), hidden_from=(one,))
        self.fanout.write()
        self.assertEqual(connection_of(one).writes, [])
        self.assertEqual(self.text_sent_to(other), "eve: a\r\n")


class FakeSocket:
    """A socket that takes some bytes of each ``send``, or fails.

    :ivar sent: what it took.
    """

    def __init__(self, size: int, error: OSError | None = None) -> None:
        self._size = size
        self._error = error
        self.sent: list[bytes] = []

    def send(self, data: bytes) -> int:
        if self._error is not None:
            raise self._error
        self.sent.append(data[: self._size])
        return len(self.sent[-1])


class DirectSendTests(FanoutCase):
    """A client's socket takes the bytes at once where that is enabled."""

    def setUp(self) -> None:
        super().setUp()
        self.one = self.client("tea")

    def text_written(self) -> str:
        """What is written to the connection of an event ``eve: a``."""
        fanout = Fanout(self.pool, self.chat.runtime)
        fanout.show(message("a"), ("tea",))
        fanout.write()
        return self.text_sent_to(self.one)

    def test_all_is_written_without_a_direct_send(self) -> None:
        """The connection sends it, now or later."""
        self.assertEqual(self.text_written(), "eve: a\r\n")

    def test_rest_is_written_after_a_direct_send(self) -> None:
        """Nothing is sent twice."""
        for size, rest in ((100, ""), (5, "a\r\n"), (0, "eve: a\r\n")):
            socket = FakeSocket(size)
            self.one.send_by(socket.send)
            self.assertEqual(self.text_written(), rest)
            self.assertEqual(socket.sent, [b"eve: a\r\n"[:size]])

    def test_all_is_written_if_a_direct_send_fails(self) -> None:
        """Whether the buffer is full or the connection broken."""
        for error in (BlockingIOError(), InterruptedError(), BrokenPipeError()):
            self.one.send_by(FakeSocket(100, error).send)
            self.assertEqual(self.text_written(), "eve: a\r\n", error)

    def test_client_with_its_own_timeline_is_written_to(self) -> None:
        """Its connection keeps the order."""
        socket = FakeSocket(100)
        self.one.send_by(socket.send)
        self.fanout.show(message("a"), ("tea",))
        self.fanout.send_to(self.one, b"just for you\r\n")
        self.fanout.write()
        self.assertEqual(self.text_sent_to(self.one), "eve: a\r\njust for you\r\n")
        self.assertEqual(socket.sent, [])

    def test_client_beside_one_with_a_timeline_is_sent_to_directly(self) -> None:
        """What one client is shown of its own costs the others nothing."""
        socket, other = FakeSocket(100), self.client("tea")
        self.one.send_by(socket.send)
        self.fanout.send_to(other, b"just for you\r\n")
        self.fanout.show(message("a"), ("tea",))
        self.fanout.write()
        self.assertEqual(socket.sent, [b"eve: a\r\n"])
        self.assertEqual(self.text_sent_to(self.one), "")

    def test_change_between_two_batches_counts(self) -> None:
        """Nothing is sent by a function that the client no longer has."""
        other = self.client("tea")
        first, second = FakeSocket(100), FakeSocket(100)
        held: list[bytes] = []
        for change, sent in (
            (lambda: None, ([], [], [])),
            (lambda: self.one.send_by(first.send), ([b"eve: a\r\n"], [], [])),
            (lambda: self.one.send_by(second.send), ([], [b"eve: a\r\n"], [])),
            (lambda: self.one.write_by(held.append), ([], [], [b"eve: a\r\n"])),
            (lambda: self.pool.show(self.one, None), ([], [], [])),
        ):
            change()
            self.text_written()
            self.assertEqual((first.sent, second.sent, held), sent)
            self.assertEqual(self.text_sent_to(other), "eve: a\r\n")
            for each in (first.sent, second.sent, held):
                each.clear()


class BrokenCodecTests(FanoutCase):
    """A codec that raises shows nothing; all others do."""

    def test_exception_is_logged_and_hides_that_event_only(self) -> None:
        """Also from a client that is sent something of its own."""
        broken = self.client("tea", codec=BrokenCodec())
        with_own = self.client("tea", codec=broken.codec)  # type: ignore[arg-type]
        one = self.client("tea")
        self.fanout.show(message("a"), ("tea",))
        self.fanout.show(BULK, ("tea",))
        self.fanout.send_to(with_own, b"yes\r\n")
        self.fanout.write()
        self.assertEqual(self.text_sent_to(one), "eve: a\r\n" + BULK_LINE)
        self.assertEqual(self.text_sent_to(broken), BULK_LINE)
        self.assertEqual(self.text_sent_to(with_own), BULK_LINE + "yes\r\n")
        with self.assertRaises(RuntimeError):
            self.chat.settle()
