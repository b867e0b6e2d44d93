"""The capacity of several servers on one Redis: ``python -m bench.scaling``.

Starts a Redis and one, two, then three servers, with the same number of clients in
one room each time, spread evenly over the servers.  The figures are CPU times of
processes (clock_getcpuclockid(3)), so it does not matter that the servers, Redis and
the clients share the cores of this machine: the comparison is the CPU time that the
busiest server needs for the same messages.

    capacity = all deliveries / CPU seconds of the busiest server

Two servers have ``capacity(2) / capacity(1)`` times the capacity of one.  The CPU
time of Redis for each message limits the number of servers.
"""

from __future__ import annotations

import argparse
import json
import selectors
import shutil
import socket
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.proc import cpu_ns
from bench.processes import BenchError, Command, Server, free_port, raise_file_limit

ROOT = Path(__file__).resolve().parent.parent
TWISTD = Path(sys.executable).with_name("twistd")


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures for one number of servers.

    :ivar server_us: CPU time of each server, in microseconds for each message.
    :ivar redis_us: that of Redis.
    :ivar idle_redis_us: that of Redis in one second without messages.
    """

    servers: int
    clients: int
    messages: int
    server_us: tuple[float, ...]
    redis_us: float
    idle_redis_us: float

    @property
    def capacity(self) -> float:
        """Deliveries for each CPU second of the busiest server."""
        return self.clients * 1e6 / max(self.server_us)


class Clients:
    """Clients of the line chat, spread over the servers."""

    def __init__(self, ports: list[int], count: int) -> None:
        self.selector = selectors.DefaultSelector()
        self.sockets = []
        self.received = 0
        for number in range(count):
            one = socket.create_connection(("127.0.0.1", ports[number % len(ports)]))
            one.setblocking(False)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(one, selectors.EVENT_READ)
            self.sockets.append(one)
            if number % 50 == 49:
                self.receive(0.05)

    def receive(self, seconds: float, until: int | None = None) -> None:
        """Receive for some seconds, or until a number of messages has arrived."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if until is not None and self.received >= until:
                return
            for key, _ in self.selector.select(left):
                found: socket.socket = key.fileobj  # type: ignore[assignment]
                self.received += found.recv(65536).count(b": bench ")

    def send(self, messages: int, per_second: float) -> None:
        """Send messages at a constant rate, and receive them on every client."""
        self.received = 0
        began = time.monotonic()
        for number in range(messages):
            # From clients of each server in turn.
            sender = self.sockets[number % min(len(self.sockets), 12)]
            sender.send(b"bench %d\n" % number)
            self.receive(began + (number + 1) / per_second - time.monotonic())
        expected = messages * len(self.sockets)
        self.receive(30, expected)
        if self.received != expected:
            raise BenchError(f"received {self.received} of {expected} messages")

    def close(self) -> None:
        """Close all connections."""
        for one in self.sockets:
            one.close()
        self.selector.close()


def measure(
    servers: int, count: int, messages: int, per_second: float, directory: Path
) -> Measured:
    """The figures for a number of servers and of clients."""
    program = shutil.which("redis-server")
    if program is None:
        raise BenchError(
            "redis-server is not installed: sudo apt-get install redis-server"
        )
    running: list[Server] = []
    clients: Clients | None = None
    try:
        port = free_port()
        arguments = [program, "--port", f"{port}", "--bind", "127.0.0.1", "--save", ""]
        redis = _start(arguments, directory, "redis", port, running)
        ports = []
        processes = []
        for number in range(servers):
            own = free_port()
            command = [str(TWISTD), "-n", "--pidfile=", "chat", "--flood", "off"]
            command += ["--port", f"{own}", "--store", f"redis://127.0.0.1:{port}/0"]
            processes.append(
                _start(command, directory, f"server{number}", own, running)
            )
            ports.append(own)
        clients = Clients(ports, count)
        clients.receive(2)
        clients.send(20, per_second)
        before = [cpu_ns(process.pid) for process in (*processes, redis)]
        clients.send(messages, per_second)
        after = [cpu_ns(process.pid) for process in (*processes, redis)]
        used = [(b - a) / 1e3 / messages for a, b in zip(before, after, strict=True)]
        idle = cpu_ns(redis.pid)
        clients.receive(3)
        idle = cpu_ns(redis.pid) - idle
        return Measured(
            servers, count, messages, tuple(used[:-1]), used[-1], idle / 1e3 / 3
        )
    finally:
        if clients is not None:
            clients.close()
        for one in reversed(running):
            one.stop()


def _start(
    arguments: list[str], directory: Path, name: str, port: int, running: list[Server]
) -> Server:
    own = directory / name
    own.mkdir()
    command = Command(arguments, environment={"PYTHONPATH": str(ROOT)})
    server = Server(command, own, own / "log", set())
    running.append(server)
    server.wait_until_open(port)
    return server


def main() -> int:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clients", type=int, default=600)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--rate", type=float, default=25, help="messages per second")
    parser.add_argument("--servers", type=int, default=3, help="the largest number")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    raise_file_limit()
    found = []
    for servers in range(1, given.servers + 1):
        with tempfile.TemporaryDirectory(prefix="twisted-chat-scaling-") as name:
            one = measure(
                servers, given.clients, given.messages, given.rate, Path(name)
            )
        found.append(one)
        if not given.json:
            each = ", ".join(f"{us:.0f}" for us in one.server_us)
            print(
                f"{servers} server(s), {one.clients} clients: CPU time per message: "
                f"servers {each} us, Redis {one.redis_us:.0f} us; capacity "
                f"{one.capacity:,.0f} deliveries per CPU second, "
                f"{one.capacity / found[0].capacity:.2f} times one server; "
                f"idle Redis {one.idle_redis_us:.0f} us per second",
                flush=True,
            )
    if given.json:
        print(json.dumps([asdict(one) for one in found]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
