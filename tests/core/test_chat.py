"""The one object that every protocol holds."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.text import LineCodec
from twisted_chat.core.events import CustomEvent, Message, Quit
from twisted_chat.core.interfaces import OutcomeUnknown, Viewer
from twisted_chat.core.replies import ErrorReply, Refused, Reply, Request
from twisted_chat.testing import TestChat, line_wire

from .test_announcer import wire_of
from .test_fanout import BrokenCodec


class RefCodec(LineCodec):
    """Shows the ``ref`` of an answer."""

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        if ref is None:
            return super().reply(reply, viewer, ref)
        code = reply.code if isinstance(reply, ErrorReply) else type(reply).__name__
        return f"{ref}: {code}\r\n".encode()


class ChatCase(SynchronousTestCase):
    """Alice and bob, who have read everything."""

    def setUp(self) -> None:
        self.room = TestChat()
        self.chat = self.room.chat
        self.alice, self.bob = self.room.people(
            "alice", "bob", wire=wire_of(RefCodec())
        )


class ReceiveTests(ChatCase):
    """The one way in."""

    def asks(self, request: Request, *shown: str) -> None:
        """What the asker sees of it."""
        self.alice.asks(request)
        self.assertEqual(self.alice.sees(), list(shown))

    def test_outcomes_with_a_ref(self) -> None:
        """A program learns what became of each of its requests."""
        self.asks(Request("", "hi", ref="1"), "alice: hi", "1: Done")
        self.asks(Request("", " ", ref="2"), "2: empty")
        self.asks(Request("", "hi", room="tea", ref="3"), "3: not_in_room")
        self.asks(Request("", "hi", room="a:b", ref="4"), "4: room_invalid")
        self.asks(Request("who", "", ref="5"), "5: MemberList")
        self.asks(Request("foo", "", ref="6"), "6: no_such_command")
        self.asks(Request("nick", "a b", ref="7"), "7: usage")
        self.asks(Request("nick", "bob", ref="8"), "8: nick_taken")
        self.asks(Request("history", "", ref="9"), "9: HistoryPage")
        self.asks(
            Request("", "", ref="a", refusal=Refused("too_long", "x")), "a: too_long"
        )
        self.asks(Request("dm", "zoe hi", ref="b"), "b: no_such_nick")

    def test_a_room_beside_the_text(self) -> None:
        """A program may speak in any room that it is in."""
        self.alice.types(r"\join tea")
        self.alice.sees()
        self.asks(Request("", "hi", room="#LOBBY"), "[#lobby] alice: hi")
        self.assertEqual(self.bob.sees(), ["alice: hi"])
        self.asks(Request("me", "waves", room="lobby"), "[#lobby] * alice waves")

    def test_a_guard_on_the_room(self) -> None:
        """A route that needs a room is not even begun without one."""
        self.asks(
            Request("me", "waves", room="tea"),
            r"error: you are not in #tea: \join tea first",
        )

    def test_socket_io_values(self) -> None:
        """A text is said, and what is no text goes to Socket.IO only."""
        self.asks(Request("", "hi", raw='"hi"'), "alice: hi")
        self.asks(Request("", "", raw="[1]", ref="1"), "1: Done")
        self.asks(Request("", "\x07", raw='"\\u0007"'))
        events = [event for batch in self.room.journal.batches for event in batch][-3:]
        who = self.alice.client.id
        self.assertEqual(events[0], Message("lobby", "alice", "hi", who, '"hi"'))
        self.assertEqual(events[1], CustomEvent("lobby", "alice", "[1]", who))
        self.assertIsInstance(events[2], CustomEvent)

    def test_a_route_that_has_nothing_to_say(self) -> None:
        """It is done, and with a ``ref`` one is told so."""

        async def slow(*_: object) -> None: ...

        self.chat.table.route("quiet", "", "nothing")(lambda _ask: None)
        self.chat.table.route("slow", "", "nothing")(slow)
        for route in ("quiet", "slow"):
            self.asks(Request(route, ""))
            self.asks(Request(route, "", ref="1"), "1: Done")

    def test_a_route_that_refuses_late(self) -> None:
        """The refusal reaches its asker."""

        async def slow(*_: object) -> None:
            raise Refused("no", "not today")

        self.chat.table.route("slow", "", "nothing")(slow)
        self.asks(Request("slow", ""), "error: not today")
        self.assertEqual(self.alice.client.pending, 0)

    def test_a_route_with_a_mistake(self) -> None:
        """The asker is told where to look, the log what it was."""

        def broken(_ask: object) -> None:
            raise ZeroDivisionError("secret")

        self.chat.table.route("x", "", "broken")(broken)
        with self.assertRaises(ZeroDivisionError):
            self.alice.asks(Request("x", "", ref="1"))
        self.assertEqual(self.alice.sees(), ["1: internal"])


class StoreTests(ChatCase):
    """What could not be stored."""

    def test_refused_to_its_sender(self) -> None:
        """Each sender is told, nobody is shown anything, and then it goes on."""
        self.room.journal.fail(times=1)
        with self.room.together():
            self.alice.types("one")
            self.alice.asks(Request("", "two", ref="2"))
            self.bob.types("three")
        self.assertEqual(
            self.alice.sees(), ["error: not stored: the disk is full", "2: store"]
        )
        self.assertEqual(self.bob.sees(), ["error: not stored: the disk is full"])
        self.alice.types("four")
        self.assertEqual(self.bob.sees(), ["alice: four"])
        self.alice.types(r"\history")
        self.assertEqual(self.alice.sees(), ["alice: four", "alice: four"])

    def test_stored_first(self) -> None:
        """Nobody is shown what is not stored yet, its sender neither."""
        self.room.journal.hold()
        self.alice.types("hi")
        self.assertEqual((self.alice.sees(), self.bob.sees()), ([], []))
        self.room.journal.release()
        self.assertEqual(
            (self.alice.sees(), self.bob.sees()), (["alice: hi"], ["alice: hi"])
        )

    def test_one_order(self) -> None:
        """Everyone in a room sees the same in the same order."""
        people = [self.alice, self.bob, *self.room.people("carol", "dave")]
        for client in people:
            client.sees()
        for turn in range(5):
            self.room.journal.hold()
            for client in people:
                client.types(f"{client.nick} {turn}", f"{client.nick} {turn} again")
            self.room.journal.release()
        seen = [client.sees() for client in people]
        self.assertEqual(len(seen[0]), 40)
        self.assertTrue(all(lines == seen[0] for lines in seen))

    def test_a_wire_that_cannot_even_say_no(self) -> None:
        """A client whose wire is broken does not keep the others from being told."""

        class Mute(LineCodec):
            def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
                if isinstance(reply, ErrorReply):
                    raise RuntimeError("mute")  # noqa: TRY004
                return super().reply(reply, viewer, ref)

        (carol,) = self.room.people("carol", wire=wire_of(Mute()))
        self.bob.sees()
        self.room.journal.fail()
        with self.room.together():
            carol.types("one")
            self.bob.types("two")
            with self.assertRaises(RuntimeError):
                self.room.advance(0)
        self.assertEqual(self.bob.sees(), ["error: not stored: the disk is full"])
        self.bob.types("three")
        self.assertEqual(carol.sees(), ["bob: three"])


class UnknownTests(ChatCase):
    """A store on another machine may not say whether it has stored something."""

    def test_unknown(self) -> None:
        """The sender reads just that, and what may come yet is not let go of."""
        why = "nobody knows whether that was stored"
        self.room.journal.fail(OutcomeUnknown(why), times=3)
        self.alice.types("hi", r"\nick zoe", r"\join tea")
        self.assertEqual(self.alice.sees(), [f"error: {why}"] * 3)
        self.assertIn("tea", self.room.pool.rooms)
        self.bob.types(r"\nick zoe")
        self.assertIn("error: zoe or a name like it is in use", self.bob.sees()[-1])


class RecodeTests(ChatCase):
    """A client goes on with another wire format."""

    def test_recode(self) -> None:
        """From then on it is shown everything in that one."""
        other = line_wire().codec
        self.chat.recode(self.alice.client, other)
        self.assertIs(self.alice.client.view.codec, other)  # type: ignore[union-attr]
        self.assertEqual(len(self.room.pool.views), 2)
        self.bob.types("hi")
        self.assertEqual(self.alice.sees(), ["bob: hi"])

    def test_before_it_is_in(self) -> None:
        """Also before the welcome."""
        self.room.journal.hold()
        carol = self.room.client("carol")
        codec = wire_of(RefCodec()).codec
        self.chat.recode(carol.client, codec)
        self.room.journal.release()
        self.room.settle()
        self.assertIs(carol.client.view.codec, codec)  # type: ignore[union-attr]


class StopTests(ChatCase):
    """A clean end."""

    BYE = "The server is shutting down."

    def test_everyone_is_told(self) -> None:
        """What was sent is said and stored, then everyone is told, then it ends."""
        with self.room.together():
            self.alice.types("last words")
        self.assertTrue(self.room.stop())
        for client in (self.alice, self.bob):
            self.assertEqual(client.sees()[-1], self.BYE)
            self.assertEqual(client.closed, "the server is shutting down")
        gone = self.room.journal.batches[-1]
        self.assertEqual([type(event) for event in gone], [Quit, Quit])

    def test_who_comes_now(self) -> None:
        """Whoever comes while the server stops is told so, and nobody hears of it."""
        self.room.stop()
        batches = len(self.room.journal.batches)
        late = self.room.client("late")
        self.assertEqual(late.sees(), [self.BYE])
        self.assertEqual(late.closed, "the server is shutting down")
        late.leaves()
        self.assertEqual(len(self.room.journal.batches), batches)
        self.assertEqual(len(self.room.pool), 0)

    def test_nobody_hears_of_the_others(self) -> None:
        """A thousand who leave at once are not told of each other."""
        self.room.stop()
        self.assertEqual(self.alice.sees(), [self.BYE])

    def test_it_waits_for_the_store(self) -> None:
        """What is on its way is shown before the farewell."""
        self.room.journal.hold()
        self.alice.types("hi")
        self.assertFalse(self.room.stop())
        self.assertIsNone(self.alice.closed)
        self.room.journal.release()
        self.assertEqual(self.bob.sees(), ["alice: hi", self.BYE])

    def test_newcomers_are_told(self) -> None:
        """Also who was not let in yet."""
        self.room.journal.fail(times=None, what="read")
        carol = self.room.client("carol", rooms=("tea",))
        carol.sees()
        self.room.stop()
        self.assertEqual(carol.sees(), [self.BYE])
        self.assertEqual(carol.closed, "the server is shutting down")

    def test_a_departure_is_stored_once(self) -> None:
        """Who was just leaving while the store was away does not leave twice."""
        self.room.journal.fail()
        self.bob.leaves()
        failed = len(self.room.journal.batches)
        stopped: list[int] = []
        self.chat.stop(lambda: stopped.append(1))
        self.room.advance(1)
        self.room.advance(1)
        self.assertEqual(stopped, [1])
        stored = self.room.journal.batches[failed:]
        gone = [event.nick for b in stored for event in b if isinstance(event, Quit)]
        self.assertEqual(sorted(gone), ["alice", "bob"])

    def test_a_broken_wire(self) -> None:
        """It does not keep the others from being told, nor the server from ending."""
        codec = BrokenCodec()
        with self.assertRaises(RuntimeError):
            self.room.client("carol", wire=wire_of(codec))

        def answer(*_: object) -> bytes:
            raise RuntimeError

        self.patch(codec, "reply", answer)
        stopped: list[int] = []
        self.chat.stop(lambda: stopped.append(1))
        with self.assertRaises(RuntimeError):
            self.room.settle()
        self.room.settle()
        self.assertEqual(stopped, [1])
        self.assertEqual(self.bob.sees()[-1], self.BYE)
