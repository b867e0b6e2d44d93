"""The report: docs/benchmarks.md and its charts, made from a `Run`."""

from __future__ import annotations

from bench.charts import Bar, bar_chart
from bench.contenders import OWN
from bench.field import LARGE, SENDERS, WINDOW
from bench.measures import FAMILIES, MEASURES, Measure, short
from bench.results import Result, Run

_HEAD = """\
# Benchmarks

What this server costs, beside what others cost, measured in one run on one machine.
`make bench` measures again and writes this page and its charts; a machine has its
good and bad moments, so compare within a table, not from one run to another.
"""

_METHOD = f"""\
## What is measured, and how

Everyone is in one room, on 127.0.0.1. The load generator (`bench/load.c`) is one
thread that leads all the clients and reads everything to the last byte; a line too
many or too few ends the run of that server. Each server has one core for itself and
the load generator another, wherever there are two. All servers of a table run at
once, each with its own clients, and are asked in turn; a figure is the median of the
rounds. CPU is the server's own, user and system, of all its threads, from the
kernel's CPU clock of the process.

- **one line**: a client says 40 bytes, everyone hears it, a pause, the next line. The
  CPU time is divided by those who heard it. The latency is to the *last* of them: its
  median, and what 99 % of the lines did not exceed.
- **saturated**: {SENDERS} clients talk as fast as they may, nobody ever more than
  {SENDERS * WINDOW} lines behind. Deliveries (a line, to one client) are divided by
  the CPU time. A server that joins what waits into one write does well here; with a
  wider window it would do better still.
- **everyone in**: the time until the last client was welcomed, and the CPU time until
  all was quiet. Everyone is told of everyone who comes. A client of the line chat says
  nothing at first, as telnet does, and this server then waits a quarter of a second
  before it takes it for telnet.
- **memory**: by how much the server grew while everyone came in, for each of them
  (proportional share; what the kernel keeps for a socket is not in it).

"C, epoll and send()" (`bench/limit.c`) is the least that a server can do: it stores
nothing, checks nothing and knows one room. The Node programs (`bench/peers/`) are
written as the documentation of their libraries has it: one write for each client and
line. InspIRCd and ngIRCd run with their limits raised; nobody hears their own line
there, and both hold back nothing. This server stores every line before anyone hears
it where it says SQLite, with `synchronous=FULL`. Flood control is off everywhere.
"""

_AGAIN = f"""\
## Measuring again

```
make bench                                      # all of it: about a quarter of an hour
make bench BENCH="--quick"                      # a look, in two minutes
make bench BENCH="--only chat-sqlite,limit --clients 1000"
```

It needs Linux, a C compiler, and 20,000 open files (`ulimit -Hn`) for the largest
field; Node with npm, InspIRCd and ngIRCd take part if they are installed
(`apt-get install inspircd ngircd nodejs npm`) and are left out with a word if not.
Only a run of everything writes this page; others write to `build/bench/`, where the
single figures are too (`results.json`). With {LARGE:,} clients and more, everyone is
let in once, and not anew for each round.
"""


def chart_name(family: str, measure: Measure) -> str:
    """The file of a chart, beside the others."""
    return f"{family}-{measure.key}.svg"


def charts(run: Run) -> dict[str, str]:
    """All charts, by the names of their files."""
    made = {}
    for family, (title, _) in FAMILIES.items():
        for measure in MEASURES:
            groups = []
            for clients in run.sizes():
                found = _found(run, family, clients)
                if found:
                    bars = [_bar(result, measure) for result in found]
                    groups.append((f"{clients:,} clients", bars))
            if groups:
                made[chart_name(family, measure)] = bar_chart(
                    f"{title}: {measure.title}",
                    measure.axis,
                    groups,
                    logarithmic=measure.logarithmic,
                )
    return made


def report(run: Run) -> str:
    """The page."""
    parts = [_HEAD, _summary(run)]
    for family, (title, peers) in FAMILIES.items():
        if any(result.family == family for result in run.results):
            parts.append(_family(run, family, title, peers))
    parts += [_METHOD, _AGAIN, _machine(run)]
    return "\n".join(part for part in parts if part)


