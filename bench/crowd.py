"""A crowd: very many WebSocket clients of this server in one room, without rivals.

Its figures are those that Basecamp published for Campfire; see ``crowd_report``.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench.generator import Generator
from bench.proc import cpu_ns, memory_kib
from bench.processes import Server, free_port
from bench.results import Crowd
from bench.runner import SENDERS, WINDOW, single_messages
from bench.targets import TARGETS, Setup, Target
from bench.tools import Tools

CROWDS = (1000, 10_000)
SERVER = "chat-websocket"
ROUNDS = 3

SETTLE_SECONDS = 1.0
"""After the start, before the memory of the idle server is read."""


def measure_crowd(
    tools: Tools, clients: int, cores: tuple[set[int], set[int]], timeout: float
) -> Crowd:
    """Start a server, connect the clients, and send messages.

    :param cores: those of the server, and those of the load generator.
    :param timeout: seconds to connect all clients.
    :raises BenchError: if the server or the load generator fails.
    """
    target = next(one for one in TARGETS if one.key == SERVER)
    with ExitStack() as stack:
        server, port, start_seconds = _start(target, tools, cores[0], stack)
        time.sleep(SETTLE_SECONDS)
        idle, cpu = memory_kib(server.pid), cpu_ns(server.pid)
        generator = stack.enter_context(
            Generator(
                tools.build / "load",
                target.protocol,
                port,
                clients,
                target.connecting,
                cores[1],
            )
        )
        connected = generator.connect(timeout)
        connect_cpu = cpu_ns(server.pid) - cpu
        connected_kib = memory_kib(server.pid)
        medians, p99s, speeds, cpu_speeds, loaded = [], [], [], [], []
        messages, pause = single_messages(clients)
        for _ in range(ROUNDS):
            single = generator.single(messages, pause)
            medians.append(single.median_us / 1000)
            p99s.append(single.p99_us / 1000)
            before = cpu_ns(server.pid)
            saturated = generator.saturate(min(SENDERS, clients), WINDOW, 1.0)
            used = (cpu_ns(server.pid) - before) / 1e9
            speeds.append(saturated.deliveries / saturated.seconds)
            cpu_speeds.append(saturated.deliveries / used)
            loaded.append(memory_kib(server.pid))
        return Crowd(
            clients=clients,
            start_seconds=start_seconds,
            idle_kib=idle,
            connect_seconds=connected.seconds,
            connect_cpu_seconds=connect_cpu / 1e9,
            connected_kib=connected_kib,
            loaded_kib=max(loaded),
            median_ms=sorted(medians)[ROUNDS // 2],
            p99_ms=sorted(p99s)[ROUNDS // 2],
            per_second=sorted(speeds)[ROUNDS // 2],
            per_cpu_second=sorted(cpu_speeds)[ROUNDS // 2],
        )


def _start(
    target: Target, tools: Tools, cores: set[int], stack: ExitStack
) -> tuple[Server, int, float]:
    """A server, its port, and the seconds until it accepted a connection."""
    port = free_port()
    name = stack.enter_context(
        tempfile.TemporaryDirectory(dir=tools.build, ignore_cleanup_errors=True)
    )
    directory = Path(name)
    command = target.command(Setup(port, directory, directory, tools))
    began = time.monotonic()
    server = Server(command, directory, tools.build / "crowd.log", cores)
    stack.callback(server.stop)
    server.wait_until_open(port)
    return server, port, time.monotonic() - began
