"""Accounts, by real programs: telnet, a plain socket, WebSocket, Socket.IO."""

from __future__ import annotations

import json
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import (
    Server,
    ServerTestCase,
    files_with,
    require_program,
)
from tests.end_to_end.test_socketio_clients import WEBSOCKET, SocketIOClient

SECRET = "correct horse"


class AccountsTestCase(ServerTestCase):
    """Bob has an account."""

    def start_with_bob(self, *options: str) -> Server:
        server = self.start(*options)
        bob = self.connect(server, "bob")
        bob.say(f"\\register {SECRET}")
        bob.expect("registered: bob\r\n")
        bob.close()
        return server

    def websocket(self, server: Server, query: str = "?format=json&resume=1") -> Any:
        url = f"ws://127.0.0.1:{server.port}/{query}"
        return self.enterContext(connect(url, proxy=None, close_timeout=1))

    def ask(self, socket: ClientConnection, **fields: Any) -> dict[str, Any]:
        """The reply to a request, by its ``ref``."""
        socket.send(json.dumps({**fields, "ref": "r"}))
        return self.until(socket, "ref", "r")

    def until(self, socket: ClientConnection, name: str, value: str) -> dict[str, Any]:
        """The next object that has this."""
        while True:
            found: dict[str, Any] = json.loads(socket.recv(timeout=20))
            if found.get(name) == value:
                return found


class DevicesTests(AccountsTestCase):
    """One account on several wires."""

    def test_one_member_is_connected_by_all_wires(self) -> None:
        """Each device sees what the others say, once; one is shown to leave last."""
        server = self.start_with_bob()
        alice = self.connect(server, "alice")
        page = self.websocket(server)
        welcome = self.ask(page, type="login", nick="bob", password=SECRET)
        self.assertEqual((welcome["nick"], welcome["account"]), ("bob", "bob"))
        alice.expect("bob: joined the chat\r\n")
        lines = LineClient(server.port)
        self.addCleanup(lines.close)
        lines.say(f"\\login bob {SECRET}")
        lines.expect("logged in as bob\r\n")
        texts = self.websocket(server, "")
        texts.send(f"\\login bob {SECRET}")
        while texts.recv(timeout=20) != "logged in as bob":
            pass
        auth = {"nick": "bob", "password": SECRET, "dialect": "messages"}
        socketio = SocketIOClient(server, "stock", {**WEBSOCKET, "auth": auth})
        self.addCleanup(socketio.close)
        socketio.until("connect")
        socketio.do("emit", "messages", "from socket.io")
        self.until(page, "text", "from socket.io")
        lines.expect("bob: from socket.io\r\n")
        shown = alice.expect("bob: from socket.io\r\n")
        self.assertNotIn("bob: joined", shown)
        alice.say("\\who", "\\dm bob psst")
        alice.expect("here (2): alice, bob\r\n")
        lines.expect("alice (private): psst\r\n")
        self.until(page, "text", "psst")
        lines.close()
        texts.close()
        socketio.close()
        page.close()
        shown = alice.expect("bob: left the chat\r\n")
        self.assertEqual(shown.count("left the chat"), 1)

    def test_token_logs_in_over_a_restart_and_reads_on_all_devices(self) -> None:
        """What was confirmed survives a kill."""
        server = self.start_with_bob()
        page = self.websocket(server)
        token = self.ask(page, type="login", nick="bob", password=SECRET)["token"]
        stored = self.ask(page, type="message", text="hi")
        self.ask(page, type="read", room="lobby", id=stored["id"])
        server.kill()
        again = self.websocket(self.start())
        welcome = self.ask(again, type="login", token=token)
        self.assertEqual(welcome["account"], "bob")
        self.assertEqual(welcome["read"], {"lobby": stored["id"]})

    def test_wrong_credentials_are_a_connect_error(self) -> None:
        """With the text."""
        server = self.start_with_bob()
        wrong = {**WEBSOCKET, "auth": {"nick": "bob", "password": "no"}}
        client = SocketIOClient(server, "stock", wrong)
        self.addCleanup(client.close)
        seen = client.until("connect_error")
        self.assertIn("wrong name or password", repr(seen[-1]))


