"""The people whose messages are measured, and the server that they are on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.attacks import network
from bench.attacks.results import Gains
from bench.generator import Generator
from bench.hostile.kinds import Kind
from bench.hostile.results import Delays
from bench.processes import BenchError, Command, Server, on_cores, split_cores
from bench.tools import Tools

SENDERS = 100
PAUSE_MS = 20.0
"""Each of the senders says one message in two seconds at most, which flood control does
not delay."""

CONNECT_SECONDS = 120.0
END_SECONDS = 30.0
"""Seconds that hostile clients get to end."""

_CONNECTING = 128


class Crowd:
    """A server with many people in one room, who talk when asked."""

    def __init__(self, tools: Tools, people: int, stack: ExitStack) -> None:
        self._cores = split_cores(os.sched_getaffinity(0))
        self.port = network.current().free_port()
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        command = Command(
            [
                *(sys.executable, "-m", "twisted_chat"),
                *("--port", f"tcp:{self.port}:interface=0.0.0.0"),
                *("--store", f"sqlite:{directory / 'chat.sqlite'}"),
                *("--host", network.current().server),
            ],
            {"PYTHONPATH": str(tools.root)},
        )
        log = tools.build / "hostile.log"
        server = Server(command, directory, log, self._cores[0])
        stack.callback(server.stop)
        server.wait_until_open(self.port)
        self._tools = tools
        self._people = stack.enter_context(
            Generator(
                tools.build / "load",
                "ws",
                self.port,
                people,
                _CONNECTING,
                self._cores[1],
            )
        )
        self._people.connect(CONNECT_SECONDS)
        self.talk(SENDERS)

    def talk(self, messages: int) -> Delays:
        """Say messages, one after the other, and measure.

        :raises BenchError: if somebody does not receive one, or is disconnected.
        """
        spoken = self._people.single(messages, PAUSE_MS, SENDERS)
        return Delays(spoken.median_us / 1000, spoken.p99_us / 1000)

    def beside(self, kind: Kind, messages: int) -> tuple[Delays, Gains]:
        """The same while hostile clients are connected; and what these got.

        :raises BenchError: if their process fails as well.
        """
        with on_cores(self._cores[1]):
            attacker = subprocess.Popen(
                [
                    *(sys.executable, "-m", "bench.hostile.attacker"),
                    *(kind.key, str(self.port)),
                ],
                cwd=self._tools.root,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        try:
            if attacker.stdout is None or not attacker.stdout.readline():
                raise BenchError("the hostile clients ended")
            delays = self.talk(messages)
            if attacker.poll() is not None:
                raise BenchError("the hostile clients ended")
            # The end of its input tells it to end.
            output, _ = attacker.communicate(timeout=END_SECONDS)
        finally:
            attacker.kill()
            attacker.wait()
        return delays, Gains.from_data(json.loads(output))
