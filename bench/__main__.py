"""Run the benchmarks and write the report: ``python -m bench``.

Every option has a default; ``--help`` lists them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.crowd import CROWDS, measure_crowd
from bench.machine import describe
from bench.metrics import FAMILIES
from bench.processes import BenchError, raise_file_limit, split_cores
from bench.progress import Progress
from bench.report import charts, report
from bench.results import Crowd, Result, Run
from bench.runner import Plan, Runner, label
from bench.soak_report import soak_section, with_section
from bench.soak_results import SoakRun
from bench.targets import TARGETS, Target
from bench.tools import Tools

ROOT = Path(__file__).resolve().parent.parent
SIZES = (100, 1000, 5000)
QUICK_SIZES = (100, 1000)

CROWD = "crowd"
"""The name by which ``--only`` selects the crowds of clients; see ``crowd``."""

SPARE_FILES = 200
"""Files that a server or the load generator opens in addition to its clients."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--clients", type=_sizes, help="numbers of clients (100,1000,5000)"
    )
    parser.add_argument(
        "--only",
        type=_names,
        help=f"servers: {', '.join(t.key for t in TARGETS)}; {CROWD}: ten thousand "
        "clients in one room",
    )
    parser.add_argument(
        "--rounds", type=int, help="for each server and number of clients (3)"
    )
    parser.add_argument("--seconds", type=float, help="of saturation in each round (1)")
    parser.add_argument(
        "--connect-timeout",
        type=float,
        default=150,
        help="seconds to connect all clients of a server (150)",
    )
    parser.add_argument(
        "--quick", action="store_true", help="measure less, in two minutes"
    )
    parser.add_argument(
        "--no-pin", action="store_true", help="do not pin programs to cores"
    )
    parser.add_argument("--output", type=Path, help="directory of the report")
    parser.add_argument("--note", default="", help="what else the machine did")
    parser.add_argument(
        "--report",
        action="store_true",
        help="only write the report of the last run again",
    )
    return parser.parse_args(arguments)


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(sorted({int(one) for one in text.split(",")}))
    if sizes[0] < 2:
        raise argparse.ArgumentTypeError("at least 2 clients are needed")
    return sizes


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = set(names) - {target.key for target in TARGETS} - {CROWD}
    if unknown:
        raise argparse.ArgumentTypeError(
            f"unknown server: {', '.join(sorted(unknown))}"
        )
    return names


def plan_of(options: argparse.Namespace) -> Plan:
    """What the options select."""
    quick = options.quick
    return Plan(
        sizes=options.clients or (QUICK_SIZES if quick else SIZES),
        rounds=options.rounds or (1 if quick else 3),
        seconds=options.seconds or 1.0,
        connect_timeout=options.connect_timeout,
    )


def crowds_of(options: argparse.Namespace) -> tuple[int, ...]:
    """The numbers of clients of the crowds that the options select."""
    if options.only and CROWD not in options.only:
        return ()
    if options.clients:
        return tuple(options.clients) if options.only else ()
    return CROWDS[:1] if options.quick else CROWDS


def is_complete(options: argparse.Namespace) -> bool:
    """Whether everything is measured, so that the report belongs in ``docs/``."""
    limited = (options.clients, options.only, options.rounds, options.seconds)
    return not options.quick and not any(limited)


def measure(options: argparse.Namespace, tools: Tools) -> Run:
    """Measure what the options select.

    :raises BenchError: if the load generator cannot be compiled.
    """
    tools.build.mkdir(parents=True, exist_ok=True)
    for program in ("load", "baseline"):
        tools.compile(program)
    plan = plan_of(options)
    wanted = [t for t in TARGETS if not options.only or t.key in options.only]
    missing = {t.key: t.missing(tools) for t in wanted}
    available = [t for t in wanted if not missing[t.key]]
    crowds = crowds_of(options)
    progress = Progress(plan.steps(len(available)) + len(crowds), sys.stdout)
    for target in wanted:
        if missing[target.key]:
            progress.note(f"skipped {label(target)}: {missing[target.key]}")
    cores = split_cores(() if options.no_pin else os.sched_getaffinity(0))
    runner = Runner(tools, plan, progress, cores)
    files = raise_file_limit()
    results: list[Result] = []
    for clients, family in itertools.product(plan.sizes, FAMILIES):
        selected = [t for t in available if t.family == family]
        skipped = {t.key: missing[t.key] for t in wanted if t.family == family}
        if clients + SPARE_FILES > files:
            skipped = dict.fromkeys(skipped, f"only {files} open files are allowed")
            selected = []
        results += _skipped(wanted, skipped, clients)
        results += runner.measure(selected, clients)
    measured: list[Crowd] = []
    for clients in crowds:
        if clients + SPARE_FILES > files:
            progress.note(f"skipped a crowd: only {files} open files are allowed")
            continue
        progress.step(f"{clients} clients: a crowd of this server")
        timeout = options.connect_timeout
        measured.append(measure_crowd(tools, clients, cores, timeout))
    return Run(
        date=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        command=" ".join(["python -m bench", *_without_note(sys.argv[1:])]),
        machine=describe(tools.modules, _versions()) | _note(options),
        results=results,
        crowds=measured,
    )


def _skipped(
    wanted: list[Target], reasons: dict[str, str], clients: int
) -> list[Result]:
    return [
        Result(t.key, t.title, t.family, clients, skipped=reasons[t.key])
        for t in wanted
        if reasons.get(t.key)
    ]


def _without_note(arguments: list[str]) -> list[str]:
    """The note has a line of its own."""
    if "--note" not in arguments:
        return arguments
    at = arguments.index("--note")
    return arguments[:at] + arguments[at + 2 :]


def _note(options: argparse.Namespace) -> dict[str, str]:
    return {"besides": options.note} if options.note else {}


def _versions() -> dict[str, Sequence[str]]:
    path = "/usr/sbin:" + os.environ.get("PATH", "")
    return {
        "C compiler": ["cc", "--version"],
        "Node.js": ["node", "--version"],
        "InspIRCd": ["env", f"PATH={path}", "inspircd", "--version"],
        "ngIRCd": ["env", f"PATH={path}", "ngircd", "--version"],
    }


def write(run: Run, directory: Path) -> None:
    """Write the report and its charts to a directory."""
    (directory / "charts").mkdir(parents=True, exist_ok=True)
    for file, svg in charts(run).items():
        (directory / "charts" / file).write_text(svg)
    page = directory / "benchmarks.md"
    text = report(run)
    long_run = directory / "charts" / "soak.json"
    if long_run.exists():
        # Of the last ``make soak``.
        section = soak_section(SoakRun.from_json(long_run.read_text()))
        text = with_section(text, section)
    page.write_text(text)
    print(f"The report is {page}.")


def main(arguments: Sequence[str]) -> int:
    """Measure and write the report; return the exit status."""
    options = parse(arguments)
    # On SIGTERM, too, stop the servers that were started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tools = Tools(ROOT, ROOT / "build" / "bench")
    saved = tools.build / "results.json"
    complete = is_complete(options)
    if options.report:
        run = Run.from_json(saved.read_text())
    else:
        try:
            run = measure(options, tools)
        except BenchError as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
        saved = saved if complete else tools.build / "results-partial.json"
        saved.write_text(run.to_json())
    write(run, options.output or (ROOT / "docs" if complete else tools.build))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
