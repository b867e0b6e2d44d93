"""Socket.IO clients that log in when they connect."""

from __future__ import annotations

import json

from tests.support.socketio_chat import Browser, ChatTestCase, LineClient

SECRET = "correct horse"


class SocketIOLoginTests(ChatTestCase):
    """Alice watches; bob has an account."""

    def setUp(self) -> None:
        super().setUp()
        self.bob = LineClient(self, "bob")
        self.bob.types("register", SECRET)
        self.bob.leaves()
        self.alice = LineClient(self, "alice")

    def refusal(self, auth: object) -> str:
        browser = Browser(self, auth)
        *_, packet = browser.client.received()
        self.assertTrue(packet.startswith("44"), packet)
        text: str = json.loads(packet[2:])["message"]
        return text

    def test_client_logs_in_with_a_password(self) -> None:
        """Nobody sees a guest."""
        browser = Browser(self, {"nick": "BOB", "password": SECRET})
        browser.received()
        self.assertEqual(self.alice.sees(), ["bob: joined the chat"])
        browser.emit("messages", "hi")
        self.assertEqual(self.alice.sees(), ["bob: hi"])

    def test_lobby_is_shown_when_the_client_joins_and_only_then(self) -> None:
        """Also if another device of the account talks in another room."""
        phone = LineClient(self, "phone")
        phone.types("login", f"bob {SECRET}")
        phone.types("join", "tea")
        self.alice.types("me", "waves")
        browser = Browser(self, {"nick": "bob", "password": SECRET})
        self.assertNotIn("waves", repr(browser.received()))
        self.assertEqual(repr(browser.emit("join", "bob")).count("waves"), 1)

    def test_refusal_is_a_connect_error(self) -> None:
        """With its text."""
        wrong = {"nick": "bob", "password": "no"}
        self.assertEqual(self.refusal(wrong), "wrong name or password")
        self.assertIn("log in again", self.refusal({"token": "nonsense"}))
        self.assertIn("as strings", self.refusal({"password": 7}))
        self.assertEqual(self.alice.sees(), [])

    def test_banned_account_is_refused(self) -> None:
        """At its login, by a connect error."""
        self.alice.types("register", SECRET)
        self.alice.types("operator", self.chat.operators.code)
        self.alice.types("ban", "bob")
        text = self.refusal({"nick": "bob", "password": SECRET})
        self.assertEqual(text, "you are banned until further notice")

    def test_reserved_name_is_refused(self) -> None:
        """Whichever event asks for it."""
        browser = self.browse()
        found = browser.emit("join", "b0b", ack=1)
        self.assertIn("bob is registered", repr(found))

    def test_client_that_resumes_is_logged_in(self) -> None:
        """With the id of its session."""
        browser = Browser(self, {"nick": "bob", "password": SECRET})
        browser.received()
        browser.emit("messages", "hi")
        auth = browser.auth
        browser.loses_connection()
        again = Browser(self, auth)
        again.received()
        self.alice.sees()
        again.emit("messages", "back")
        self.assertEqual(self.alice.sees(), ["bob: back"])
