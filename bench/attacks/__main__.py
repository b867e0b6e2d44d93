"""Attack this server and others, and write what happened: ``python -m bench.attacks``.

Every option has a default; ``--help`` lists them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bench.attacks import network
from bench.attacks.catalogue import ATTACKS, Attack
from bench.attacks.results import Result, Run
from bench.attacks.runner import Plan, Runner
from bench.attacks.table import insert, tables
from bench.attacks.verdicts import HELD, disturbance, faults, is_doubtful
from bench.attacks.victims import VICTIMS, Victim
from bench.attacks.wires import WIRES
from bench.machine import describe
from bench.processes import BenchError, raise_file_limit, split_cores
from bench.progress import Progress
from bench.tools import Tools

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "security.md"

CONNECTIONS = 64
SECONDS = 3.0

TRIES = 3
"""How often an attack is made if the machine was too busy to judge its effect."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.attacks",
        description="Attack this server and others, and write docs/security.md.",
        epilog="attacks: " + ", ".join(attack.key for attack in ATTACKS),
    )
    parser.add_argument(
        "--only", type=_names({a.key for a in ATTACKS}), help="attacks, by comma"
    )
    parser.add_argument(
        "--servers",
        type=_names({v.key for v in VICTIMS}),
        help="servers: " + ", ".join(victim.key for victim in VICTIMS),
    )
    parser.add_argument(
        "--wires", type=_names(set(WIRES)), help="protocols: " + ", ".join(WIRES)
    )
    parser.add_argument(
        "--connections",
        type=int,
        default=CONNECTIONS,
        help=f"of the attackers, from one address ({CONNECTIONS})",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=SECONDS,
        help=f"of an attack; some take longer ({SECONDS:.0f})",
    )
    parser.add_argument(
        "--no-namespace",
        action="store_true",
        help="use loopback addresses, which this server does not count by address",
    )
    parser.add_argument(
        "--output", type=Path, help="the file of the tables, instead of the page"
    )
    parser.add_argument(
        "--update",
        action="store_true",
        help="keep what else the last complete run measured, and write the page",
    )
    parser.add_argument(
        "--report", action="store_true", help="only write the last run again"
    )
    return parser.parse_args(arguments)


def _names(known: set[str]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        found = text.split(",")
        unknown = sorted(set(found) - known)
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
        return found

    return names


def is_complete(options: argparse.Namespace) -> bool:
    """Whether everything is measured, so that the tables belong into the page."""
    usual = (options.connections, options.seconds) == (CONNECTIONS, SECONDS)
    limited = options.only or options.servers or options.wires
    return usual and not options.output and (options.update or not limited)


def steps(options: argparse.Namespace) -> list[tuple[Attack, Victim, str]]:
    """What the options select: attacks, servers and protocols."""
    return [
        (attack, victim, wire)
        for attack in ATTACKS
        if not options.only or attack.key in options.only
        for victim in VICTIMS
        if not options.servers or victim.key in options.servers
        for wire in victim.wires
        if wire in attack.ways and victim.key not in attack.absent
        if not options.wires or wire in options.wires
    ]


def measure(options: argparse.Namespace, tools: Tools) -> Run:
    """Make the attacks that the options select."""
    wanted = steps(options)
    victims = {victim.key: victim for _, victim, _ in wanted}.values()
    missing = {victim.key: victim.missing(tools) for victim in victims}
    where = network.current()
    cores = split_cores(os.sched_getaffinity(0))
    if cores[1]:
        # The bystanders are in this process.
        os.sched_setaffinity(0, cores[1])
    runner = Runner(tools, where, Plan(options.connections, options.seconds, cores))
    progress = Progress(len(wanted), sys.stdout)
    results = []
    for attack, victim, wire in wanted:
        progress.step(f"{attack.key}: {victim.key}, {wire}")
        if missing[victim.key]:
            result = Result(attack.key, victim.key, wire, skipped=missing[victim.key])
        else:
            result = _attack(runner, attack, victim, wire)
        results.append(result)
        failed = result.skipped or result.gains.error
        progress.note(failed or ", ".join(faults(result)) or HELD)
    separate = where is network.SEPARATE
    return Run(
        date=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        command=" ".join(["python -m bench.attacks", *sys.argv[1:]]),
        network="in a network namespace of its own" if separate else "on loopback",
        connections=options.connections,
        machine=describe(tools.modules, _versions()),
        results=results,
    )


def _attack(runner: Runner, attack: Attack, victim: Victim, wire: str) -> Result:
    """Attack again while the result is doubtful; the least disturbed result."""
    tries: list[Result] = []
    while not tries or (len(tries) < TRIES and is_doubtful(tries[-1])):
        tries.append(runner.attack(attack, victim, wire))
    return min(tries, key=lambda result: (is_doubtful(result), disturbance(result)))


def updated(before: Run, now: Run) -> Run:
    """A run with those results of the one before that were not measured again."""
    again = {(each.attack, each.server, each.wire) for each in now.results}
    kept = [
        each
        for each in before.results
        if (each.attack, each.server, each.wire) not in again
    ]
    # Of what was not installed this time, the versions are those of its results.
    return replace(
        now,
        command=before.command,
        machine=before.machine | now.machine,
        results=kept + now.results,
    )


def _versions() -> dict[str, Sequence[str]]:
    path = "/usr/sbin:" + os.environ.get("PATH", "")
    return {
        "Node.js": ["node", "--version"],
        "InspIRCd": ["env", f"PATH={path}", "inspircd", "--version"],
    }


def write(run: Run, options: argparse.Namespace, build: Path) -> None:
    """Write the tables into the page, or where the options say."""
    if is_complete(options):
        PAGE.write_text(insert(PAGE.read_text("utf-8"), tables(run)), "utf-8")
        path = PAGE
    else:
        path = options.output or build / "attacks.md"
        path.write_text(tables(run), "utf-8")
    print(f"The tables are in {path}.")


def _last_run(stored: Path) -> Run:
    """The last complete run.

    :raises BenchError: there is none.
    """
    try:
        return Run.from_json(stored.read_text("utf-8"))
    except FileNotFoundError:
        raise BenchError(
            "no complete run is stored here: run make attacks once without options"
        ) from None


def main(arguments: Sequence[str]) -> int:
    """Attack and write the tables; return the exit status."""
    options = parse(arguments)
    tools = Tools(ROOT, ROOT / "build" / "bench")
    tools.build.mkdir(parents=True, exist_ok=True)
    stored = tools.build / "attacks.json"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        if options.report:
            run = _last_run(stored)
        else:
            last = _last_run(stored) if options.update else None
            _prepare(arguments, options, tools)
            run = measure(options, tools)
            if last is not None:
                run = updated(last, run)
            if is_complete(options):
                stored.write_text(run.to_json(), "utf-8")
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    write(run, options, tools.build)
    return 0


def _prepare(
    arguments: Sequence[str], options: argparse.Namespace, tools: Tools
) -> None:
    """Install what the servers need, and enter the namespace."""
    raise_file_limit()
    if network.current() is network.SEPARATE:
        network.set_up()
        return
    for victim in VICTIMS:
        if not options.servers or victim.key in options.servers:
            # Packages cannot be installed inside.
            victim.missing(tools)
    if not options.no_namespace:
        reason = network.enter_namespace(arguments)
        print(f"Without a network namespace: {reason}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
