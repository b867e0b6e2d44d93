"""The chat, as WebSocket programs see it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from twisted.internet.task import Clock
from twisted.trial import unittest
from twisted.web.resource import Resource
from twisted.web.server import Request, Site
from websockets.frames import Frame

from tests.support.chats import start_chat
from tests.support.logs import Log
from tests.support.memory import WebSocketClient, masked, text
from twisted_chat.clients.websocket import ChatWebSocketFactory
from twisted_chat.core.limits import MAX_LINE, RateLimit
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.net.origins import Origins
from twisted_chat.net.timers import Keepalive


class ChatResource(Resource):
    """Upgrades every request to a WebSocket of the chat."""

    isLeaf = True

    def __init__(self, sockets: ChatWebSocketFactory) -> None:
        super().__init__()
        self.sockets = sockets

    def render_GET(self, request: Request) -> int | bytes:
        return self.sockets.upgrade(request)


class ChatClient(WebSocketClient):
    """Gives the server a turn before it looks at what has come."""

    def __init__(self, clock: Clock, *args: Any, **headers: Any) -> None:
        self._clock = clock
        super().__init__(*args, **headers)

    def frames(self) -> Iterator[Frame]:
        for _ in range(10):
            self._clock.advance(0)
        return super().frames()


class ChatTestCase(unittest.SynchronousTestCase):
    """A chat in memory, and WebSocket clients of it."""

    bytewise = False
    rate_limit: RateLimit | None = None

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_700_000_000)
        journal = MemoryJournal(self.clock.seconds)
        self.chat = start_chat(self, self.clock, journal)
        self.sockets = ChatWebSocketFactory(
            self.chat,
            self.clock,
            self.rate_limit,
            Keepalive(self.clock, 25, 20),
            Origins(),
        )
        self.site = Site(ChatResource(self.sockets), reactor=self.clock)

    def connect(self, query: str = "", **headers: Any) -> WebSocketClient:
        return ChatClient(
            self.clock, self.site, f"/{query}", bytewise=self.bytewise, **headers
        )

    def program(self, query: str = "", **headers: Any) -> JsonClient:
        return JsonClient(self.connect(f"?format=json{query}", **headers))


class JsonClient:
    """A program that speaks objects."""

    def __init__(self, client: WebSocketClient) -> None:
        self.client = client
        [self.welcome, *self.rest] = self.heard()

    def heard(self) -> list[dict[str, Any]]:
        return [json.loads(words) for words in self.client.heard()]

    def ask(self, **fields: Any) -> list[dict[str, Any]]:
        self.client.say(json.dumps(fields))
        return self.heard()


class TextTests(ChatTestCase):
    """Lines, one a frame."""

    def test_a_conversation(self) -> None:
        """What one says, all see, the sender too; routes work."""
        ann, bob = self.connect("?nick=ann"), self.connect("ws?nick=bob")
        self.assertEqual(
            ann.heard(),
            ["Welcome, ann!", "ann: joined the chat", "bob: joined the chat"],
        )
        self.assertIn("Welcome, bob!", bob.heard())
        ann.say("hi all")
        self.assertEqual((ann.heard(), bob.heard()), (["ann: hi all"], ["ann: hi all"]))
        bob.say("\\who")
        self.assertEqual(bob.heard(), ["here (2): ann, bob"])
        bob.say("\\nonsense")
        self.assertEqual(len(bob.heard()), 1)

    def test_what_is_pasted(self) -> None:
        """Several lines in one frame are several lines; empty ones are none."""
        ann = self.connect("?nick=ann")
        ann.heard()
        ann.say("one\r\ntwo\n\nthree\rfour\n")
        self.assertEqual(
            ann.heard(), [f"ann: {word}" for word in ("one", "two", "three", "four")]
        )
        ann.say("")
        self.assertEqual(ann.heard(), [])

    def test_too_long_a_line(self) -> None:
        """It is refused with an error, and the client stays."""
        ann = self.connect()
        ann.heard()
        ann.say("ü" * (MAX_LINE // 2 + 1))
        [error] = ann.heard()
        self.assertTrue(error.startswith("error: "))
        ann.say("x" * MAX_LINE)
        self.assertEqual(len(ann.heard()), 1)

    def test_too_big_a_frame(self) -> None:
        """More than 64 KiB closes with 1009."""
        ann = self.connect()
        ann.send(masked(0x81, b"x" * 65537))
        self.assertEqual(ann.close_code(), 1009)

    def test_no_text(self) -> None:
        """Bytes that are no UTF-8 close with 1007, a binary frame with 1003."""
        ann, bob = self.connect(), self.connect()
        ann.send(masked(0x81, b"\xff"))
        self.assertEqual(ann.close_code(), 1007)
        bob.send(masked(0x82, b"hello"))
        self.assertEqual(bob.close_code(), 1003)

    def test_quitting(self) -> None:
        """The others see it however the connection ended, once."""
        ann, bob, eve = (self.connect(f"?nick={n}") for n in ("ann", "bob", "eve"))
        ann.heard()
        bob.say("\\quit")
        self.assertEqual(bob.close_code(), 1000)
        bob.send(masked(0x88, b"\x03\xe8"))
        bob.wire.hang_up()
        eve.wire.hang_up()
        self.assertEqual(ann.heard(), ["bob: left the chat", "eve: left the chat"])

    def test_the_log(self) -> None:
        """It says who went, and why if that was no farewell, and nothing said."""
        log = Log(self)
        ann, bob = self.connect("?nick=ann"), self.connect("?nick=bob")
        ann.say("a secret")
        ann.send(masked(0x88, b"\x03\xe8"))
        bob.wire.hang_up()
        self.assertEqual(
            log.lines(),
            ["ann quit", "client error: bob: connection lost", "bob quit"],
        )

    def test_the_log_of_one_who_only_changes_its_connection(self) -> None:
        """It has not quit until the last of them is gone."""
        log = Log(self)
        first = self.connect("?nick=ann&format=json")
        session = json.loads(first.heard()[0])["session"]
        second = self.connect(f"?format=json&session={session}")
        self.assertEqual(log.lines(), [])
        second.wire.hang_up()
        self.assertEqual(
            log.lines(), ["client error: ann: connection lost", "ann quit"]
        )

    def test_after_goodbye_nothing_follows(self) -> None:
        """A client that was told goodbye is sent nothing that others say."""
        ann, bob = self.connect("?nick=ann"), self.connect("?nick=bob")
        ann.say("\\quit")
        self.assertEqual(ann.close_code(), 1000)
        bob.say("still here")
        self.assertEqual(list(ann.frames()), [])

    def test_a_stop(self) -> None:
        """Everyone is told, and closed with 1001."""
        ann = self.connect("?nick=ann")
        ann.heard()
        stopped: list[bool] = []
        self.chat.stop(lambda: stopped.append(True))
        self.assertEqual(ann.close_code(), 1001)
        self.assertEqual(stopped, [True])


class BytewiseTextTests(TextTests):
    """The same, in one-byte pieces."""

    bytewise = True


ENTERED = {"joined", "topic", "who", "history", "ok"}


class JsonTests(ChatTestCase):
    """Objects, one a frame."""

    def test_welcome(self) -> None:
        """By query or by subprotocol, a program gets objects from the start."""
        ann = self.program("&nick=ann")
        self.assertEqual(ann.welcome["type"], "welcome")
        self.assertEqual(ann.welcome["nick"], "ann")
        bob = JsonClient(self.connect(sec_websocket_protocol="chat.json"))
        self.assertEqual(bob.welcome["type"], "welcome")
        self.assertIn("ann", bob.welcome["members"])

    def test_a_conversation(self) -> None:
        """A program speaks with someone who types; each sees its own form."""
        ann, bob = self.program("&nick=ann"), self.connect("?nick=bob")
        bob.heard()
        ann.heard()
        answers = ann.ask(type="message", text="hi", ref="1")
        self.assertEqual({a["type"] for a in answers}, {"message", "ok"})
        ok = next(a for a in answers if a["type"] == "ok")
        said = next(a for a in answers if a["type"] == "message")
        self.assertEqual((ok["ref"], ok["id"]), ("1", said["id"]))
        self.assertEqual(bob.heard(), ["ann: hi"])
        bob.say("\\dm ann psst")
        [whisper] = ann.heard()
        self.assertEqual(
            (whisper["type"], whisper["from"], whisper["to"], whisper["text"]),
            ("dm", "bob", "ann", "psst"),
        )

    def test_a_note_to_oneself(self) -> None:
        """What one object says is not said by a second one with the same id."""
        ann = self.program("&nick=ann")
        ann.heard()
        answers = ann.ask(type="dm", to="ann", text="milk", ref="1")
        self.assertEqual(sorted(a["type"] for a in answers), ["dm", "ok"])

    def test_each_request(self) -> None:
        """Every request of the protocol has its answer, with its ref."""
        ann = self.program("&nick=ann")
        for fields, kinds in (
            ({"type": "nick", "nick": "eve"}, {"renamed", "ok"}),
            ({"type": "dm", "to": "eve", "text": "x"}, {"dm", "ok"}),
            (
                {"type": "join", "room": "den"},
                {"joined", "who", "history", "topic", "ok"},
            ),
            ({"type": "message", "room": "lobby", "text": "x"}, {"message", "ok"}),
            ({"type": "who", "room": "den"}, {"who"}),
            ({"type": "history", "limit": 5}, {"history"}),
            ({"type": "command", "text": "\\rooms"}, {"rooms"}),
            ({"type": "command", "text": "\\me waves"}, {"action", "ok"}),
            ({"type": "leave", "room": "den"}, {"left", "ok"}),
            ({"type": "shout"}, {"error"}),
        ):
            with self.subTest(fields=fields):
                answers = ann.ask(ref="r", **fields)
                self.assertLessEqual({a["type"] for a in answers}, kinds)
                self.assertIn("r", [a.get("ref") for a in answers])

    def test_resuming(self) -> None:
        """Who comes back is shown what it missed, in order, and nothing twice."""
        ann, bob = self.program("&nick=ann"), self.connect("?nick=bob")
        session = ann.welcome["session"]
        since = ann.heard()[-1]["id"]
        ann.client.wire.hang_up()
        for words in ("one", "two"):
            bob.say(words)
        again = self.program(f"&nick=ann&session={session}&since={since}")
        self.assertTrue(again.welcome["recovered"])
        said = [o["text"] for o in again.rest if o["type"] == "message"]
        self.assertEqual(said, ["one", "two"])
        self.assertEqual(again.welcome["nick"], "ann")

    def test_resuming_from_nowhere(self) -> None:
        """A position that nobody knows is not recovered, and said so."""
        ann = self.program("&since=nonsense")
        self.assertFalse(ann.welcome["recovered"])

    def test_rooms(self) -> None:
        """A program that says where it was is there again."""
        ann = self.program("&nick=ann&rooms=den,lobby,tea")
        rest = [ann.welcome, *ann.rest, *ann.heard()]
        rooms = next(o["rooms"] for o in reversed(rest) if o["type"] == "welcome")
        self.assertEqual(rooms[-1:], ["tea"])


class OriginTests(ChatTestCase):
    """Pages of other sites."""

    def test_refused(self) -> None:
        """403, and nobody joins."""
        page = self.connect(origin="http://evil.example")
        self.assertEqual(page.status, 403)
        self.assertEqual(list(self.chat.pool.clients.values()), [])

    def test_let_in(self) -> None:
        """The server's own page."""
        page = self.connect(origin="http://chat.example")
        self.assertEqual(page.status, 101)


class PaceTests(ChatTestCase):
    """Clients that talk too fast."""

    rate_limit = RateLimit(2, 1)

    def test_a_paste_arrives_whole_only_slower(self) -> None:
        """What is too fast is read later; nothing is lost; the client lives."""
        ann = self.connect("?nick=ann")
        ann.heard()
        ann.send(b"".join(text(str(n)) for n in range(60)))
        self.assertEqual(ann.heard(), ["ann: 0", "ann: 1"])
        self.assertEqual(ann.wire.producerState, "paused")
        self.clock.pump([0.1] * 600)
        self.assertEqual(ann.heard(), [f"ann: {n}" for n in range(2, 60)])
        self.assertEqual(ann.wire.producerState, "producing")
        self.assertFalse(ann.wire.aborted)
