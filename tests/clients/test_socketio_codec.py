"""What each event looks like to Socket.IO clients, in each dialect."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from tests.support.viewer import VIEWER
from twisted_chat.clients.json import BULK_NAMES
from twisted_chat.clients.socketio_codec import Dialect, SocketIOCodec, sid
from twisted_chat.core.events import (
    Action,
    AwaySet,
    BulkPresence,
    CustomEvent,
    DirectMessage,
    Event,
    Joined,
    Left,
    Message,
    Quit,
    Renamed,
    Stored,
    TopicSet,
)
from twisted_chat.core.replies import (
    Done,
    ErrorReply,
    MemberList,
    Notice,
    Reply,
    RoomList,
    RoomSnapshot,
    Welcome,
)

SAID = Message("lobby", "alice", "hi", "ID")
MARK = '2["0007"]'
HERE = '2["0009"]'


def stored(event: Event, position: str = "0007") -> Stored:
    return Stored(position, 0, event)


class DialectTestCase(unittest.SynchronousTestCase):
    """Packets as lines."""

    def setUp(self) -> None:
        self.both = self.codec()
        self.messages = self.codec(Dialect.MESSAGES)
        self.chat = self.codec(Dialect.CHAT)

    @staticmethod
    def codec(dialect: Dialect = Dialect.BOTH) -> SocketIOCodec:
        return SocketIOCodec(lambda packet: packet + b"\n", lambda: "0009", dialect)

    def lines(self, data: bytes) -> list[str]:
        return data.decode().splitlines()

    def check(
        self,
        event: Event,
        both: list[str],
        messages: list[str],
        chat: list[str],
        room: str | None = None,
    ) -> None:
        """Each dialect's packets; behind them the mark, if there are any."""
        for codec, expected in (
            (self.both, both),
            (self.messages, messages),
            (self.chat, chat),
        ):
            shown = self.lines(codec.event(stored(event), room))
            self.assertEqual(shown, [*expected, MARK] if expected else [])

    def answers(self, answer: Reply, ref: str | None = None) -> list[str]:
        return self.lines(self.both.reply(answer, VIEWER, ref))


class EventTests(DialectTestCase):
    """What happened."""

    def test_said(self) -> None:
        """In the dialect of the client; with the room if it is another."""
        messages, chat = '2["messages","alice: hi"]', '2["chat","alice: hi"]'
        self.check(SAID, [messages, chat], [messages], [chat])
        messages, chat = (
            text.replace('"alice', '"[#den] alice') for text in (messages, chat)
        )
        self.check(SAID, [messages, chat], [messages], [chat], "den")

    def test_said_as_chat(self) -> None:
        """A ``chat`` value reaches everyone unchanged."""
        event = Message("lobby", "alice", "hi", "ID", '"h\\u0069"')
        messages, chat = '2["messages","alice: hi"]', '2["chat","h\\u0069"]'
        self.check(event, [messages, chat], [messages, chat], [chat])

    def test_signalled(self) -> None:
        """So does one that is no text."""
        chat = ['2["chat",{"x":1.50}]']
        self.check(CustomEvent("lobby", "alice", '{"x":1.50}', "ID"), chat, chat, chat)

    def test_acted(self) -> None:
        """With a star."""
        messages, chat = '2["messages","* alice waves"]', '2["chat","* alice waves"]'
        event = Action("lobby", "alice", "waves", "ID")
        self.check(event, [messages, chat], [messages], [chat])

    def test_presence(self) -> None:
        """Who is in the lobby, for those who speak of chatters."""
        add, remove = '2["add chatter","bob"]', '2["remove chatter","bob"]'
        for event, shown in (
            (Joined("lobby", "bob", "ID"), [add]),
            (Joined("den", "bob", "ID"), []),
            (Left("lobby", "bob", "ID"), [remove]),
            (Left("den", "bob", "ID"), []),
            (Quit("bob", "ID"), [remove]),
            (Renamed("bob", "rob", "ID"), [remove, add.replace("bob", "rob")]),
            (TopicSet("lobby", "bob", "x", "ID"), []),
            (AwaySet("bob", "x", "ID"), []),
        ):
            self.check(event, shown, shown, [])

    def test_whispered(self) -> None:
        """To its receiver and its sender."""
        event = DirectMessage("alice", "bob", "psst", "A", "B")
        for sent, text in (
            (False, '"alice (private): psst"'),
            (True, '"alice (private to bob): psst"'),
        ):
            self.assertEqual(
                self.lines(self.both.direct_message(stored(event), event, sent=sent)),
                [f'2["messages",{text}]', f'2["chat",{text}]', MARK],
            )

    def test_crowd(self) -> None:
        """One by one, as long as that does not cost too much."""
        names = tuple(f"n{i}" for i in range(100))
        for arrived, verb in ((True, "add"), (False, "remove")):
            shown = self.lines(
                self.both.bulk_presence(
                    BulkPresence("lobby", arrived, names, 2000), None
                )
            )
            self.assertEqual(shown[0], f'2["{verb} chatter","n0"]')
            self.assertEqual(len(shown), 101)
            self.assertEqual(shown[-1], HERE)
        shown = self.lines(
            self.both.bulk_presence(BulkPresence("lobby", True, names, 2001), None)
        )
        self.assertEqual(len(shown), BULK_NAMES + 1)
        self.assertEqual(
            self.both.bulk_presence(BulkPresence("den", True, names, 1), "den"), b""
        )
        self.assertEqual(
            self.chat.bulk_presence(BulkPresence("lobby", True, names, 1), None), b""
        )

    @given(st.text(), st.text())
    def test_any_text(self, nick: str, text: str) -> None:
        """Whatever is said is one argument, and each packet one record."""
        codec = SocketIOCodec(lambda packet: packet + b"\x1e", lambda: "")
        data = codec.event(stored(Message("lobby", nick, text, "ID")), None)
        packets = data.split(b"\x1e")
        self.assertEqual(len(packets), 4)
        line = f"{nick}: {text}"
        self.assertEqual(json.loads(packets[0][1:]), ["messages", line])


