"""An operator who works during fault injection, and what must be left of that work.

``Keeper`` registers accounts, bans names, changes a setting of a room, renames itself,
and deletes and corrects its messages, each by a request with a ``ref``.  A reply says
whether the request was carried out; without one it may have been.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import connect

from tests.end_to_end.fault_clients import DISCONNECTED

PASSWORD = "correct-horse"
ROOM = "study"
TIMEOUT = 20.0
"""Seconds after which a request that was not answered is given up."""

Frame = dict[str, Any]
Socket = Any


@asynccontextmanager
async def connected(port: int, query: str = "") -> AsyncIterator[Socket]:
    """A JSON client."""
    url = f"ws://127.0.0.1:{port}/ws?format=json{query}"
    async with connect(
        url, open_timeout=5, ping_interval=None, close_timeout=0.5, max_size=None
    ) as socket:
        yield socket


async def answer(socket: Socket, ref: str) -> Frame:
    """The reply to a request."""
    while True:
        found: Frame = json.loads(await socket.recv())
        if found.get("ref") == ref:
            return found


async def log_in(socket: Socket, name: str) -> Frame:
    """Log in; the welcome, or the error."""
    frame = {"type": "login", "nick": name, "password": PASSWORD, "ref": "in"}
    await socket.send(json.dumps(frame))
    return await answer(socket, "in")


class Unknown(Exception):
    """It is not known whether a request was carried out."""


class Keeper:
    """An operator, with an account of its own.

    :ivar done: how many requests were carried out, by kind.
    :ivar accounts: those that are registered for certain.
    :ivar bans: name -> whether it is banned; ``None`` if that is not known.
    :ivar limits: what the setting of the room may be.
    :ivar gone: texts that were deleted or replaced for certain.
    """

    def __init__(self, name: str, ports: list[int], rng: random.Random) -> None:
        self.name = name
        self.done: dict[str, int] = {}
        self.accounts: list[str] = []
        self.bans: dict[str, bool | None] = {}
        self.limits: set[int | None] = {None}
        self.gone: list[str] = []
        self._ports = ports
        self._rng = rng
        self._numbers = itertools.count(1)
        self._sending = True

    async def become_operator(self, code: str) -> None:
        """Register, with the code of the log, and open the room.

        :raises AssertionError: it was refused.
        """
        async with connected(self._ports[0], f"&nick={self.name}") as socket:
            for line in (
                f"\\register {PASSWORD}",
                f"\\operator {code}",
                f"\\join {ROOM}",
            ):
                found = await self._asked(socket, line)
                assert found["type"] != "error", found

    async def add(self, name: str) -> None:
        """Register an account before it all begins.

        :raises AssertionError: it was refused.
        """
        async with connected(self._ports[0]) as socket:
            await log_in(socket, self.name)
            found = await self._asked(socket, f"\\register {name} {PASSWORD}")
            assert found["type"] != "error", found

    async def run(self, interval: float) -> None:
        """Work with an average interval in seconds, until ``pause``."""
        for port in itertools.cycle(self._ports):
            with contextlib.suppress(*DISCONNECTED, Unknown):
                async with connected(port) as socket:
                    welcome = await asyncio.wait_for(log_in(socket, self.name), TIMEOUT)
                    if welcome["type"] == "welcome":
                        await self._work(socket, interval)
            await asyncio.sleep(self._rng.uniform(0.05, 0.3))

    def pause(self) -> None:
        """Begin nothing more."""
        self._sending = False

    async def _work(self, socket: Socket, interval: float) -> None:
        await self._asked(socket, f"\\join {ROOM}")
        acts: list[Callable[[Socket], Awaitable[None]]] = [
            self._register,
            self._ban,
            self._unban,
            self._set_limit,
            self._rename,
            self._delete,
            self._correct,
        ]
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / interval))
            if self._sending:
                await self._rng.choice(acts)(socket)

    async def _asked(self, socket: Socket, line: str, **fields: Any) -> Frame:
        """The reply to a line.

        :raises Unknown: there was none.
        """
        ref = str(next(self._numbers))
        frame = {"type": "command", "text": line, "ref": ref, **fields}
        try:
            await socket.send(json.dumps(frame))
            return await asyncio.wait_for(answer(socket, ref), TIMEOUT)
        except DISCONNECTED as error:
            raise Unknown from error

    async def _is_done(self, socket: Socket, kind: str, line: str) -> bool:
        """Whether a request was carried out.

        :raises Unknown: the reply does not say, or there was none.
        """
        found = await self._asked(socket, line)
        if found["type"] != "error":
            self.done[kind] = self.done.get(kind, 0) + 1
            return True
        if found["code"] == "store" and not found["text"].startswith("not stored:"):
            raise Unknown
        return False

    # What it does.

    async def _register(self, socket: Socket) -> None:
        name = f"pupil{next(self._numbers)}"
        if await self._is_done(socket, "register", f"\\register {name} {PASSWORD}"):
            self.accounts.append(name)

    async def _ban(self, socket: Socket) -> None:
        name = f"troll{next(self._numbers)}"
        await self._change_ban(socket, "ban", name, banned=True)

    async def _unban(self, socket: Socket) -> None:
        known = [name for name, banned in self.bans.items() if banned]
        if known:
            name = self._rng.choice(known)
            await self._change_ban(socket, "unban", name, banned=False)

    async def _change_ban(
        self, socket: Socket, kind: str, name: str, *, banned: bool
    ) -> None:
        before, self.bans[name] = self.bans.get(name), None
        is_done = await self._is_done(socket, kind, f"\\{kind} {name}")
        self.bans[name] = banned if is_done else bool(before)

    async def _set_limit(self, socket: Socket) -> None:
        limit = 10 + next(self._numbers)
        before = set(self.limits)
        self.limits.add(limit)
        is_done = await self._is_done(socket, "setting", f"\\room limit {limit}")
        self.limits = {limit} if is_done else before

    async def _rename(self, socket: Socket) -> None:
        nick = f"{self.name}{next(self._numbers)}"
        await self._is_done(socket, "rename", f"\\nick {nick}")

    async def _delete(self, socket: Socket) -> None:
        text = f"deleted-{next(self._numbers)}-"
        if await self._is_done(socket, "message", text) and await self._is_done(
            socket, "delete", "\\delete"
        ):
            self.gone.append(text)

    async def _correct(self, socket: Socket) -> None:
        number = next(self._numbers)
        text = f"replaced-{number}-"
        if await self._is_done(socket, "message", text) and await self._is_done(
            socket, "edit", f"\\edit right {number}"
        ):
            self.gone.append(text)

    # What must be left of it.

    async def violations(self, ports: list[int], member: str) -> list[str]:
        """What is not as the replies said, on any server.

        :param member: an account with several devices, which is one member.
        """
        wrong: list[str] = []
        for port in ports:
            wrong += await self._violations_at(port, member)
        return wrong

    async def _violations_at(self, port: int, member: str) -> list[str]:
        wrong = []
        for name in self.accounts[-5:]:
            async with connected(port) as socket:
                if (await log_in(socket, name))["type"] != "welcome":
                    wrong.append(f"the account {name} is lost")
        for name, banned in self.bans.items():
            if banned is not None and await is_kept_out(port, name) != banned:
                wrong.append(f"{name} is {'let in' if banned else 'kept out'}")
        async with connected(port) as socket:
            await log_in(socket, self.name)
            await self._asked(socket, f"\\join {ROOM}")
            shown = await self._asked(socket, "\\room")
            if shown.get("limit") not in self.limits:
                wrong.append(f"the limit is {shown}, not of {self.limits}")
            who = await self._asked(socket, "\\who lobby")
            if who["members"].count(member) != 1:
                wrong.append(f"{member} is not there once: {who['members']}")
        return wrong


async def is_kept_out(port: int, name: str) -> bool:
    """Whether whoever connects with a nickname is told that it is banned."""
    async with connected(port, f"&nick={name}") as socket:
        found: Frame = json.loads(await socket.recv())
    return bool(found["type"] == "error" and found["code"] == "banned")


class Device:
    """One of several devices of an account, which connects again each time."""

    def __init__(self, name: str, ports: list[int]) -> None:
        self._name = name
        self._ports = ports

    async def run(self) -> None:
        """Be connected, to one server after the other."""
        for port in itertools.cycle(self._ports):
            with contextlib.suppress(*DISCONNECTED):
                async with connected(port) as socket:
                    await log_in(socket, self._name)
                    async for _ in socket:
                        pass
            await asyncio.sleep(0.1)
