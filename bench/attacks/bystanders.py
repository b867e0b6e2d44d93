"""People who talk to each other while others attack the server."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time

from bench.attacks.connection import Connection, NotEntered
from bench.attacks.results import Delays
from bench.attacks.wires import Wire

SPEAKERS = 20
INTERVAL = 0.05
"""One of the speakers says something each 50 ms, in turn: each says one message a
second, which no server's flood control delays.
"""

_PATIENCE = 10.0
"""Seconds to wait for messages that have not arrived yet."""

_LOOK = 0.02
"""Seconds between looks at the own clock, and at what has not arrived."""

_ALIVE = 10.0
_MARK = re.compile(rb"~(\d+)~")
_MARK_BYTES = 12


class Bystanders:
    """The speakers, and one listener who measures.

    :param source: the address from which they connect.
    """

    def __init__(self, wire: Wire, target: tuple[str, int], source: str) -> None:
        self._wire = wire
        self._target = target
        self._source = source
        self._host = f"{target[0]}:{target[1]}"
        self._people: list[Connection] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._sent: dict[int, float] = {}
        self._number = 0
        self._delays: list[float] = []
        self._late = 0.0
        self._talking: asyncio.Task[None] | None = None

    async def enter(self) -> None:
        """Connect them all.

        :raises NotEntered: if the server refuses one of them.
        """
        await asyncio.gather(*map(self._enter, range(SPEAKERS + 1)))
        listener, *speakers = self._people
        self._tasks = [asyncio.create_task(each.drain()) for each in speakers]
        self._tasks.append(asyncio.create_task(self._listen(listener)))
        self._tasks.append(asyncio.create_task(self._stay()))
        self._tasks.append(asyncio.create_task(self._watch_clock()))
        self._talking = asyncio.create_task(self._talk(speakers))

    async def _enter(self, number: int) -> None:
        person = await Connection.open(self._target, self._source)
        self._people.append(person)
        await self._wire.enter(person, self._host, f"by{number}")

    async def settle(self) -> None:
        """Wait until what they say arrives at once.

        What they are shown of a room that they enter may count for their rate limit.
        """
        for _ in range(int(_PATIENCE / _LOOK)):
            if self._number >= SPEAKERS and len(self._sent) <= 1:
                return
            await asyncio.sleep(_LOOK)

    @property
    def lost(self) -> int:
        """How many were disconnected."""
        return sum(bool(each.ended) for each in self._people)

    @property
    def ended(self) -> list[str]:
        """How they were disconnected."""
        return [
            self._wire.last_words(each.tail) or each.ended
            for each in self._people
            if each.ended
        ]

    def begin(self) -> None:
        """Measure from now on: forget the messages until here."""
        self._delays.clear()
        self._late = 0.0
        self._sent.clear()

    def delays(self) -> Delays:
        """Of the messages since ``begin``; those on their way are not counted."""
        return Delays.of(self._delays, 0, self._late)

    async def finish(self, *, patient: bool = True) -> Delays:
        """Stop talking, wait for what is on its way, and return all delays."""
        if self._talking is not None:
            self._talking.cancel()
        for _ in range(int(_PATIENCE / _LOOK) if patient else 0):
            if not self._sent or self._people[0].ended:
                break
            await asyncio.sleep(_LOOK)
        now = time.monotonic()
        waited = [now - sent for sent in self._sent.values()]
        return Delays.of(self._delays + waited, len(waited), self._late)

    async def leave(self) -> None:
        """Close all connections."""
        tasks = [*self._tasks, *([self._talking] if self._talking else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for each in self._people:
            each.close()

    async def _talk(self, speakers: list[Connection]) -> None:
        due = time.monotonic()
        while True:
            speaker = speakers[self._number % len(speakers)]
            self._number += 1
            if not speaker.ended:
                self._sent[self._number] = time.monotonic()
                # One whose connection is congested does not hold up the others.
                await self._say(speaker, f"~{self._number}~")
            due = max(due + INTERVAL, time.monotonic())
            await asyncio.sleep(due - time.monotonic())

    async def _say(self, speaker: Connection, text: str) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                if not await speaker.write(self._wire.say(text)):
                    self._sent.pop(self._number, None)

    async def _stay(self) -> None:
        while True:
            await asyncio.sleep(_ALIVE)
            for each in self._people:
                if self._wire.alive and not each.ended:
                    await each.write(self._wire.alive)

    async def _watch_clock(self) -> None:
        """How late this process is because the processor is busy elsewhere."""
        while True:
            due = time.monotonic() + _LOOK
            await asyncio.sleep(_LOOK)
            self._late = max(self._late, time.monotonic() - due)

    async def _listen(self, listener: Connection) -> None:
        rest = b""
        while data := await listener.read():
            now = time.monotonic()
            data = rest + data
            end = 0
            for found in _MARK.finditer(data):
                end = found.end()
                sent = self._sent.pop(int(found[1]), None)
                if sent is not None:
                    self._delays.append(now - sent)
            rest = data[max(end, len(data) - _MARK_BYTES) :]


async def newcomer(wire: Wire, target: tuple[str, int], source: str) -> float | None:
    """The milliseconds until someone new is in the chat; None if refused."""
    before = time.monotonic()
    person = None
    try:
        person = await Connection.open(target, source)
        await wire.enter(person, f"{target[0]}:{target[1]}", "")
    except NotEntered:
        return None
    finally:
        if person is not None:
            person.close()
    return (time.monotonic() - before) * 1000
