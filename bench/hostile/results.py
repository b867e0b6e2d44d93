"""The delays of messages, and the table of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.attacks.results import Gains
from bench.hostile.kinds import Kind


@dataclass(frozen=True, slots=True)
class Delays:
    """How long messages took until a recipient had them, in milliseconds."""

    median: float
    p99: float


@dataclass(frozen=True, slots=True)
class Row:
    """One kind, between two measurements without anybody hostile.

    :ivar gains: what the hostile clients got.
    """

    kind: Kind
    before: Delays
    beside: Delays
    after: Delays
    gains: Gains

    @property
    def is_within_noise(self) -> bool:
        """Whether the 99th percentile changed less than it does by itself."""
        calm = (self.before.p99, self.after.p99)
        return self.beside.p99 <= max(calm) + abs(calm[0] - calm[1])


def outcome(gains: Gains) -> str:
    """What became of hostile clients, in words."""
    counts = [*gains.ended.items(), *gains.refused.items()]
    words = [f"{count} {how}" for how, count in counts] + gains.notes
    return ", ".join(words)


def table(rows: Sequence[Row]) -> str:
    """The results, as Markdown."""
    columns = (
        "hostile clients",
        "median, ms",
        "99 %, ms",
        "99 % without, before and after",
        "within noise",
        "what became of them",
    )
    lines = [f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]
    return "\n".join([*lines, *map(_cells, rows)])


def _cells(row: Row) -> str:
    return (
        f"| {row.kind.connections} × {row.kind.title} "
        f"| {row.beside.median:.1f} | {row.beside.p99:.1f} "
        f"| {row.before.p99:.1f}, {row.after.p99:.1f} "
        f"| {'yes' if row.is_within_noise else 'no'} | {outcome(row.gains)} |"
    )
