"""The chat with real Socket.IO clients: npm's stock one, and our own small one."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any

from tests.end_to_end.clients import Expecting
from tests.end_to_end.harness import Server, ServerTestCase, require_node
from tests.end_to_end.requirements import NODE_DIRECTORY
from tests.end_to_end.waiting import PATIENCE, NotSeen

POLLING = {"transports": ["polling"]}
WEBSOCKET = {"transports": ["websocket"]}
UPGRADE: dict[str, Any] = {}


class Browser(Expecting):
    """A page with a Socket.IO client; see socketio_client.mjs."""

    def __init__(self, server: Server, kind: str, options: dict[str, Any]) -> None:
        super().__init__()
        self.name = f"{kind} client {options}"
        node = require_node("socket.io-client", "ws")
        script = str(NODE_DIRECTORY / "socketio_client.mjs")
        url = f"http://127.0.0.1:{server.port}"
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

    def next(self, timeout: float = PATIENCE) -> list[Any]:
        """What happens next."""
        happened: list[Any] = json.loads(self.expect("\n", timeout))
        return happened

    def until(self, *wanted: Any) -> list[list[Any]]:
        """Everything up to something that begins like this."""
        seen: list[list[Any]] = []
        deadline = time.monotonic() + PATIENCE
        try:
            while True:
                # One that tries to come back has something to say for ever.
                seen.append(self.next(deadline - time.monotonic()))
                if tuple(seen[-1][: len(wanted)]) == wanted:
                    return seen
        except NotSeen as error:
            raise NotSeen(f"no {wanted}; seen: {seen[:50]}") from error

    def said(self, last: str) -> list[str]:
        """The ``messages`` up to one."""
        seen = self.until("event", "messages", last)
        return [one[2] for one in seen if one[:2] == ["event", "messages"]]

    def close(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        self._input.close()
        self._output.close()


class BrowserTestCase(ServerTestCase):
    """A server, and pages."""

    def browse(
        self, server: Server, kind: str = "stock", options: dict[str, Any] | None = None
    ) -> Browser:
        browser = Browser(server, kind, options or {})
        self.addCleanup(browser.close)
        browser.until("connect")
        return browser


class ConversationTests(BrowserTestCase):
    """With someone at a telnet, by every transport."""

    def converse(self, kind: str, options: dict[str, Any] | None = None) -> Browser:
        server = self.start("--store", "memory:")
        ann = self.connect(server, "ann")
        ann.say("earlier")
        ann.expect("ann: earlier\r\n")
        bob = self.browse(server, kind, options)
        bob.do("ask", "join", "bob")
        seen = bob.until("event", "add chatter", "ann")
        self.assertIn(["event", "messages", "ann: earlier"], seen)
        ann.expect("is now known as bob\r\n")
        bob.do("ask", "messages", "hi ☃")
        seen = bob.until("event", "messages", "bob: hi ☃")
        # Exactly one value.
        self.assertEqual(len(seen[-1]), 3)
        self.assertIs(bob.until("ack")[-1][1]["ok"], True)
        ann.expect("bob: hi ☃\r\n")
        ann.say("hello bob")
        bob.until("event", "messages", "ann: hello bob")
        bob.do("ask", "chat", {"any": ["value", 1.5, None]})
        bob.until("event", "chat", {"any": ["value", 1.5, None]})
        bob.do("ask", "messages", "x" * 5000)
        self.assertIs(
            bob.until(
                "ack",
                {"ok": False, "error": ("that is longer than 4096 bytes: send less")},
            )[-1][1]["ok"],
            False,
        )
        carol = self.connect(server, "carol")
        bob.until("event", "add chatter", "carol")
        carol.close()
        bob.until("event", "remove chatter", "carol")
        bob.do("disconnect")
        bob.until("disconnect", "io client disconnect")
        ann.expect("bob: left the chat\r\n")
        return bob

    def test_polling(self) -> None:
        """Stock, without a WebSocket."""
        self.converse("stock", POLLING)

    def test_upgrade(self) -> None:
        """Stock, as it comes: from polling to WebSocket."""
        self.converse("stock", UPGRADE)

    def test_websocket(self) -> None:
        """Stock, with nothing but WebSocket."""
        self.converse("stock", WEBSOCKET)

    def test_own(self) -> None:
        """The small client that the server brings."""
        self.converse("own")

    def test_own_by_polling(self) -> None:
        """The same where there is no WebSocket."""
        self.converse("own-polling")


class ResumeTests(BrowserTestCase):
    """Nothing missed, nothing twice."""

    def resume(self, kind: str, options: dict[str, Any] | None = None) -> None:
        server = self.start("--store", "sqlite:chat.sqlite", "--flood", "off")
        ann = self.connect(server, "ann")
        bob = self.browse(server, kind, options)
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
        # And over a restart of the server, on the same port.
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

    def test_polling(self) -> None:
        """By polling."""
        self.resume("stock", POLLING)

    def test_upgrade(self) -> None:
        """From polling to WebSocket, each time."""
        self.resume("stock", UPGRADE)

    def test_websocket(self) -> None:
        """By WebSocket."""
        self.resume("stock", WEBSOCKET)

    def test_own(self) -> None:
        """With the small client that the server brings."""
        self.resume("own")


class StopTests(BrowserTestCase):
    """The server stops."""

    def test_told(self) -> None:
        """Pages are told, and would come back by themselves."""
        server = self.start("--store", "memory:")
        pages = [
            self.browse(server, "stock", POLLING),
            self.browse(server, "stock", WEBSOCKET),
        ]
        server.stop()
        for page in pages:
            page.until("event", "messages", "The server is shutting down.")
            (disconnect,) = [
                one for one in page.until("disconnect") if one[0] == "disconnect"
            ]
            self.assertNotEqual(disconnect[1], "io server disconnect")
