"""Starting a server on a port of its own, and stopping it: it, and no other."""

from __future__ import annotations

import os
import pwd
import resource
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

START_SECONDS = 20.0
STOP_SECONDS = 10.0


class Failed(Exception):
    """Something could not be started, or broke on the way; the text says what."""


@dataclass(frozen=True, slots=True)
class Command:
    """How a server is started.

    :param unprivileged: it refuses root, so root starts it as ``nobody``.
    """

    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    unprivileged: bool = False


def raise_file_limit() -> int:
    """Allows this process, and what it starts, all the open files it may have.

    :returns: how many.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def split_cores(cores: Iterable[int]) -> tuple[set[int], set[int]]:
    """Which cores the server runs on, and which the load generator: one each.

    All servers get the same that way.  Both are empty (wherever the kernel likes)
    where there is one core only.
    """
    ordered = sorted(cores)
    return ({ordered[-1]}, {ordered[0]}) if len(ordered) > 1 else (set(), set())


@contextmanager
def on_cores(cores: set[int]) -> Iterator[None]:
    """What is started meanwhile stays on these cores; on any, if there are none."""
    before = os.sched_getaffinity(0)
    if cores:
        os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Server:
    """A server that was started for the bench.

    :param log: where its output goes.
    """

    def __init__(
        self, command: Command, directory: Path, log: Path, cores: set[int]
    ) -> None:
        self._log = log
        nobody = (
            pwd.getpwnam("nobody")
            if command.unprivileged and os.geteuid() == 0
            else None
        )
        with log.open("wb") as output, on_cores(cores):
            self._process = subprocess.Popen(
                command.arguments,
                cwd=directory,
                env=os.environ | command.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=nobody.pw_uid if nobody else None,
                group=nobody.pw_gid if nobody else None,
                extra_groups=[] if nobody else None,
            )

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def wait_until_open(self, port: int) -> None:
        """Returns once the port accepts.

        Raises Failed if the server ends, or does not listen in time.
        """
        deadline = time.monotonic() + START_SECONDS
        while True:
            if self._process.poll() is not None:
                raise Failed(f"the server ended at once: {self.last_words()}")
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError as error:
                if time.monotonic() > deadline:
                    raise Failed(
                        f"the server does not listen: {self.last_words()}"
                    ) from error
                time.sleep(0.05)
            else:
                return

    def last_words(self) -> str:
        """The end of its output, on one line."""
        lines = self._log.read_text(errors="replace").splitlines()
        return (
            " / ".join(line.strip() for line in lines[-3:] if line.strip())
            or "it said nothing"
        )

    def stop(self) -> None:
        """Ends it, gently if it lets itself be asked."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
