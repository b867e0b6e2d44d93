"""Measure and print a table: ``python -m bench.logins``.

Each burst has a server of its own, with as many accounts in SQLite as clients log in.
Delays are given as the median, the 99th percentile and the longest.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.logins.accounts import make_accounts
from bench.logins.kinds import BY_KEY, Kind
from bench.logins.results import Row, Sample, table
from bench.proc import cpu_ns
from bench.processes import (
    BenchError,
    Command,
    Server,
    free_port,
    on_cores,
    raise_file_limit,
    split_cores,
)

ROOT = Path(__file__).resolve().parent.parent.parent

CLIENTS = 1000
CALM_SECONDS = 5.0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.logins")
    parser.add_argument(
        "--clients", type=int, default=CLIENTS, help=f"that log in ({CLIENTS})"
    )
    parser.add_argument(
        "--rounds", type=int, default=1, help="how often each is measured (1)"
    )
    parser.add_argument(
        "--only", default=",".join(BY_KEY), help="bursts: " + ", ".join(BY_KEY)
    )
    options = parser.parse_args(arguments)
    if options.clients < 1 or options.rounds < 1:
        parser.error("--clients and --rounds: give 1 or more")
    if unknown := set(options.only.split(",")) - set(BY_KEY):
        parser.error(f"--only: unknown bursts: {', '.join(sorted(unknown))}")
    return options


@contextmanager
def process(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A program of this package, connected by pipes."""
    running = subprocess.Popen(
        [sys.executable, "-m", f"bench.logins.{module}", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def send(running: subprocess.Popen[str], line: str) -> None:
    """Write a line to a program."""
    if running.stdin is not None:
        print(line, file=running.stdin, flush=True)


def receive(running: subprocess.Popen[str]) -> str:
    """The next line of a program.

    :raises BenchError: there is none.
    """
    line = running.stdout.readline() if running.stdout is not None else ""
    if not line:
        raise BenchError(f"a program ended: {running.args!r}")
    return line


def measure(kind: Kind, clients: int) -> Row:
    """One burst.

    :raises BenchError: a program ended, or somebody could not log in.
    """
    server_cores, other_cores = split_cores(os.sched_getaffinity(0))
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = directory / "chat.sqlite"
        tokens = make_accounts(store, [f"member{n}" for n in range(clients)])
        port = free_port()
        command = Command(
            [
                *(sys.executable, "-m", "twisted_chat"),
                *("--port", f"tcp:{port}:interface=127.0.0.1:backlog=1024"),
                *("--store", f"sqlite:{store}", "--flood", "off"),
            ],
            {"PYTHONPATH": str(ROOT)},
        )
        server = Server(command, directory, directory / "log", server_cores)
        stack.callback(server.stop)
        server.wait_until_open(port)
        stack.enter_context(on_cores(other_cores))
        crowd = stack.enter_context(process("crowd", kind.key, str(port)))
        send(crowd, json.dumps(tokens))
        receive(crowd)
        talk = stack.enter_context(process("talk", kind.key, str(port)))
        receive(talk)
        time.sleep(CALM_SECONDS)
        began, cpu = time.monotonic(), cpu_ns(server.pid)
        send(crowd, "log in")
        received = int(receive(crowd)) / 1e6
        ended, cpu = time.monotonic(), cpu_ns(server.pid) - cpu
        time.sleep(CALM_SECONDS)
        output, _ = talk.communicate()
        samples: list[Sample] = [tuple(each) for each in json.loads(output)]
    return Row.of(kind, clients, samples, (began, ended), cpu / 1e9, received)


def main(arguments: Sequence[str]) -> int:
    """Measure and print the table; return the exit status."""
    options = parse(arguments)
    raise_file_limit()
    rows: list[Row] = []
    try:
        for _ in range(options.rounds):
            for key in options.only.split(","):
                rows.append(measure(BY_KEY[key], options.clients))
                print(table(rows[-1:]).splitlines()[-1], flush=True)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    print()
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
