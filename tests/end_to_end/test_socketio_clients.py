"""Socket.IO clients: the stock one from npm, and the small one of the server."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any

from tests.end_to_end.clients import Expecting
from tests.end_to_end.harness import Server, ServerTestCase, require_node
from tests.end_to_end.network import Network
from tests.end_to_end.requirements import NODE_DIRECTORY
from tests.end_to_end.waiting import TIMEOUT, NotSeen

POLLING = {"transports": ["polling"]}
WEBSOCKET = {"transports": ["websocket"]}
UPGRADE: dict[str, Any] = {}


class SocketIOClient(Expecting):
    """A Socket.IO client under node; see socketio_client.mjs."""

    def __init__(
        self,
        server: Server | Network,
        kind: str,
        options: dict[str, Any],
        scheme: str = "http",
    ) -> None:
        super().__init__()
        self.name = f"{kind} client {options}"
        node = require_node("socket.io-client", "ws")
        script = str(NODE_DIRECTORY / "socketio_client.mjs")
        url = f"{scheme}://127.0.0.1:{server.port}"
        self.process = subprocess.Popen(
            [node, script, url, kind, json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._input, self._output = self.process.stdin, self.process.stdout

    def fileno(self) -> int:
        return self._output.fileno()

    def read_some(self) -> bytes:
        data: bytes = self._output.read1()  # type: ignore[attr-defined]
        return data

    def do(self, *command: Any) -> None:
        self._input.write(json.dumps(command).encode() + b"\n")
        self._input.flush()

    def next(self, timeout: float = TIMEOUT) -> list[Any]:
        """The next event of the client."""
        happened: list[Any] = json.loads(self.expect("\n", timeout))
        return happened

    def until(self, *wanted: Any) -> list[list[Any]]:
        """All events up to one that begins with these values."""
        seen: list[list[Any]] = []
        deadline = time.monotonic() + TIMEOUT
        try:
            while True:
                # A client that tries to reconnect reports events forever.
                seen.append(self.next(deadline - time.monotonic()))
                if tuple(seen[-1][: len(wanted)]) == wanted:
                    return seen
        except NotSeen as error:
            raise NotSeen(f"no {wanted}; seen: {seen[:50]}") from error

    def said(self, last: str) -> list[str]:
        """The texts of the ``messages`` events up to one."""
        seen = self.until("event", "messages", last)
        return [one[2] for one in seen if one[:2] == ["event", "messages"]]

    def close(self) -> None:
        self.process.kill()
        self.process.wait(TIMEOUT)
        self._input.close()
        self._output.close()


class SocketIOTestCase(ServerTestCase):
    """A server, and Socket.IO clients under node."""

    def connect_socketio(
        self, server: Server, kind: str = "stock", options: dict[str, Any] | None = None
    ) -> SocketIOClient:
        client = SocketIOClient(server, kind, options or {})
        self.addCleanup(client.close)
        client.until("connect")
        return client


class ConversationTests(SocketIOTestCase):
    """A Socket.IO client and a line client, over every transport."""

    def converse(
        self, kind: str, options: dict[str, Any] | None = None
    ) -> SocketIOClient:
        server = self.start("--store", "memory:")
        ann = self.connect(server, "ann")
        ann.say("earlier")
        ann.expect("ann: earlier\r\n")
        bob = self.connect_socketio(server, kind, options)
        bob.do("ask", "join", "bob")
        seen = bob.until("event", "add chatter", "ann")
        self.assertIn(["event", "messages", "ann: earlier"], seen)
        ann.expect("is now known as bob\r\n")
        bob.do("ask", "messages", "hi ☃")
        seen = bob.until("event", "messages", "bob: hi ☃")
        # The event has exactly one value.
        self.assertEqual(len(seen[-1]), 3)
        self.assertIs(bob.until("ack")[-1][1]["ok"], True)
        ann.expect("bob: hi ☃\r\n")
        ann.say("hello bob")
        bob.until("event", "messages", "ann: hello bob")
        bob.do("ask", "chat", {"any": ["value", 1.5, None]})
        bob.until("event", "chat", {"any": ["value", 1.5, None]})
        bob.do("ask", "messages", "x" * 20_000)
        error = "the message is longer than 16384 bytes: not sent"
        bob.until("ack", {"ok": False, "error": error})
        carol = self.connect(server, "carol")
        bob.until("event", "add chatter", "carol")
        carol.close()
        bob.until("event", "remove chatter", "carol")
        bob.do("disconnect")
        bob.until("disconnect", "io client disconnect")
        ann.expect("bob: left the chat\r\n")
        return bob

    def test_stock_client_chats_by_polling(self) -> None:
        """Without WebSocket."""
        self.converse("stock", POLLING)

    def test_stock_client_chats_over_an_upgrade(self) -> None:
        """From polling to WebSocket, the default."""
        self.converse("stock", UPGRADE)

    def test_stock_client_chats_by_websocket(self) -> None:
        """Without polling."""
        self.converse("stock", WEBSOCKET)

    def test_small_client_chats_by_websocket(self) -> None:
        """``/socket.io/socket.io.js``."""
        self.converse("own")

    def test_small_client_chats_by_polling(self) -> None:
        """Where there is no WebSocket."""
        self.converse("own-polling")


class ResumeTests(SocketIOTestCase):
    """After a disconnect nothing is missed and nothing repeated."""

    def resume(self, kind: str, options: dict[str, Any] | None = None) -> None:
        server = self.start("--store", "sqlite:chat.sqlite", "--flood", "off")
        ann = self.connect(server, "ann")
        bob = self.connect_socketio(server, kind, options)
        bob.do("emit", "join", "bob")
        ann.expect("is now known as bob\r\n")
        expected = []
        for round_ in range(3):
            for number in range(20):
                ann.say(f"{round_} {number}")
                expected.append(f"ann: {round_} {number}")
                if number == 10:
                    bob.do("cut")
            ann.say(f"{round_} last")
            expected.append(f"ann: {round_} last")
            said = bob.until("event", "messages", f"ann: {round_} last")
            connects = [one for one in said if one[0] == "connect"]
            while not connects:
                connects = [one for one in bob.until("connect") if one[0] == "connect"]
            self.assertEqual([one[2] for one in connects], [True])
            got = [one[2] for one in said if one[:2] == ["event", "messages"]]
            self.assertEqual(got, expected)
            expected = []
        # Restart the server on the same port.
        server.kill()
        bob.until("disconnect")
        server = self.start(
            "--store",
            "sqlite:chat.sqlite",
            "--flood",
            "off",
            "--port",
            f"tcp:{server.port}:interface=127.0.0.1",
        )
        again = self.connect(server, "ann")
        again.say("after the restart")
        said = bob.until("event", "messages", "ann: after the restart")
        if ["connect"] not in [one[:1] for one in said]:
            said += bob.until("connect")
        (connect,) = [one for one in said if one[0] == "connect"]
        self.assertIs(connect[2], True)
        got = [one[2] for one in said if one[:2] == ["event", "messages"]]
        self.assertEqual(got, ["ann: after the restart"])

    def test_stock_client_resumes_by_polling(self) -> None:
        """Three times, and after a restart."""
        self.resume("stock", POLLING)

    def test_stock_client_resumes_over_an_upgrade(self) -> None:
        """From polling to WebSocket, each time."""
        self.resume("stock", UPGRADE)

    def test_stock_client_resumes_by_websocket(self) -> None:
        """Three times, and after a restart."""
        self.resume("stock", WEBSOCKET)

    def test_small_client_resumes(self) -> None:
        """Three times, and after a restart."""
        self.resume("own")


class StopTests(SocketIOTestCase):
    """A server that stops."""

    def test_clients_are_told_of_a_shutdown(self) -> None:
        """And the client library would reconnect."""
        server = self.start("--store", "memory:")
        pages = [
            self.connect_socketio(server, "stock", POLLING),
            self.connect_socketio(server, "stock", WEBSOCKET),
        ]
        server.stop()
        for page in pages:
            page.until("event", "messages", "The server is shutting down.")
            (disconnect,) = [
                one for one in page.until("disconnect") if one[0] == "disconnect"
            ]
            self.assertNotEqual(disconnect[1], "io server disconnect")
