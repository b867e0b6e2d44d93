"""Redis servers that tests start, stop, kill and restart, and chat servers on them.

Each has its own port and directory, so other Redis servers on the machine are not
affected.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import hiredis

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import (
    TIMEOUT,
    Server,
    ServerTestCase,
    eventually,
    free_port,
    require_program,
)


class RedisServer:
    """A ``redis-server`` process.

    :param options: lines of its configuration.
    :param durable: write each command to the disk before it is answered.
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
        """The value for ``--store``."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, *, wait: bool = True) -> RedisServer:
        """Start it, or start it again."""
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
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                answer = connection.recv(100)
        except OSError:
            return False
        return answer.startswith((b"+PONG", b"-NOAUTH")) or b"auth" in answer.lower()

    def call(self, *words: str) -> str:
        """Send a command; return the reply as text."""
        with socket.create_connection(("127.0.0.1", self.port), TIMEOUT) as connection:
            parts = [word.encode() for word in words]
            connection.sendall(
                b"*%d\r\n" % len(parts)
                + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
            )
            reader = hiredis.Reader(encoding="utf-8", errors="replace")
            while (found := reader.gets()) is False:
                more = connection.recv(65536)
                if not more:
                    raise ConnectionError(f"redis-server closed: {words}")
                reader.feed(more)
        return str(found)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, such as SIGSTOP and SIGCONT."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """Stop it with SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(TIMEOUT)
            self.process = None

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def discard(self) -> None:
        """Stop it and remove its files."""
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    end = discard


def start_redis(
    test: unittest.TestCase, *options: str, durable: bool = False
) -> RedisServer:
    """Start a Redis that runs until the end of the test."""
    server = RedisServer(*options, durable=durable)
    test.addCleanup(server.discard)
    return server.start()


class SeveralServersTestCase(ServerTestCase):
    """Tests with several servers on one Redis."""

    def setUp(self) -> None:
        super().setUp()
        self.redis = self.make_redis()

    def make_redis(self) -> RedisServer:
        return start_redis(self)

    def server(self, name: str, *options: str) -> Server:
        """Start a server with its own directory, and wait until it accepts."""
        return self.starting(name, *options).wait_until_running()

    def starting(self, name: str, *options: str) -> Server:
        """The same, without waiting."""
        directory = Path(self.directory, name)
        directory.mkdir(exist_ok=True)
        return self.launch("--store", self.redis.url, *options, directory=directory)

    def who(self, client: LineClient) -> list[str]:
        """The answer to ``\\who``: the nicknames, sorted."""
        client.say("\\who")
        client.expect("here (")
        names = client.line().partition("): ")[2]
        return sorted(name.partition(" (")[0] for name in names.split(", "))


def health(server: Server) -> tuple[int, str]:
    """Status and text of ``/healthz``."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/healthz") as found:
            return found.status, found.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
