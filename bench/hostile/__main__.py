"""Measure and print a table: ``python -m bench.hostile``.

Everything happens in a network namespace with small socket buffers, if the system
permits one, so that what a client does not read soon waits in the server.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.attacks import network
from bench.hostile.crowd import SENDERS, Crowd
from bench.hostile.kinds import BY_KEY, KINDS
from bench.hostile.results import Row, table
from bench.processes import BenchError, raise_file_limit
from bench.tools import Tools

ROOT = Path(__file__).resolve().parent.parent.parent

PEOPLE = 2000
MESSAGES = 300

BUFFERS = {"tcp_wmem": "4096 8192 65536", "tcp_rmem": "4096 8192 65536"}
"""Of the namespace: the least, usual and most bytes of a socket's buffer."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.hostile")
    parser.add_argument(
        "--people",
        type=int,
        default=PEOPLE,
        help=f"in the room, {SENDERS} at least ({PEOPLE})",
    )
    parser.add_argument(
        "--messages", type=int, default=MESSAGES, help=f"in each run ({MESSAGES})"
    )
    parser.add_argument(
        "--only", default=",".join(BY_KEY), help="kinds: " + ", ".join(BY_KEY)
    )
    options = parser.parse_args(arguments)
    if options.people < SENDERS:
        parser.error(f"--people: give {SENDERS} or more")
    if options.messages < 1:
        parser.error("--messages: give 1 or more")
    if unknown := set(options.only.split(",")) - set(BY_KEY):
        parser.error(f"--only: unknown kinds: {', '.join(sorted(unknown))}")
    return options


def set_up_buffers() -> None:
    """Make the socket buffers of the namespace small."""
    for name, sizes in BUFFERS.items():
        Path("/proc/sys/net/ipv4", name).write_text(sizes)


def measure(options: argparse.Namespace, tools: Tools) -> list[Row]:
    """Measure the kinds that the options select."""
    rows = []
    wanted = [kind for kind in KINDS if kind.key in options.only.split(",")]
    with ExitStack() as stack:
        crowd = Crowd(tools, options.people, stack)
        calm = crowd.talk(options.messages)
        for kind in wanted:
            before = calm
            beside, gains = crowd.beside(kind, options.messages)
            calm = crowd.talk(options.messages)
            rows.append(Row(kind, before, beside, calm, gains))
            print(table(rows[-1:]).splitlines()[-1], flush=True)
    return rows


def main(arguments: Sequence[str]) -> int:
    """Measure and print the table; return the exit status."""
    options = parse(arguments)
    if network.current() is network.LOOPBACK:
        refused = network.enter_namespace(arguments, "bench.hostile")
        print(f"on loopback, with large buffers: {refused}", file=sys.stderr)
    else:
        network.set_up()
        set_up_buffers()
    tools = Tools(ROOT, ROOT / "build" / "bench")
    tools.build.mkdir(parents=True, exist_ok=True)
    raise_file_limit()
    try:
        tools.compile("load")
        rows = measure(options, tools)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    print()
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
