"""Events that a codec does not show to the client that caused them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.codecs import CountingCodec, NoEchoCodec, QuietCodec, wire_with
from twisted_chat.core.announcers.bulk import BULK_THRESHOLD
from twisted_chat.core.interfaces import Viewer
from twisted_chat.core.replies import Reply, Request, RoomSnapshot
from twisted_chat.testing import TestChat


class ListingCodec(QuietCodec):
    """Lists the members of a room that the client has joined, and its history."""

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        if not isinstance(reply, RoomSnapshot):
            return super().reply(reply, viewer, ref)
        history = (self.event(stored, reply.room) for stored in reply.history)
        return b"".join((*history, f"here: {', '.join(reply.members)}\r\n".encode()))


class EchoTests(SynchronousTestCase):
    """With a codec without echo, a client sees all messages but its own."""

    def setUp(self) -> None:
        self.chat = TestChat()
        self.codec = NoEchoCodec()
        self.wire = wire_with(self.codec)
        self.alice, self.bob, self.carol = self.chat.people(
            "alice", "bob", "carol", wire=self.wire
        )
        self.clients = (self.alice, self.bob, self.carol)
        for client in self.clients:
            client.sees()
        self.codec.calls.clear()

    def test_author_does_not_see_its_message(self) -> None:
        """The others do."""
        self.alice.types("hi")
        self.assertEqual(
            [client.sees() for client in self.clients],
            [[], ["alice: hi"], ["alice: hi"]],
        )

    def test_author_does_not_see_its_action(self) -> None:
        """The others do."""
        self.alice.types(r"\me waves")
        self.assertEqual(
            [client.sees() for client in self.clients],
            [[], ["* alice waves"], ["* alice waves"]],
        )

    def test_message_is_encoded_once_for_all_others(self) -> None:
        """They are shown the same bytes object, though the author is not."""
        self.alice.types("hi")
        self.assertEqual(self.codec.calls, {"event": 1})
        (bobs,), (carols,) = self.bob.connection.writes, self.carol.connection.writes
        self.assertIs(bobs, carols)
        self.assertEqual(self.alice.connection.writes, [])

    def test_batch_of_several_authors_is_encoded_once_per_event(self) -> None:
        """Each author sees the messages of the others in their order."""
        with self.chat.together():
            for client in (*self.clients, self.alice):
                client.types(f"from {client.nick}")
        self.assertEqual(self.codec.calls, {"event": 4})
        self.assertEqual(
            [client.sees() for client in self.clients],
            [
                ["bob: from bob", "carol: from carol"],
                ["alice: from alice", "carol: from carol", "alice: from alice"],
                ["alice: from alice", "bob: from bob", "alice: from alice"],
            ],
        )

    def test_author_is_answered_in_place_of_its_message(self) -> None:
        """A reply to a ``ref`` is between what it sees before and after."""
        with self.chat.together():
            self.bob.types("one")
            self.alice.asks(Request("who", "", ref="1"))
            self.alice.types("mine")
            self.bob.types("two")
        self.assertEqual(
            self.alice.sees(),
            ["here (3): alice, bob, carol", "bob: one", "bob: two"],
        )

    def test_sender_does_not_see_its_direct_message(self) -> None:
        """The recipient does, and it is encoded for nobody else."""
        self.alice.types(r"\dm bob psst")
        self.assertEqual(
            [client.sees() for client in self.clients],
            [[], ["alice (private): psst"], []],
        )
        self.assertEqual(self.codec.calls, {"direct_message": 1})

    def test_direct_message_to_oneself_is_shown_once(self) -> None:
        """As its recipient sees it."""
        self.alice.types(r"\dm alice note")
        self.assertEqual(self.alice.sees(), ["alice (private): note"])

    def test_clients_with_echo_see_their_own_messages(self) -> None:
        """Whether an author is shown its events depends on its own codec."""
        codec = CountingCodec()
        (dave,) = self.chat.people("dave", wire=wire_with(codec))
        for client in self.clients:
            client.sees()
        codec.calls.clear()
        self.codec.calls.clear()
        dave.types("hi", r"\dm alice psst")
        self.assertEqual(dave.sees(), ["dave: hi", "dave (private to alice): psst"])
        self.assertEqual(self.alice.sees(), ["dave: hi", "dave (private): psst"])
        self.assertEqual(codec.calls, {"event": 1, "direct_message": 1})
        self.assertEqual(self.codec.calls, {"event": 1, "direct_message": 1})

    def test_arrivals_and_nicknames_are_shown_to_their_author(self) -> None:
        """Only the kinds that the codec names are hidden."""
        self.alice.types(r"\nick ann", r"\away lunch")
        self.assertEqual(
            self.alice.sees(), ["alice: is now known as ann", "ann: is away (lunch)"]
        )


class PresenceTests(SynchronousTestCase):
    """With a codec that hides presence, a client does not see its own."""

    def setUp(self) -> None:
        self.chat = TestChat()
        (self.alice,) = self.chat.people("alice")
        self.bob = self.chat.client("bob", wire=wire_with(QuietCodec()))

    def test_client_does_not_see_its_arrival(self) -> None:
        """The others do."""
        self.assertEqual(self.bob.sees(), ["Welcome, bob!"])
        self.assertEqual(self.alice.sees(), ["bob: joined the chat"])

    def test_client_sees_what_happens_around_its_hidden_event(self) -> None:
        """In order."""
        self.alice.sees()
        self.bob.sees()
        with self.chat.together():
            self.alice.types("one")
            self.bob.types(r"\nick rob")
            self.alice.types("two")
        self.assertEqual(self.bob.sees(), ["alice: one", "alice: two"])
        self.assertEqual(
            self.alice.sees(), ["alice: one", "bob: is now known as rob", "alice: two"]
        )

    def test_client_that_arrives_in_bulk_does_not_see_its_own_line(self) -> None:
        """It sees who arrived after it, and nobody whom it was shown already."""
        self.bob.sees()
        with self.chat.together():
            clients = [
                self.chat.client(f"p{n}", wire=self.bob.wire)
                for n in range(BULK_THRESHOLD + 1)
            ]
        bulk = "p0, p1, p2 and 18 more joined the chat"
        self.assertEqual(self.bob.sees(), [bulk])
        later = "p1, p2, p3 and 17 more joined the chat"
        self.assertEqual(clients[0].sees(), ["Welcome, p0!", later])
        self.assertEqual(clients[-2].sees()[1:], ["p20 joined the chat"])
        self.assertEqual(clients[-1].sees()[1:], [])

    def test_client_that_joins_a_room_in_bulk_is_shown_all_who_do(self) -> None:
        """By the room itself: nobody is shown twice, and no message is."""
        count = BULK_THRESHOLD + 2
        self.alice.types(r"\join tea")
        wire = wire_with(ListingCodec())
        clients = [self.chat.client(f"p{n}", wire=wire) for n in range(count)]
        for client in (self.alice, *clients):
            client.sees()
        with self.chat.together():
            for client in clients[: count // 2]:
                client.types(r"\join tea")
            self.alice.types("hello")
            for client in clients[count // 2 :]:
                client.types(r"\join tea")
        here = ", ".join(["alice", *(client.nick for client in clients)])
        for client in clients:
            seen = client.sees()
            # In its place, also if the message was posted before the client joined.
            is_early = client in clients[: count // 2]
            where = "" if is_early else "[#tea] "
            expected = [f"{where}alice: hello", f"here: {here}", "now talking in #tea"]
            if is_early:
                expected = [*expected[1:], expected[0]]
            self.assertEqual(seen, expected)

    def test_client_in_no_room_does_not_see_its_nickname(self) -> None:
        """Nor does anyone else."""
        self.bob.types(r"\leave")
        self.bob.sees()
        self.alice.sees()
        self.bob.types(r"\nick rob")
        self.assertEqual((self.bob.sees(), self.alice.sees()), ([], []))
        self.assertEqual(self.bob.nick, "rob")
