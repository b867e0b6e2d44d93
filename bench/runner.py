"""The measurement: start the servers, connect the clients, send messages, in turn.

All servers of a family run at the same time, each with its own clients.  Rounds go
from one server to the next, so that a disturbance on the machine affects all of them.
While one is measured, the others are idle.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.generator import Generator
from bench.proc import cpu_ns, memory_kib
from bench.processes import BenchError, Server, free_port
from bench.progress import Progress
from bench.results import Connect, Result, Round
from bench.targets import Setup, Target
from bench.tools import Tools

SENDERS = 10
"""How many clients send under saturation."""

WINDOW = 16
"""How many messages of each sender may be undelivered under saturation."""

LARGE = 2000
"""From this many clients on, a server is started once and not for each round, because
connecting the clients takes most of the time.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    :ivar rounds: of messages, for each server and number of clients.
    :ivar seconds: of saturation in each round.
    :ivar connect_timeout: seconds to connect all clients of a server.
    """

    sizes: tuple[int, ...]
    rounds: int
    seconds: float
    connect_timeout: float

    def passes(self, clients: int) -> tuple[int, int]:
        """How often the servers are started, and the rounds after each start."""
        return (1, self.rounds) if clients >= LARGE else (self.rounds, 1)

    def steps(self, targets: int) -> int:
        """The number of steps, for progress output."""
        return sum(
            passes * targets * (1 + rounds)
            for passes, rounds in map(self.passes, self.sizes)
        )


def single_messages(clients: int) -> tuple[int, float]:
    """The number of single messages in a round, and the milliseconds between them."""
    return max(25, min(100, 60_000 // clients)), 5 if clients < 500 else 10


@dataclass(frozen=True, slots=True)
class Running:
    """A running server whose clients are in the room."""

    target: Target
    server: Server
    generator: Generator
    clients: int

    def measure(self, seconds: float) -> Round:
        """One round.

        :raises BenchError: if the server or the load generator fails.
        """
        messages, pause = single_messages(self.clients)
        start = cpu_ns(self.server.pid)
        single = self.generator.single(messages, pause)
        between = cpu_ns(self.server.pid)
        saturated = self.generator.saturate(min(SENDERS, self.clients), WINDOW, seconds)
        end = cpu_ns(self.server.pid)
        return Round(
            cpu_us=(between - start) / 1000 / single.deliveries,
            latencies_us=single.latencies_us,
            per_cpu_second=saturated.deliveries / (end - between) * 1e9,
            messages_per_second=saturated.messages / saturated.seconds,
        )


class Runner:
    """Starts servers, measures them, and stops them.

    :param cores: those of the servers, and those of the load generators.
    """

    def __init__(
        self,
        tools: Tools,
        plan: Plan,
        progress: Progress,
        cores: tuple[set[int], set[int]],
    ) -> None:
        self._tools = tools
        self._plan = plan
        self._progress = progress
        self._server_cores, self._generator_cores = cores
        self._latest: dict[str, Result] = {}

    def measure(self, targets: list[Target], clients: int) -> list[Result]:
        """All passes and rounds, for one family and one number of clients."""
        results = {t.key: Result(t.key, t.title, t.family, clients) for t in targets}
        passes, rounds = self._plan.passes(clients)
        for _ in range(passes):
            with ExitStack() as stack:
                running = self._start_all(targets, results, clients, rounds, stack)
                for turn in range(rounds):
                    shift = turn % max(1, len(running))
                    for one in running[shift:] + running[:shift]:
                        self._measure(one, results[one.target.key])
        self._latest |= results
        return list(results.values())

    def _start_all(
        self,
        targets: list[Target],
        results: dict[str, Result],
        clients: int,
        rounds: int,
        stack: ExitStack,
    ) -> list[Running]:
        running = []
        for target in targets:
            result = results[target.key]
            result.skipped = result.skipped or self._too_slow(target, clients)
            if result.skipped:
                self._progress.skip(1 + rounds)
                continue
            self._progress.step(f"{clients} clients: {label(target)}: connect")
            try:
                one, connect = self._start(target, clients, stack)
            except (BenchError, ProcessLookupError) as error:
                result.skipped = str(error)
                self._progress.note(f"{label(target)}: {error}")
                self._progress.skip(rounds)
            else:
                result.connects.append(connect)
                running.append(one)
        return running

    def _too_slow(self, target: Target, clients: int) -> str:
        """Why a server is skipped: every client is notified of every other one, so the
        time to connect them grows with the square of their number.
        """
        before = self._latest.get(target.key)
        if before is None or not before.connects:
            return ""
        growth = clients / before.clients
        seconds = before.connect_seconds * max(1.0, growth * growth)
        if seconds <= self._plan.connect_timeout:
            return ""
        return (
            f"would take about {seconds:.0f} s to connect all clients, extrapolated "
            f"from {before.clients:,} (--connect-timeout)"
        )

    def _start(
        self, target: Target, clients: int, stack: ExitStack
    ) -> tuple[Running, Connect]:
        port = free_port()
        directory = _directory(stack)
        directory.chmod(0o755)
        disk = _directory(stack, self._tools.build)
        command = target.command(Setup(port, directory, disk, self._tools))
        log = self._tools.build / f"{target.key}.log"
        server = Server(command, directory, log, self._server_cores)
        stack.callback(server.stop)
        server.wait_until_open(port)
        with self._generator(target, port, 2) as warm_up:
            # What a server loads for its first clients is not part of their memory.
            warm_up.connect(self._plan.connect_timeout)
            warm_up.single(5, 5)
            warm_up.saturate(2, WINDOW, 0.1)
        time.sleep(0.3)
        memory, cpu = memory_kib(server.pid), cpu_ns(server.pid)
        generator = stack.enter_context(self._generator(target, port, clients))
        connected = generator.connect(self._plan.connect_timeout)
        connect = Connect(
            seconds=connected.seconds,
            cpu_seconds=(cpu_ns(server.pid) - cpu) / 1e9,
            kib_per_client=(memory_kib(server.pid) - memory) / clients,
        )
        generator.single(5, 5)
        generator.saturate(min(SENDERS, clients), WINDOW, 0.2)
        return Running(target, server, generator, clients), connect

    def _generator(self, target: Target, port: int, clients: int) -> Generator:
        return Generator(
            self._tools.build / "load",
            target.protocol,
            port,
            clients,
            target.connecting,
            self._generator_cores,
        )

    def _measure(self, one: Running, result: Result) -> None:
        if result.skipped:
            self._progress.skip(1)
            return
        self._progress.step(f"{one.clients} clients: {label(one.target)}: messages")
        try:
            result.rounds.append(one.measure(self._plan.seconds))
        except (BenchError, ProcessLookupError) as error:
            result.skipped = str(error)
            self._progress.note(f"{label(one.target)}: {error}")


def _directory(stack: ExitStack, parent: Path | None = None) -> Path:
    """A temporary directory that is removed with the stack."""
    made = tempfile.TemporaryDirectory(dir=parent, ignore_cleanup_errors=True)
    return Path(stack.enter_context(made))


def label(target: Target) -> str:
    """The title of a target, with the protocol where the title does not imply it."""
    suffix = {"line": "", "websocket": " (WebSocket)", "socketio": " (Socket.IO)"}
    return target.title + suffix[target.family]
