"""Tests of twisted_chat.clients.gate: servers with a password of their own."""

from __future__ import annotations

import json
from typing import Any

from tests.clients.test_json_polling import JsonPollingCase
from tests.support.line_clients import LineCase, Peer
from tests.support.memory import WebSocketClient
from tests.support.socketio_chat import Browser
from tests.support.socketio_chat import ChatTestCase as SocketIOTestCase
from tests.support.websocket_chat import ChatTestCase
from twisted_chat.clients.first_frame import GRACE
from twisted_chat.core.joining.entrance import ENTER_TIMEOUT, Entrance

PASSWORD = "open sesame"

ENTER = {"type": "enter", "password": PASSWORD}


class LineGateTests(LineCase):
    """On the line chat."""

    def setUp(self) -> None:
        super().setUp()
        self.room.chat.entrance = Entrance(PASSWORD, self.room.runtime)
        self.peer = Peer(self)

    def test_client_is_asked_before_it_is_shown_anything(self) -> None:
        """Then it joins; what follows the password is taken."""
        self.assertEqual(self.peer.sees(), b"password: ")
        self.assertEqual(self.eve.sees(), [])
        self.peer.sends(b"open sesame\r\nhi\r\n")
        self.assertTrue(self.peer.sees().startswith(b"Welcome, guest_"))
        self.assertTrue(self.eve.sees()[-1].endswith(": hi"))

    def test_client_is_asked_three_times_at_most(self) -> None:
        """Then the connection is closed, and nothing is read any more."""
        again = b"error: wrong password\r\npassword: "
        self.peer.sees()
        for wrong in (b"\\quit\r\n", b"sesame\r\n"):
            self.peer.sends(wrong)
            self.assertEqual(self.peer.sees(), again)
        self.peer.sends(b"x\r\nopen sesame\r\n")
        self.assertEqual(self.peer.sees(), b"error: wrong password\r\n")
        self.assertTrue(self.peer.transport.disconnecting)
        self.assertEqual(self.eve.sees(), [])

    def test_password_is_hidden_where_the_client_negotiates(self) -> None:
        """As those of accounts."""
        self.peer.sends(b"\xff\xf1wrong\r\n")
        self.assertEqual(
            self.peer.sees()[-len(b"\xff\xfb\x01password: ") :],
            b"\xff\xfb\x01password: ",
        )
        self.peer.sends(b"open sesame\r\n")
        self.assertTrue(self.peer.sees().startswith(b"\xff\xfc\x01\r\nWelcome"))

    def test_client_that_gives_no_password_is_disconnected(self) -> None:
        """After a minute; one that has entered is not."""
        self.room.advance(ENTER_TIMEOUT)
        self.assertTrue(self.peer.transport.disconnecting)
        other = Peer(self)
        other.sends(b"open sesame\r\n")
        self.room.advance(ENTER_TIMEOUT)
        self.assertFalse(other.transport.disconnecting)

    def test_connection_that_speaks_another_protocol_is_not_asked_again(self) -> None:
        """Nor is it closed after a minute."""
        self.peer.sees()
        self.assertTrue(self.peer.protocol.release())
        self.peer.sends(b"NICK bob\r\n")
        self.room.advance(ENTER_TIMEOUT)
        self.assertFalse(self.peer.transport.disconnecting)
        self.assertEqual((self.peer.sees(), self.eve.sees()), (b"", []))

    def test_long_line_is_a_wrong_password(self) -> None:
        """And the end of the input ends the connection."""
        self.peer.sends(b"x" * 5000)
        self.assertIn(b"longer than 4096 bytes", self.peer.sees())
        self.peer.half_closes()
        self.assertTrue(self.peer.transport.disconnecting)
        self.assertEqual(self.eve.sees(), [])

    def test_client_that_disconnects_leaves_nothing(self) -> None:
        """Nobody was shown it."""
        self.peer.goes()
        self.room.advance(ENTER_TIMEOUT)
        self.assertEqual(self.eve.sees(), [])


