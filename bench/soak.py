"""A long run with clients of all kinds: ``python -m bench.soak``, or ``make soak``.

``native/soak.c`` is the load; it checks what every client receives.  This program
starts the server, samples it, and writes the report.  The exit status is 1 if anything
was lost, doubled or reordered, if memory grew, or if descriptors were not closed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.proc import cpu_ns, memory_kib
from bench.processes import (
    BenchError,
    Command,
    Server,
    free_port,
    on_cores,
    raise_file_limit,
    split_cores,
)
from bench.soak_report import soak_charts, soak_section, with_section
from bench.soak_results import End, Sample, SoakRun
from bench.tools import Tools

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 10_000
SECONDS = 600.0
RATE = 50.0
CONNECTING = 1000
"""Clients that connect at the same time."""

SPARE_FILES = 1000
"""Files of the load generator besides one for each client: those for POST."""

WARM_UP = 20
"""Clients of a short run before the long one."""

CLOSE_SECONDS = 60.0
"""For the server to close the connections of all clients that are gone."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.soak", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument(
        "--clients", type=int, default=CLIENTS, help=f"{WARM_UP} at least"
    )
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--rate", type=float, default=RATE, help="messages per second")
    parser.add_argument("--note", default="", help="what else the machine did")
    options = parser.parse_args(arguments)
    if options.clients < WARM_UP:
        parser.error(f"--clients: give {WARM_UP} or more")
    if not (options.seconds > 0 and options.rate > 0):
        parser.error("--seconds and --rate: give a number above 0")
    return options


class Watch:
    """Samples the server whenever the load generator reports a period."""

    def __init__(self, run: SoakRun, pid: int) -> None:
        self._run = run
        self._pid = pid
        self._start = self._last = (time.monotonic(), cpu_ns(pid))

    def take(self, lines: Iterable[str]) -> None:
        """Take each line of the load generator, and print what it says."""
        for line in lines:
            answer: dict[str, Any] = json.loads(line)
            if "time" in answer:
                sample = self._sample(answer)
                self._run.samples.append(sample)
                print(_shown(sample), flush=True)
            elif "fault" in answer:
                self._run.faults.append(answer["fault"])
                print(answer["fault"], file=sys.stderr, flush=True)
            elif "error" in answer:
                raise BenchError(answer["error"])
            elif "connected" in answer:
                self._run.connect_seconds = answer["connected"]
                self._run.rooms = answer["rooms"]
                cpu = cpu_ns(self._pid) - self._start[1]
                self._run.connect_cpu_seconds = cpu / 1e9
                self._last = (time.monotonic(), cpu_ns(self._pid))
            else:
                self._run.end = End(**answer)

    def _sample(self, answer: dict[str, Any]) -> Sample:
        time_before, cpu_before = self._last
        self._last = time_now, cpu_now = time.monotonic(), cpu_ns(self._pid)
        return Sample(
            **answer,
            cpu_percent=(cpu_now - cpu_before) / (time_now - time_before) / 1e7,
            memory_kib=memory_kib(self._pid),
            descriptors=count_descriptors(self._pid),
        )


