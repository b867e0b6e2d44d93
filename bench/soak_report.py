"""The report of a long run: its section of ``docs/benchmarks.md``, and its charts."""

from __future__ import annotations

import textwrap
from statistics import median

from bench.line_charts import Line, line_chart
from bench.soak_results import Sample, SoakRun

TITLE = "## Long run"
BEFORE = "## Method"
"""The heading before which the section is put if the page does not have it yet."""


def soak_charts(run: SoakRun) -> dict[str, str]:
    """All charts, by file name."""
    minutes = ("minutes",)

    def line(name: str, values: list[float]) -> Line:
        times = [one.time / 60 for one in run.samples]
        return Line(name, list(zip(times, values, strict=True)))

    samples = run.samples
    return {
        "soak-delay.svg": line_chart(
            "Long run: delay of a message",
            (*minutes, "milliseconds, less is better (logarithmic)"),
            [
                line("99 %", [one.p99_ms for one in samples]),
                line("median", [one.median_ms for one in samples]),
            ],
            logarithmic=True,
        ),
        "soak-memory.svg": line_chart(
            "Long run: memory of the server",
            (*minutes, "MiB"),
            [line("memory", [one.memory_kib / 1024 for one in samples])],
        ),
        "soak-cpu.svg": line_chart(
            "Long run: CPU time of the server",
            (*minutes, "percent of one core"),
            [line("CPU", [one.cpu_percent for one in samples])],
        ),
    }


def soak_section(run: SoakRun) -> str:
    """The section, without a blank line at its end."""
    end = run.end
    if end is None:
        raise ValueError("the run did not end")
    problems = run.problems()
    verdict = (
        "Every client received every message of its rooms once and in the same order."
        if not problems
        else f"{len(problems)} problems: " + "; ".join(problems)
    )
    text = f"""\
`make soak` lets {run.clients:,} clients of all kinds (line chat, plain-text WebSocket,
JSON, Socket.IO by WebSocket and by polling) chat for {run.seconds / 60:g} minutes, in
{run.rooms} rooms of 2 to {run.clients:,} members: {run.rate:g} messages a second, as
many members that leave and return as a thousandth of all each second, and a tenth of
the clients slow. The server takes {_share(run)} of a core. {verdict}"""
    before, after = run.descriptors
    rows = [
        ("messages; deliveries", f"{end.sent:,}; {end.received:,}"),
        (
            "clients that left and returned; that resumed",
            f"{end.returned:,}; {end.resumed:,}",
        ),
        ("frozen clients that were disconnected", f"{end.cut_off:,}"),
        ("delay: median; 99 %", f"{end.median_ms:.0f} ms; {end.p99_ms:.0f} ms"),
        (
            "to connect all clients; CPU time",
            f"{run.connect_seconds:.1f} s; {run.connect_cpu_seconds:.1f} s",
        ),
        (
            "memory before the clients; median with them",
            f"{run.memory_kib / 1024:.0f} MiB; {_memory(run.settled):.0f} MiB",
        ),
        (
            "growth of the memory in the last two thirds",
            f"{run.growth_kib_per_minute:.0f} KiB a minute",
        ),
        ("open descriptors before; after", f"{before}; {after}"),
    ]
    table = ["| figure | |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in rows)]
    images = [
        "![Long run: delay of a message](charts/soak-delay.svg)",
        "![Long run: memory of the server](charts/soak-memory.svg)",
        "![Long run: CPU time of the server](charts/soak-cpu.svg)",
    ]
    machine = f"Measured on {run.date} with `{run.command}`. {run.note}"
    parts = [TITLE, _wrapped(text), "\n".join(table), _wrapped(machine), *images]
    return "\n\n".join(parts)


def _wrapped(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 120, break_on_hyphens=False)


def _share(run: SoakRun) -> str:
    return f"{median(one.cpu_percent for one in run.samples):.0f} %"


def _memory(samples: list[Sample]) -> float:
    return median([one.memory_kib for one in samples] or [0]) / 1024


def with_section(page: str, section: str) -> str:
    """A page with this section in place of the one that it has, if it has one."""
    start = page.find(TITLE + "\n")
    if start >= 0:
        next_heading = page.find("\n## ", start)
        rest = page[next_heading + 1 :] if next_heading >= 0 else ""
    else:
        start = page.find(BEFORE + "\n")
        start = start if start >= 0 else len(page)
        rest = page[start:]
    return page[:start] + section + "\n" + (f"\n{rest}" if rest else "")