class WebSocketGateTests(ChatTestCase):
    """On WebSocket, with lines and with objects."""

    def setUp(self) -> None:
        super().setUp()
        self.chat.entrance = Entrance(PASSWORD, self.chat.runtime)

    def send(self, client: WebSocketClient, *frames: object) -> list[dict[str, Any]]:
        for frame in frames:
            client.send_text(json.dumps(frame))
        return [json.loads(text) for text in client.received()]

    def test_lines_begin_with_the_password(self) -> None:
        """What follows it, also in one message, is taken."""
        client = self.connect()
        self.assertEqual(client.received(), ["password: "])
        client.send_text("wrong")
        self.assertEqual(client.received(), ["error: wrong password", "password: "])
        client.send_text(f"{PASSWORD}\nhi")
        welcome, _, said = client.received()
        self.assertTrue(welcome.startswith("Welcome, "))
        self.assertTrue(said.endswith(": hi"))

    def test_objects_begin_with_the_password(self) -> None:
        """Its reply precedes the welcome."""
        client = self.connect("?format=json&nick=bob")
        self.assertEqual(client.received(), [])
        done, welcome, *_ = self.send(client, {**ENTER, "ref": "1"})
        types = {done["type"], welcome["type"]}
        self.assertEqual(types, {"ok", "welcome"})

    def test_password_may_be_followed_by_a_login_or_a_session(self) -> None:
        """As the first frame of a client that has entered."""
        client = self.connect("?format=json&resume=1")
        resume = {"type": "resume", "session": "x" * 22, "ref": "2"}
        done, welcome, *_ = self.send(client, ENTER, resume)
        self.assertEqual(done, {"type": "ok"})
        self.assertEqual((welcome["type"], welcome["ref"]), ("welcome", "2"))

    def test_other_objects_are_refused(self) -> None:
        """Three of them end the connection."""
        client = self.connect("?format=json")
        self.clock.advance(GRACE)
        (error,) = self.send(client, {"type": "who", "ref": "1"})
        self.assertEqual((error["code"], error["ref"]), ("password_required", "1"))
        wrong = {"type": "enter", "password": "wrong", "ref": "2"}
        (error,) = self.send(client, wrong)
        self.assertEqual((error["code"], error["ref"]), ("wrong_password", "2"))
        client.send_text("nonsense")
        self.assertEqual(client.close_code(), 1000)

    def test_client_that_has_entered_may_enter_again(self) -> None:
        """It changes nothing."""
        client = self.connect("?format=json&nick=bob")
        self.send(client, ENTER)
        self.assertEqual(self.send(client, {**ENTER, "ref": "7"})[-1]["type"], "ok")


class PollingGateTests(JsonPollingCase):
    """JSON by long polling."""

    def test_session_begins_with_the_password(self) -> None:
        """As on WebSocket."""
        self.chat.entrance = Entrance(PASSWORD, self.chat.runtime)
        sid = self.open_page("&nick=bob")
        self.send(sid, {"type": "who"})
        (error,) = self.sees(sid)
        self.assertEqual(error["code"], "password_required")
        self.send(sid, ENTER)
        types = [one["type"] for one in self.sees(sid)]
        self.assertEqual(types[:2], ["ok", "welcome"])


class SocketIOGateTests(SocketIOTestCase):
    """Socket.IO clients have it in ``auth``."""

    def setUp(self) -> None:
        super().setUp()
        self.chat.entrance = Entrance(PASSWORD, self.chat.runtime)

    def answer(self, auth: object) -> list[str]:
        browser = Browser(self, auth)
        return browser.client.received()

    def test_client_connects_with_the_password(self) -> None:
        """Other than those without or with another one."""
        for auth, answer in (
            (None, "the password of the server is needed first"),
            ({"server_password": 7}, "the password of the server is needed first"),
            ({"server_password": "wrong"}, "wrong password"),
            ({"server_password": PASSWORD}, '"sid"'),
        ):
            self.assertIn(answer, "".join(self.answer(auth)))
