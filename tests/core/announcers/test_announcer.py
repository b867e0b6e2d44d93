"""What a batch shows to whom, and in which order."""

from __future__ import annotations

import contextlib

from twisted.trial.unittest import SynchronousTestCase

from tests.support.codecs import (
    BrokenCodec,
    CountingCodec,
    EventReplyCodec,
    RefCodec,
    wire_with,
)
from twisted_chat.core.replies import Done, Request
from twisted_chat.testing import TestChat


class BatchTests(SynchronousTestCase):
    """Everyone is shown a whole batch at once."""

    def setUp(self) -> None:
        self.chat = TestChat()

    def test_batch_is_one_write_per_client(self) -> None:
        """Ten messages of ten clients in one turn of the reactor are one write each."""
        clients = self.chat.people(*(f"p{n}" for n in range(10)))
        with self.chat.together():
            for client in clients:
                client.types(f"I am {client.nick}")
        for client in clients:
            self.assertEqual(len(client.connection.writes), 1)

    def test_all_clients_see_one_order(self) -> None:
        """It is the order in which the messages arrived."""
        clients = self.chat.people(*(f"p{n}" for n in range(10)))
        with self.chat.together():
            for client in clients:
                client.types(f"I am {client.nick}")
        expected = [f"p{n}: I am p{n}" for n in range(10)]
        self.assertEqual([client.sees() for client in clients], [expected] * 10)

    def test_event_is_encoded_once_per_codec(self) -> None:
        """A message to fifty clients is encoded as often as one to two."""
        codec = CountingCodec()
        clients = self.chat.people(*(f"p{n}" for n in range(50)), wire=wire_with(codec))
        codec.calls.clear()
        clients[0].types("hi")
        self.assertEqual(codec.calls, {"event": 1})
        self.assertEqual(clients[49].sees(), ["p0: hi"])

    def test_log_has_the_lines_of_a_batch_in_order(self) -> None:
        """Each once."""
        alice, bob = self.chat.people("alice", "bob")
        self.chat.log.clear()
        with self.chat.together():
            alice.types(r"\nick anna")
            self.chat.client("carol")
            bob.types(r"\nick ben")
        self.chat.client("dora")
        self.assertEqual(
            self.chat.log,
            [
                "alice is now known as anna",
                "carol joined",
                "bob is now known as ben",
                "dora joined",
            ],
        )

    def test_position_of_the_pool_grows_with_each_batch(self) -> None:
        """A client that resumes from it misses nothing."""
        (alice,) = self.chat.people("alice")
        before = self.chat.pool.position
        alice.types("hi")
        self.assertGreater(self.chat.pool.position, before)

    def test_reply_to_a_ref_follows_the_event(self) -> None:
        """It has the position of the event, and nobody else gets it."""
        codec = RefCodec()
        alice, bob = self.chat.people("alice", "bob", wire=wire_with(codec))
        alice.asks(Request("", "hi", ref="7"))
        self.assertEqual(alice.sees(), ["alice: hi", "7: Done"])
        self.assertEqual(bob.sees(), ["alice: hi"])
        self.assertEqual(codec.replies, [Done(id=self.chat.pool.position)])


class EventReplyTests(SynchronousTestCase):
    """A client whose codec replies with events is shown its own only in the reply."""

    def setUp(self) -> None:
        self.chat = TestChat()
        self.codec = EventReplyCodec()
        wire = wire_with(self.codec)
        self.alice, self.bob = self.chat.people("alice", "bob", wire=wire)

    def asks(self, *requests: Request) -> tuple[list[str], list[str]]:
        """What alice and bob see; every reply to alice has the event of its id."""
        self.codec.replies.clear()
        self.alice.asks(*requests)
        for reply in self.codec.replies:
            if isinstance(reply, Done):
                assert reply.stored is not None
                self.assertEqual(reply.stored.position, reply.id)
        return self.alice.sees(), self.bob.sees()

    def test_each_kind_of_event_is_shown_to_the_others_alone(self) -> None:
        """In its place; who asked for it has the reply there."""
        for request, shown in (
            (Request("", "hi", ref="1"), "alice: hi"),
            (Request("me", "waves", ref="1"), "* alice waves"),
            (Request("topic", "tea", ref="1"), "alice: set the topic to: tea"),
            (Request("away", "out", ref="1"), "alice: is away (out)"),
            (Request("nick", "anna", ref="1"), "alice: is now known as anna"),
            (Request("dm", "bob hi", ref="1"), "anna (private): hi"),
            (Request("leave", "", ref="1"), "anna: left the chat"),
        ):
            own, others = self.asks(request)
            self.assertNotIn(shown, own)
            self.assertEqual((own[-1], others), ("1: Done", [shown]))

    def test_without_ref_there_is_no_reply_and_the_event_is_shown(self) -> None:
        """As to everyone."""
        self.assertEqual(self.asks(Request("", "hi"))[0], ["alice: hi"])

    def test_room_that_is_joined_is_the_reply(self) -> None:
        """Its snapshot has the ``ref``."""
        own, _ = self.asks(Request("join", "tea", ref="1"))
        self.assertEqual(own[0], "1: RoomSnapshot")


class BrokenCodecTests(SynchronousTestCase):
    """A codec that raises keeps nobody from joining, talking or seeing others."""

    def setUp(self) -> None:
        self.chat = TestChat()
        self.alice, self.bob = self.chat.people("alice", "bob")
        with self.assertRaises(RuntimeError):
            self.carol = self.chat.client("carol", wire=wire_with(BrokenCodec()))

    def test_others_see_the_client_join(self) -> None:
        """Its own failure is logged."""
        self.assertEqual(self.alice.sees(), ["carol: joined the chat"])

    def test_others_still_talk(self) -> None:
        """Whatever they send is shown to all but the broken client."""
        for line in ("hi", r"\me waves", r"\dm carol psst", r"\join tea", "hm"):
            with contextlib.suppress(RuntimeError):
                self.alice.types(line)
        self.bob.sees()
        with contextlib.suppress(RuntimeError):
            self.bob.types("still here")
        self.assertEqual(self.bob.sees(), ["bob: still here"])
        self.assertIn("[#lobby] bob: still here", self.alice.sees())
