"""One attack on one server: start it, measure calm, attack, measure again, stop it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.attacks.attacker import STARTED
from bench.attacks.bystanders import Bystanders, newcomer
from bench.attacks.catalogue import Attack
from bench.attacks.connection import NotEntered
from bench.attacks.meter import Meter, size_of
from bench.attacks.network import Network
from bench.attacks.results import NO_DELAYS, Gains, Result
from bench.attacks.victims import (
    DATABASE,
    Start,
    Victim,
    log_directory,
    make_full_store,
)
from bench.attacks.wires import WIRES
from bench.processes import BenchError, Server, on_cores
from bench.tools import Tools

SETTLE_SECONDS = 2.0
"""From the end of the attack until memory is measured."""

MEMORY_LIMIT = 4 << 30
"""Bytes of memory at which a server is killed, to protect the machine."""

_CALM_SECONDS = 1.0
_SAMPLE_SECONDS = 0.05
_OVERTIME = 90.0
"""Seconds that attackers may take longer than planned, for example to connect."""

_STOP_AFTER = 1.0
_STOP_LIMIT = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    :ivar connections: of the attackers, unless the attack has a number of its own.
    :ivar seconds: of each attack, times its own factor.
    :ivar cores: for the server, and for attackers and bystanders.
    """

    connections: int
    seconds: float
    cores: tuple[set[int], set[int]]


@dataclass(frozen=True, slots=True)
class _Target:
    """A running server."""

    server: Server
    address: tuple[str, int]
    logs: tuple[Path, ...]
    disk: Path


class Runner:
    """Makes attacks, one after the other."""

    def __init__(self, tools: Tools, network: Network, plan: Plan) -> None:
        self._tools = tools
        self._network = network
        self._plan = plan

    def attack(self, attack: Attack, victim: Victim, wire: str) -> Result:
        """Make one attack on a new server."""
        seconds = self._plan.seconds * attack.times
        empty = Result(attack.key, victim.key, wire, seconds)
        try:
            with self._started(attack, victim) as target:
                return asyncio.run(self._measure(attack, empty, target))
        except (BenchError, NotEntered, ProcessLookupError) as error:
            return _skip(empty, str(error))

    @contextlib.contextmanager
    def _started(self, attack: Attack, victim: Victim) -> Iterator[_Target]:
        with ExitStack() as stack:
            start = self._start(stack, attack)
            log = self._tools.build / f"attack-{victim.key}.log"
            if attack.full and victim.key == "chat":
                shutil.copyfile(self._full(log), start.disk / DATABASE)
            command = victim.command(start)
            server = Server(command, start.directory, log, self._plan.cores[0])
            stack.callback(server.stop)
            server.wait_until_open(start.port, start.host)
            logs = (log, log_directory(start.directory))
            yield _Target(server, (start.host, start.port), logs, start.disk)

    def _start(self, stack: ExitStack, attack: Attack | None = None) -> Start:
        directory = _directory(stack)
        directory.chmod(0o777)
        return Start(
            self._network.server,
            self._network.free_port(),
            directory,
            _directory(stack, self._tools.build),
            self._tools,
            attack.options if attack else (),
        )

    def _full(self, log: Path) -> Path:
        with ExitStack() as stack:
            return make_full_store(self._start(stack), log)

    async def _measure(self, attack: Attack, empty: Result, target: _Target) -> Result:
        wire = WIRES[empty.wire]
        crew = Bystanders(wire, target.address, self._network.bystander)
        try:
            await crew.enter()
            await crew.settle()
            await asyncio.sleep(_CALM_SECONDS / 2)
            crew.begin()
            await asyncio.sleep(_CALM_SECONDS)
            calm = crew.delays()
            crew.begin()
            meter = Meter(target.server.pid, target.logs)
            sampling = asyncio.create_task(_sample(meter, target.server))
            gains, entered, stopped = await self._make(attack, empty, target)
            if stopped is None:
                await asyncio.sleep(SETTLE_SECONDS)
            lost = crew.lost
            gains.notes += [f"bystander: {how}" for how in sorted(set(crew.ended))]
            delays = await crew.finish(patient=stopped is None)
            sampling.cancel()
            process = meter.read(_death(target.server, stopped))
        finally:
            await crew.leave()
        return Result(
            empty.attack,
            empty.server,
            empty.wire,
            empty.seconds,
            calm,
            delays if stopped is None else NO_DELAYS,
            lost if stopped is None else 0,
            entered,
            process,
            size_of([target.disk / DATABASE]),
            attack.keep_bytes,
            gains,
            stopped,
        )

    async def _make(
        self, attack: Attack, empty: Result, target: _Target
    ) -> tuple[Gains, float | None, float | None]:
        """What the attackers got, the newcomer's time, and the time to stop."""
        with on_cores(self._plan.cores[1]):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bench.attacks.attacker",
                attack.key,
                empty.wire,
                str(target.address[1]),
                str(self._plan.connections),
                str(empty.seconds),
                cwd=self._tools.root,
                stdout=asyncio.subprocess.PIPE,
                limit=1 << 24,
            )
        output = process.stdout or asyncio.StreamReader()
        stopping = attack.stops
        during: asyncio.Task[float | None] | None = None
        text = b""
        try:
            async with asyncio.timeout(empty.seconds + _OVERTIME):
                async for line in output:
                    if line.strip() != STARTED.encode():
                        text = line
                    elif stopping:
                        during = asyncio.create_task(_stop(target.server))
                    elif during is None:
                        during = asyncio.create_task(self._come(empty, target))
        except TimeoutError:
            pass
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.wait()
        gains = (
            Gains.from_data(json.loads(text))
            if text
            else Gains(error="the attackers did not end in time")
        )
        happened = await during if during is not None else None
        return (gains, None, happened) if stopping else (gains, happened, None)

    async def _come(self, empty: Result, target: _Target) -> float | None:
        """Someone new comes in the middle of the attack."""
        await asyncio.sleep(min(empty.seconds / 2, 5))
        return await newcomer(WIRES[empty.wire], target.address, self._network.newcomer)


async def _sample(meter: Meter, server: Server) -> None:
    with contextlib.suppress(ProcessLookupError):
        while True:
            if meter.sample() > MEMORY_LIMIT:
                os.kill(server.pid, signal.SIGKILL)
            await asyncio.sleep(_SAMPLE_SECONDS)


async def _stop(server: Server) -> float:
    """The seconds from SIGTERM to the end."""
    await asyncio.sleep(_STOP_AFTER)
    before = time.monotonic()
    os.kill(server.pid, signal.SIGTERM)
    await asyncio.to_thread(server.wait, _STOP_LIMIT)
    return time.monotonic() - before


def _death(server: Server, stopped: float | None) -> str:
    """How the server ended on its own; empty if it did not."""
    status = server.status
    if status is None or stopped is not None:
        return ""
    if status == -signal.SIGKILL:
        return f"killed at {MEMORY_LIMIT >> 30} GiB"
    return f"ended with status {status}: {server.last_output()}"


def _skip(empty: Result, reason: str) -> Result:
    return Result(empty.attack, empty.server, empty.wire, empty.seconds, skipped=reason)


def _directory(stack: ExitStack, parent: Path | None = None) -> Path:
    made = tempfile.TemporaryDirectory(dir=parent, ignore_cleanup_errors=True)
    return Path(stack.enter_context(made))
