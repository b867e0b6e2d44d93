"""HTTP requests and Engine.IO clients in memory."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from twisted.internet.task import Clock
from twisted.trial import unittest
from twisted.web.http import Request
from twisted.web.resource import Resource
from twisted.web.server import Site

from twisted_chat.engineio.resource import EngineIOResource
from twisted_chat.engineio.session import EngineIOPeer, Session

from .memory import WebSocketClient, Wire

PATH = "/engine.io/"


class Exchange:
    """One request on a connection of its own, and its response, once it is sent."""

    def __init__(
        self,
        site: Site,
        method: str,
        target: str,
        body: bytes | None = None,
        *,
        bytewise: bool = False,
        peer: str = "192.0.2.1",
        **headers: str,
    ) -> None:
        fields = {"Host": "chat.example"}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            fields["Content-Length"] = str(len(body))
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.wire = Wire(peer).accept(site)
        data = f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + (body or b"")
        self.wire.send(data, bytewise=bytewise)

    @property
    def answered(self) -> bool:
        return b"\r\n\r\n" in self.wire.value()

    @property
    def status(self) -> int:
        return int(self.wire.value().split(b" ", 2)[1])

    @property
    def head(self) -> str:
        head: bytes = self.wire.value().partition(b"\r\n\r\n")[0]
        return head.decode()

    @property
    def body(self) -> str:
        body: bytes = self.wire.value().partition(b"\r\n\r\n")[2]
        return body.decode()

    @property
    def outcome(self) -> tuple[int, str] | None:
        """Status and body, if there is a response."""
        return (self.status, self.body) if self.answered else None


class RecordingPeer(EngineIOPeer):
    """Sends back every message, and records what it was notified of."""

    session: Session

    def __init__(self) -> None:
        self.received: list[str | bytes] = []
        self.ends: list[str] = []
        self.upgrades = 0

    def opened(self, session: Session) -> None:
        self.session = session

    def text_received(self, text: str) -> None:
        self.received.append(text)
        if text == "fail":
            raise RuntimeError("a bug of the application")
        if text == "pause":
            self.session.pause()
        self.session.send_text(text)

    def binary_received(self, data: bytes) -> None:
        self.received.append(data)
        self.session.send_binary(data)

    def upgraded(self) -> None:
        self.upgrades += 1

    def closed(self, reason: str) -> None:
        self.ends.append(reason)


class EngineIOTestCase(unittest.SynchronousTestCase):
    """A server in memory.

    :cvar bytewise: everything arrives byte by byte.
    """

    bytewise = False
    options: dict[str, Any] = {}  # noqa: RUF012

    def setUp(self) -> None:
        self.clock = Clock()
        self.peers: list[Any] = []
        self.serve(**self.options)

    def serve(self, **options: Any) -> None:
        ids = count(1)

        def peer(request: Request) -> EngineIOPeer:
            self.request = request
            self.peers.append(self.peer())
            return self.peers[-1]  # type: ignore[no-any-return]

        self.resource = EngineIOResource(
            peer,
            self.clock,
            **{
                "ping_interval": 25,
                "ping_timeout": 20,
                "new_id": lambda: f"id{next(ids)}",
                **options,
            },
        )
        root = Resource()
        root.putChild(b"engine.io", self.resource)
        self.site = Site(root, reactor=self.clock)

    def peer(self) -> EngineIOPeer:
        return RecordingPeer()

    def fetch(
        self, query: str, body: bytes | None = None, method: str = "", **more: Any
    ) -> Exchange:
        method = method or ("GET" if body is None else "POST")
        target = f"{PATH}?{query}"
        more.setdefault("bytewise", self.bytewise)
        return Exchange(self.site, method, target, body, **more)

    def poll(self, sid: str, body: bytes | None = None, **more: Any) -> Exchange:
        return self.fetch(f"EIO=4&transport=polling&sid={sid}", body, **more)

    def open(self, **more: Any) -> str:
        """Open a session on polling; its id."""
        answer = self.fetch("EIO=4&transport=polling", **more)
        self.assertEqual(answer.status, 200)
        return str(json.loads(answer.body[1:])["sid"])

    def socket(
        self, query: str = "EIO=4&transport=websocket", **more: Any
    ) -> WebSocketClient:
        return WebSocketClient(
            self.site, f"{PATH}?{query}", bytewise=self.bytewise, **more
        )

    def connect(self) -> WebSocketClient:
        """Open a session on WebSocket."""
        client = self.socket()
        self.assertEqual(client.received()[0][:1], "0")
        return client

    def upgrade(self, sid: str) -> WebSocketClient:
        """Upgrade a session from polling to WebSocket."""
        client = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        client.send_text("2probe")
        client.send_text("5")
        self.assertEqual(client.received()[0], "3probe")
        return client

    def pass_time(self, seconds: float, step: float = 0.5) -> None:
        self.clock.pump([step] * round(seconds / step))
