"""Fault injection: servers and their Redis fail again and again, under load.

    python -m tests.end_to_end.faults --seed 1 --seconds 60

Three servers share one Redis that writes every command to its disk.  Senders on each
server send messages and resume on another server after a disconnect, some of them by
IRC; receivers, of lines and of IRC, only receive.  An operator registers accounts, bans
names, changes a setting, renames itself, and deletes and corrects messages; an account
has a device on each server.  Meanwhile, in an order that depends on the seed, servers
are killed, stopped, frozen for longer than a lease, and restarted; Redis is frozen,
killed and restarted; and its connections are cut.

At the end:

- no sender has received a message twice or out of order, or been told of a gap;
- a message with a positive reply is in the history, once, and every sender received it;
- a message that was not stored, according to its reply, is not in the history;
- every sender has received exactly the history, from its first message on;
- no receiver has received a message twice, or in another order than the history;
- all clients see the same members, and these are the ones that are connected;
- every account, ban and setting is as the replies to the operator said, on all servers;
- no text that was deleted or replaced is in Redis.
"""

# ruff: noqa: T201 - it prints its findings

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

from tests.end_to_end.fault_clients import Receiver, Sender, history, until
from tests.end_to_end.fault_irc import IrcReceiver, IrcSender
from tests.end_to_end.fault_keeper import Device, Keeper
from tests.end_to_end.harness import Server, free_port
from tests.end_to_end.redis_server import RedisServer

SERVERS = 3
SENDERS = 6
IRC_SENDERS = 3
INTERVAL = 0.1
"""Average seconds between two messages of a sender."""

KEEPER, PUPIL = "keeper", "pupil"
"""The names of the operator, and of the account with several devices."""

_FIND = """
local found = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
    local kind, value = redis.call('TYPE', key).ok, nil
    if kind == 'string' then value = redis.call('GET', key)
    elseif kind == 'hash' then value = redis.call('HGETALL', key)
    elseif kind == 'stream' then value = redis.call('XRANGE', key, '-', '+')
    elseif kind == 'zset' then value = redis.call('ZRANGE', key, 0, -1)
    elseif kind == 'set' then value = redis.call('SMEMBERS', key)
    elseif kind == 'list' then value = redis.call('LRANGE', key, 0, -1) end
    local whole = cjson.encode(value)
    for _, text in ipairs(ARGV) do
        if string.find(whole, text, 1, true) then
            found[#found + 1] = text .. ' in ' .. key
        end
    end
end
return found
"""
"""Which of some texts are anywhere in Redis."""

SETTLE = 45.0
"""Seconds at the end within which everything must have recovered."""


@dataclass(slots=True)
class Outcome:
    """The result of a run.

    :ivar wrong: violations, in words; empty if there are none.
    :ivar kept: what the operator did, by kind.
    """

    wrong: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    stored: int = 0
    refused: int = 0
    unknown: int = 0
    resumed: int = 0
    history: int = 0
    kept: dict[str, int] = field(default_factory=dict)


