"""What a second server brings: ``python -m bench.scaling``.

Starts a Redis and one, two, then three servers on it, with the same number of people
each time, spread evenly, who all hear the same messages.  Read is the CPU time that
each process used (clock_getcpuclockid(3)), so it does not matter that all of them,
and the load generator, share this machine's cores: what is compared is how much CPU
the busiest server needs for the same conversation.

    carried = deliveries in all / CPU seconds of the busiest server

Two servers carry ``carried(2) / carried(1)`` times what one does.  The CPU time of
Redis for each message, at each number of servers, tells how many it can carry.
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
from bench.processes import Command, Failed, Server, free_port, raise_file_limit

ROOT = Path(__file__).resolve().parent.parent
TWISTD = Path(sys.executable).with_name("twistd")


@dataclass(frozen=True, slots=True)
class Measured:
    """One number of servers.

    :ivar server_us: CPU of each server, in microseconds a message.
    :ivar redis_us: that of Redis.
    :ivar idle_redis_us: that of Redis in a second in which nobody speaks.
    """

    servers: int
    people: int
    messages: int
    server_us: tuple[float, ...]
    redis_us: float
    idle_redis_us: float

    @property
    def carried(self) -> float:
        """Deliveries for each CPU second of the busiest server."""
        return self.people * 1e6 / max(self.server_us)


class Crowd:
    """People with plain sockets, spread over the servers."""

    def __init__(self, ports: list[int], people: int) -> None:
        self.selector = selectors.DefaultSelector()
        self.sockets = []
        self.heard = 0
        for number in range(people):
            one = socket.create_connection(("127.0.0.1", ports[number % len(ports)]))
            one.setblocking(False)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(one, selectors.EVENT_READ)
            self.sockets.append(one)
            if number % 50 == 49:
                self.hear(0.05)

    def hear(self, seconds: float, until: int | None = None) -> None:
        """Read for so long, or until so many messages were heard."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if until is not None and self.heard >= until:
                return
            for key, _ in self.selector.select(left):
                found: socket.socket = key.fileobj  # type: ignore[assignment]
                self.heard += found.recv(65536).count(b": bench ")

    def talk(self, messages: int, per_second: float) -> None:
        """One says something, then another, at an even pace; all hear all."""
        self.heard = 0
        began = time.monotonic()
        for number in range(messages):
            # Speakers on each server in turn.
            speaker = self.sockets[number % min(len(self.sockets), 12)]
            speaker.send(b"bench %d\n" % number)
            self.hear(began + (number + 1) / per_second - time.monotonic())
        wanted = messages * len(self.sockets)
        self.hear(30, wanted)
        if self.heard != wanted:
            raise Failed(f"heard {self.heard} of {wanted}")

    def close(self) -> None:
        """They all leave."""
        for one in self.sockets:
            one.close()
        self.selector.close()


def measure(
    servers: int, people: int, messages: int, per_second: float, directory: Path
) -> Measured:
    """Run one conversation on so many servers."""
    program = shutil.which("redis-server")
    if program is None:
        raise Failed("redis-server is not installed: sudo apt-get install redis-server")
    running: list[Server] = []
    crowd: Crowd | None = None
    try:
        port = free_port()
        arguments = [program, "--port", f"{port}", "--bind", "127.0.0.1", "--save", ""]
        redis = _start(arguments, directory, "redis", port, running)
        ports = []
        nodes = []
        for number in range(servers):
            own = free_port()
            command = [str(TWISTD), "-n", "--pidfile=", "chat", "--flood", "off"]
            command += ["--port", f"{own}", "--store", f"redis://127.0.0.1:{port}/0"]
            nodes.append(_start(command, directory, f"server{number}", own, running))
            ports.append(own)
        crowd = Crowd(ports, people)
        crowd.hear(2)
        crowd.talk(20, per_second)
        before = [cpu_ns(node.pid) for node in (*nodes, redis)]
        crowd.talk(messages, per_second)
        after = [cpu_ns(node.pid) for node in (*nodes, redis)]
        used = [(b - a) / 1e3 / messages for a, b in zip(before, after, strict=True)]
        idle = cpu_ns(redis.pid)
        crowd.hear(3)
        idle = cpu_ns(redis.pid) - idle
        return Measured(
            servers, people, messages, tuple(used[:-1]), used[-1], idle / 1e3 / 3
        )
    finally:
        if crowd is not None:
            crowd.close()
        for one in reversed(running):
            one.stop()


def _start(
    arguments: list[str], directory: Path, name: str, port: int, running: list[Server]
) -> Server:
    place = directory / name
    place.mkdir()
    command = Command(arguments, environment={"PYTHONPATH": str(ROOT)})
    server = Server(command, place, place / "log", set())
    running.append(server)
    server.wait_until_open(port)
    return server


def main() -> int:
    """Measure, and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=600)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--pace", type=float, default=25, help="messages a second")
    parser.add_argument("--servers", type=int, default=3, help="up to so many")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    raise_file_limit()
    found = []
    for servers in range(1, given.servers + 1):
        with tempfile.TemporaryDirectory(prefix="twisted-chat-scaling-") as name:
            one = measure(servers, given.people, given.messages, given.pace, Path(name))
        found.append(one)
        if not given.json:
            each = ", ".join(f"{us:.0f}" for us in one.server_us)
            print(
                f"{servers} server(s), {one.people} people: CPU a message: servers "
                f"{each} us, Redis {one.redis_us:.0f} us; carried "
                f"{one.carried:,.0f} deliveries a CPU second, "
                f"{one.carried / found[0].carried:.2f} times one server; "
                f"idle Redis {one.idle_redis_us:.0f} us a second",
                flush=True,
            )
    if given.json:
        print(json.dumps([asdict(one) for one in found]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
