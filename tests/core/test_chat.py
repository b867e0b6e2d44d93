"""Requests that the chat receives, and what becomes of them."""

from __future__ import annotations

from tests.support.codecs import RefCodec
from tests.support.ref_chat import RefChatCase
from twisted_chat.core.client import GUEST, Identity
from twisted_chat.core.events import CustomEvent, Message
from twisted_chat.core.joining.join_request import JoinRequest
from twisted_chat.core.replies import Refused, Request
from twisted_chat.testing import FakeConnection, line_wire


class ReplyTests(RefChatCase):
    """A request with a ``ref`` has one reply with that ``ref``."""

    def test_message_is_shown_and_then_done(self) -> None:
        """The author is shown it like all others."""
        self.assert_reply(Request("", "hi", ref="1"), "alice: hi", "1: Done")

    def test_route_is_answered(self) -> None:
        """With its own kind of reply."""
        self.assert_reply(Request("who", "", ref="1"), "1: MemberList")
        self.assert_reply(Request("history", "", ref="2"), "2: HistoryPage")

    def test_refused_request_is_answered_with_its_code(self) -> None:
        """Each reason has a code for programs."""
        for request, code in (
            (Request("", " ", ref="1"), "empty"),
            (Request("", "hi", room="tea", ref="1"), "not_in_room"),
            (Request("", "hi", room="a:b", ref="1"), "room_invalid"),
            (Request("foo", "", ref="1"), "no_such_command"),
            (Request("nick", "a b", ref="1"), "usage"),
            (Request("nick", "bob", ref="1"), "nick_taken"),
            (Request("dm", "zoe hi", ref="1"), "no_such_nick"),
        ):
            self.assert_reply(request, f"1: {code}")

    def test_request_that_could_not_be_decoded_is_refused(self) -> None:
        """With the reason that its codec found."""
        refusal = Refused("too_long", "too long")
        self.assert_reply(Request("", "", ref="1", refusal=refusal), "1: too_long")
        self.assert_reply(Request("", "", refusal=refusal), "error: too long")


class RequestTests(RefChatCase):
    """Messages and routes."""

    def test_message_is_posted_in_the_room_that_the_request_names(self) -> None:
        """The client need not talk there, but must be in it."""
        self.alice.types(r"\join tea")
        self.alice.sees()
        self.assert_reply(Request("", "hi", room="#LOBBY"), "[#lobby] alice: hi")
        self.assertEqual(self.bob.sees(), ["alice: hi"])
        self.assert_reply(
            Request("me", "waves", room="lobby"), "[#lobby] * alice waves"
        )

    def test_guard_refuses_a_route_outside_the_room(self) -> None:
        """The handler is not called."""
        self.assert_reply(
            Request("me", "waves", room="tea"),
            r"error: you are not in #tea: \join tea first",
        )

    def test_text_value_of_socket_io_is_a_message(self) -> None:
        """Its JSON text is kept for Socket.IO clients."""
        self.assert_reply(Request("", "hi", raw='"hi"'), "alice: hi")
        (event,) = self.chat.journal.batches[-1]
        alice = self.alice.client.id
        self.assertEqual(event, Message("lobby", "alice", "hi", alice, '"hi"'))

    def test_other_value_of_socket_io_is_a_custom_event(self) -> None:
        """So is a text in which nothing is visible."""
        self.assert_reply(Request("", "", raw="[1]", ref="1"), "1: Done")
        (event,) = self.chat.journal.batches[-1]
        alice = self.alice.client.id
        self.assertEqual(event, CustomEvent("lobby", "alice", "[1]", alice))
        self.assert_reply(Request("", "\x07", raw='"\\u0007"'))
        (event,) = self.chat.journal.batches[-1]
        self.assertIsInstance(event, CustomEvent)

    def test_route_without_an_outcome_is_done(self) -> None:
        """Whether its handler is a coroutine or not; without a ``ref``, silently."""

        async def slow(*_: object) -> None:
            """Result in nothing."""

        self.chat.chat.table.route("quiet", "", "nothing")(lambda _context: None)
        self.chat.chat.table.route("slow", "", "nothing")(slow)
        for route in ("quiet", "slow"):
            self.assert_reply(Request(route, ""))
            self.assert_reply(Request(route, "", ref="1"), "1: Done")

    def test_route_that_waits_may_refuse(self) -> None:
        """The client is idle after that."""

        async def slow(*_: object) -> None:
            raise Refused("no", "not today")

        self.chat.chat.table.route("slow", "", "nothing")(slow)
        self.assert_reply(Request("slow", ""), "error: not today")
        self.assertEqual(self.alice.client.pending, 0)

    def test_exception_in_a_route_is_logged_and_answered(self) -> None:
        """The client is not sent its text."""

        def broken(_context: object) -> None:
            raise ZeroDivisionError("secret")

        self.chat.chat.table.route("x", "", "broken")(broken)
        with self.assertRaises(ZeroDivisionError):
            self.alice.asks(Request("x", "", ref="1"))
        self.assertEqual(self.alice.sees(), ["1: internal"])


class AttachTests(RefChatCase):
    """A client that connects."""

    def test_client_has_the_identity_of_its_connection(self) -> None:
        """It is a guest if its adapter passes none."""
        identity = Identity("192.0.2.1")
        attach = self.chat.chat.attach
        request = JoinRequest("carol")
        client = attach(FakeConnection(), self.wire.codec, request, identity)
        self.assertIs(client.identity, identity)
        self.assertIs(self.alice.client.identity, GUEST)


class StoreTests(RefChatCase):
    """What anyone is shown has been stored, and in one order."""

    def test_message_is_shown_only_once_it_is_stored(self) -> None:
        """To its author, too."""
        self.chat.journal.hold()
        self.alice.types("hi")
        self.assertEqual((self.alice.sees(), self.bob.sees()), ([], []))
        self.chat.journal.release()
        self.assertEqual(
            (self.alice.sees(), self.bob.sees()), (["alice: hi"], ["alice: hi"])
        )

    def test_all_members_of_a_room_see_one_order(self) -> None:
        """However slow the store is."""
        clients = [self.alice, self.bob, *self.chat.people("carol", "dave")]
        for client in clients:
            client.sees()
        for turn in range(5):
            self.chat.journal.hold()
            for client in clients:
                client.types(f"{client.nick} {turn}", f"{client.nick} {turn} again")
            self.chat.journal.release()
        seen = [client.sees() for client in clients]
        self.assertEqual(len(seen[0]), 40)
        self.assertTrue(all(lines == seen[0] for lines in seen))


class RecodeTests(RefChatCase):
    """A client whose codec changes."""

    def test_present_client_sees_new_events_in_the_new_codec(self) -> None:
        """It has another view from then on."""
        other = line_wire().codec
        self.chat.chat.recode(self.alice.client, other)
        self.assertIs(self.alice.client.view.codec, other)  # type: ignore[union-attr]
        self.assertEqual(len(self.chat.pool.views), 2)
        self.bob.types("hi")
        self.assertEqual(self.alice.sees(), ["bob: hi"])

    def test_joining_client_is_welcomed_in_the_new_codec(self) -> None:
        """Its codec may change before it is present."""
        self.chat.journal.hold()
        carol = self.chat.client("carol")
        codec = RefCodec()
        self.chat.chat.recode(carol.client, codec)
        self.chat.journal.release()
        self.chat.settle()
        self.assertIs(carol.client.view.codec, codec)  # type: ignore[union-attr]
