"""A chat in memory and its WebSocket clients, for tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from twisted.internet.task import Clock
from twisted.trial import unittest
from twisted.web.resource import Resource
from twisted.web.server import Request, Site
from websockets.frames import Frame

from tests.support.chats import start_chat
from tests.support.memory import WebSocketClient
from twisted_chat.clients.first_frame import GRACE
from twisted_chat.clients.websocket import ChatWebSocketFactory
from twisted_chat.core.limits import RateLimit
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.net.origins import Origins
from twisted_chat.net.timers import Keepalive


class ChatResource(Resource):
    """Upgrades every request to a WebSocket of the chat."""

    isLeaf = True

    def __init__(self, sockets: ChatWebSocketFactory) -> None:
        super().__init__()
        self.sockets = sockets

    def render_GET(self, request: Request) -> int | bytes:
        return self.sockets.upgrade(request)


class ChatClient(WebSocketClient):
    """A client that lets the server run before it reads."""

    def __init__(self, clock: Clock, *args: Any, **headers: Any) -> None:
        self._clock = clock
        super().__init__(*args, **headers)

    def frames(self) -> Iterator[Frame]:
        for _ in range(10):
            self._clock.advance(0)
        return super().frames()


class ChatTestCase(unittest.SynchronousTestCase):
    """A chat in memory and its WebSocket clients."""

    bytewise = False
    rate_limit: RateLimit | None = None

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_700_000_000)
        journal = MemoryJournal(self.clock.seconds)
        self.chat = start_chat(self, self.clock, journal)
        self.keepalive = Keepalive(self.clock, 25, 20)
        self.sockets = ChatWebSocketFactory(
            self.chat, self.rate_limit, self.keepalive, Origins()
        )
        self.site = Site(ChatResource(self.sockets), reactor=self.clock)

    def connect(self, query: str = "", **headers: Any) -> WebSocketClient:
        return ChatClient(
            self.clock, self.site, f"/{query}", bytewise=self.bytewise, **headers
        )

    def program(self, query: str = "", **headers: Any) -> JsonClient:
        client = self.connect(f"?format=json{query}", **headers)
        # It sends nothing first, and is waited for.
        self.clock.advance(GRACE)
        return JsonClient(client)


class JsonClient:
    """A client that sends and receives JSON objects."""

    def __init__(self, client: WebSocketClient) -> None:
        self.client = client
        [self.welcome, *self.rest] = self.received()

    def received(self) -> list[dict[str, Any]]:
        return [json.loads(words) for words in self.client.received()]

    def ask(self, **fields: Any) -> list[dict[str, Any]]:
        self.client.send_text(json.dumps(fields))
        return self.received()
