"""Accounts of JSON clients: ``login``, ``register``, ``password``, ``read``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tests.support.memory import WebSocketClient
from tests.support.websocket_chat import ChatTestCase, JsonClient
from twisted_chat.clients.first_frame import GRACE
from twisted_chat.core.accounts.policy import Mode

SECRET = "correct horse"
LOGIN = {"type": "login", "nick": "BOB", "password": SECRET}


class JsonLoginTests(ChatTestCase):
    """Ann watches; bob has an account, and is not logged in on his tablet."""

    def setUp(self) -> None:
        super().setUp()
        self.ann = self.program("&nick=ann")
        self.bob = self.program("&nick=bob")
        (reply,) = self.bob.ask(type="register", password=SECRET, ref="1")
        self.assertEqual(
            reply, {"type": "notice", "text": "registered: bob", "ref": "1"}
        )
        self.ann.received()

    def first_frame(self, frame: object) -> tuple[WebSocketClient, list[Any]]:
        client = self.connect("?format=json")
        client.send_text(json.dumps(frame))
        return client, [json.loads(text) for text in client.received()]

    def types(self, frames: list[dict[str, Any]]) -> list[str]:
        return [frame["type"] for frame in frames]

    def test_welcome_of_a_guest_has_no_account(self) -> None:
        """And no token."""
        self.assertIsNone(self.ann.welcome["account"])
        self.assertNotIn("token", self.ann.welcome)
        names = [route["name"] for route in self.ann.welcome["routes"]]
        self.assertIn("login", names)
        self.assertNotIn("log_in", names)

    def test_login_as_the_first_frame_has_one_welcome(self) -> None:
        """Nobody sees a guest."""
        _, (welcome, *_) = self.first_frame({**LOGIN, "ref": "7"})
        self.assertEqual((welcome["type"], welcome["ref"]), ("welcome", "7"))
        self.assertEqual((welcome["nick"], welcome["account"]), ("bob", "bob"))
        self.assertEqual(welcome["read"], {})
        self.assertEqual(self.ann.received(), [])

    def test_login_later_has_a_second_welcome(self) -> None:
        """The guest has left."""
        tablet = self.program()
        self.ann.received()
        frames = tablet.ask(**LOGIN, ref="7")
        (welcome,) = [one for one in frames if one["type"] == "welcome"]
        self.assertEqual((welcome["ref"], welcome["account"]), ("7", "bob"))
        self.assertTrue(welcome["token"].startswith("@"))
        self.assertEqual(self.types(self.ann.received()), ["left"])
        again = tablet.ask(**LOGIN)
        self.assertEqual(again[0]["account"], "bob")

    def test_token_logs_in_until_the_logout_of_its_device(self) -> None:
        """Other devices keep theirs."""
        one, (welcome, *_) = self.first_frame(LOGIN)
        token = {"type": "login", "token": welcome["token"]}
        two, (second, *_) = self.first_frame(token)
        self.assertEqual(second["account"], "bob")
        self.assertEqual(second["token"], welcome["token"])
        _, (other, *_) = self.first_frame(LOGIN)
        two.send_text('{"type":"command","text":"\\\\logout"}')
        self.assertIn("logged out", "".join(two.received()))
        _, (error, guest, *_) = self.first_frame({**token, "ref": "3"})
        self.assertEqual((error["code"], error["ref"]), ("token_invalid", "3"))
        self.assertIsNone(guest["account"])
        left = {"type": "login", "token": other["token"]}
        self.assertEqual(self.first_frame(left)[1][0]["account"], "bob")
        self.assertIsNotNone(one)

    def test_wrong_password_makes_a_guest(self) -> None:
        """The error comes first."""
        _, (error, welcome, *_) = self.first_frame({**LOGIN, "password": "no"})
        self.assertEqual(error["code"], "wrong_password")
        self.assertRegex(welcome["nick"], "guest_")
        tablet = self.program()
        (error,) = tablet.ask(**{**LOGIN, "password": "no"}, ref="2")
        self.assertEqual((error["type"], error["ref"]), ("error", "2"))

    def test_login_without_a_field_is_refused(self) -> None:
        """With the field that is missing."""
        (error,) = self.ann.ask(type="login", nick="bob")
        self.assertEqual(error["text"], '"password" is missing')
        _, (error, *_) = self.first_frame({"type": "login", "nick": "bob"})
        self.assertIn(error["type"], ("error", "welcome"))

    def test_messages_have_the_account_of_their_author(self) -> None:
        """Null for a guest's."""
        self.bob.ask(type="message", text="hi")
        self.ann.ask(type="message", text="hello")
        accounts = [one["account"] for one in self.ann.received()]
        said = self.bob.received()
        self.assertEqual(accounts, [])
        self.assertEqual([one["account"] for one in said], [None])

    def test_password_is_changed(self) -> None:
        """Blanks are part of it."""
        (reply,) = self.bob.ask(type="password", old=SECRET, new="battery staple")
        self.assertEqual(reply["text"], "password changed")
        _, (error, *_) = self.first_frame(LOGIN)
        self.assertEqual(error["code"], "wrong_password")

    def test_other_devices_are_shown_what_was_read(self) -> None:
        """In their next welcome, too; an older id changes nothing."""
        self.ann.ask(type="message", text="one")
        self.ann.ask(type="message", text="two")
        ids = [one["id"] for one in self.bob.received() if one["type"] == "message"]
        client, _ = self.first_frame(LOGIN)
        tablet = self.as_json(client)
        (done,) = self.bob.ask(type="read", room="lobby", id=ids[1], ref="4")
        self.assertEqual((done["type"], done["ref"]), ("ok", "4"))
        self.assertEqual(tablet(), [{"type": "read", "room": "lobby", "id": ids[1]}])
        self.assertEqual(self.bob.ask(type="read", room="lobby", id=ids[0]), [])
        self.assertEqual(tablet(), [])
        _, (welcome, *_) = self.first_frame(LOGIN)
        self.assertEqual(welcome["read"], {"lobby": ids[1]})
        self.assertEqual(self.ann.received(), [])

    def test_other_devices_are_shown_which_direct_messages_were_read(self) -> None:
        """By the nickname of the partner, in lower case."""
        self.ann.ask(type="dm", to="bob", text="one")
        self.ann.ask(type="dm", to="bob", text="two")
        ids = [one["id"] for one in self.bob.received() if one["type"] == "dm"]
        client, _ = self.first_frame(LOGIN)
        tablet = self.as_json(client)
        (done,) = self.bob.ask(type="read", nick="Ann", id=ids[1], ref="4")
        self.assertEqual((done["type"], done["ref"]), ("ok", "4"))
        self.assertEqual(tablet(), [{"type": "read", "nick": "ann", "id": ids[1]}])
        self.bob.ask(type="read", nick="ann", id=ids[0])
        self.assertEqual(tablet(), [])
        _, (welcome, *_) = self.first_frame(LOGIN)
        self.assertEqual(
            (welcome["read"], welcome["read_direct"]), ({}, {"ann": ids[1]})
        )

    def test_direct_messages_are_read_with_a_nickname_and_rooms_by_name(self) -> None:
        """Neither stands for the other."""
        self.ann.ask(type="dm", to="bob", text="one")
        (last,) = [one["id"] for one in self.bob.received() if one["type"] == "dm"]
        (error,) = self.bob.ask(type="read", nick="a b", id=last)
        self.assertEqual(error["code"], "bad_field")
        (error,) = self.bob.ask(type="read", room="@ann", id=last)
        self.assertEqual(error["code"], "room_invalid")

    def test_other_devices_are_told_that_the_account_was_deleted(self) -> None:
        """The one that did it has its reply."""
        client, _ = self.first_frame(LOGIN)
        tablet = self.as_json(client)
        self.bob.received()
        replies = self.bob.ask(type="command", text=f"\\unregister {SECRET}", ref="9")
        self.assertEqual(replies[0]["text"], "unregistered: bob")
        self.assertNotIn("error", self.types(replies))
        (error,) = [one for one in tablet() if one["type"] == "error"]
        self.assertEqual(error["code"], "account_removed")
        self.assertIn("the account bob was removed", error["text"])

    def test_welcome_says_whether_guests_may_register(self) -> None:
        """Until there is an operator they may in any case."""
        self.assertTrue(self.ann.welcome["may_register"])
        accounts = self.chat.accounts
        accounts.policy = replace(accounts.policy, mode=Mode.CLOSED)
        self.assertTrue(self.program().welcome["may_register"])
        self.chat.operators.ids = {"someone"}
        self.assertFalse(self.program().welcome["may_register"])

    def test_welcome_says_how_long_a_password_has_to_be(self) -> None:
        accounts = self.chat.accounts
        accounts.policy = replace(accounts.policy, shortest=12)
        self.assertEqual(self.program().welcome["password_min"], 12)

    def test_other_devices_are_shown_whom_one_ignores(self) -> None:
        """In their next welcome, too."""
        client, (welcome, *_) = self.first_frame(LOGIN)
        self.assertEqual(welcome["ignored"], [])
        tablet = self.as_json(client)
        for route, now in (("ignore", True), ("unignore", False), ("ignore", True)):
            self.bob.ask(type="command", text=f"\\{route} ann")
            shown = {"type": "ignored", "nick": "ann", "ignored": now}
            (found,) = tablet()
            self.assertEqual(found, shown)
        self.assertEqual(self.ann.received(), [])
        _, (welcome, *_) = self.first_frame(LOGIN)
        self.assertEqual(welcome["ignored"], ["ann"])

    def as_json(self, client: WebSocketClient) -> Any:
        return lambda: [json.loads(text) for text in client.received()]

    def test_guest_keeps_nothing_about_what_it_has_read(self) -> None:
        """Nor does anyone what was never said."""
        (error,) = self.ann.ask(type="read", room="lobby", id="1")
        self.assertEqual(error["code"], "not_logged_in")
        (error,) = self.bob.ask(type="read", room="lobby", id="x" * 99)
        self.assertEqual(error["code"], "bad_field")

    def test_direct_messages_that_came_meanwhile_follow_the_welcome(self) -> None:
        """As objects, with a notice."""
        self.bob.client.wire.disconnect()
        self.ann.ask(type="dm", to="bob", text="psst")
        _, frames = self.first_frame(LOGIN)
        kinds = self.types(frames)
        self.assertEqual(kinds[0], "welcome")
        dm = frames[kinds.index("dm")]
        self.assertEqual((dm["from"], dm["text"]), ("ann", "psst"))
        texts = [one["text"] for one in frames if one["type"] == "notice"]
        self.assertIn("1 private message came while you were away", texts)

    def test_client_that_is_waited_for_may_log_in(self) -> None:
        """Its URL says that it will."""
        client = self.connect("?format=json&resume=1")
        self.clock.advance(10 * GRACE)
        client.send_text(json.dumps(LOGIN))
        welcome = json.loads(client.received()[0])
        self.assertEqual(welcome["account"], "bob")
        self.assertIsInstance(self.bob, JsonClient)