def count_descriptors(pid: int) -> int:
    """The number of open descriptors of a process."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _shown(sample: Sample) -> str:
    return (
        f"{sample.time:6.1f} s: {sample.present} clients, {sample.sent} messages, "
        f"{sample.received} deliveries; delay {sample.median_ms:.0f} ms, "
        f"99 % {sample.p99_ms:.0f} ms; CPU {sample.cpu_percent:.0f} %, "
        f"{sample.memory_kib / 1024:.0f} MiB, {sample.descriptors} descriptors"
    )


def load(program: Path, port: int, run: SoakRun, watch: Watch, cores: set[int]) -> None:
    """Run the load generator.

    :raises BenchError: if it fails otherwise than by faults of the server.
    """
    numbers = (port, run.clients, run.seconds, run.rate, min(CONNECTING, run.clients))
    with on_cores(cores):
        process = subprocess.Popen(
            [str(program), *map(str, numbers)], stdout=subprocess.PIPE, text=True
        )
    try:
        watch.take(process.stdout or ())
    finally:
        process.kill()
        process.communicate()


def wait_for_descriptors(pid: int, wanted: int) -> int:
    """Wait until a process has so few open descriptors, or until it takes too long."""
    deadline = time.monotonic() + CLOSE_SECONDS
    while (count := count_descriptors(pid)) > wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    return count


def settled_descriptors(pid: int) -> int:
    """The number of open descriptors, once it has not changed for a second."""
    last, count = -1, count_descriptors(pid)
    while count != last:
        time.sleep(1)
        last, count = count, count_descriptors(pid)
    return count


def soak(run: SoakRun, tools: Tools) -> None:
    """Start a server, load it, and fill in the figures of the run.

    :raises BenchError: if a program cannot be started, or fails.
    """
    if run.clients + SPARE_FILES > (files := raise_file_limit()):
        raise BenchError(
            f"only {files} open files are allowed; {run.clients + SPARE_FILES} are "
            "needed: raise the hard limit (ulimit -Hn), or CLIENTS=5000"
        )
    tools.build.mkdir(parents=True, exist_ok=True)
    tools.compile("soak")
    server_cores, load_cores = split_cores(os.sched_getaffinity(0))
    program, port = tools.build / "soak", free_port()
    with tempfile.TemporaryDirectory(dir=tools.build) as name:
        options = ["--port", f"tcp:{port}:interface=127.0.0.1:backlog=1024"]
        options += ["--store", f"sqlite:{name}/chat.sqlite"]
        options += ["--max-clients", str(2 * run.clients)]
        command = [sys.executable, "-m", "twisted", "--log-format", "text", "chat"]
        environment = {"PYTHONPATH": str(tools.root)}
        server = Server(
            Command(command + options, environment),
            Path(name),
            tools.build / "soak.log",
            server_cores,
        )
        try:
            server.wait_until_open(port)
            # What the server opens and loads for its first clients stays.
            first = SoakRun(run.date, "", clients=WARM_UP, seconds=2, rate=20)
            load(program, port, first, Watch(first, server.pid), load_cores)
            before = settled_descriptors(server.pid)
            run.memory_kib = memory_kib(server.pid)
            load(program, port, run, Watch(run, server.pid), load_cores)
            after = wait_for_descriptors(server.pid, before)
            run.descriptors = (before, after)
        finally:
            server.stop()


def write(run: SoakRun, tools: Tools) -> None:
    """Write the figures and charts, to ``docs/`` after a complete run."""
    complete = (run.clients, run.seconds, run.rate) == (CLIENTS, SECONDS, RATE)
    directory = tools.root / "docs" if complete else tools.build
    charts = directory / "charts"
    charts.mkdir(parents=True, exist_ok=True)
    (charts / "soak.json").write_text(run.to_json())
    for file, svg in soak_charts(run).items():
        (charts / file).write_text(svg)
    page = directory / ("benchmarks.md" if complete else "soak.md")
    text = page.read_text() if complete else ""
    page.write_text(with_section(text, soak_section(run)))
    print(f"The report is {page}.")


def main(arguments: Sequence[str]) -> int:
    """Run, report, and return the exit status."""
    options = parse(arguments)
    # On SIGTERM, too, stop the server.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    run = SoakRun(
        date=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        command=f"python -m bench.soak --clients {options.clients} "
        f"--seconds {options.seconds:g}",
        clients=options.clients,
        seconds=options.seconds,
        rate=options.rate,
        note=options.note,
    )
    tools = Tools(ROOT, ROOT / "build" / "bench")
    try:
        soak(run, tools)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if run.samples and run.end:
        write(run, tools)
    problems = run.problems()
    for problem in problems:
        print(f"failed: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
