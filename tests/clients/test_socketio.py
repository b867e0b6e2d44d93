"""The chat, as stock Socket.IO clients see it."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.support.chats import start_chat
from tests.support.engineio_client import EngineIOTestCase
from tests.support.logs import Log
from tests.support.memory import WebSocketClient, masked
from twisted_chat.clients import socketio_recovery
from twisted_chat.clients.attach import Attachment, JoinRequest
from twisted_chat.clients.socketio import ChatNamespace
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.limits import RateLimit
from twisted_chat.core.replies import Request
from twisted_chat.engineio.session import EngineIOPeer
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.socketio.server import SocketIO


class LineClient:
    """A line client, which shares the chat with the Socket.IO clients."""

    def __init__(self, case: ChatTestCase, nick: str) -> None:
        self._data = b""
        self._case = case
        self._attachment = Attachment(
            case.chat,
            self,
            LineCodec(),
            JoinRequest(nick),
            rate_limit=None,
            pause=self.keep_reading,
            resume=self.keep_reading,
        )
        case.settle()
        self.sees()

    def write(self, data: bytes) -> None:
        self._data += data

    def close(self, reason: str) -> None:
        """It has no connection that could be closed."""

    def keep_reading(self) -> None:
        """Its requests do not come from a connection."""

    def types(self, route: str, words: str = "") -> None:
        self._attachment.inbox.put(Request(route, words))
        self._case.settle()

    def leaves(self) -> None:
        self._attachment.end()
        self._case.settle()

    def sees(self) -> list[str]:
        data, self._data = self._data, b""
        return data.decode().splitlines()


class Browser:
    """A page with a stock client: what it is sent, without marks and heartbeats."""

    def __init__(self, case: ChatTestCase, auth: object = None) -> None:
        self._case = case
        self.client = case.socket()
        self.offset: str | None = None
        self.pid: str | None = None
        self.client.say("40" + ("" if auth is None else json.dumps(auth)))
        case.settle()

    def emit(self, *data: Any, ack: int | None = None) -> list[Any]:
        number = "" if ack is None else str(ack)
        self.client.say(f"42{number}{json.dumps(data, ensure_ascii=False)}")
        return self.hears()

    def hears(self) -> list[Any]:
        """Events as lists, acknowledgements as ``(id, values)``."""
        self._case.settle()
        return self.take(self.client.heard())

    def take(self, packets: list[str]) -> list[Any]:
        heard: list[Any] = []
        for packet in packets:
            kind, text = packet[:2], packet[2:]
            if kind == "40":
                fields = json.loads(text)
                self.pid, self.sid = fields["pid"], fields["sid"]
            elif kind == "42":
                data = json.loads(text)
                if isinstance(data[-1], str):
                    self.offset = data[-1]
                if len(data) > 1:
                    heard.append(data)
            elif kind == "43":
                number, _, values = text.partition("[")
                heard.append((int(number), *json.loads("[" + values)))
        return heard

    @property
    def auth(self) -> dict[str, Any]:
        """What a stock client says when it comes back."""
        return {"pid": self.pid, "offset": self.offset}

    def loses_connection(self) -> None:
        self.client.wire.hang_up()
        self._case.settle()


class ChatTestCase(EngineIOTestCase):
    """A chat in memory, and clients of it."""

    rate_limit: RateLimit | None = None

    def setUp(self) -> None:
        super().setUp()
        self.journal = MemoryJournal(self.clock.seconds)
        self.start()

    def start(self) -> None:
        """A server, as after every start."""
        node = f"node{random.randrange(1000)}"
        self.chat = start_chat(self, self.clock, self.journal, node=node)
        self.server = SocketIO(self.clock)
        self.place = ChatNamespace(self.server, self.chat, self.rate_limit)

    def settle(self) -> None:
        for _ in range(10):
            self.clock.advance(0)

    def peer(self) -> EngineIOPeer:
        request: Any = None
        return self.server.peer(request)

    def browse(self, auth: object = None) -> Browser:
        """A page that was let in; what it was sent so far is thrown away."""
        browser = Browser(self, auth)
        browser.hears()
        return browser

    def join(self, nick: str) -> Browser:
        browser = self.browse()
        browser.emit("join", nick)
        return browser


class JoinTests(ChatTestCase):
    """``join`` NAME, ``messages`` TEXT, and the chatters."""

    def test_newcomer(self) -> None:
        """History, oldest first, then everyone who is there; the others are told."""
        ann = LineClient(self, "ann")
        ann.types("", "one")
        ann.types("me", "waves")
        other = self.browse()
        bob = self.browse()
        heard = bob.emit("join", "bob", ack=1)
        self.assertIn((1, {"ok": True, "id": bob.offset}), heard)
        # Once: not for the new name, and again for being there.
        self.assertEqual(heard.count(["add chatter", "bob"]), 1)
        self.assertFalse([h for h in heard if h[0] == "remove chatter"])
        history = [data for data in heard if data[0] == "messages"]
        self.assertEqual(
            history, [["messages", "ann: one"], ["messages", "* ann waves"]]
        )
        last = heard.index(history[-1])
        self.assertIn(["add chatter", "ann"], heard[last:])
        self.assertIn(["add chatter", "bob"], other.hears())

    def test_messages(self) -> None:
        """Everyone gets them, the sender too, whatever protocol they come by."""
        ann, bob, carol = LineClient(self, "ann"), self.join("bob"), self.join("carol")
        bob.hears()
        heard = bob.emit("messages", "hi \\who all", ack=0)
        self.assertEqual(
            heard,
            [
                ["messages", "bob: hi \\who all"],
                (0, {"ok": True, "id": bob.offset}),
            ],
        )
        self.assertEqual(carol.hears(), [["messages", "bob: hi \\who all"]])
        self.assertEqual(ann.sees()[-1], "bob: hi \\who all")
        ann.types("", "hello")
        ann.types("dm", "bob psst")
        self.assertEqual(
            bob.hears(),
            [["messages", "ann: hello"], ["messages", "ann (private): psst"]],
        )
        self.assertEqual(carol.hears(), [["messages", "ann: hello"]])

    def test_rename_and_leave(self) -> None:
        """The list of chatters can be kept."""
        ann, bob, carol = LineClient(self, "ann"), self.join("bob"), self.join("carol")
        bob.hears()
        carol.emit("join", "cleo")
        self.assertEqual(
            bob.hears(), [["remove chatter", "carol"], ["add chatter", "cleo"]]
        )
        carol.client.say("41")
        self.assertEqual(bob.hears(), [["remove chatter", "cleo"]])
        ann.leaves()
        self.assertEqual(bob.hears(), [["remove chatter", "ann"]])

    def test_refusals(self) -> None:
        """By acknowledgement, or else as a line."""
        LineClient(self, "ann")
        bob = self.join("bob")
        bob.hears()
        for data in (
            ("join", "ann"),
            ("join", "two words"),
            ("join", 7),
            ("join",),
            ("messages", {"text": "no"}),
            ("messages", "x" * 4097),
            ("messages", "ü" * 2049),
            ("messages", "  "),
            ("chat",),
            ("unheard of", 1),
            (7, 1),
        ):
            heard = [item for item in bob.emit(*data, ack=3) if item[0] == 3]
            self.assertEqual(len(heard), 1, data)
            self.assertIs(heard[0][1]["ok"], False)
            self.assertTrue(heard[0][1]["error"])
        heard = bob.emit("messages", 5)
        self.assertEqual(heard, [["messages", "error: messages needs a string"]])
        self.assertEqual(bob.emit("unheard of", 1), [])
        bob.client.say('451-9["chat",{"_placeholder":true,"num":0}]')
        bob.client.send(masked(0x82, b"binary"))
        ((number, answer),) = bob.hears()
        self.assertEqual((number, answer["ok"]), (9, False))
        self.assertEqual(bob.emit("messages", "ok")[0], ["messages", "bob: ok"])

    def test_a_name_that_cannot_be(self) -> None:
        """It is refused as a name, and not as a route that nobody typed."""
        bob = self.browse()
        for name in ("", "a b", "a:b"):
            heard = bob.emit("join", name, ack=1)
            self.assertEqual([data for data in heard if data[0] != 1], [])
            self.assertIn("a nickname has 1 to 32", heard[0][1]["error"])

    def test_the_log(self) -> None:
        """It says who went, and why if that was no farewell, and nothing said."""
        log = Log(self)
        ann, bob = self.join("ann"), self.join("bob")
        ann.emit("messages", "a secret")
        ann.client.say("1")
        bob.loses_connection()
        carol = self.join("carol")
        again = self.browse(carol.auth)
        again.client.say("41")
        self.settle()
        self.assertEqual(
            log.lines(),
            [
                "ann quit",
                "client error: bob: connection lost",
                "bob quit",
                "carol quit",
            ],
        )

    def test_forged(self) -> None:
        """Nobody's text forges a line, or breaks the wire."""
        ann, bob = LineClient(self, "ann"), self.join("bob")
        bob.client.say('42["messages","a\\r\\nb\\u001b[2J\\ud800\\u2028c"]')
        self.assertEqual(bob.hears(), [["messages", "bob: ab[2J\ufffdc"]])
        self.assertEqual(ann.sees()[-1], "bob: ab[2J\ufffdc")


