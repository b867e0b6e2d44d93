"""The run itself: who is there, is let in, and is asked the same things in turn.

All servers of a family stand in the field at once, each with its own clients; the
rounds go from one to the next, so that whatever the machine does meanwhile meets all
of them.  While one is measured the others idle.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.contenders import Contender, Site
from bench.generator import Generator
from bench.proc import cpu_ns, memory_kib
from bench.processes import Failed, Server, free_port
from bench.progress import Progress
from bench.results import Entry, Result, Round
from bench.tools import Tools

#: How many talk at once when a server is saturated, and how many lines each may have
#: said that not everyone has heard.
SENDERS = 10
WINDOW = 16

#: From this many clients on, servers are let in once and asked more often, because
#: letting everyone in is what takes the time.
LARGE = 2000


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    :param rounds: of talk, for each server and number of clients.
    :param seconds: how long a server is saturated in each.
    :param patience: how long, at most, one may take to let everyone in.
    """

    sizes: tuple[int, ...]
    rounds: int
    seconds: float
    patience: float

    def passes(self, clients: int) -> tuple[int, int]:
        """How often the servers are set up, and how many rounds each time."""
        return (1, self.rounds) if clients >= LARGE else (self.rounds, 1)

    def steps(self, contenders: int) -> int:
        """How many steps that makes."""
        return sum(
            passes * contenders * (1 + rounds)
            for passes, rounds in map(self.passes, self.sizes)
        )


def lines_alone(clients: int) -> tuple[int, float]:
    """How many lines are said one by one in a round, and the pause in ms between."""
    return max(25, min(100, 60_000 // clients)), 5 if clients < 500 else 10


@dataclass(frozen=True, slots=True)
class Standing:
    """A server in the field, with its clients in the room."""

    contender: Contender
    server: Server
    generator: Generator
    clients: int

    def ask(self, seconds: float) -> Round:
        """One round.  Raises Failed if anything goes wrong."""
        lines, pause = lines_alone(self.clients)
        start = cpu_ns(self.server.pid)
        single = self.generator.single(lines, pause)
        between = cpu_ns(self.server.pid)
        saturated = self.generator.saturate(min(SENDERS, self.clients), WINDOW, seconds)
        end = cpu_ns(self.server.pid)
        return Round(
            cpu_us=(between - start) / 1000 / single.deliveries,
            latencies_us=single.latencies_us,
            per_cpu_second=saturated.deliveries / (end - between) * 1e9,
            lines_per_second=saturated.lines / saturated.seconds,
        )


class Field:
    """Sets servers up, measures, and takes them down.

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

    def measure(self, contenders: list[Contender], clients: int) -> list[Result]:
        """Everything, for one family of servers and one number of clients."""
        found = {c.key: Result(c.key, c.title, c.family, clients) for c in contenders}
        passes, rounds = self._plan.passes(clients)
        for _ in range(passes):
            with ExitStack() as field:
                standing = self._set_up(contenders, found, clients, rounds, field)
                for turn in range(rounds):
                    shift = turn % max(1, len(standing))
                    for one in standing[shift:] + standing[:shift]:
                        self._ask(one, found[one.contender.key])
        self._latest |= found
        return list(found.values())

    def _set_up(
        self,
        contenders: list[Contender],
        found: dict[str, Result],
        clients: int,
        rounds: int,
        field: ExitStack,
    ) -> list[Standing]:
        standing = []
        for contender in contenders:
            result = found[contender.key]
            result.left_out = result.left_out or self._too_long(contender, clients)
            if result.left_out:
                self._progress.skip(1 + rounds)
                continue
            self._progress.step(f"{clients} clients: {name(contender)} lets them in")
            try:
                one, entry = self._enter(contender, clients, field)
            except (Failed, ProcessLookupError) as error:
                result.left_out = str(error)
                self._progress.note(f"{name(contender)}: {error}")
                self._progress.skip(rounds)
            else:
                result.entries.append(entry)
                standing.append(one)
        return standing

    def _too_long(self, contender: Contender, clients: int) -> str:
        """What is told to everyone of everyone grows with the square of them."""
        before = self._latest.get(contender.key)
        if before is None or not before.entries:
            return ""
        grown = clients / before.clients
        seconds = before.connect_seconds * max(1.0, grown * grown)
        if seconds <= self._plan.patience:
            return ""
        return (
            f"would take about {seconds:.0f} s to let everyone in, by what it took "
            f"for {before.clients:,} (--patience)"
        )

    def _enter(
        self, contender: Contender, clients: int, field: ExitStack
    ) -> tuple[Standing, Entry]:
        port = free_port()
        directory = _directory(field)
        directory.chmod(0o755)
        disk = _directory(field, self._tools.build)
        command = contender.command(Site(port, directory, disk, self._tools))
        log = self._tools.build / f"{contender.key}.log"
        server = Server(command, directory, log, self._server_cores)
        field.callback(server.stop)
        server.wait_until_open(port)
        with self._generator(contender, port, 2) as first:
            # What a server loads or makes for its first clients is not theirs alone.
            first.connect(self._plan.patience)
            first.single(5, 5)
            first.saturate(2, WINDOW, 0.1)
        time.sleep(0.3)
        memory, cpu = memory_kib(server.pid), cpu_ns(server.pid)
        generator = field.enter_context(self._generator(contender, port, clients))
        connected = generator.connect(self._plan.patience)
        entry = Entry(
            seconds=connected.seconds,
            cpu_seconds=(cpu_ns(server.pid) - cpu) / 1e9,
            kib_per_client=(memory_kib(server.pid) - memory) / clients,
        )
        generator.single(5, 5)
        generator.saturate(min(SENDERS, clients), WINDOW, 0.2)
        return Standing(contender, server, generator, clients), entry

    def _generator(self, contender: Contender, port: int, clients: int) -> Generator:
        return Generator(
            self._tools.build / "load",
            contender.dialect,
            port,
            clients,
            contender.air,
            self._generator_cores,
        )

    def _ask(self, one: Standing, result: Result) -> None:
        if result.left_out:
            self._progress.skip(1)
            return
        self._progress.step(f"{one.clients} clients: {name(one.contender)} talks")
        try:
            result.rounds.append(one.ask(self._plan.seconds))
        except (Failed, ProcessLookupError) as error:
            result.left_out = str(error)
            self._progress.note(f"{name(one.contender)}: {error}")


def _directory(field: ExitStack, where: Path | None = None) -> Path:
    """A directory that goes with the field."""
    made = tempfile.TemporaryDirectory(dir=where, ignore_cleanup_errors=True)
    return Path(field.enter_context(made))


def name(contender: Contender) -> str:
    """Its title, and over what, where that does not say it."""
    over = {"line": "", "websocket": " (WebSocket)", "socketio": " (Socket.IO)"}
    return contender.title + over[contender.family]
