"""The process of those who log in: ``python -m bench.logins.crowd KIND PORT``.

It reads the tokens by name, as a line of JSON, and prints a line once all are connected
as guests.  At the next line of its input all log in at once, by JSON over WebSocket; it
prints how many bytes they received, once all are.  Then they read on until its input
ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence

from bench.attacks.connection import Connection
from bench.attacks.field import Field
from bench.attacks.network import LOOPBACK
from bench.attacks.wires import WIRES, json_frame
from bench.logins.kinds import BY_KEY, PASSWORD, Kind
from bench.processes import BenchError, raise_file_limit

_NICE = 19
"""Those whose messages are measured are on the same core."""

_WIRE = WIRES["json"]

_LOGGED_IN = b'"ref":"login",'
_REFUSED = b'"ref":"login"}'

_FOR_EVER = 3600.0

_ALIVE_SECONDS = 10.0
"""Between two answers to the server's pings, which are not read."""

_QUIET_SECONDS = 2.0
"""After they have connected, for what they are shown of each other."""


class _Person:
    """Reads from one connection until it ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.logged_in = asyncio.Event()
        self.reading = asyncio.ensure_future(self._read())

    async def log_in(self, kind: Kind, name: str, token: str) -> None:
        """Log in, and wait until that is answered.

        :raises BenchError: it is refused, or the connection ends.
        """
        what = (
            {"token": token} if kind.by_token else {"nick": name, "password": PASSWORD}
        )
        await self._connection.write(json_frame(type="login", ref="login", **what))
        answered = asyncio.ensure_future(self.logged_in.wait())
        await asyncio.wait(
            (answered, self.reading), return_when=asyncio.FIRST_COMPLETED
        )
        if self.reading.done():
            raise BenchError(f"{name} cannot log in: {self.reading.result()}")

    async def _read(self) -> str:
        """Why it ended."""
        tail = b""
        while data := await self._connection.read():
            if self.logged_in.is_set():
                continue
            tail += data
            if _LOGGED_IN in tail:
                self.logged_in.set()
            elif _REFUSED in tail:
                return repr(tail[-200:])
            tail = tail[-len(_LOGGED_IN) :]
        return self._connection.ended


async def _keep_alive(connections: Sequence[Connection]) -> None:
    while True:
        await asyncio.sleep(_ALIVE_SECONDS)
        for each in connections:
            await each.write(_WIRE.alive)


async def _next_line() -> str:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, sys.stdin.readline)


async def run(kind: Kind, port: int) -> None:
    """See the module."""
    tokens: Mapping[str, str] = json.loads(await _next_line())
    field = Field(_WIRE, LOOPBACK, port, len(tokens), _FOR_EVER, lambda: None)
    connections = await field.people()
    if len(connections) < len(tokens):
        raise BenchError(f"not all are connected: {field.finish().refused}")
    people = [_Person(each) for each in connections]
    alive = asyncio.ensure_future(_keep_alive(connections))
    # Not before: who is silent for a quarter of a second is a line client.
    os.nice(_NICE)
    await asyncio.sleep(_QUIET_SECONDS)
    print("connected", flush=True)
    await _next_line()
    before = sum(each.received for each in connections)
    await asyncio.gather(
        *(
            person.log_in(kind, name, token)
            for person, (name, token) in zip(people, tokens.items(), strict=True)
        )
    )
    print(sum(each.received for each in connections) - before, flush=True)
    await _next_line()
    alive.cancel()
    for person in people:
        person.reading.cancel()
    field.finish()


if __name__ == "__main__":
    raise_file_limit()
    asyncio.run(run(BY_KEY[sys.argv[1]], int(sys.argv[2])))
