"""Stock Socket.IO clients whose network fails: they lose nothing and keep their name.

A heartbeat every half second stands for one every 25 s, so that a failure of a few
seconds is one of a minute or more: both ends find out by a heartbeat that is missing.
A machine that is busy for a second must not look like a failure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import Server, free_port
from tests.end_to_end.network import Network
from tests.end_to_end.redis_server import start_redis
from tests.end_to_end.test_socketio_clients import (
    POLLING,
    UPGRADE,
    WEBSOCKET,
    SocketIOClient,
    SocketIOTestCase,
)

MESSAGES = 30


class FailureTests(SocketIOTestCase):
    """``on("connect", () => emit("join", "bob"))``, as pages have it."""

    def serve(self, port: int) -> Server:
        return self.start(
            *("--port", f"tcp:{port}:interface=127.0.0.1"),
            *("--store", self.store, "--flood", "off"),
            *("--ping-interval", "0.5", "--ping-timeout", "1.5"),
        )

    def prepare(self, store: str, options: dict[str, Any]) -> None:
        self.store = store
        self.server = self.serve(free_port())
        self.network = Network(self.server.port)
        self.addCleanup(self.network.close)
        self.ann = self.connect(self.server, "ann")
        self.ann.say("before the page")
        self.expected: list[str] = ["ann: before the page"]
        self.seen: list[list[Any]] = []
        more = {"joinAs": "bob", "timeout": 500, **options}
        self.bob = SocketIOClient(self.network, "stock", more)
        self.addCleanup(self.bob.close)
        self.until("joined")
        self.ann.expect("is now known as bob\r\n")

    def until(self, *wanted: Any) -> list[list[Any]]:
        seen = self.bob.until(*wanted)
        self.seen += seen
        return seen

    def say(self, client: LineClient, name: str) -> str:
        """Say some messages, each after the former was shown.

        :return: all that the client was shown meanwhile.
        """
        shown = ""
        for number in range(MESSAGES):
            client.say(f"{name} {number}")
            shown += client.expect(f"ann: {name} {number}\r\n")
            self.expected.append(f"ann: {name} {number}")
        return shown

    def check(self, end: Callable[[Server], object] | None = None) -> None:
        """Two failures, each long enough to be noticed at both ends.

        :param end: ends the server meanwhile, which is started again.
        """
        for failure in range(2):
            self.say(self.ann, f"seen {failure}")
            self.until("event", "messages", self.expected[-1])
            self.network.fail()
            shown = self.say(self.ann, f"missed {failure}")
            self.until("disconnect")
            # The client keeps this, and sends it before it emits ``join`` again.
            self.bob.do("emit", "messages", f"written meanwhile {failure}")
            if end is not None:
                end(self.server)
                self.server = self.serve(self.server.port)
                self.ann = self.connect(self.server, "ann")
            elif "bob: left the chat\r\n" not in shown:
                # The messages may have taken longer than the heartbeat.
                self.ann.expect("bob: left the chat\r\n")
            self.say(self.ann, f"missed too {failure}")
            self.network.recover()
            (connect,) = [one for one in self.until("connect") if one[0] == "connect"]
            self.assertIs(connect[2], True, "not recovered")
            self.ann.expect(f"bob: written meanwhile {failure}\r\n")
            self.expected.append(f"bob: written meanwhile {failure}")
            self.until("joined", {"ok": True, "id": None})
            self.until("event", "add chatter", "bob")
        self.say(self.ann, "last")
        self.until("event", "messages", self.expected[-1])
        # In whichever dialect the texts came: none is missing, none is there twice.
        texts = [one[2] for one in self.seen if one[1:2] in (["messages"], ["chat"])]
        self.assertEqual(texts, self.expected)
        self.ann.say("\\who")
        self.ann.expect("here (2): ann, bob\r\n")

    def test_websocket_client_recovers(self) -> None:
        """Without a restart."""
        self.prepare("memory:", WEBSOCKET)
        self.check()

    def test_polling_client_recovers(self) -> None:
        """Its request hangs."""
        self.prepare("sqlite:chat.sqlite", POLLING)
        self.check()

    def test_upgraded_client_recovers(self) -> None:
        """With the defaults of the library."""
        self.prepare("sqlite:chat.sqlite", UPGRADE)
        self.check()

    def test_websocket_client_recovers_over_a_restart(self) -> None:
        """The server is killed, and has only what is on the disk."""
        self.prepare("sqlite:chat.sqlite", WEBSOCKET)
        self.check(end=Server.kill)

    def test_polling_client_recovers_over_a_restart(self) -> None:
        """The same by polling."""
        self.prepare("sqlite:chat.sqlite", POLLING)
        self.check(end=Server.kill)

    def test_upgraded_client_recovers_over_a_restart(self) -> None:
        """The same with the defaults of the library."""
        self.prepare("sqlite:chat.sqlite", UPGRADE)
        self.check(end=Server.kill)

    def test_client_recovers_over_a_restart_with_redis(self) -> None:
        """A server that stops frees the names of its members at once."""
        self.prepare(start_redis(self).url, UPGRADE)
        self.check(end=Server.stop)

    def test_client_recovers_over_a_kill_with_redis(self) -> None:
        """Its name is still that of the killed server's member, which is the client."""
        self.prepare(start_redis(self).url, WEBSOCKET)
        self.say(self.ann, "seen")
        self.until("event", "messages", self.expected[-1])
        self.network.fail()
        self.server.kill()
        self.until("disconnect")
        self.bob.do("emit", "messages", "written meanwhile")
        self.server = self.serve(self.server.port)
        carol = self.connect(self.server, "carol")
        self.network.recover()
        (connect,) = [one for one in self.until("connect") if one[0] == "connect"]
        self.assertIs(connect[2], True, "not recovered")
        carol.expect("bob: written meanwhile\r\n")
        # What it had written comes first.
        self.until("joined", {"ok": True, "id": None})
        texts = [one[2] for one in self.seen if one[1:2] in (["messages"], ["chat"])]
        self.assertEqual(texts, [*self.expected, "bob: written meanwhile"])
