"""The report: ``docs/benchmarks.md`` and its charts, rendered from a ``Run``."""

from __future__ import annotations

import textwrap

from bench.charts import Bar, bar_chart
from bench.crowd_report import crowd_section
from bench.metrics import FAMILIES, METRICS, Metric, short
from bench.results import Result, Run
from bench.runner import LARGE, SENDERS, WINDOW
from bench.targets import OWN

_HEAD = """\
# Benchmarks

The cost of this server beside others, measured in one run on one machine.
`make bench` repeats the measurement and writes this page and its charts. The speed of
a machine varies, so compare figures within a table, not between runs.
"""

_METHOD = f"""\
## Method

All clients are in one room, on 127.0.0.1. The load generator (`bench/native/load.c`)
runs all clients on one thread and reads every byte; a lost or duplicate message ends
the measurement of that server. The servers share one core and the load generators
another, where there are two. All servers of a table run at the same time, each with
its own clients, and are measured in turn; a figure is the median of the rounds. CPU
time is that of the server, user and system, for all its threads, from the kernel's
CPU clock of the process.

- **single message**: one client sends 40 bytes, all clients receive them, a pause, the
  next message. The CPU time is divided by the number of recipients. The latency is
  that of the *last* recipient: the median and the 99th percentile.
- **saturated**: {SENDERS} clients send as fast as possible, with no client more than
  {SENDERS * WINDOW} messages behind. Deliveries (one message to one client) are divided
  by the CPU time. A server that combines waiting messages into one write does well
  here, and would do better with a larger window.
- **connect**: the time until the last client received its welcome, and the CPU time
  until no more bytes arrived. Each client is notified of each one that joins. A client
  of the line chat sends nothing at first, like telnet, and this server waits a quarter
  of a second before it treats it as telnet.
- **memory**: the growth of the server while the clients connected, for each of them
  (proportional set size, without the kernel's socket buffers).

"C, epoll and send()" (`bench/native/baseline.c`) does the minimum: it stores nothing,
checks nothing and has one room. The Node.js programs (`bench/peers/`) follow the
documentation of their libraries: one write for each client and message. InspIRCd and
ngIRCd run with their limits raised; they do not echo a message to its sender and delay
nothing. "SQLite" means that this server stores each message, with `synchronous=FULL`,
before any client receives it. Flood control is off everywhere.
"""

_AGAIN = f"""\
## Running it

```
make bench                                      # everything: about 20 minutes
make bench BENCH="--quick"                      # less: about 2 minutes
make bench BENCH="--only chat-sqlite,baseline --clients 1000"
make bench BENCH="--only crowd"                 # 1,000 and 10,000 clients in one room
make soak                                       # the long run: about 12 minutes
make soak CLIENTS=1000 SECONDS=60
```

Requirements: Linux, a C compiler, and 20,000 open files (`ulimit -Hn`) for the largest
number of clients. Node.js with npm, InspIRCd and ngIRCd are measured if they are
installed (`apt-get install inspircd ngircd nodejs npm`) and listed as skipped if not.
Only a complete run writes this page; others write to `build/bench/`, which also has
every figure (`results.json`). With {LARGE:,} clients or more, clients connect once and
not again for each round.
"""


def chart_name(family: str, metric: Metric) -> str:
    """The file name of a chart."""
    return f"{family}-{metric.key}.svg"


def charts(run: Run) -> dict[str, str]:
    """All charts, by file name."""
    made = {}
    for family, (title, _) in FAMILIES.items():
        for metric in METRICS:
            groups = []
            for clients in run.sizes():
                found = _complete(run, family, clients)
                if found:
                    bars = [_bar(result, metric) for result in found]
                    groups.append((f"{clients:,} clients", bars))
            if groups:
                made[chart_name(family, metric)] = bar_chart(
                    f"{title}: {metric.title}",
                    metric.axis,
                    groups,
                    logarithmic=metric.logarithmic,
                )
    return made


