"""Clients that resume with their first frame, by WebSocket and by long polling."""

from __future__ import annotations

import json
from typing import Any

from tests.clients.test_json_polling import JsonPollingCase
from tests.support.memory import WebSocketClient
from tests.support.socketio_chat import LineClient
from tests.support.websocket_chat import ChatTestCase
from twisted_chat.clients.first_frame import GRACE, RESUME_TIMEOUT
from twisted_chat.core.interfaces import TAKEN_OVER

Frame = dict[str, Any]


def resume_frame(welcome: Frame, **changes: Any) -> Frame:
    """The frame that resumes the session of a welcome."""
    session, since = welcome["session"], welcome["position"]
    return {"type": "resume", "session": session, "since": since, **changes}


def texts(frames: list[Frame]) -> list[str]:
    """Of the messages among some objects."""
    return [one["text"] for one in frames if one["type"] == "message"]


class FirstFrameTests(ChatTestCase):
    """By WebSocket; ann watches, and bob has a session."""

    def setUp(self) -> None:
        super().setUp()
        self.ann = self.program("&nick=ann")
        self.bob = self.program("&nick=bob")
        self.ann.received()

    def send(self, client: WebSocketClient, frame: object) -> list[Frame]:
        client.send_text(json.dumps(frame))
        return [json.loads(text) for text in client.received()]

    def arrivals(self) -> list[str]:
        """Who joined and left, as ann was shown."""
        return [
            f"{one['nick']} {one['type']}"
            for one in self.ann.received()
            if one["type"] in ("joined", "left")
        ]

    def test_client_resumes_without_a_session_in_its_url(self) -> None:
        """It is sent one welcome, then what it missed; nobody sees a guest."""
        self.bob.client.wire.disconnect()
        self.ann.ask(type="message", text="one")
        self.ann.ask(type="message", text="two")
        self.ann.ask(type="dm", to="ann", text="note")
        again = self.connect("?format=json")
        self.assertEqual(again.received(), [])
        welcome, *rest = self.send(again, resume_frame(self.bob.welcome, ref="7"))
        self.assertEqual((welcome["type"], welcome["nick"]), ("welcome", "bob"))
        self.assertEqual((welcome["recovered"], welcome["ref"]), (True, "7"))
        self.assertEqual(welcome["session"], self.bob.welcome["session"])
        self.assertEqual(texts(rest), ["one", "two"])
        self.assertEqual([one["type"] for one in rest].count("welcome"), 0)
        self.assertEqual(self.arrivals()[-1:], ["bob joined"])
        self.send(again, {"type": "message", "text": "back"})
        self.assertEqual(texts(self.ann.received()), ["back"])

    def test_client_takes_over_its_open_connection(self) -> None:
        """Which is closed; nobody sees anything."""
        again = self.connect("?format=json")
        welcome, *_ = self.send(again, resume_frame(self.bob.welcome))
        self.assertEqual((welcome["nick"], welcome["recovered"]), ("bob", True))
        self.assertEqual(self.bob.client.close_code(), 4000)
        self.assertEqual(self.arrivals(), [])

    def test_client_that_sends_nothing_is_welcomed_soon(self) -> None:
        """As a guest."""
        client = self.connect("?format=json")
        self.assertEqual(client.received(), [])
        self.clock.advance(GRACE)
        self.assertEqual(json.loads(client.received()[0])["type"], "welcome")

    def test_client_that_sends_something_else_is_welcomed_at_once(self) -> None:
        """And answered."""
        client = self.connect("?format=json")
        answers = self.send(client, {"type": "who", "ref": "1"})
        self.assertEqual(answers[0]["type"], "welcome")
        self.assertIn("1", [one.get("ref") for one in answers])

    def test_client_whose_url_says_who_it_is_is_welcomed_at_once(self) -> None:
        """It has said all that it can."""
        session = self.bob.welcome["session"]
        for query in ("nick=carl", "since=x", f"session={session}"):
            client = self.connect(f"?format=json&{query}")
            self.assertEqual(json.loads(client.received()[0])["type"], "welcome")

    def test_client_whose_url_says_that_it_resumes_is_waited_for(self) -> None:
        """On a slow network; but not for ever."""
        first, second = (self.connect("?format=json&nick=x&resume=1") for _ in "ab")
        self.clock.advance(RESUME_TIMEOUT - 1)
        self.assertEqual(first.received() + second.received(), [])
        welcome, *_ = self.send(first, resume_frame(self.bob.welcome))
        self.assertEqual(welcome["nick"], "bob")
        self.assertEqual(self.arrivals(), [])
        self.clock.advance(1)
        self.assertEqual(json.loads(second.received()[0])["nick"], "x")

    def test_client_that_resumes_late_has_been_a_guest(self) -> None:
        """Which leaves; it is sent a second welcome, and everything once."""
        late = self.program()
        guest = late.welcome["nick"]
        self.arrivals()
        self.ann.ask(type="message", text="one")
        self.assertEqual(texts(late.received()), ["one"])
        frames = self.send(late.client, resume_frame(self.bob.welcome))
        types = [one["type"] for one in frames]
        self.assertEqual((types[0], types.count("welcome")), ("welcome", 1))
        self.assertEqual(frames[0]["nick"], "bob")
        self.assertEqual(texts(frames), ["one"])
        self.assertEqual(self.arrivals(), [f"{guest} left"])
        self.ann.ask(type="message", text="two")
        self.assertEqual(texts(late.received()), ["two"])
        self.assertIsNone(late.client.close_code())
        self.assertEqual(self.bob.client.close_code(), 4000)

    def test_session_of_the_guest_that_left_is_void(self) -> None:
        """The connection goes on with the other one."""
        late = self.program()
        self.send(late.client, resume_frame(self.bob.welcome))
        other = self.connect("?format=json")
        welcome, *_ = self.send(other, resume_frame(late.welcome))
        self.assertNotEqual(welcome["session"], late.welcome["session"])
        self.assertNotEqual(welcome["nick"], late.welcome["nick"])

    def test_late_client_without_a_former_one_joins(self) -> None:
        """Its former client has left."""
        late = self.program()
        self.bob.client.wire.disconnect()
        self.arrivals()
        late.received()
        welcome, *_ = self.send(late.client, resume_frame(self.bob.welcome))
        self.assertEqual((welcome["nick"], welcome["recovered"]), ("bob", True))
        guest = late.welcome["nick"]
        self.assertEqual(sorted(self.arrivals()), ["bob joined", f"{guest} left"])

    def test_session_that_was_not_issued_is_not_accepted(self) -> None:
        """The client is a new one, with a session of its own."""
        for session in ("x" * 22, "\x1b" * 22, "", "x" * 4096):
            client = self.connect("?format=json")
            frame = resume_frame(self.ann.welcome, session=session)
            welcome = self.send(client, frame)[0]
            self.assertEqual(welcome["type"], "welcome")
            self.assertNotEqual(welcome["session"], session)
            self.assertRegex(welcome["nick"], "^guest_")

    def test_connection_cannot_resume_its_own_session(self) -> None:
        """It would disconnect itself."""
        late = self.program()
        (error,) = self.send(late.client, resume_frame(late.welcome, ref="1"))
        self.assertEqual((error["code"], error["ref"]), ("bad_request", "1"))
        late.ask(type="message", text="still here")
        self.assertEqual(texts(self.ann.received()), ["still here"])

    def test_later_or_invalid_frame_is_refused(self) -> None:
        """Only the first one resumes."""
        for frame, code in (
            (resume_frame(self.bob.welcome), "bad_request"),
            ({"type": "resume"}, "bad_field"),
            (resume_frame(self.bob.welcome, since=7), "bad_field"),
        ):
            self.ann.ask(type="who")
            (error,) = self.ann.ask(**frame)
            self.assertEqual((error["type"], error["code"]), ("error", code))
        client = self.connect("?format=json")
        answers = self.send(client, {"type": "resume", "session": 7})
        self.assertEqual(answers[0]["type"], "welcome")
        self.assertEqual(answers[-1]["code"], "bad_field")

    def test_client_that_disconnects_while_it_is_awaited_never_was(self) -> None:
        """Nothing is logged, and nobody is shown it."""
        client = self.connect("?format=json")
        client.wire.disconnect()
        self.clock.advance(GRACE)
        self.assertEqual(self.arrivals(), [])

    def test_text_clients_are_not_waited_for(self) -> None:
        """They cannot resume."""
        self.assertIn("Welcome", self.connect().received()[0])


