"""A chat in memory and its Socket.IO clients, for tests."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.support.chats import start_chat
from tests.support.engineio_client import EngineIOTestCase
from tests.support.inbox import no_units
from twisted_chat.clients.attach import Attachment
from twisted_chat.clients.socketio import ChatNamespace
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.joining.join_request import JoinRequest
from twisted_chat.core.limits import RateLimit
from twisted_chat.core.replies import Request
from twisted_chat.engineio.session import EngineIOPeer
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.socketio.server import SocketIO


class LineClient:
    """A line client, which shares the chat with the Socket.IO clients."""

    waiting = 0

    def __init__(self, case: ChatTestCase, nick: str) -> None:
        self._data = b""
        self._case = case
        self._attachment = Attachment(
            case.chat,
            self,
            LineCodec(),
            JoinRequest(nick),
            rate_limit=None,
            decode=no_units,
            source=self,
        )
        case.settle()
        self.sees()

    def write(self, data: bytes) -> None:
        self._data += data

    def close(self, reason: str) -> None:
        """It has no connection that could be closed."""

    def pause(self) -> None:
        """Its requests do not come from a connection."""

    def resume(self) -> None:
        """Likewise."""

    def types(self, route: str, words: str = "") -> None:
        self._attachment.put(Request(route, words))
        self._case.settle()

    def leaves(self) -> None:
        self._attachment.end()
        self._case.settle()

    def sees(self) -> list[str]:
        data, self._data = self._data, b""
        return data.decode().splitlines()


class Browser:
    """A page with a stock client; it hides markers and heartbeats from the test."""

    def __init__(
        self, case: ChatTestCase, auth: object = None, query: str | None = None
    ) -> None:
        self._case = case
        more = "" if query is None else f"&dialect={query}"
        self.client = case.socket("EIO=4&transport=websocket" + more)
        self.offset: str | None = None
        self.pid: str | None = None
        self.client.send_text("40" + ("" if auth is None else json.dumps(auth)))
        case.settle()

    def emit(self, *data: Any, ack: int | None = None) -> list[Any]:
        number = "" if ack is None else str(ack)
        self.client.send_text(f"42{number}{json.dumps(data, ensure_ascii=False)}")
        return self.received()

    def received(self) -> list[Any]:
        """Events as lists, acknowledgements as ``(id, values)``."""
        self._case.settle()
        return self.take(self.client.received())

    def take(self, packets: list[str]) -> list[Any]:
        announced: list[Any] = []
        for packet in packets:
            kind, text = packet[:2], packet[2:]
            if kind == "40":
                fields = json.loads(text)
                self.pid, self.sid = fields["pid"], fields["sid"]
            elif kind == "42":
                data = json.loads(text)
                if isinstance(data[-1], str):
                    self.offset = data[-1]
                if len(data) > 1:
                    announced.append(data)
            elif kind == "43":
                number, _, values = text.partition("[")
                announced.append((int(number), *json.loads("[" + values)))
        return announced

    @property
    def auth(self) -> dict[str, Any]:
        """What a stock client sends when it reconnects."""
        return {"pid": self.pid, "offset": self.offset}

    def loses_connection(self) -> None:
        self.client.wire.disconnect()
        self._case.settle()


class ChatTestCase(EngineIOTestCase):
    """A chat in memory and its clients."""

    rate_limit: RateLimit | None = None

    def setUp(self) -> None:
        super().setUp()
        self.journal = MemoryJournal(self.clock.seconds)
        self.start()

    def start(self) -> None:
        """Start a server on the journal, as after a restart."""
        node = f"node{random.randrange(1000)}"
        self.chat = start_chat(self, self.clock, self.journal, node=node)
        self.server = SocketIO(self.clock)
        self.namespace = ChatNamespace(self.server, self.chat, self.rate_limit)

    def settle(self) -> None:
        for _ in range(10):
            self.clock.advance(0)

    def peer(self) -> EngineIOPeer:
        return self.server.peer(self.request)

    def browse(self, auth: object = None, query: str | None = None) -> Browser:
        """A page that is connected and has read everything.

        :param query: the dialect in the query of its URL.
        """
        browser = Browser(self, auth, query)
        browser.received()
        return browser

    def join(self, nick: str) -> Browser:
        browser = self.browse()
        browser.emit("join", nick)
        return browser