class ChatTests(ChatTestCase):
    """``chat`` VALUE."""

    def test_any_value(self) -> None:
        """It is echoed to every Socket.IO client, to the last digit."""
        ann, bob, carol = LineClient(self, "ann"), self.browse(), self.join("carol")
        bob.emit("chat", 0)
        carol.hears()
        ann.sees()
        for value in ('{"b":1.50,"a":[null,true]}', "[]", "7", "null", '"  "', '""'):
            bob.client.say(f'42["chat",{value}]')
            self.settle()
            for client in (bob, carol):
                packets = client.client.heard()
                self.assertIn(f'42["chat",{value}]', packets)
        self.assertEqual(ann.sees(), [])

    def test_text(self) -> None:
        """It is said in the lobby as well; what others say comes as a line."""
        ann, bob, carol = LineClient(self, "ann"), self.browse(), self.join("carol")
        nick = next(line for line in ann.sees() if line.startswith("guest"))
        nick = nick.partition(":")[0]
        bob.hears()
        carol.hears()
        self.assertEqual(
            bob.emit("chat", "hi", ack=1),
            [["chat", "hi"], (1, {"ok": True, "id": bob.offset})],
        )
        self.assertEqual(carol.hears(), [["messages", f"{nick}: hi"], ["chat", "hi"]])
        self.assertEqual(ann.sees()[-1], f"{nick}: hi")
        ann.types("", "hello")
        self.assertEqual(bob.hears(), [["chat", "ann: hello"]])
        carol.emit("messages", "hey")
        self.assertEqual(bob.hears(), [["chat", "carol: hey"]])

    def test_long_text(self) -> None:
        """Others see as much as fits in a line; Socket.IO clients all of it."""
        ann, bob = LineClient(self, "ann"), self.browse()
        text = "x" + "ü" * 20_000
        self.assertEqual(bob.emit("chat", text), [["chat", text]])
        said = ann.sees()[-1].partition(": ")[2]
        self.assertEqual(said, "x" + "ü" * 2047)

    def test_too_long(self) -> None:
        """64 KiB of JSON are the limit."""
        bob = self.browse()
        bob.emit("chat", 0)
        fits = "x" * (64 * 1024 - 2)
        self.assertEqual(bob.emit("chat", fits), [["chat", fits]])
        ((number, answer),) = bob.emit("chat", fits + "x", ack=4)
        self.assertEqual((number, answer["ok"]), (4, False))


