"""A run of faults: servers and their Redis fall over again and again, under load.

    python -m tests.end_to_end.faults --seed 1 --seconds 60

Three servers share one Redis that writes everything to its disk.  Pages on each of
them talk and resume on another server when theirs is gone; people with plain sockets
listen.  Meanwhile, by a plan that the seed decides, servers are killed, stopped in
good order, frozen for longer than the others wait for them, and started again; Redis
is frozen, killed and started again; its connections are cut.

At the end, all must be true:

- no page was shown a message twice or out of order, and none was told of a gap;
- what a page was told was stored is in the history, once, and every page saw it;
- what a page was told was not stored is not;
- every page saw exactly the history, from its first message on;
- no plain socket was shown a message twice, or in another order than the history;
- everyone sees the same people, and those are the ones who are there.
"""

# ruff: noqa: T201 - it prints what it finds

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import signal
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.end_to_end.fault_clients import Listener, Talker, history, until
from tests.end_to_end.harness import Server
from tests.end_to_end.redis_server import RedisServer, free_port

SERVERS = 3
TALKERS = 6
PACE = 0.1
"""Seconds between two messages of one page, on average."""

SETTLE = 45.0
"""Seconds at the end in which everything must be well again."""


@dataclass(slots=True)
class Outcome:
    """What came of one run.

    :ivar wrong: what should not be, in words; empty if all is well.
    """

    wrong: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    told_stored: int = 0
    refused: int = 0
    unknown: int = 0
    resumed: int = 0
    kept: int = 0


