"""Clients of every kind on several servers."""

from __future__ import annotations

import json
from contextlib import ExitStack
from functools import partial
from typing import Any
from urllib.parse import urlencode

from websockets.sync.client import ClientConnection

from tests.end_to_end.clients import LineClient
from tests.end_to_end.delayed import connect_websocket
from tests.end_to_end.harness import Server
from tests.end_to_end.redis_server import SeveralServersTestCase
from tests.end_to_end.waiting import TIMEOUT, eventually


class EveryKindTests(SeveralServersTestCase):
    """A line client, a page and a Socket.IO client on each server."""

    def opened(self, url: str) -> ClientConnection:
        """A WebSocket that is open until the end of the test."""
        return self.connections.enter_context(connect_websocket(url))

    def setUp(self) -> None:
        super().setUp()
        self.connections = ExitStack()
        self.addCleanup(self.connections.close)

    def page(self, server: Server, **query: str) -> ClientConnection:
        asked = urlencode({"format": "json", **query})
        return self.opened(f"ws://127.0.0.1:{server.port}/ws?{asked}")

    def socketio(self, server: Server, nick: str) -> ClientConnection:
        query = "EIO=4&transport=websocket"
        found = self.opened(f"ws://127.0.0.1:{server.port}/socket.io/?{query}")
        self.frame(found, "0")
        found.send("40")
        self.frame(found, "40")
        found.send(f'42["join","{nick}"]')
        return found

    def frame(self, client: ClientConnection, begins: str) -> str:
        """The next Socket.IO packet with this prefix."""
        while True:
            found = client.recv(TIMEOUT)
            assert isinstance(found, str)
            if found == "2":
                client.send("3")
            elif found.startswith(begins):
                return found

    def packet(self, client: ClientConnection, kind: str) -> dict[str, Any]:
        """The next JSON frame of this type."""
        while True:
            found: dict[str, Any] = json.loads(client.recv(TIMEOUT))
            if found["type"] == kind:
                return found

    def sees_nine(self, line: LineClient) -> bool:
        """Whether all nine members are known on the server of this client."""
        return len(self.who(line)) == 9

    def test_all_clients_see_the_same_messages(self) -> None:
        """Whatever their protocol and their server."""
        servers = [self.server(name) for name in "abc"]
        lines = [self.connect(server, f"line-{server.port}") for server in servers]
        sios = [self.socketio(server, f"sio-{server.port}") for server in servers]
        pages = [self.page(server, nick=f"page-{server.port}") for server in servers]
        for line in lines:
            eventually("nine are here", partial(self.sees_nine, line))
        for number, server in enumerate(servers):
            lines[number].say(f"line {number}")
            sios[number].send(f'42["messages","sio {number}"]')
            pages[number].send(json.dumps({"type": "message", "text": f"web {number}"}))
            del server
        said: list[list[str]] = []
        for line in lines:
            text = ""
            while sum(text.count(f": {kind} ") for kind in ("line", "sio", "web")) < 9:
                text += line.line() + "\n"
            said.append([x for x in text.splitlines() if " chat" not in x][-9:])
        for page in pages:
            found = [self.packet(page, "message") for _ in range(9)]
            said.append([f"{one['from']}: {one['text']}" for one in found])
        for sio in sios:
            shown = [self.frame(sio, '42["messages",') for _ in range(9)]
            said.append([json.loads(one[2:])[1] for one in shown])
        for one_saw in said[1:]:
            self.assertEqual(one_saw, said[0])

    def test_page_resumes_on_another_server(self) -> None:
        """With its nickname, and without missing a message."""
        a, b = self.server("a"), self.server("b")
        bob = self.connect(b, "bob")
        page = self.page(a, nick="alice")
        welcome = self.packet(page, "welcome")
        bob.expect("alice: joined the chat\r\n")
        bob.say("one")
        position = self.packet(page, "message")["id"]
        a.stop()
        bob.expect("alice: left the chat\r\n")
        bob.say("two", "three")
        bob.expect("bob: three\r\n")
        again = self.page(b, nick="alice", session=welcome["session"], since=position)
        back = self.packet(again, "welcome")
        self.assertTrue(back["recovered"])
        self.assertEqual((back["nick"], back["session"]), ("alice", welcome["session"]))
        missed = [self.packet(again, "message")["text"] for _ in range(2)]
        self.assertEqual(missed, ["two", "three"])
