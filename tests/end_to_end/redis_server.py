"""A Redis of our own: started, stopped, killed and started again by a test.

Each has a port that the system chose and a directory of its own; nothing of it is
left behind, and no other Redis on the machine is touched.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

import hiredis

from tests.end_to_end.requirements import require_program
from tests.end_to_end.waiting import PATIENCE, eventually


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class RedisServer:
    """A real ``redis-server``.

    :param options: lines of its configuration.
    :param durable: what it has answered is on the disk.
    """

    def __init__(self, *options: str, durable: bool = False) -> None:
        self.program = require_program("redis-server")
        self.directory = Path(tempfile.mkdtemp(prefix="twisted-chat-redis-"))
        self.port = free_port()
        lines = [
            "bind 127.0.0.1",
            f"dir {self.directory}",
            'save ""',
            f"appendonly {'yes' if durable else 'no'}",
            f"appendfsync {'always' if durable else 'no'}",
            "repl-diskless-sync-delay 0",
            *options,
        ]
        if not any(line.startswith(("port ", "tls-port ")) for line in options):
            lines.append(f"port {self.port}")
        self.config = self.directory / "redis.conf"
        self.config.write_text("\n".join(lines) + "\n")
        self.arguments: tuple[str, ...] = ()
        self.process: subprocess.Popen[bytes] | None = None

    def __str__(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """What ``--store`` takes."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, *, wait: bool = True) -> RedisServer:
        """Start it, again too."""
        log = (self.directory / "log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [self.program, str(self.config), *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        if wait:
            eventually("redis-server answers", self._answers)
        return self

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as asking:
                asking.sendall(b"PING\r\n")
                answer = asking.recv(100)
        except OSError:
            return False
        return answer.startswith((b"+PONG", b"-NOAUTH")) or b"auth" in answer.lower()

    def call(self, *words: str) -> str:
        """Ask it something, as an operator does; the answer as text."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as asking:
            parts = [word.encode() for word in words]
            asking.sendall(
                b"*%d\r\n" % len(parts)
                + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
            )
            reader = hiredis.Reader(encoding="utf-8", errors="replace")
            while (found := reader.gets()) is False:
                more = asking.recv(65536)
                if not more:
                    raise ConnectionError(f"redis-server closed: {words}")
                reader.feed(more)
        return str(found)

    def signal(self, number: signal.Signals) -> None:
        """Stop or continue it."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it with no chance to do anything."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(PATIENCE)
            self.process = None

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def discard(self) -> None:
        """End it, and remove what it has written."""
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    end = discard


def a_redis(
    test: unittest.TestCase, *options: str, durable: bool = False
) -> RedisServer:
    """A Redis that runs for as long as the test."""
    server = RedisServer(*options, durable=durable)
    test.addCleanup(server.discard)
    return server.start()
