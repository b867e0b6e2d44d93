"""The report of the crowds, beside figures that others have published."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from bench.metrics import short
from bench.results import Crowd

_PUBLISHED = """\
Campfire is Basecamp's self-hosted web chat. It was written in Ruby on Rails, and in
September 2026 Basecamp published these figures of it and of a port to Rust. **Their
figures are published by them, measured on other hardware, with 4 hardware threads**;
those of this server are measured here, on one core of {cores}, with the load generator
beside it, WebSocket with lines of text, each message stored in SQLite before it is
shown. So only orders of magnitude can be compared. Campfire's clients also subscribe to
a channel and receive HTML; this server's receive a line for each group of clients that
joins.
"""


def crowd_section(crowds: Sequence[Crowd], cores: str) -> str:
    """The section of the page; empty without figures.

    :param cores: how many the machine has.
    """
    if not crowds:
        return ""
    few, many = crowds[0], crowds[-1]
    mib = [round(kib / 1024) for kib in (many.connected_kib, many.loaded_kib)]
    here = f"this server, measured, {many.clients:,} clients"
    rows = [
        ("", "Campfire, Rails, published", "Campfire, Rust, published", here),
        (
            "all clients connect",
            "29 s",
            "1.6 s",
            f"{many.connect_seconds:.1f} s ({many.connect_cpu_seconds:.1f} s of CPU)",
        ),
        (
            "memory (PSS) with all clients: idle; under load",
            "1,469; 2,199 MB",
            "327; 324 MB",
            f"{mib[0]:,}; {mib[1]:,} MiB",
        ),
        (
            "one message until a client has it: median; 99 %",
            "3.6 s; 5.5 s",
            "40 ms; 57 ms",
            f"{many.median_ms:.0f} ms; {many.p99_ms:.0f} ms",
        ),
        (
            f"deliveries a second: {few.clients:,}; {many.clients:,} clients",
            "12 k; 9 k",
            "513 k; 656 k",
            f"{short(few.per_second)}; {short(many.per_second)} (batches)",
        ),
        (
            "cold start; memory without clients",
            "2.6 s; 355 MB (container)",
            "0.14 s; 15 MB (container)",
            f"{few.start_seconds:.2f} s; {few.idle_kib / 1024:.0f} MiB (PSS)",
        ),
    ]
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    table = "\n".join([head, "| --- | ---: | ---: | ---: |", *body])
    text = textwrap.fill(
        " ".join(_PUBLISHED.format(cores=cores).split()), 120, break_on_hyphens=False
    )
    return f"## {many.clients:,} clients in one room\n\n{text}\n\n{table}\n"