class DialectTests(ChatTestCase):
    """Both until the first emit, then what it uses."""

    def test_both_at_first(self) -> None:
        """A page that only listens hears both."""
        ann, bob = LineClient(self, "ann"), self.browse()
        ann.types("", "hi")
        self.assertEqual(bob.hears(), [["messages", "ann: hi"], ["chat", "ann: hi"]])

    def test_other_events_tell_nothing(self) -> None:
        """What is none of ours decides nothing."""
        ann, bob = LineClient(self, "ann"), self.browse()
        bob.emit("typing", 1)
        ann.types("", "hi")
        self.assertEqual(len(bob.hears()), 2)

    def test_one_who_uses_both(self) -> None:
        """Hears both again."""
        ann, bob = LineClient(self, "ann"), self.join("bob")
        bob.hears()
        ann.types("", "hi")
        self.assertEqual(bob.hears(), [["messages", "ann: hi"]])
        bob.emit("chat", 1)
        ann.types("", "hi")
        self.assertEqual(bob.hears(), [["messages", "ann: hi"], ["chat", "ann: hi"]])

    def test_alike(self) -> None:
        """Clients of a kind are shown the same bytes, made once."""
        pages = [self.join(f"n{i}") for i in range(3)]
        self.assertEqual(len(set(map(id, self._codecs()))), 1)
        for page in pages:
            page.hears()
        pages[0].emit("messages", "hi")
        self.assertEqual(pages[1].hears(), pages[2].hears())

    def _codecs(self) -> list[object]:
        return [client.codec for client in self.chat.pool.clients.values()]