class Run:
    """One run.

    :param verbose: print each fault.
    """

    def __init__(self, seed: int, directory: Path, verbose: bool) -> None:
        self.rng = random.Random(seed)
        self.directory = directory
        self.verbose = verbose
        self.redis = RedisServer(durable=True)
        self.ports = [free_port() for _ in range(SERVERS)]
        self.servers: list[Server | None] = [None] * SERVERS
        self.outcome = Outcome()
        self.senders: list[Sender] = []
        self.receivers: list[Receiver] = []
        self.keeper = Keeper(KEEPER, self.ports, random.Random(seed))

    async def go(self, seconds: float) -> Outcome:
        """Inject faults for some seconds, then check the results."""
        loop = asyncio.get_running_loop()
        self.redis.start()
        tasks: list[asyncio.Task[None]] = []
        try:
            await asyncio.gather(*(self._start(n) for n in range(SERVERS)))
            names = [f"page{number}" for number in range(SENDERS)]
            names += [f"irc{number}" for number in range(IRC_SENDERS)]
            for number, name in enumerate(names):
                first = number % SERVERS
                ports = self.ports[first:] + self.ports[:first]
                rng = random.Random(self.rng.random())
                kind = Sender if number < SENDERS else IrcSender
                self.senders.append(kind(name, ports, rng))
            self.receivers = [Receiver(port) for port in self.ports]
            self.receivers += [IrcReceiver(port) for port in self.ports]
            await self._register()
            tasks = [asyncio.create_task(one.run(INTERVAL)) for one in self.senders]
            tasks += [asyncio.create_task(one.run()) for one in self.receivers]
            tasks.append(asyncio.create_task(self.keeper.run(INTERVAL * 3)))
            for first in range(SERVERS):
                ports = self.ports[first:] + self.ports[:first]
                tasks.append(asyncio.create_task(Device(PUPIL, ports).run()))
            end = loop.time() + seconds
            while loop.time() < end:
                await asyncio.sleep(self.rng.uniform(0.3, 2.0))
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

    async def _register(self) -> None:
        """There is an operator, and an account with several devices."""
        server = self.servers[0]
        assert server is not None
        code = await asyncio.to_thread(server.expect_log, r"operator code: (\S+)")
        await self.keeper.become_operator(code[1])
        await self.keeper.add(PUPIL)

    # Faults.

    async def _fault(self) -> None:
        name, fault = self.rng.choice(
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
        if self.verbose:
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
        number = self.rng.randrange(SERVERS)
        server = self.servers[number]
        assert server is not None
        return number, server

    async def _kill_server(self) -> None:
        number, server = self._one()
        server.kill()
        await asyncio.sleep(self.rng.choice([0, 0.5, 2, 8]))
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
        await asyncio.sleep(self.rng.choice([1, 4, 9]))
        server.signal(signal.SIGCONT)

    async def _freeze_redis(self) -> None:
        self.redis.signal(signal.SIGSTOP)
        await asyncio.sleep(self.rng.choice([0.5, 3, 8]))
        self.redis.signal(signal.SIGCONT)

    async def _kill_redis(self) -> None:
        self.redis.kill()
        await asyncio.sleep(self.rng.choice([0, 1, 7]))
        await asyncio.to_thread(self.redis.start)

    async def _cut(self) -> None:
        with contextlib.suppress(OSError):
            await asyncio.to_thread(
                self.redis.call, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"
            )

    # Checks.

    async def _settle(self) -> None:
        """Stop sending, and wait until all clients have received the same."""
        await asyncio.sleep(1)
        for sender in self.senders:
            sender.pause()
        self.keeper.pause()
        names = {sender.name for sender in self.senders} | {PUPIL}

        def recovered() -> bool:
            ends = {sender.seen[-1] for sender in self.senders if sender.seen}
            present = [sender.members & names for sender in self.senders]
            return len(ends) == 1 and all(one == names for one in present)

        await asyncio.sleep(2)
        if not await until(recovered, SETTLE):
            self.outcome.wrong.append(
                "the senders received different messages: "
                f"{[(t.name, t.seen[-1:], sorted(t.members)) for t in self.senders]}"
            )
        members = {frozenset(sender.members) for sender in self.senders}
        if len(members) != 1:
            self.outcome.wrong.append(f"the senders see different members: {members}")

    async def _check(self) -> None:
        self.outcome.kept = self.keeper.done
        self.outcome.wrong += await self.keeper.violations(self.ports, PUPIL)
        if self.keeper.gone:
            found = self.redis.call("EVAL", _FIND, "0", *self.keeper.gone)
            if found != "[]":
                self.outcome.wrong.append(f"deleted, but in Redis: {found}")
        kept = await history(self.ports[0])
        for port in self.ports[1:]:
            if await history(port) != kept:
                self.outcome.wrong.append("the servers have different histories")
        out = self.outcome
        out.history = len(kept)
        texts = Counter(text for _, text in kept)
        out.wrong += [
            f"in the history twice: {text}" for text, n in texts.items() if n > 1
        ]
        for sender in self.senders:
            out.stored += len(sender.stored)
            out.refused += len(sender.refused)
            out.unknown += len(sender.unknown)
            out.resumed += sender.resumed
            self._check_sender(sender, kept, texts)
        for receiver in self.receivers:
            self._check_receiver(receiver, [text for _, text in kept])

    def _check_sender(
        self, sender: Sender, kept: list[tuple[str, str]], texts: Counter[str]
    ) -> None:
        wrong = self.outcome.wrong
        if sender.gaps:
            wrong.append(f"{sender.name} had {sender.gaps} gaps")
        lost = [text for text in sender.stored if text not in texts]
        wrong += [
            f"{sender.name}: reply positive, but not in the history: {text}"
            for text in lost
        ]
        said = [text for text in sender.refused if text in texts]
        wrong += [
            f"{sender.name}: reply negative, but in the history: {text}"
            for text in said
        ]
        if not sender.seen:
            wrong.append(f"{sender.name} received nothing")
            return
        expected = [one for one in kept if one[0] >= sender.seen[0][0]]
        if sender.seen != expected:
            missing = [one for one in expected if one not in set(sender.seen)]
            twice = [o for o, n in Counter(sender.seen).items() if n > 1]
            wrong.append(
                f"{sender.name} did not receive the history: missing {missing[:5]}"
                f" ({len(missing)}), twice {twice[:5]} ({len(twice)}), in order: "
                f"{sender.seen == sorted(sender.seen)}"
            )

    def _check_receiver(self, receiver: Receiver, kept: list[str]) -> None:
        position = {text: index for index, text in enumerate(kept)}
        for lines in receiver.lines:
            said = [line.partition(": ")[2] for line in lines]
            order = [position[text] for text in said if text in position]
            if order != sorted(set(order)):
                self.outcome.wrong.append("a receiver received another order")
            elif order and order != list(range(order[0], order[-1] + 1)):
                self.outcome.wrong.append("a receiver missed messages")


def run(seed: int, seconds: float, *, verbose: bool = False) -> Outcome:
    """One run with a seed."""
    with tempfile.TemporaryDirectory(prefix="twisted-chat-faults-") as directory:
        outcome = asyncio.run(Run(seed, Path(directory), verbose).go(seconds))
        if outcome.wrong:
            keep = Path(tempfile.mkdtemp(prefix="twisted-chat-faults-wrong-"))
            for log in Path(directory).glob("*/twistd.log"):
                (keep / f"{log.parent.name}.log").write_bytes(log.read_bytes())
            outcome.wrong.append(f"the logs: {keep}")
    return outcome


def main() -> int:
    """The command line of ``make faults``."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="the number of runs")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--quiet", action="store_true")
    given = parser.parse_args()
    bad = 0
    for seed in range(given.seed, given.seed + given.seeds):
        print(f"seed {seed}, {given.seconds:g} s:", flush=True)
        outcome = run(seed, given.seconds, verbose=not given.quiet)
        faults = ", ".join(f"{n} x {name}" for name, n in outcome.faults.items())
        print(
            f"  {faults}\n  {outcome.history} in the history, {outcome.stored} stored, "
            f"{outcome.refused} refused, {outcome.unknown} unknown, "
            f"{outcome.resumed} resumes\n  the operator: {outcome.kept}",
            flush=True,
        )
        for line in outcome.wrong:
            print(f"  WRONG: {line}", flush=True)
        bad += bool(outcome.wrong)
    print(f"{given.seeds - bad} of {given.seeds} runs without violations", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