class BytewiseFirstFrameTests(FirstFrameTests):
    """The same, byte by byte."""

    bytewise = True


class PollingFirstFrameTests(JsonPollingCase):
    """By long polling."""

    def test_client_resumes_with_its_first_message(self) -> None:
        """Nobody sees a guest."""
        ann = LineClient(self, "ann")
        sid = self.open_page()
        welcome = self.sees(sid)[0]
        self.poll(sid, b"1")
        self.settle()
        ann.types("", "missed")
        ann.sees()
        sid = self.open_page("&resume=1")
        self.clock.advance(GRACE)
        self.send(sid, resume_frame(welcome))
        again, *more = self.sees(sid)
        self.assertEqual((again["nick"], again["recovered"]), ("bob", True))
        self.assertEqual(texts(more), ["missed"])
        self.assertEqual(ann.sees(), ["bob: joined the chat"])

    def test_late_client_takes_over(self) -> None:
        """As by WebSocket; the former one is told why it ends."""
        first = self.open_page()
        welcome = self.sees(first)[0]
        second = self.open_page("")
        self.clock.advance(GRACE)
        self.settle()
        guest = self.sees(second)[0]["nick"]
        self.assertRegex(guest, "^guest_")
        self.send(second, resume_frame(welcome))
        again = self.sees(second)[0]
        self.assertEqual((again["type"], again["nick"]), ("welcome", "bob"))
        self.assertEqual(self.sees(first)[-1]["reason"], TAKEN_OVER)

    def test_client_may_upgrade_before_it_is_attached(self) -> None:
        """And resume on the other transport."""
        welcome = self.sees(self.open_page())[0]
        sid = self.open_page("&resume=1")
        client: WebSocketClient = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        client.send_text("2probe")
        client.send_text("5")
        client.send_text("4" + json.dumps(resume_frame(welcome)))
        self.settle()
        seen = [json.loads(one[1:]) for one in client.received() if one[0] == "4"]
        self.assertEqual((seen[0]["type"], seen[0]["nick"]), ("welcome", "bob"))

    def test_session_that_ends_while_it_is_awaited_never_was(self) -> None:
        """Nobody is shown it."""
        ann = LineClient(self, "ann")
        ann.sees()
        self.poll(self.open_page(""), b"1")
        self.clock.advance(GRACE)
        self.settle()
        self.assertEqual(ann.sees(), [])