class TransportTests(ChatTestCase):
    """Polling, upgraded or not."""

    def emit(self, sid: str, data: str) -> None:
        answer = self.poll(sid, b"4" + data.encode())
        self.settle()
        self.assertEqual(answer.outcome, (200, "ok"))

    def read(self, sid: str) -> list[str]:
        body = self.poll(sid).body
        return [packet for packet in body.split("\x1e") if packet != "2"]

    def test_polling(self) -> None:
        """All of it works without a WebSocket."""
        ann = LineClient(self, "ann")
        sid = self.open()
        self.emit(sid, "0")
        self.assertIn('"pid"', self.read(sid)[0])
        self.emit(sid, '21["join","bob"]')
        self.assertTrue(any(p.startswith('431[{"ok":true') for p in self.read(sid)))
        ann.types("", "hi")
        self.assertIn('42["messages","ann: hi"]', self.read(sid))
        self.emit(sid, '2["messages","yo"]')
        self.assertEqual(ann.sees()[-1], "bob: yo")
        self.assertEqual(self.poll(sid, b"1").outcome, (200, "ok"))
        self.settle()
        self.assertEqual(ann.sees()[-1], "bob: left the chat")

    def test_upgrade(self) -> None:
        """Nothing is lost, and nothing comes twice, on the way."""
        ann = LineClient(self, "ann")
        sid = self.open()
        self.emit(sid, "0")
        self.emit(sid, '2["join","bob"]')
        self.read(sid)
        client: WebSocketClient = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        client.say("2probe")
        ann.types("", "one")
        client.say("5")
        ann.types("", "two")
        client.say('42["messages","three"]')
        self.settle()
        said = [p for p in client.heard() if p.startswith('42["messages"')]
        self.assertEqual(
            said,
            [f'42["messages","{t}"]' for t in ("ann: one", "ann: two", "bob: three")],
        )

    def test_too_slow(self) -> None:
        """Who does not poll is cut off, and leaves."""
        ann, bob = LineClient(self, "ann"), self.browse()
        sid = self.open()
        self.emit(sid, "0")
        ann.sees()
        for _ in range(20):
            bob.emit("chat", "x" * 60_000)
        self.assertTrue(any("left the chat" in line for line in ann.sees()))
        self.assertEqual(self.poll(sid).status, 400)


class PaceTests(ChatTestCase):
    """Who says too much is read later."""

    rate_limit = RateLimit(3, 1)

    def test_a_paste(self) -> None:
        """All of it arrives, in order, only slower; heartbeats see no harm in it."""
        ann = LineClient(self, "ann")
        sid = self.open()
        self.poll(sid, b"40")
        self.settle()
        ann.sees()
        body = "\x1e".join(f'42["messages","{i}"]' for i in range(100))
        answer = self.poll(sid, body.encode())
        self.settle()
        self.assertFalse(answer.answered)
        self.assertEqual(len(ann.sees()), 3)
        for _ in range(98):
            self.clock.advance(1)
            self.settle()
        self.assertEqual(answer.outcome, (200, "ok"))
        self.assertEqual(len(ann.sees()), 97)


