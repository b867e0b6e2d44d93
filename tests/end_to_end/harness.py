"""What the end-to-end tests have in common: a real server, and real clients.

``ServerTestCase`` starts ``twistd chat`` in a temporary directory, on a port that the
system chooses, so that any number of these tests may run side by side.  ``LineClient``
talks to it over a plain socket; ``Terminal`` runs a program that people use, under a
terminal of its own, and types.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from twisted.trial import unittest

from tests.end_to_end.clients import LineClient, Terminal
from tests.end_to_end.requirements import require_node, require_program
from tests.end_to_end.waiting import PATIENCE, NotSeen, eventually

__all__ = [
    "PATIENCE",
    "LineClient",
    "NotSeen",
    "Server",
    "ServerTestCase",
    "Terminal",
    "eventually",
    "require_node",
    "require_program",
]

ROOT = Path(__file__).resolve().parent.parent.parent
TWISTD = str(Path(sys.executable).with_name("twistd"))


def environment(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """The environment for a server: this one, with this checkout and no ``$PORT``."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    env.pop("PORT", None)
    for name, value in (changes or {}).items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env


class Server:
    """A real ``twistd chat``, in a directory of its own.

    :param options: those of ``chat``; without a ``--port`` the system chooses one.
    :param twistd: those of ``twistd``; without a ``--pidfile`` there is none.
    """

    def __init__(
        self,
        directory: Path,
        *options: str,
        twistd: Sequence[str] = ("--pidfile=",),
        env: Mapping[str, str | None] | None = None,
    ) -> None:
        self.directory = directory
        self.log_path = directory / "twistd.log"
        self.stderr_path = directory / "stderr"
        if not {"-p", "--port"} & set(options) and "PORT" not in (env or {}):
            options = ("--port", "tcp:0:interface=127.0.0.1", *options)
        # Each start is looked for behind the log of the one before it.
        self.log_start = self.log_path.stat().st_size if self.log_path.exists() else 0
        self.command = (
            TWISTD,
            "--nodaemon",
            f"--logfile={self.log_path}",
            *twistd,
            "chat",
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
        """What this start has written to the log."""
        if not self.log_path.exists():
            return ""
        with self.log_path.open("rb") as file:
            file.seek(self.log_start)
            return file.read().decode("utf-8", "replace")

    def expect_log(self, pattern: str, timeout: float = PATIENCE) -> re.Match[str]:
        """Wait for a line of the log."""

        def look() -> re.Match[str] | None:
            # Read after asking whether it runs, so that its last words are not missed.
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
        """Wait until it accepts; ``port`` is then the real one."""
        self.port = int(self.expect_log(r"chat running on port (\d+)")[1])
        return self

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, timeout: float = PATIENCE) -> int:
        """Wait until the process is gone; return its status."""
        return self.process.wait(timeout)

    def stop(self) -> int:
        """End it the way an operator does."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """End it with no chance to do anything, as a power cut would."""
        self.process.kill()
        self.process.wait(PATIENCE)


class ServerTestCase(unittest.SynchronousTestCase):
    """A test that starts servers and clients, all of which end with it."""

    def setUp(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="twisted-chat-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def launch(
        self,
        *options: str,
        directory: Path | None = None,
        twistd: Sequence[str] = ("--pidfile=",),
        env: Mapping[str, str | None] | None = None,
    ) -> Server:
        """Start a server, and do not wait for it."""
        server = Server(directory or self.directory, *options, twistd=twistd, env=env)
        self.addCleanup(server.kill)
        return server

    def start(
        self,
        *options: str,
        directory: Path | None = None,
        twistd: Sequence[str] = ("--pidfile=",),
        env: Mapping[str, str | None] | None = None,
    ) -> Server:
        """Start a server, and wait until it accepts."""
        server = self.launch(*options, directory=directory, twistd=twistd, env=env)
        return server.wait_until_running()

    def connect(self, server: Server, nick: str | None = None) -> LineClient:
        """Connect to a server, wait for the welcome, and take a name if given one."""
        client = LineClient(server.port)
        self.addCleanup(client.close)
        if nick is not None:
            # Said at once: whoever waits in silence is welcomed a little later.
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
