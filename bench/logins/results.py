"""The delays of messages beside a burst of logins, and the table of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.logins.kinds import Kind
from bench.processes import BenchError

MAX_ADDED_MS = 50.0
"""By how much a burst of logins may delay a message, in milliseconds, beyond the
longest delay without logins."""

Sample = tuple[float, float]
"""When a message was sent, and the seconds until it was received."""


@dataclass(frozen=True, slots=True)
class Delays:
    """How long messages took, in milliseconds."""

    median: float
    p99: float
    longest: float

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> Delays:
        """Those of some messages, of one at least."""
        ordered = sorted(1000 * delay for _, delay in samples)
        last = len(ordered) - 1
        return cls(
            ordered[last // 2], ordered[math.floor(0.99 * last + 0.5)], ordered[-1]
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One burst.

    :ivar seconds: until the last client was logged in.
    :ivar cpu_seconds: of the server, meanwhile.
    :ivar received: megabytes that all who logged in received meanwhile.
    """

    kind: Kind
    clients: int
    seconds: float
    cpu_seconds: float
    received: float
    before: Delays
    during: Delays
    after: Delays

    @classmethod
    def of(
        cls,
        kind: Kind,
        clients: int,
        samples: Sequence[Sample],
        burst: tuple[float, float],
        cpu_seconds: float,
        received: float,
    ) -> Row:
        """The row of these messages.

        :param samples: in the order of sending.
        :param burst: when it began and ended.
        :raises BenchError: there were no messages to compare with.
        """
        began, ended = burst
        # What is on its way as the burst begins is delayed by it, too.
        before = [(sent, delay) for sent, delay in samples if sent + delay < began]
        after = [(sent, delay) for sent, delay in samples if ended <= sent]
        during = samples[len(before) : len(samples) - len(after)]
        if not (before and during and after):
            raise BenchError("no message was sent before, during or after the logins")
        return cls(
            kind,
            clients,
            ended - began,
            cpu_seconds,
            received,
            Delays.of(before),
            Delays.of(during),
            Delays.of(after),
        )

    @property
    def added(self) -> float:
        """By how much the longest delay is longer than without logins, in ms."""
        return self.during.longest - max(self.before.longest, self.after.longest)


def table(rows: Sequence[Row]) -> str:
    """The results, as Markdown."""
    columns = (
        "logins at once",
        "took, s",
        "CPU, s",
        "received, MB",
        "before, ms",
        "during, ms",
        "after, ms",
        f"at most {MAX_ADDED_MS:.0f} ms more",
    )
    lines = [f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]
    return "\n".join([*lines, *map(_cells, rows)])


def _cells(row: Row) -> str:
    delays = " | ".join(map(_words, (row.before, row.during, row.after)))
    verdict = "yes" if row.added <= MAX_ADDED_MS else "no"
    return (
        f"| {row.clients} × {row.kind.title} | {row.seconds:.1f} "
        f"| {row.cpu_seconds:.1f} | {row.received:.0f} | {delays} | {verdict} |"
    )


def _words(delays: Delays) -> str:
    """The median, the 99th percentile and the longest."""
    return f"{delays.median:.1f}; {delays.p99:.1f}; {delays.longest:.1f}"
