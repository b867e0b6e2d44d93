"""The load generator's process: one command, one answer."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.processes import BenchError, on_cores


@dataclass(frozen=True, slots=True)
class Connected:
    """All clients are connected.

    :ivar seconds: until the last client received its welcome.
    :ivar quiet_seconds: until the last byte arrived.
    """

    seconds: float
    quiet_seconds: float


@dataclass(frozen=True, slots=True)
class Single:
    """Messages sent one at a time.

    :ivar median_us: microseconds until a recipient received a message.
    :ivar p99_us: the 99th percentile of the same.
    :ivar latencies_us: microseconds until the last recipient received each message.
    """

    deliveries: int
    median_us: float
    p99_us: float
    latencies_us: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Saturated:
    """Messages sent as fast as the server delivers them."""

    messages: int
    deliveries: int
    seconds: float


class Generator:
    """Many clients of one server; a context manager.

    :param program: the compiled ``load.c``.
    :param protocol: ``line``, ``irc``, ``ws`` or ``sio``.
    :param connecting: how many clients may be connecting at the same time.
    """

    def __init__(
        self,
        program: Path,
        protocol: str,
        port: int,
        clients: int,
        connecting: int,
        cores: set[int],
    ) -> None:
        with on_cores(cores):
            self._process = subprocess.Popen(
                [str(program), protocol, str(port), str(clients), str(connecting)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                bufsize=1,
            )
        if self._process.stdin is None or self._process.stdout is None:
            raise BenchError("the load generator has no pipes")
        self._commands, self._answers = self._process.stdin, self._process.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def connect(self, timeout: float) -> Connected:
        """Connect all clients, and wait until no more bytes arrive.

        :raises BenchError: if it takes more than ``timeout`` seconds.
        """
        answer = self._call(f"connect {timeout}")
        return Connected(answer["seconds"], answer["quiet_seconds"])

    def single(self, messages: int, pause_ms: float, senders: int = 1) -> Single:
        """Send messages, each once every client has received the previous one.

        :param senders: how many clients send them, in turn.
        """
        answer = self._call(f"single {messages} {pause_ms} {senders}")
        return Single(
            answer["deliveries"],
            answer["median_us"],
            answer["p99_us"],
            tuple(answer["latencies_us"]),
        )

    def saturate(self, senders: int, window: int, seconds: float) -> Saturated:
        """Send from several clients as fast as possible, and receive everything.

        :param window: messages of one sender that some client has not yet received.
        """
        answer = self._call(f"saturate {senders} {window} {seconds}")
        return Saturated(answer["messages"], answer["deliveries"], answer["seconds"])

    def close(self) -> None:
        """Kill the process, which closes all its connections."""
        self._process.kill()
        self._process.communicate()

    def _call(self, command: str) -> dict[str, Any]:
        # If the process has ended, its last line says why.
        with suppress(BrokenPipeError):
            self._commands.write(command + "\n")
        return parse_answer(self._answers.readline())


def parse_answer(line: str) -> dict[str, Any]:
    """The generator's answer.

    :raises BenchError: if it is an error, or empty.
    """
    if not line:
        raise BenchError("the load generator ended")
    answer: dict[str, Any] = json.loads(line)
    if "error" in answer:
        raise BenchError(str(answer["error"]))
    return answer