class Run:
    """One run.

    :param say: takes each step as a line.
    """

    def __init__(self, seed: int, directory: Path, say: bool) -> None:
        self.chance = random.Random(seed)
        self.directory = directory
        self.say = say
        self.redis = RedisServer(durable=True)
        self.ports = [free_port() for _ in range(SERVERS)]
        self.servers: list[Server | None] = [None] * SERVERS
        self.outcome = Outcome()
        self.talkers: list[Talker] = []
        self.listeners: list[Listener] = []

    async def go(self, seconds: float) -> Outcome:
        """Run for so many seconds, then see whether all is well."""
        loop = asyncio.get_running_loop()
        self.redis.start()
        tasks: list[asyncio.Task[None]] = []
        try:
            await asyncio.gather(*(self._start(n) for n in range(SERVERS)))
            for number in range(TALKERS):
                first = number % SERVERS
                ports = self.ports[first:] + self.ports[:first]
                chance = random.Random(self.chance.random())
                self.talkers.append(Talker(f"page{number}", ports, chance))
            self.listeners = [Listener(port) for port in self.ports]
            tasks = [asyncio.create_task(one.run(PACE)) for one in self.talkers]
            tasks += [asyncio.create_task(one.run()) for one in self.listeners]
            end = loop.time() + seconds
            while loop.time() < end:
                await asyncio.sleep(self.chance.uniform(0.3, 2.0))
                await self._fault()
            await self._settle()
            await self._check()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for server in self.servers:
                if server is not None:
                    server.kill()
            self.redis.discard()
        return self.outcome

    # Faults.

    async def _fault(self) -> None:
        name, fault = self.chance.choice(
            [
                ("kill a server", self._kill_server),
                ("kill a server", self._kill_server),
                ("stop a server", self._stop_server),
                ("freeze a server", self._freeze_server),
                ("freeze Redis", self._freeze_redis),
                ("kill Redis", self._kill_redis),
                ("cut connections", self._cut),
                ("cut connections", self._cut),
            ]
        )
        self.outcome.faults[name] += 1
        if self.say:
            print(f"  {name}", flush=True)
        await fault()

    async def _start(self, number: int) -> None:
        directory = self.directory / str(number)
        directory.mkdir(exist_ok=True)
        server = Server(
            directory,
            *("--port", f"tcp:{self.ports[number]}:interface=127.0.0.1"),
            *("--store", self.redis.url, "--flood", "off"),
        )
        self.servers[number] = server
        await asyncio.to_thread(server.wait_until_running)

    def _one(self) -> tuple[int, Server]:
        number = self.chance.randrange(SERVERS)
        server = self.servers[number]
        assert server is not None
        return number, server

    async def _kill_server(self) -> None:
        number, server = self._one()
        server.kill()
        await asyncio.sleep(self.chance.choice([0, 0.5, 2, 8]))
        await self._start(number)

    async def _stop_server(self) -> None:
        number, server = self._one()
        status = await asyncio.to_thread(server.stop)
        if status not in (0, -signal.SIGTERM):
            self.outcome.wrong.append(f"a server ended with status {status}")
        await self._start(number)

    async def _freeze_server(self) -> None:
        _, server = self._one()
        server.signal(signal.SIGSTOP)
        await asyncio.sleep(self.chance.choice([1, 4, 9]))
        server.signal(signal.SIGCONT)

    async def _freeze_redis(self) -> None:
        self.redis.signal(signal.SIGSTOP)
        await asyncio.sleep(self.chance.choice([0.5, 3, 8]))
        self.redis.signal(signal.SIGCONT)

    async def _kill_redis(self) -> None:
        self.redis.kill()
        await asyncio.sleep(self.chance.choice([0, 1, 7]))
        await asyncio.to_thread(self.redis.start)

    async def _cut(self) -> None:
        with contextlib.suppress(OSError):
            await asyncio.to_thread(
                self.redis.call, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"
            )

    # What must be so in the end.

    async def _settle(self) -> None:
        """Let everyone say a last word that everyone must see."""
        await asyncio.sleep(1)
        for talker in self.talkers:
            talker.quiet()
        names = {talker.name for talker in self.talkers}

        def well() -> bool:
            ends = {talker.seen[-1] for talker in self.talkers if talker.seen}
            people = [talker.members & names for talker in self.talkers]
            return len(ends) == 1 and all(one == names for one in people)

        await asyncio.sleep(2)
        if not await until(well, SETTLE):
            self.outcome.wrong.append(
                "not everyone saw the same in the end: "
                f"{[(t.name, t.seen[-1:], sorted(t.members)) for t in self.talkers]}"
            )
        members = {frozenset(talker.members) for talker in self.talkers}
        if len(members) != 1:
            self.outcome.wrong.append(f"not one list of people: {members}")

    async def _check(self) -> None:
        kept = await history(self.ports[0])
        for port in self.ports[1:]:
            if await history(port) != kept:
                self.outcome.wrong.append("the servers have different histories")
        out = self.outcome
        out.kept = len(kept)
        texts = Counter(text for _, text in kept)
        out.wrong += [f"kept twice: {text}" for text, n in texts.items() if n > 1]
        for talker in self.talkers:
            out.told_stored += len(talker.stored)
            out.refused += len(talker.refused)
            out.unknown += len(talker.unknown)
            out.resumed += talker.resumed
            self._check_talker(talker, kept, texts)
        for listener in self.listeners:
            self._check_listener(listener, [text for _, text in kept])

    def _check_talker(
        self, talker: Talker, kept: list[tuple[str, str]], texts: Counter[str]
    ) -> None:
        wrong = self.outcome.wrong
        if talker.gaps:
            wrong.append(f"{talker.name} was told {talker.gaps} times of a gap")
        lost = [text for text in talker.stored if text not in texts]
        wrong += [f"{talker.name} was told stored, but: {text}" for text in lost]
        said = [text for text in talker.refused if text in texts]
        wrong += [f"{talker.name} was told not stored, but: {text}" for text in said]
        if not talker.seen:
            wrong.append(f"{talker.name} saw nothing")
            return
        expected = [one for one in kept if one[0] >= talker.seen[0][0]]
        if talker.seen != expected:
            missing = [one for one in expected if one not in set(talker.seen)]
            twice = [o for o, n in Counter(talker.seen).items() if n > 1]
            wrong.append(
                f"{talker.name} did not see the history: missing {missing[:5]}"
                f" ({len(missing)}), twice {twice[:5]} ({len(twice)}), in order: "
                f"{talker.seen == sorted(talker.seen)}"
            )

    def _check_listener(self, listener: Listener, kept: list[str]) -> None:
        place = {text: index for index, text in enumerate(kept)}
        for lines in listener.lines:
            said = [line.partition(": ")[2] for line in lines]
            order = [place[text] for text in said if text in place]
            if order != sorted(set(order)):
                self.outcome.wrong.append("a plain socket saw another order")
            elif order and order != list(range(order[0], order[-1] + 1)):
                self.outcome.wrong.append("a plain socket missed messages")


def run(seed: int, seconds: float, *, say: bool = False) -> Outcome:
    """One run with a seed."""
    with tempfile.TemporaryDirectory(prefix="twisted-chat-faults-") as directory:
        outcome = asyncio.run(Run(seed, Path(directory), say).go(seconds))
        if outcome.wrong:
            keep = Path(tempfile.mkdtemp(prefix="twisted-chat-faults-wrong-"))
            for log in Path(directory).glob("*/twistd.log"):
                (keep / f"{log.parent.name}.log").write_bytes(log.read_bytes())
            outcome.wrong.append(f"the logs: {keep}")
    return outcome


def main() -> int:
    """What ``make faults`` runs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="so many runs")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--quiet", action="store_true")
    given = parser.parse_args()
    bad = 0
    for seed in range(given.seed, given.seed + given.seeds):
        print(f"seed {seed}, {given.seconds:g} s:", flush=True)
        outcome = run(seed, given.seconds, say=not given.quiet)
        faults = ", ".join(f"{n} x {name}" for name, n in outcome.faults.items())
        print(
            f"  {faults}\n  {outcome.kept} kept, {outcome.told_stored} told stored, "
            f"{outcome.refused} refused, {outcome.unknown} unknown, "
            f"{outcome.resumed} times resumed",
            flush=True,
        )
        for line in outcome.wrong:
            print(f"  WRONG: {line}", flush=True)
        bad += bool(outcome.wrong)
    print(f"{given.seeds - bad} of {given.seeds} runs were right", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
