"""JSON clients by Engine.IO."""

from __future__ import annotations

import json
from typing import Any

from tests.support.engineio_client import Exchange
from tests.support.logs import Log
from tests.support.memory import WebSocketClient
from tests.support.socketio_chat import ChatTestCase, LineClient
from twisted_chat.clients.json_polling import JsonPolling
from twisted_chat.core.interfaces import SHUTTING_DOWN
from twisted_chat.core.limits import RateLimit
from twisted_chat.engineio.session import EngineIOPeer


class JsonPollingCase(ChatTestCase):
    """Pages by long polling, beside Socket.IO clients."""

    limit: RateLimit | None = None

    def setUp(self) -> None:
        super().setUp()
        self.shared = JsonPolling(self.chat, self.limit, self.server.peer)

    def peer(self) -> EngineIOPeer:
        return self.shared.peer(self.request)

    def open_page(self, query: str = "&nick=bob") -> str:
        """Open a session as the page does; its id."""
        answer = self.fetch(f"EIO=4&transport=polling&format=json{query}")
        self.settle()
        return str(json.loads(answer.body[1:])["sid"])

    def sees(self, sid: str) -> list[dict[str, Any]]:
        """The objects that are waiting for a client."""
        return objects(self.poll(sid))

    def send(self, sid: str, *messages: dict[str, Any]) -> Exchange:
        body = "\x1e".join(f"4{json.dumps(message)}" for message in messages)
        answer = self.poll(sid, body.encode())
        self.settle()
        return answer


def objects(answer: Exchange) -> list[dict[str, Any]]:
    packets = answer.body.split("\x1e") if answer.answered else []
    return [json.loads(packet[1:]) for packet in packets if packet[:1] == "4"]


class JsonPollingTests(JsonPollingCase):
    """The same chat as by WebSocket."""

    def test_client_sends_and_receives_what_a_websocket_does(self) -> None:
        """In both directions, with the parameters of the first request."""
        ann = LineClient(self, "ann")
        sid = self.open_page("&nick=bob&rooms=lobby,tea")
        welcome, *_ = self.sees(sid)
        self.assertEqual((welcome["type"], welcome["nick"]), ("welcome", "bob"))
        self.assertEqual(welcome["room"], "tea")
        message = {"type": "message", "room": "lobby", "text": "hi", "ref": "1"}
        self.assertEqual(self.send(sid, message).outcome, (200, "ok"))
        self.assertEqual(ann.sees()[-1], "bob: hi")
        ann.types("", "hello\x1ebob")
        found = {one["type"]: one for one in self.sees(sid)}
        self.assertEqual(found["ok"]["ref"], "1")
        self.assertIn("hello", found["message"]["text"])

    def test_messages_of_one_request_keep_their_order(self) -> None:
        """A page sends together what waited."""
        ann = LineClient(self, "ann")
        sid = self.open_page()
        texts = [f"m{number}" for number in range(5)]
        self.send(sid, *({"type": "message", "text": text} for text in texts))
        self.assertEqual(ann.sees()[-5:], [f"bob: {text}" for text in texts])

    def test_text_of_several_lines_is_one_message(self) -> None:
        """Unchanged but for its line ends."""
        ann = LineClient(self, "ann")
        sid = self.open_page()
        self.sees(sid)
        self.send(sid, {"type": "message", "text": "a\r\n\r\n\tb\u2028  c\n\n"})
        (message,) = self.sees(sid)
        self.assertEqual(message["text"], "a\n\n\tb\n  c")
        shown = ["bob: a", "bob:", "bob: \tb", "bob:   c"]
        self.assertEqual(ann.sees()[-4:], shown)

    def test_session_is_resumed(self) -> None:
        """Also one that began on a WebSocket: what was missed comes once."""
        ann = LineClient(self, "ann")
        sid = self.open_page()
        welcome = self.sees(sid)[0]
        self.poll(sid, b"1")
        self.settle()
        ann.types("", "missed")
        resumed = f"&session={welcome['session']}&since={welcome['position']}"
        again, *more = self.sees(self.open_page(resumed))
        self.assertTrue(again["recovered"])
        self.assertEqual([one["text"] for one in more if "text" in one], ["missed"])

    def test_end_has_its_reason(self) -> None:
        """As a WebSocket's close frame: a code, and a text."""
        sid = self.open_page()
        welcome = self.sees(sid)[0]
        self.open_page(f"&session={welcome['session']}")
        last = self.sees(sid)[-1]
        self.assertEqual((last["type"], last["code"]), ("closed", 4000))
        self.assertEqual(self.poll(sid).body, "1")
        sid = self.open_page("&nick=carol")
        self.send(sid, {"type": "command", "text": "\\quit"})
        self.assertEqual(self.sees(sid)[-1]["code"], 1000)
        sid = self.open_page("&nick=dave")
        self.sees(sid)
        waiting = self.poll(sid)
        self.peers[-1].close(SHUTTING_DOWN)
        self.settle()
        (last,) = objects(waiting)
        self.assertEqual((last["code"], last["reason"]), (1001, SHUTTING_DOWN))

    def test_lost_client_leaves(self) -> None:
        """With the reason in the log."""
        ann = LineClient(self, "ann")
        sid = self.open_page()
        self.sees(sid)
        log = Log(self)
        self.poll(sid).wire.disconnect()
        self.settle()
        self.assertEqual(ann.sees()[-1], "bob: left the chat")
        self.assertIn("client error: bob: connection lost", "\n".join(log.lines()))

    def test_upgrade_loses_and_repeats_nothing(self) -> None:
        """A client may find that WebSocket works after all."""
        ann = LineClient(self, "ann")
        sid = self.open_page()
        self.sees(sid)
        client: WebSocketClient = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        client.send_text("2probe")
        ann.types("", "one")
        client.send_text("5")
        ann.types("", "two")
        client.send_text('4{"type":"message","text":"three"}')
        self.settle()
        seen = [json.loads(one[1:]) for one in client.received() if one[0] == "4"]
        texts = [one["text"] for one in seen if one["type"] == "message"]
        self.assertEqual(texts, ["one", "two", "three"])
        self.assertEqual(ann.sees()[-1], "bob: three")

    def test_other_clients_are_those_of_socketio(self) -> None:
        """Without ``format=json``."""
        sid = self.open()
        self.poll(sid, b"40")
        self.settle()
        self.assertIn('40{"sid":', self.poll(sid).body)


class BytewiseJsonPollingTests(JsonPollingTests):
    """The same, byte by byte."""

    bytewise = True


class RateLimitTests(JsonPollingCase):
    """The limit of all clients."""

    limit = RateLimit(2, 1)

    def test_client_over_the_limit_is_delayed(self) -> None:
        """Its request is answered once all its messages are taken."""
        ann = LineClient(self, "ann")
        sid = self.open_page()
        texts = [f"m{number}" for number in range(4)]
        answer = self.send(sid, *({"type": "message", "text": text} for text in texts))
        self.assertFalse(answer.answered)
        self.pass_time(5)
        self.settle()
        self.assertEqual(answer.outcome, (200, "ok"))
        self.assertEqual(ann.sees()[-4:], [f"bob: {text}" for text in texts])