def report(run: Run) -> str:
    """The text of ``docs/benchmarks.md``."""
    parts = [_HEAD, _summary(run)]
    for family, (title, peers) in FAMILIES.items():
        if any(result.family == family for result in run.results):
            parts.append(_family(run, family, title, peers))
    parts.append(crowd_section(run.crowds, run.machine.get("cores", "several")))
    parts += [_METHOD, _AGAIN, _machine(run)]
    return "\n".join(part for part in parts if part)


def _complete(run: Run, family: str, clients: int) -> list[Result]:
    return [
        result
        for result in run.results
        if (result.family, result.clients) == (family, clients) and result.complete
    ]


def _bar(result: Result, metric: Metric) -> Bar:
    value = metric.value(result)
    return Bar(result.title, value, short(value), own=result.key in OWN)


def _item(text: str) -> list[str]:
    """The lines of one item of a list."""
    return textwrap.wrap(
        text, 120, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False
    )


def _summary(run: Run) -> str:
    """The most important figures, each compared with one other server."""
    lines = []
    for key, peer, against in (
        ("chat-sqlite", "baseline", "the C program"),
        ("chat-sqlite", "node", "Node.js `net`"),
        ("chat-websocket", "ws", "npm `ws`"),
        ("chat-socketio", "socketio", "npm `socket.io`"),
    ):
        own, other = run.find(key, 1000), run.find(peer, 1000)
        if own and other:
            lines += _item(
                f"compared with {against}: {_times(own.cpu_us, other.cpu_us)} the "
                f"CPU time for a single message, "
                f"{_times(own.per_cpu_second, other.per_cpu_second)} the deliveries "
                f"for each CPU second under saturation, {short(own.kib_per_client)} "
                f"KiB for each connection instead of {short(other.kib_per_client)}"
            )
    if not lines:
        return ""
    return (
        "With 1,000 clients in one room, storing in SQLite:\n\n"
        + "\n".join(lines)
        + "\n"
    )


def _family(
    run: Run, family: str, title: str, peers: tuple[tuple[str, str], ...]
) -> str:
    parts = [f"## {title}", ""]
    for clients in run.sizes():
        found = _complete(run, family, clients)
        if found:
            parts += [f"### {clients:,} clients", ""]
            parts += [*_table(run, found, clients, peers), ""]
        notes = [
            line
            for result in run.results
            if (result.family, result.clients) == (family, clients) and result.skipped
            for line in _item(f"{result.title}, {clients:,} clients: {result.skipped}")
        ]
        if notes:
            parts += ["Skipped:", "", *notes, ""]
    if any(_complete(run, family, clients) for clients in run.sizes()):
        for metric in METRICS:
            file = f"charts/{chart_name(family, metric)}"
            parts += [f"![{title}: {metric.title}]({file})", ""]
    return "\n".join(parts)


def _table(
    run: Run, found: list[Result], clients: int, peers: tuple[tuple[str, str], ...]
) -> list[str]:
    """One row for each server; the columns with × are ratios to one peer."""
    present = [
        (peer, label)
        for key, label in peers
        if (peer := run.find(key, clients)) is not None
    ]
    beside = "".join(f" × {label} |" for _, label in present)
    head = (
        f"| server | single message, µs/recipient |{beside} "
        f"saturated, deliveries/CPU s |{beside} latency, ms | 99 %, ms | connect, s | "
        "connect, CPU s | KiB/client |"
    )
    rows = [head, "| --- |" + " ---: |" * (7 + 2 * len(present))]
    for result in found:
        cost = [_times(result.cpu_us, peer.cpu_us, "") for peer, _ in present]
        flow = [
            _times(result.per_cpu_second, peer.per_cpu_second, "")
            for peer, _ in present
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
    """The ratio of two values: two decimals, or none from ten on."""
    times = value / other
    return f"{times:.0f}{after}" if times >= 10 else f"{times:.2f}{after}"


def _machine(run: Run) -> str:
    lines = [f"- {name}: {value}" for name, value in run.machine.items()]
    return "\n".join(
        [f"## Machine\n\nMeasured on {run.date} with `{run.command}`.\n", *lines, ""]
    )
