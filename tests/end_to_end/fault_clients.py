"""Those who talk on while servers and Redis fall over: clients that resume.

``Talker`` is what the page is: it says something again and again, notes everything it
is shown, and when its connection breaks it resumes on the next server.  ``Listener``
is a person with a plain socket, who connects anew each time.
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

AWAY = (OSError, WebSocketException, InvalidHandshake, InvalidMessage, TimeoutError)


class Talker:
    """A page that resumes.

    :param ports: of the servers, the one that it prefers first.
    :ivar seen: (id, text) of each message, in the order in which it was shown.
    :ivar stored: text -> id, of what it was told was stored.
    :ivar refused: what it was told was not stored.
    :ivar gaps: how often it was told that something may be missing.
    """

    def __init__(self, name: str, ports: list[int], chance: random.Random) -> None:
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
        self._chance = chance
        self._session = ""
        self._position = ""
        self._count = itertools.count()
        self._asked: dict[str, str] = {}
        self._talking = True

    async def run(self, pace: float) -> None:
        """Talk, so many seconds between two messages, until ``quiet``."""
        for port in itertools.cycle(self.ports):
            try:
                await asyncio.wait_for(self._connect(port, pace), None)
            except AWAY:
                await asyncio.sleep(self._chance.uniform(0.05, 0.3))

    def quiet(self) -> None:
        """Say nothing more."""
        self._talking = False

    async def _connect(self, port: int, pace: float) -> None:
        query = {"format": "json", "nick": self.name}
        if self._session:
            query |= {"session": self._session, "since": self._position}
        url = f"ws://127.0.0.1:{port}/ws?{urlencode(query)}"
        async with connect(
            url, open_timeout=3, ping_interval=None, close_timeout=0.5, max_size=None
        ) as socket:
            talking: asyncio.Task[None] | None = None
            try:
                async for frame in socket:
                    found = json.loads(frame)
                    if found["type"] == "welcome":
                        self._welcomed(found)
                        talking = asyncio.create_task(self._talk(socket, pace))
                    else:
                        self._shown(found)
            finally:
                if talking is not None:
                    talking.cancel()

    async def _talk(self, socket: Any, pace: float) -> None:
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / pace))
            if not self._talking:
                continue
            ref = str(next(self._count))
            text = f"{self.name} {ref}"
            self._asked[ref] = text
            try:
                await socket.send(
                    json.dumps({"type": "message", "text": text, "ref": ref})
                )
            except AWAY:
                return

    def _welcomed(self, found: dict[str, Any]) -> None:
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

    def _shown(self, found: dict[str, Any]) -> None:
        kind = found["type"]
        if kind == "message":
            self.seen.append((found["id"], found["text"]))
        elif kind == "ok" and found.get("ref") in self._asked:
            self.stored[self._asked.pop(found["ref"])] = found["id"]
        elif kind == "error":
            text = self._asked.pop(found.get("ref", ""), "")
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


class Listener:
    """A person with a plain socket.

    :ivar lines: what each of its connections was shown after it had joined.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.lines: list[list[str]] = []

    async def run(self) -> None:
        """Listen, and connect anew whenever the connection ends."""
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.2)
                continue
            try:
                await self._listen(reader)
            except OSError:
                pass
            finally:
                writer.close()
            await asyncio.sleep(0.1)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
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
    """Everything that is kept of the lobby: (id, text), oldest first."""
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
    """Wait until something is so; whether it came to that."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not look():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.05)
    return True
