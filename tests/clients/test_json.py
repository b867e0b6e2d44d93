"""How the chat looks over WebSocket."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest
from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.protocol import State
from websockets.uri import parse_uri

from tests.support.viewer import VIEWER
from twisted_chat.clients.json import CROWD_NAMES, MAX_PAST, JsonCodec, rfc3339
from twisted_chat.clients.text import MAX_NAMES, LineCodec
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
    HistoryPage,
    MemberList,
    Notice,
    Reply,
    RoomList,
    RoomSnapshot,
    Topic,
    Welcome,
)
from twisted_chat.websocket.frames import frame_text

TIME = 1_700_000_000_123
WHEN = "2023-11-14T22:13:20.123Z"
STORED: dict[str, Any] = {"id": "7", "time": WHEN}


def stored(event: Event, position: str = "7") -> Stored:
    return Stored(position, TIME, event)


def texts(data: bytes) -> list[str]:
    """What a client reads."""
    client = ClientProtocol(
        parse_uri("ws://chat.example/"), state=State.OPEN, max_size=None
    )
    client.receive_data(data)
    frames = [event for event in client.events_received() if isinstance(event, Frame)]
    return [bytes(frame.data).decode() for frame in frames]


def objects(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(text) for text in texts(data)]


def welcome(**changes: Any) -> Welcome:
    fields: dict[str, Any] = {
        "nick": "ann",
        "session": "secret",
        "room": "lobby",
        "rooms": ("den", "lobby"),
        "members": ("bob", "ann"),
        "away": {"bob": "tea"},
        "topic": "",
        "history": (stored(Message("lobby", "bob", "hi", "1")),),
        "position": "9",
        "motd": ("be", "kind"),
    }
    return Welcome(**(fields | changes))


MESSAGE = {"type": "message", **STORED, "from": "bob", "room": "lobby", "text": "hi"}


class JsonEventTests(unittest.SynchronousTestCase):
    """What a program is told of what others do."""

    def expect(self, event: Event, *wanted: dict[str, Any]) -> None:
        for room in (None, "lobby"):
            data = JsonCodec().event(stored(event), room)
            self.assertEqual(objects(data), list(wanted))

    def test_what_is_said(self) -> None:
        """Text, id, time, who, and always the room."""
        self.expect(Message("lobby", "bob", "hi", "1"), MESSAGE)
        action = {**MESSAGE, "type": "action", "text": "waves"}
        self.expect(Action("lobby", "bob", "waves", "1"), action)

    def test_who_comes_and_goes(self) -> None:
        """Who leaves altogether leaves no particular room."""
        joined = {**STORED, "room": "den", "nick": "ann"}
        self.expect(Joined("den", "ann", "1"), {"type": "joined", **joined})
        self.expect(Left("den", "ann", "1"), {"type": "left", **joined})
        self.expect(Quit("ann", "1"), {"type": "left", **joined, "room": None})

    def test_what_changes(self) -> None:
        """Names, topics, and who is away."""
        renamed = {"type": "renamed", **STORED, "from": "ann", "to": "eve"}
        self.expect(Renamed("ann", "eve", "1"), renamed)
        topic = {**MESSAGE, "type": "topic", "text": "tea"}
        self.expect(TopicSet("lobby", "bob", "tea", "1"), topic)
        away = {"type": "away", **STORED, "nick": "ann", "text": "lunch"}
        self.expect(AwaySet("ann", "lunch", "1"), away)

    def test_what_is_for_others(self) -> None:
        """A value for Socket.IO programs is not shown."""
        self.expect(CustomEvent("lobby", "bob", "[1]", "1"))

    def test_private(self) -> None:
        """Sender and receiver see the same."""
        whisper = DirectMessage("ann", "bob", "psst", "1", "2")
        wanted = {"type": "dm", **STORED, "from": "ann", "to": "bob", "text": "psst"}
        for sent in (True, False):
            data = JsonCodec().direct_message(stored(whisper), whisper, sent=sent)
            self.assertEqual(objects(data), [wanted])

    def test_a_crowd(self) -> None:
        """Each is named while that is few bytes in all, and then the rest counted."""
        names = tuple(f"n{i}" for i in range(100))
        each = objects(
            JsonCodec().bulk_presence(BulkPresence("lobby", True, names, 2000), None)
        )
        self.assertEqual(len(each), 100)
        self.assertEqual(each[3], {"type": "joined", "room": "lobby", "nick": "n3"})
        [some] = objects(
            JsonCodec().bulk_presence(BulkPresence("lobby", False, names, 2001), None)
        )
        self.assertEqual(some["type"], "left")
        self.assertEqual(some["nicks"], list(names[:CROWD_NAMES]))
        self.assertEqual(some["count"], 100)

    @given(st.text())
    def test_any_text(self, text: str) -> None:
        """Nothing that anyone says breaks a frame or its JSON."""
        [found] = objects(JsonCodec().event(stored(Message("x", "y", text, "1")), None))
        self.assertEqual(found["text"], text)

    def test_half_a_character(self) -> None:
        """What UTF-8 cannot carry does not end the connection."""
        self.expect(Message("lobby", "bob", "\ud800", "1"), {**MESSAGE, "text": "?"})


class JsonAnswerTests(unittest.SynchronousTestCase):
    """What a program is answered."""

    def answer(self, answer: Reply, ref: str | None = None) -> list[dict[str, Any]]:
        return objects(JsonCodec().reply(answer, VIEWER, ref))

    def test_welcome(self) -> None:
        """Everything that a page needs to begin."""
        [found] = self.answer(welcome())
        wanted = {
            "type": "welcome",
            "nick": "ann",
            "session": "secret",
            "room": "lobby",
            "rooms": ["den", "lobby"],
            "members": ["bob", "ann"],
            "count": 2,
            "away": {"bob": "tea"},
            "topic": "",
            "history": [MESSAGE],
            "position": "9",
            "recovered": False,
            "motd": ["be", "kind"],
        }
        self.assertEqual(found, wanted)

    def test_welcome_back(self) -> None:
        """What was missed follows, one frame each, private words too."""
        whisper = stored(DirectMessage("bob", "ann", "psst", "1", "2"), "8")
        said = stored(Message("lobby", "bob", "hi", "1"))
        signal = stored(CustomEvent("lobby", "bob", "1", "1"))
        found = self.answer(
            welcome(
                history=(),
                resumed=True,
                recovered=True,
                missed=(said, signal, whisper),
            )
        )
        self.assertTrue(found[0]["recovered"])
        self.assertEqual(found[0]["history"], [])
        self.assertEqual([o["type"] for o in found[1:]], ["message", "dm"])

    def test_a_thousand_welcomes(self) -> None:
        """History is made once for all who come together, and anew when it grows."""
        codec, history = JsonCodec(), welcome().history
        for _ in range(2):
            [found] = objects(codec.reply(welcome(history=history), VIEWER, "r"))
            self.assertEqual((found["history"], found["ref"]), ([MESSAGE], "r"))
        [found] = objects(codec.reply(welcome(history=history * 2), VIEWER, None))
        self.assertEqual(found["history"], [MESSAGE] * 2)

    def test_who(self) -> None:
        """At most a thousand names; the number is always that of all."""
        names = tuple(f"n{i}" for i in range(MAX_NAMES + 5))
        [found] = self.answer(
            MemberList("den", names, {"n1": "tea", names[-1]: "?"}), "1"
        )
        self.assertEqual(found["members"], list(names[:MAX_NAMES]))
        self.assertEqual(found["count"], MAX_NAMES + 5)
        self.assertEqual(found["away"], {"n1": "tea"})
        self.assertEqual(
            (found["type"], found["room"], found["ref"]), ("who", "den", "1")
        )

    def test_a_further_room(self) -> None:
        """Its topic, its people and its last messages."""
        history = (stored(Message("den", "bob", "hi", "1")),)
        found = self.answer(RoomSnapshot("den", ("bob",), "tea", history), "r")
        self.assertEqual([o["type"] for o in found], ["topic", "who", "history"])
        self.assertEqual({o["ref"] for o in found}, {"r"})
        self.assertEqual({o["room"] for o in found}, {"den"})
        self.assertEqual(found[0]["text"], "tea")
        self.assertEqual(found[2]["messages"], [{**MESSAGE, "room": "den"}])

    def test_history(self) -> None:
        """What was said, and whether there is more; what was searched for."""
        messages = welcome().history
        [found] = self.answer(HistoryPage("lobby", messages, more=True))
        wanted = {"type": "history", "room": "lobby", "messages": [MESSAGE]}
        self.assertEqual(found, {**wanted, "more": True})
        [found] = self.answer(HistoryPage("lobby", messages, words="hi"))
        self.assertEqual(found, {**wanted, "more": False, "words": "hi"})

    def test_a_long_history(self) -> None:
        """It never is more than may wait for a client; the newest come first."""
        long = Message("lobby", "bob", "x" * 4096, "1")
        messages = tuple(stored(long, str(n)) for n in range(500))
        data = JsonCodec().reply(HistoryPage("lobby", messages), VIEWER, None)
        self.assertLess(len(data), MAX_PAST + 5000)
        [found] = objects(data)
        self.assertTrue(found["more"])
        self.assertEqual(found["messages"][-1]["id"], "499")
        self.assertGreater(len(found["messages"]), 100)

    def test_the_rest(self) -> None:
        """Small answers; each has the ref of its question."""
        rooms = [{"name": "lobby", "count": 3}]
        for answer, wanted in (
            (RoomList((("lobby", 3),)), {"type": "rooms", "rooms": rooms}),
            (Topic("x", "y"), {"type": "topic", "room": "x", "text": "y"}),
            (Notice(("a", "b")), {"type": "notice", "text": "a\nb"}),
            (Done(), {"type": "ok"}),
            (Done("5"), {"type": "ok", "id": "5"}),
            (ErrorReply("c", "t"), {"type": "error", "code": "c", "text": "t"}),
        ):
            self.assertEqual(self.answer(answer), [wanted])
            self.assertEqual(self.answer(answer, "q"), [{**wanted, "ref": "q"}])

    def test_times(self) -> None:
        """Milliseconds are kept exactly."""
        self.assertEqual(rfc3339(TIME), WHEN)
        self.assertEqual(rfc3339(0), "1970-01-01T00:00:00.000Z")


class TextTests(unittest.SynchronousTestCase):
    """The lines of the line chat, one a frame."""

    def setUp(self) -> None:
        self.codec = LineCodec(frame_text)

    def test_events(self) -> None:
        """As telnet shows them, without a line end."""
        said = stored(Message("lobby", "bob", "hi", "1"))
        self.assertEqual(texts(self.codec.event(said, None)), ["bob: hi"])
        self.assertEqual(texts(self.codec.event(said, "den")), ["[#den] bob: hi"])
        self.assertEqual(
            self.codec.event(stored(CustomEvent("lobby", "b", "1", "1")), None), b""
        )

    def test_private_and_crowds(self) -> None:
        """The same words as everywhere."""
        whisper = DirectMessage("ann", "bob", "psst", "1", "2")
        data = self.codec.direct_message(stored(whisper), whisper, sent=True)
        self.assertEqual(texts(data), ["ann (private to bob): psst"])
        crowd = BulkPresence("lobby", True, tuple("abcdef"), 3)
        self.assertEqual(len(texts(self.codec.bulk_presence(crowd, None))), 1)

    def test_answers(self) -> None:
        """Each line is one frame."""
        lines = ["Welcome, ann!", "be", "kind", "bob: hi"]
        for _ in range(2):
            self.assertEqual(texts(self.codec.reply(welcome(), VIEWER, None)), lines)
        data = self.codec.reply(welcome(topic="tea"), VIEWER, None)
        self.assertIn("topic of #lobby: tea", texts(data))
        self.assertEqual(
            texts(self.codec.reply(ErrorReply("c", "no"), VIEWER, "r")), ["error: no"]
        )
        self.assertEqual(self.codec.reply(Done(), VIEWER, "r"), b"")
