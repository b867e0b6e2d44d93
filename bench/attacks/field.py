"""The attacker's side of one attack."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import cycle

from bench.attacks.connection import Connection, NotEntered
from bench.attacks.network import Network
from bench.attacks.results import Finding, Gains
from bench.attacks.wires import (
    HANDSHAKES,
    Irc,
    JsonWebSocket,
    Wire,
    open_websocket,
    upgrade,
)

_AT_ONCE = 64
"""How many connections are being opened at the same time."""


class Field:
    """Opens connections, and counts what comes of them.

    :ivar seconds: how long the attack shall be.
    :ivar connections: how many of them.
    :ivar started: called once the attack proper begins.
    """

    def __init__(
        self,
        wire: Wire,
        network: Network,
        port: int,
        connections: int,
        seconds: float,
        started: Callable[[], None],
    ) -> None:
        self.wire = wire
        self.network = network
        self.target = (network.server, port)
        self.host = f"{network.server}:{port}"
        self.connections = connections
        self.seconds = seconds
        self.started = started
        self.gains = Gains()
        self._opened: list[Connection] = []
        self._refused: Counter[str] = Counter()

    @property
    def json(self) -> bool:
        """Whether the attack is on JSON frames."""
        return isinstance(self.wire, JsonWebSocket)

    @property
    def irc(self) -> bool:
        """Whether the attack is on IRC."""
        return isinstance(self.wire, Irc)

    def note(self, text: str) -> None:
        """Add a figure in words."""
        self.gains.notes.append(text)

    def find(self, what: str, *, accepted: bool, answer: str = "") -> None:
        """Add the answer to a single try."""
        self.gains.findings.append(Finding(what, accepted, answer))

    async def connect(self, number: int = 0, *, receive_buffer: int = 0) -> Connection:
        """A connection that has sent nothing.

        :param number: of the attacker's address.
        :raises NotEntered: if the server does not accept it.
        """
        made = await Connection.open(
            self.target, self.network.attacker(number), receive_buffer=receive_buffer
        )
        self._opened.append(made)
        return made

    async def enter(
        self, nick: str = "", number: int = 0, *, receive_buffer: int = 0
    ) -> Connection:
        """Someone who is in the chat.

        :raises NotEntered: if the server refuses.
        """
        made = await self.connect(number, receive_buffer=receive_buffer)
        try:
            await self.wire.enter(made, self.host, nick)
        except NotEntered:
            self._opened.remove(made)
            made.close()
            raise
        return made

    async def handshake(self, *headers: str) -> tuple[Connection, bytes]:
        """Open a WebSocket with further headers; the answer of the server.

        :raises NotEntered: if the server refuses.
        """
        made = await self.connect()
        target, welcome = HANDSHAKES[self.wire.key]
        request = upgrade(target, self.host, *headers)
        return made, await open_websocket(made, request, welcome)

    async def people(
        self, count: int = 0, *, addresses: int = 1, receive_buffer: int = 0
    ) -> list[Connection]:
        """Many who are in the chat; those who are refused are counted and left out."""
        gate = asyncio.Semaphore(_AT_ONCE)
        entered: list[Connection] = []

        async def one(number: int) -> None:
            async with gate:
                try:
                    made = await self.enter("", number, receive_buffer=receive_buffer)
                except NotEntered as refusal:
                    self._refused[str(refusal)] += 1
                else:
                    entered.append(made)

        numbers = cycle(range(addresses))
        wanted = count or self.connections
        await asyncio.gather(*(one(next(numbers)) for _ in range(wanted)))
        self.started()
        return entered

    async def sockets(
        self, count: int = 0, *, receive_buffer: int = 0
    ) -> list[Connection]:
        """Many connections that have sent nothing."""
        opened: list[Connection] = []
        for _ in range(count or self.connections):
            try:
                made = await self.connect(receive_buffer=receive_buffer)
                opened.append(made)
            except NotEntered as refusal:
                self._refused[str(refusal)] += 1
        self.started()
        return opened

    def refuse(self, reason: str) -> None:
        """Count someone who was not let in."""
        self._refused[reason] += 1

    async def for_seconds(self, *work: Awaitable[object]) -> None:
        """Do all of it at the same time, until the attack is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.seconds):
                await asyncio.gather(*work)
                await asyncio.Event().wait()

    def end_of(self, person: Connection) -> str:
        """How a connection ended, in the server's words if it gave any."""
        return self.wire.last_words(person.tail) or person.ended

    def finish(self) -> Gains:
        """Count everything and close it."""
        gains = self.gains
        gains.entered += len(self._opened)
        gains.refused = dict(self._refused)
        ended: Counter[str] = Counter()
        for each in self._opened:
            ended[self.end_of(each) or "still open"] += 1
            gains.sent += each.sent
            gains.received += each.received
            each.close()
        gains.ended = dict(ended)
        return gains


Attacker = Callable[[Field], Awaitable[None]]
"""What an attack does."""