def _found(run: Run, family: str, clients: int) -> list[Result]:
    return [
        result
        for result in run.results
        if (result.family, result.clients) == (family, clients) and result.complete
    ]


def _bar(result: Result, measure: Measure) -> Bar:
    value = measure.value(result)
    return Bar(result.title, value, short(value), own=result.key in OWN)


def _summary(run: Run) -> str:
    """The figures that matter most, each against its measure."""
    lines = []
    for key, peer, against in (
        ("chat-sqlite", "limit", "the C program"),
        ("chat-sqlite", "node", "Node's `net`"),
        ("chat-websocket", "ws", "npm `ws`"),
        ("chat-socketio", "socketio", "npm `socket.io`"),
    ):
        own, other = run.find(key, 1000), run.find(peer, 1000)
        if own and other:
            lines.append(
                f"- beside {against}: {_times(own.cpu_us, other.cpu_us)} the CPU for "
                f"one line, {_times(own.per_cpu_second, other.per_cpu_second)} the "
                f"deliveries a CPU second when saturated, "
                f"{short(own.kib_per_client)} KB a connection against "
                f"{short(other.kib_per_client)}"
            )
    if not lines:
        return ""
    return "With 1,000 clients in one room and SQLite on:\n\n" + "\n".join(lines) + "\n"


def _family(
    run: Run, family: str, title: str, peers: tuple[tuple[str, str], ...]
) -> str:
    parts = [f"## {title}", ""]
    for clients in run.sizes():
        found = _found(run, family, clients)
        if found:
            parts += [f"### {clients:,} clients", ""]
            parts += [*_table(run, found, clients, peers), ""]
        notes = [
            f"- {result.title}, {clients:,} clients: {result.left_out}"
            for result in run.results
            if (result.family, result.clients) == (family, clients) and result.left_out
        ]
        if notes:
            parts += ["Left out:", "", *notes, ""]
    if any(_found(run, family, clients) for clients in run.sizes()):
        for measure in MEASURES:
            file = f"charts/{chart_name(family, measure)}"
            parts += [f"![{title}: {measure.title}]({file})", ""]
    return "\n".join(parts)


def _table(
    run: Run, found: list[Result], clients: int, peers: tuple[tuple[str, str], ...]
) -> list[str]:
    """Times means: so many times that of the peer; each against every peer there."""
    there = [
        (run_result, label)
        for key, label in peers
        if (run_result := run.find(key, clients)) is not None
    ]
    beside = "".join(f" × {label} |" for _, label in there)
    head = (
        f"| server | one line, µs a recipient |{beside} saturated, deliveries a CPU s |"
        f"{beside} latency, ms | 99 %, ms | everyone in, s | CPU for that, s | "
        "KB a client |"
    )
    rows = [head, "| --- |" + " ---: |" * (7 + 2 * len(there))]
    for result in found:
        cost = [_times(result.cpu_us, peer.cpu_us, "") for peer, _ in there]
        flow = [
            _times(result.per_cpu_second, peer.per_cpu_second, "") for peer, _ in there
        ]
        cells = [
            f"**{result.title}**" if result.key in OWN else result.title,
            f"{result.cpu_us:.1f}",
            *cost,
            short(result.per_cpu_second),
            *flow,
            short(result.latency_ms),
            short(result.latency_p99_ms),
            short(result.connect_seconds),
            short(result.connect_cpu_seconds),
            short(result.kib_per_client),
        ]
        rows.append("| " + " | ".join(cells) + " |")
    return rows


def _times(value: float, other: float, after: str = " times") -> str:
    """So many times the other: two figures, none after the point from ten on."""
    times = value / other
    return f"{times:.0f}{after}" if times >= 10 else f"{times:.2f}{after}"


def _machine(run: Run) -> str:
    lines = [f"- {name}: {value}" for name, value in run.machine.items()]
    return "\n".join(
        [f"## The machine\n\nMeasured on {run.when} with `{run.how}`.\n", *lines, ""]
    )