class PasswordTests(AccountsTestCase):
    """Where passwords are not."""

    def test_password_is_asked_for_and_not_shown_by_telnet(self) -> None:
        """Once it negotiates."""
        server = self.start_with_bob()
        telnet = self.terminal(require_program("telnet"), "127.0.0.1", str(server.port))
        telnet.expect("Welcome")
        telnet.type("\x1d")
        telnet.expect("telnet> ")
        telnet.type("send ayt\r")
        telnet.expect("[yes]")
        telnet.type("\\login bob\r")
        telnet.expect("password: ")
        telnet.type(f"{SECRET}\r")
        shown = telnet.expect("logged in as bob")
        self.assertNotIn("horse", shown)
        telnet.type("hello\r")
        telnet.expect("bob: hello")

    def test_password_is_in_no_file_and_no_log(self) -> None:
        """Also after mistyped routes, wrong passwords and changes."""
        server = self.start_with_bob()
        client = LineClient(server.port)
        self.addCleanup(client.close)
        client.say(f"\\logni bob {SECRET}", f"/regsiter {SECRET}")
        client.expect("no such command: \\regsiter")
        client.say(f"\\login bob {SECRET}x", f"\\login bob {SECRET}")
        client.expect("error: wrong name or password\r\n")
        client.expect("logged in as bob\r\n")
        client.say("\\password", SECRET, "battery staple")
        client.expect("password changed\r\n")
        server.stop()
        for word in ("horse", "staple"):
            self.assertEqual(files_with(word, server.directory), [])

    def test_account_that_was_confirmed_survives_a_kill(self) -> None:
        """And its name stays reserved."""
        server = self.start_with_bob()
        server.kill()
        server = self.start()
        other = self.connect(server)
        other.say("\\nick B0B")
        other.expect("error: bob is registered: \\login bob PASSWORD\r\n")
        other.say(f"\\login BOB {SECRET}")
        other.expect("logged in as bob\r\n")

    def test_first_operator_is_made_by_the_code_of_the_log(self) -> None:
        """Which is not logged any more then."""
        server = self.start_with_bob()
        code = server.expect_log(r"operator code: ([A-Z0-9-]{14})")[1]
        bob = LineClient(server.port)
        self.addCleanup(bob.close)
        bob.say(f"\\login bob {SECRET}", f"\\operator {code}")
        bob.expect("you are an operator now\r\n")
        server.kill()
        server = self.start()
        self.assertNotIn("operator code", server.log())


class EntranceTests(AccountsTestCase):
    """``--password-file``."""

    def test_everyone_gives_the_password_of_the_server(self) -> None:
        """By each wire; the page is served without."""
        (self.directory / "password").write_text("open sesame\n# not this\n")
        server = self.start("--password-file", "password")
        client = LineClient(server.port)
        self.addCleanup(client.close)
        client.expect("password: ")
        client.say("wrong")
        client.expect("error: wrong password\r\npassword: ")
        client.say("open sesame")
        client.expect("Welcome, guest_")
        page = self.websocket(server, "?format=json&nick=ann")
        self.assertEqual(self.ask(page, type="who")["code"], "password_required")
        self.ask(page, type="enter", password="open sesame")
        client.expect("ann: joined the chat\r\n")
        refused = SocketIOClient(server, "stock", WEBSOCKET)
        self.addCleanup(refused.close)
        refused.until("connect_error")
        auth = {"server_password": "open sesame"}
        entered = SocketIOClient(server, "stock", {**WEBSOCKET, "auth": auth})
        self.addCleanup(entered.close)
        entered.until("connect")
