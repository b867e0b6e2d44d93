"""Server processes: start on a free port, wait until it listens, stop."""

from __future__ import annotations

import os
import pwd
import resource
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

START_SECONDS = 20.0
STOP_SECONDS = 10.0


class BenchError(Exception):
    """A program could not be started, or failed; the text says why."""


@dataclass(frozen=True, slots=True)
class Command:
    """How a server is started.

    :ivar unprivileged: it does not run as root, so root starts it as ``nobody``.
    """

    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    unprivileged: bool = False


def raise_file_limit() -> int:
    """Raise the soft limit of open files to the hard limit, and return it.

    Programs started later inherit it.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def split_cores(cores: Iterable[int]) -> tuple[set[int], set[int]]:
    """One core for the servers and one for the load generators.

    Both sets are empty, which means any core, if there is only one.
    """
    ordered = sorted(cores)
    return ({ordered[-1]}, {ordered[0]}) if len(ordered) > 1 else (set(), set())


@contextmanager
def on_cores(cores: set[int]) -> Iterator[None]:
    """Pin programs that are started inside to these cores; an empty set means any."""
    before = os.sched_getaffinity(0)
    if cores:
        os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that is not in use."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Server:
    """A running server process.

    :param log: the file for its output.
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
        """Its process id."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.poll()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, but not longer than this."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def wait_until_open(self, port: int, host: str = "127.0.0.1") -> None:
        """Wait until the port accepts connections.

        :raises BenchError: if the server ends, or does not listen in time.
        """
        deadline = time.monotonic() + START_SECONDS
        while True:
            if self._process.poll() is not None:
                raise BenchError(f"the server ended at once: {self.last_output()}")
            try:
                socket.create_connection((host, port), 1).close()
            except OSError as error:
                if time.monotonic() > deadline:
                    raise BenchError(
                        f"the server does not listen: {self.last_output()}"
                    ) from error
                time.sleep(0.01)
            else:
                return

    def last_output(self) -> str:
        """The last lines of its output, joined."""
        lines = self._log.read_text(errors="replace").splitlines()
        return (
            " / ".join(line.strip() for line in lines[-3:] if line.strip())
            or "no output"
        )

    def stop(self) -> None:
        """Terminate it; kill it if that takes too long, or this is interrupted."""
        self._process.terminate()
        try:
            self.wait(STOP_SECONDS)
        finally:
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