class AnswerTests(DialectTestCase):
    """What one client is told."""

    def test_acknowledgements(self) -> None:
        """Done, and refused."""
        self.assertEqual(
            self.answers(Done("0007"), "5"), ['35[{"ok":true,"id":"0007"}]']
        )
        self.assertEqual(self.answers(Done(), "0"), ['30[{"ok":true,"id":null}]'])
        self.assertEqual(self.answers(Done("0007")), [])
        self.assertEqual(
            self.answers(ErrorReply("x", 'no "way"'), "5"),
            ['35[{"ok":false,"error":"no \\"way\\""}]'],
        )

    def test_refused_without_a_callback(self) -> None:
        """A line that says so."""
        text = '"error: no way"'
        self.assertEqual(
            self.answers(ErrorReply("x", "no way")),
            [f'2["messages",{text}]', f'2["chat",{text}]', HERE],
        )

    def test_entered(self) -> None:
        """The last messages, oldest first, then everyone."""
        history = (
            stored(SAID),
            stored(Action("lobby", "bob", "waves", "ID")),
            stored(Message("lobby", "bob", "raw", "ID", '"raw"')),
        )
        shown = [
            '2["messages","alice: hi"]',
            '2["messages","* bob waves"]',
            '2["messages","bob: raw"]',
            '2["add chatter","alice"]',
            '2["add chatter","bob"]',
            HERE,
        ]
        entered = RoomSnapshot("lobby", ("alice", "bob"), "", history)
        self.assertEqual(self.answers(entered), shown)
        self.assertEqual(self.lines(self.chat.reply(entered, VIEWER, None)), shown)
        self.assertEqual(self.answers(RoomSnapshot("den", ("alice",), "", history)), [])
        self.assertEqual(self.answers(RoomSnapshot("lobby", (), "", ())), [])

    def test_notice(self) -> None:
        """Each line on its own."""
        self.assertEqual(
            self.lines(self.messages.reply(Notice(("one", "two")), VIEWER, None)),
            ['2["messages","one"]', '2["messages","two"]', HERE],
        )

    def test_others(self) -> None:
        """What no Socket.IO client can ask for is acknowledged at most."""
        self.assertEqual(self.answers(MemberList("lobby", ("alice",))), [])
        self.assertEqual(self.answers(RoomList(()), "3"), ['33[{"ok":true,"id":null}]'])


class WelcomeTests(DialectTestCase):
    """Coming in, for the first time or again."""

    @staticmethod
    def welcome(*missed: Event, recovered: bool = False) -> Welcome:
        return Welcome(
            nick="alice",
            session="SECRET",
            room="lobby",
            rooms=("lobby",),
            members=("alice",),
            away={},
            topic="",
            history=(stored(SAID, "0001"),),
            position="0008",
            recovered=recovered,
            missed=tuple(
                stored(event, f"000{i + 2}") for i, event in enumerate(missed)
            ),
        )

    def test_newcomer(self) -> None:
        """It is told its ids and its place, and nothing else yet."""
        self.assertEqual(
            self.answers(self.welcome()),
            [f'0{{"sid":"{sid("SECRET")}","pid":"SECRET0"}}', '2["0008"]'],
        )
        self.assertNotIn("SECRET", sid("SECRET"))
        self.assertEqual(len(sid("SECRET")), 20)
