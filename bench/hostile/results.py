"""The delays of messages, and the table of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Self

from bench.hostile.kinds import Kind


@dataclass(frozen=True, slots=True)
class Delays:
    """How long messages took until the last of all had them, in milliseconds."""

    median: float
    p99: float

    @classmethod
    def of(cls, latencies_us: Sequence[float]) -> Self:
        """Those of some messages."""
        cuts = quantiles(latencies_us, n=100, method="inclusive")
        return cls(cuts[49] / 1000, cuts[98] / 1000)


@dataclass(frozen=True, slots=True)
class Row:
    """One kind, between two measurements without anybody hostile.

    :ivar ended: how the hostile clients ended, and how many so.
    """

    kind: Kind
    before: Delays
    beside: Delays
    after: Delays
    ended: dict[str, int]

    @property
    def is_within_noise(self) -> bool:
        """Whether the 99th percentile changed less than it does by itself."""
        calm = (self.before.p99, self.after.p99)
        return self.beside.p99 <= max(calm) + abs(calm[0] - calm[1])


def table(rows: Sequence[Row]) -> str:
    """The results, as Markdown."""
    columns = (
        "hostile clients",
        "median, ms",
        "99 %, ms",
        "99 % without, before and after",
        "within noise",
        "how they ended",
    )
    lines = [f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]
    for row in rows:
        ended = ", ".join(f"{count} {how}" for how, count in sorted(row.ended.items()))
        lines.append(
            f"| {row.kind.connections} × {row.kind.title} "
            f"| {row.beside.median:.1f} | {row.beside.p99:.1f} "
            f"| {row.before.p99:.1f}, {row.after.p99:.1f} "
            f"| {'yes' if row.is_within_noise else 'no'} | {ended} |"
        )
    return "\n".join(lines)
