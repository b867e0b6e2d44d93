"""The load generator, led from Python: one command, one answer."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.processes import Failed, on_cores


@dataclass(frozen=True, slots=True)
class Connected:
    """Everyone is in.

    :param seconds: until the last one was welcomed.
    :param quiet_seconds: until the last byte of it all had come.
    """

    seconds: float
    quiet_seconds: float


@dataclass(frozen=True, slots=True)
class Single:
    """Lines said one at a time.

    :param latencies_us: of each, in microseconds, to the last of those who heard it.
    """

    deliveries: int
    latencies_us: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Saturated:
    """Lines said as fast as they were heard."""

    lines: int
    deliveries: int
    seconds: float


class Generator:
    """Many clients of one server; use it in a ``with``.

    :param program: the compiled ``load.c``.
    :param dialect: ``line``, ``irc``, ``ws`` or ``sio``.
    :param air: how many clients may be on their way in at once.
    """

    def __init__(
        self,
        program: Path,
        dialect: str,
        port: int,
        clients: int,
        air: int,
        cores: set[int],
    ) -> None:
        with on_cores(cores):
            self._process = subprocess.Popen(
                [str(program), dialect, str(port), str(clients), str(air)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                bufsize=1,
            )
        if self._process.stdin is None or self._process.stdout is None:
            raise Failed("the load generator has no pipes")
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

    def connect(self, patience: float) -> Connected:
        """Lets everyone in, and waits until all is quiet.

        Raises Failed if that takes more than ``patience`` seconds.
        """
        answer = self._ask(f"connect {patience}")
        return Connected(answer["seconds"], answer["quiet_seconds"])

    def single(self, rounds: int, pause_ms: float) -> Single:
        """Says so many lines, each once the one before was heard by everyone."""
        answer = self._ask(f"single {rounds} {pause_ms}")
        return Single(answer["deliveries"], tuple(answer["latencies_us"]))

    def saturate(self, senders: int, window: int, seconds: float) -> Saturated:
        """Lets so many clients talk as fast as they may, and hears it all."""
        answer = self._ask(f"saturate {senders} {window} {seconds}")
        return Saturated(answer["lines"], answer["deliveries"], answer["seconds"])

    def close(self) -> None:
        """Ends it, and with it all of its connections."""
        self._process.kill()
        self._process.communicate()

    def _ask(self, command: str) -> dict[str, Any]:
        # If it has ended, its last line says why.
        with suppress(BrokenPipeError):
            self._commands.write(command + "\n")
        return parse_answer(self._answers.readline())


def parse_answer(line: str) -> dict[str, Any]:
    """What the generator answered.  Raises Failed if it is an error, or nothing."""
    if not line:
        raise Failed("the load generator ended")
    answer: dict[str, Any] = json.loads(line)
    if "error" in answer:
        raise Failed(str(answer["error"]))
    return answer
