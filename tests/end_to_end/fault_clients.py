"""Clients that run during fault injection and record what they receive.

``Sender`` behaves like the page: it sends messages, and after a disconnect it resumes
on the next server.  ``Receiver`` is a line client that connects again each time.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, InvalidMessage, WebSocketException

DISCONNECTED = (
    OSError,
    WebSocketException,
    InvalidHandshake,
    InvalidMessage,
    TimeoutError,
)


class Sender:
    """A JSON client that sends messages and resumes.

    :param ports: of the servers, in order of preference.
    :ivar seen: (id, text) of each message that it received, in order.
    :ivar stored: text -> id of its messages with a positive reply.
    :ivar refused: its messages that were not stored, according to the reply.
    :ivar unknown: its messages whose reply does not say whether they were stored.
    :ivar gaps: the number of welcomes without ``recovered``.
    """

    def __init__(self, name: str, ports: list[int], rng: random.Random) -> None:
        self.name = name
        self.ports = ports
        self.seen: list[tuple[str, str]] = []
        self.stored: dict[str, str] = {}
        self.refused: set[str] = set()
        self.unknown: set[str] = set()
        self.errors: list[str] = []
        self.gaps = 0
        self.resumed = 0
        self.members: set[str] = set()
        self._rng = rng
        self._session = ""
        self._position = ""
        self._count = itertools.count()
        self._pending: dict[str, str] = {}
        self._sending = True

    async def run(self, interval: float) -> None:
        """Send with an average interval in seconds, until ``pause``."""
        for port in itertools.cycle(self.ports):
            try:
                await asyncio.wait_for(self._connect(port, interval), None)
            except DISCONNECTED:
                await asyncio.sleep(self._rng.uniform(0.05, 0.3))

    def pause(self) -> None:
        """Send no more messages."""
        self._sending = False

    async def _connect(self, port: int, interval: float) -> None:
        query = {"format": "json", "nick": self.name}
        if self._session:
            query |= {"session": self._session, "since": self._position}
        url = f"ws://127.0.0.1:{port}/ws?{urlencode(query)}"
        async with connect(
            url, open_timeout=3, ping_interval=None, close_timeout=0.5, max_size=None
        ) as socket:
            sending: asyncio.Task[None] | None = None
            try:
                async for frame in socket:
                    found = json.loads(frame)
                    if found["type"] == "welcome":
                        self._welcome(found)
                        sending = asyncio.create_task(self._send(socket, interval))
                    else:
                        self._received(found)
            finally:
                if sending is not None:
                    sending.cancel()

    async def _send(self, socket: Any, interval: float) -> None:
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / interval))
            if not self._sending:
                continue
            ref = str(next(self._count))
            text = f"{self.name} {ref}"
            self._pending[ref] = text
            try:
                await socket.send(
                    json.dumps({"type": "message", "text": text, "ref": ref})
                )
            except DISCONNECTED:
                return

    def _welcome(self, found: dict[str, Any]) -> None:
        self.members = set(found["members"])
        if self._session and not found["recovered"]:
            self.gaps += 1
            last = self.seen[-1][0] if self.seen else ""
            for message in found["history"]:
                if message["id"] > last and message["type"] == "message":
                    self.seen.append((message["id"], message["text"]))
        elif self._session:
            self.resumed += 1
        self._session = found["session"]
        self._position = max(found["position"], self._position)

    def _received(self, found: dict[str, Any]) -> None:
        kind = found["type"]
        if kind == "message":
            self.seen.append((found["id"], found["text"]))
        elif kind == "ok" and found.get("ref") in self._pending:
            self.stored[self._pending.pop(found["ref"])] = found["id"]
        elif kind == "error":
            text = self._pending.pop(found.get("ref", ""), "")
            if text:
                known = found["text"].startswith("not stored:")
                (self.refused if known else self.unknown).add(text)
            self.errors.append(found["text"])
        elif kind == "joined":
            self.members.add(found["nick"])
        elif kind == "left" and found["room"] in (None, "lobby"):
            self.members.discard(found["nick"])
        elif kind == "renamed":
            self.members.discard(found["from"])
            self.members.add(found["to"])
        if "id" in found:
            self._position = max(self._position, found["id"])


class Receiver:
    """A line client.

    :ivar lines: the lines that each of its connections received after joining.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.lines: list[list[str]] = []

    async def run(self) -> None:
        """Receive, and connect again whenever the connection ends."""
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.2)
                continue
            try:
                await self._receive(reader)
            except OSError:
                pass
            finally:
                writer.close()
            await asyncio.sleep(0.1)

    async def _receive(self, reader: asyncio.StreamReader) -> None:
        nick = ""
        shown: list[str] | None = None
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            if line.startswith("Welcome, "):
                nick = line[len("Welcome, ") : -1]
            elif line == f"{nick}: joined the chat" and shown is None:
                shown = []
                self.lines.append(shown)
            elif shown is not None:
                shown.append(line)


async def history(port: int) -> list[tuple[str, str]]:
    """The whole history of the lobby as (id, text), oldest first."""
    found: list[tuple[str, str]] = []
    async with connect(
        f"ws://127.0.0.1:{port}/ws?format=json", max_size=None
    ) as socket:
        before: str | None = None
        while True:
            ask: dict[str, Any] = {"type": "history", "room": "lobby", "limit": 500}
            if before is not None:
                ask["before"] = before
            await socket.send(json.dumps(ask))
            while (answer := json.loads(await socket.recv()))["type"] != "history":
                pass
            page = [(one["id"], one["text"]) for one in answer["messages"]]
            found = page + found
            if not answer["more"] or not page:
                return found
            before = page[0][0]


async def until(look: Callable[[], bool], seconds: float) -> bool:
    """Wait until a condition holds; return whether it does."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not look():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.05)
    return True
