"""``python -m bench``, from the top of the repository: measures, and writes the report.

Every option has a default; ``--help`` names them.
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

from bench.contenders import CONTENDERS, Contender
from bench.field import Field, Plan, name
from bench.machine import describe
from bench.measures import FAMILIES
from bench.processes import Failed, raise_file_limit, split_cores
from bench.progress import Progress
from bench.report import charts, report
from bench.results import Result, Run
from bench.tools import Tools

ROOT = Path(__file__).resolve().parent.parent
SIZES = (100, 1000, 5000)
QUICK_SIZES = (100, 1000)

#: Files that a server or the load generator opens beside its clients'.
SPARE_FILES = 200


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line's options."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--clients", type=_sizes, help="how many, such as 100,1000 (100,1000,5000)"
    )
    parser.add_argument(
        "--only", type=_names, help="names: " + ", ".join(c.key for c in CONTENDERS)
    )
    parser.add_argument("--rounds", type=int, help="for each server and size (3)")
    parser.add_argument("--seconds", type=float, help="of saturation, a round (1)")
    parser.add_argument(
        "--patience", type=float, default=150, help="seconds to let everyone in (150)"
    )
    parser.add_argument("--quick", action="store_true", help="a look, in two minutes")
    parser.add_argument("--no-pin", action="store_true", help="give nobody a core")
    parser.add_argument("--output", type=Path, help="where the report goes")
    parser.add_argument(
        "--report", action="store_true", help="only write it again, from the last run"
    )
    return parser.parse_args(arguments)


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(sorted({int(one) for one in text.split(",")}))
    if sizes[0] < 2:
        raise argparse.ArgumentTypeError("a chat needs two")
    return sizes


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = set(names) - {contender.key for contender in CONTENDERS}
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return names


def plan_of(options: argparse.Namespace) -> Plan:
    """How much is measured: a look, or all of it, or as the options say."""
    quick = options.quick
    return Plan(
        sizes=options.clients or (QUICK_SIZES if quick else SIZES),
        rounds=options.rounds or (1 if quick else 3),
        seconds=options.seconds or 1.0,
        patience=options.patience,
    )


def is_whole(options: argparse.Namespace) -> bool:
    """True for a run that may stand in the docs."""
    limited = (options.clients, options.only, options.rounds, options.seconds)
    return not options.quick and not any(limited)


def measure(options: argparse.Namespace, tools: Tools) -> Run:
    """The run.  Raises Failed if there is no load generator."""
    tools.build.mkdir(parents=True, exist_ok=True)
    for program in ("load", "limit"):
        tools.compile(program)
    plan = plan_of(options)
    wanted = [c for c in CONTENDERS if not options.only or c.key in options.only]
    missing = {c.key: c.missing(tools) for c in wanted}
    there = [c for c in wanted if not missing[c.key]]
    progress = Progress(plan.steps(len(there)), sys.stdout)
    for contender in wanted:
        if missing[contender.key]:
            progress.note(f"without {name(contender)}: {missing[contender.key]}")
    cores = os.sched_getaffinity(0)
    pinned: tuple[set[int], set[int]] = (set(), set())
    field = Field(
        tools, plan, progress, pinned if options.no_pin else split_cores(cores)
    )
    files = raise_file_limit()
    results: list[Result] = []
    for clients, family in itertools.product(plan.sizes, FAMILIES):
        here = [c for c in there if c.family == family]
        left_out = {c.key: missing[c.key] for c in wanted if c.family == family}
        if clients + SPARE_FILES > files:
            left_out = dict.fromkeys(left_out, f"only {files} open files are allowed")
            here = []
        results += _left_out(wanted, left_out, clients)
        results += field.measure(here, clients)
    return Run(
        when=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        how=" ".join(["python -m bench", *sys.argv[1:]]),
        machine=describe(tools.modules, _versions()),
        results=results,
    )


def _left_out(
    wanted: list[Contender], why: dict[str, str], clients: int
) -> list[Result]:
    return [
        Result(c.key, c.title, c.family, clients, left_out=why[c.key])
        for c in wanted
        if why.get(c.key)
    ]


def _versions() -> dict[str, Sequence[str]]:
    path = "/usr/sbin:" + os.environ.get("PATH", "")
    return {
        "C compiler": ["cc", "--version"],
        "Node": ["node", "--version"],
        "InspIRCd": ["env", f"PATH={path}", "inspircd", "--version"],
        "ngIRCd": ["env", f"PATH={path}", "ngircd", "--version"],
    }


def write(run: Run, directory: Path) -> None:
    """The page, and the charts beside it."""
    (directory / "charts").mkdir(parents=True, exist_ok=True)
    for file, svg in charts(run).items():
        (directory / "charts" / file).write_text(svg)
    page = directory / "benchmarks.md"
    page.write_text(report(run))
    print(f"The report is {page}.")


def main(arguments: Sequence[str]) -> int:
    """Measures and writes; the status with which the program ends."""
    options = parse(arguments)
    # Who is asked to stop takes down what it has started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tools = Tools(ROOT, ROOT / "build" / "bench")
    kept = tools.build / "results.json"
    whole = is_whole(options)
    if options.report:
        run = Run.from_json(kept.read_text())
    else:
        try:
            run = measure(options, tools)
        except Failed as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
        kept = kept if whole else tools.build / "results-partial.json"
        kept.write_text(run.to_json())
    write(run, options.output or (ROOT / "docs" if whole else tools.build))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
