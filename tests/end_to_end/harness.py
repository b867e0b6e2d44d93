"""A real server process, and the test case that starts servers and clients.

Each server runs in a temporary directory and on a port that the system chooses, so
that any number of tests can run at the same time.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from twisted.trial import unittest

from tests.end_to_end.clients import LineClient, Terminal
from tests.end_to_end.requirements import require_node, require_program
from tests.end_to_end.waiting import TIMEOUT, NotSeen, eventually

__all__ = [
    "LOOPBACK",
    "TIMEOUT",
    "LineClient",
    "NotSeen",
    "Server",
    "ServerTestCase",
    "Terminal",
    "eventually",
    "files_with",
    "free_port",
    "require_node",
    "require_program",
]

LOOPBACK = "tcp:0:interface=127.0.0.1"
"""A port of the system's choice, for ``--port``."""

ROOT = Path(__file__).resolve().parent.parent.parent
TWISTD = str(Path(sys.executable).with_name("twistd"))


def environment(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """The environment for a server: ours, with this checkout and without ``$PORT``."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    env.pop("PORT", None)
    for name, value in (changes or {}).items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env


def files_with(secret: str, directory: Path) -> list[str]:
    """The names of the files under a directory that contain a text."""
    found = []
    for path in directory.rglob("*"):
        # A server or a Redis that runs renames and removes files.
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and secret.encode() in path.read_bytes():
                found.append(path.name)
    return found


def free_port() -> int:
    """A TCP port of 127.0.0.1 that is not in use."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A ``twistd chat`` process.

    :param directory: its working directory.
    :param options: of ``chat``; without ``--port`` the system chooses a port.
    :param twistd: the options of ``twistd``.
    :param command: the command of ``twistd``: another one for a chat with a plugin.
    :param env: changes of the environment; None removes a variable.
    """

    def __init__(
        self,
        directory: Path,
        *options: str,
        twistd: Sequence[str] = ("--pidfile=",),
        command: str = "chat",
        env: Mapping[str, str | None] | None = None,
    ) -> None:
        self.directory = directory
        self.log_path = directory / "twistd.log"
        self.stderr_path = directory / "stderr"
        if not {"-p", "--port"} & set(options) and "PORT" not in (env or {}):
            options = ("--port", LOOPBACK, *options)
        # A restart appends to the log of the previous start.
        self.log_start = self.log_path.stat().st_size if self.log_path.exists() else 0
        self.command = (
            TWISTD,
            "--nodaemon",
            f"--logfile={self.log_path}",
            *twistd,
            command,
            *options,
        )
        with self.stderr_path.open("wb") as stderr:
            self.process = subprocess.Popen(
                self.command,
                cwd=directory,
                env=environment(env),
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
            )
        self.port = 0

    def log(self) -> str:
        """The log since this start."""
        if not self.log_path.exists():
            return ""
        with self.log_path.open("rb") as file:
            file.seek(self.log_start)
            return file.read().decode("utf-8", "replace")

    def expect_log(self, pattern: str, timeout: float = TIMEOUT) -> re.Match[str]:
        """Wait until a pattern appears in the log."""

        def look() -> re.Match[str] | None:
            # Poll first, so that the last lines of the log are not missed.
            over = self.process.poll() is not None
            found = re.search(pattern, self.log())
            if over and not found:
                raise NotSeen(f"the server ended: {self.stderr_path.read_text()}")
            return found

        try:
            return eventually(f"{pattern!r} in the log", look, timeout)
        except NotSeen as error:
            raise NotSeen(f"{error}\nthe log: {self.log()[-4000:]}") from None

    def wait_until_running(self) -> Server:
        """Wait until it accepts connections, and set ``port``."""
        self.port = int(self.expect_log(r"chat running on port (\d+)")[1])
        return self

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, timeout: float = TIMEOUT) -> int:
        """Wait until the process has ended; return its exit status."""
        return self.process.wait(timeout)

    def stop(self) -> int:
        """Stop it with SIGTERM; return its exit status."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """Stop it with SIGKILL."""
        self.process.kill()
        self.process.wait(TIMEOUT)


class ServerTestCase(unittest.SynchronousTestCase):
    """A test that starts servers and clients; all of them end with the test."""

    def setUp(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="twisted-chat-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def launch(
        self,
        *options: str,
        directory: Path | None = None,
        twistd: Sequence[str] = ("--pidfile=",),
        command: str = "chat",
        env: Mapping[str, str | None] | None = None,
    ) -> Server:
        """Start a server without waiting for it."""
        server = Server(
            directory or self.directory,
            *options,
            twistd=twistd,
            command=command,
            env=env,
        )
        self.addCleanup(server.kill)
        return server

    def start(
        self,
        *options: str,
        directory: Path | None = None,
        twistd: Sequence[str] = ("--pidfile=",),
        command: str = "chat",
        env: Mapping[str, str | None] | None = None,
    ) -> Server:
        """Start a server, and wait until it accepts connections."""
        server = self.launch(
            *options, directory=directory, twistd=twistd, command=command, env=env
        )
        return server.wait_until_running()

    def spawn(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program in the directory of the test; see ``output``."""
        with (self.directory / "out").open("wb") as out:
            process = subprocess.Popen(
                command,
                cwd=self.directory,
                env=environment(),
                stdout=out,
                stderr=out,
            )
        self.addCleanup(process.wait, TIMEOUT)
        self.addCleanup(process.kill)
        return process

    def output(self) -> str:
        """What the program that ``spawn`` started has written."""
        return (self.directory / "out").read_text()

    def run_failing(
        self, *command: str, directory: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command that ends with an error, such as a start that is refused."""
        done = subprocess.run(
            command,
            cwd=directory or self.directory,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT,
        )
        self.assertNotEqual(done.returncode, 0, done)
        self.assertNotIn("Traceback", done.stdout + done.stderr)
        return done

    def connect(self, server: Server, nick: str | None = None) -> LineClient:
        """Connect to a server, join the lobby, and take a nickname if one is given."""
        client = LineClient(server.port)
        self.addCleanup(client.close)
        if nick is not None:
            # Sent at once: the server waits for the first bytes of a silent client.
            client.say(f"\\nick {nick}")
        client.expect(": joined the chat\r\n")
        if nick is not None:
            client.named(nick)
        return client

    def terminal(self, *command: str) -> Terminal:
        """Start a program under a terminal."""
        terminal = Terminal(*command)
        self.addCleanup(terminal.close)
        return terminal