class ResumeTests(ChatTestCase):
    """Connection state recovery, as a stock client asks for it."""

    def said(self, browser: Browser) -> list[str]:
        return [data[1] for data in browser.hears() if data[0] == "messages"]

    def test_recovered(self) -> None:
        """What was missed comes once, in order, as does what comes after; the
        name and the ids are the same.
        """
        ann, bob = LineClient(self, "ann"), self.join("bob")
        ann.types("", "seen")
        bob.hears()
        for round_ in range(3):
            bob.loses_connection()
            ann.types("", f"missed {round_}")
            ann.types("dm", f"bob psst {round_}")
            again = Browser(self, bob.auth)
            ann.types("", f"after {round_}")
            said = self.said(again)
            self.assertEqual(again.pid, bob.pid)
            self.assertEqual(again.sid, bob.sid)
            self.assertEqual(said, [f"ann: missed {round_}", f"ann: after {round_}"])
            ann.types("who")
            self.assertEqual(ann.sees()[-1], "here (2): ann, bob")
            bob = again

    def test_at_once(self) -> None:
        """Also for one who was sent nothing yet."""
        ann, bob = LineClient(self, "ann"), self.browse()
        bob.loses_connection()
        ann.types("", "missed")
        again = Browser(self, bob.auth)
        self.assertEqual(self.said(again), ["ann: missed"])
        self.assertEqual(again.pid, bob.pid)

    def test_former_connection_hangs(self) -> None:
        """The new one takes its place, with name and all."""
        ann, bob = LineClient(self, "ann"), self.join("bob")
        bob.hears()
        again = Browser(self, bob.auth)
        ann.types("", "hi")
        self.assertEqual(self.said(again), ["ann: hi"])
        self.assertEqual(again.pid, bob.pid)
        self.assertEqual(bob.client.close_code(), 1000)
        ann.types("who")
        self.assertEqual(ann.sees()[-1], "here (2): ann, bob")

    def test_missing(self) -> None:
        """An offset that is none of ours: another pid, so that the client knows."""
        bob = self.join("bob")
        before = bob.pid
        for offset in ("bob: hi", "", "x" * 1000, None, 7):
            bob.loses_connection()
            bob = Browser(self, {"pid": bob.pid, "offset": offset})
            bob.hears()
            self.assertNotEqual(bob.pid, before)
            before = bob.pid
        bob.loses_connection()
        again = Browser(self, bob.auth)
        again.hears()
        self.assertEqual(again.pid, bob.pid)

    def test_nonsense(self) -> None:
        """Who comes with a pid that is none is a newcomer."""
        for pid in ("", 7, None, "x", {"a": 1}, "guessed0", "x" * 10_000):
            bob = Browser(self, {"pid": pid, "offset": "0"})
            bob.hears()
            self.assertNotEqual(bob.pid, pid)

    def test_another_server(self) -> None:
        """After a restart the journal answers."""
        ann, bob = LineClient(self, "ann"), self.join("bob")
        bob.hears()
        ann.types("", "missed")
        self.start()
        again = Browser(self, bob.auth)
        self.assertEqual(self.said(again), ["ann: missed"])
        self.assertEqual(again.pid, bob.pid)

    def test_few_names_are_remembered(self) -> None:
        """Not every name there ever was."""
        self.patch(socketio_recovery, "MAX_REMEMBERED", 2)
        pages = [self.join(f"n{i}") for i in range(3)]
        for page in pages:
            page.loses_connection()
        for page in pages:
            Browser(self, page.auth)
        self.settle()
        names = {client.nick for client in self.chat.pool.clients.values()}
        self.assertIn("n1", names)
        self.assertNotIn("n0", names)


class StopTests(ChatTestCase):
    """The server stops."""

    def test_told(self) -> None:
        """Everyone is told, then disconnected in a way that lets them come back."""
        bob = self.join("bob")
        bob.hears()
        stopped: list[bool] = []
        self.chat.stop(lambda: stopped.append(True))
        self.settle()
        frames = [bytes(frame.data) for frame in bob.client.frames()]
        self.assertEqual(frames[0], b'42["messages","The server is shutting down."]')
        self.assertEqual(frames[-1][:2], b"\x03\xe8")
        self.assertEqual(stopped, [True])


class BytewiseJoinTests(JoinTests):
    """The same, a byte at a time."""

    bytewise = True


class BytewiseTransportTests(TransportTests):
    """The same, a byte at a time."""

    bytewise = True

    def test_too_slow(self) -> None:
        """A megabyte a byte at a time takes too long."""
