"""The figures of a long run, and what was wrong with it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from itertools import combinations
from statistics import median
from typing import Any

MAX_GROWTH = 0.05
"""By how much memory may grow in the last two thirds of a run, of what it is then."""

MIN_GROWTH_KIB = 4096
"""Growth that is never reported: a short run has no other."""

SPARE_DESCRIPTORS = 5
"""Descriptors more than before that a server may keep: files of its store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is counted and measured of clients.

    :ivar sent: messages, from the start of the run; so are ``received``, ``left``,
        ``returned``, ``resumed`` and ``cut_off``.
    :ivar median_ms: from sending a message to its arrival at a client; slow clients are
        not counted.
    """

    sent: int
    received: int
    left: int
    returned: int
    resumed: int
    cut_off: int
    median_ms: float
    p99_ms: float
    max_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(Figures):
    """One period, with its own delays.

    :ivar time: seconds from the first message to the end of the period.
    :ivar present: clients at that time.
    :ivar cpu_percent: of one core, in this period.
    :ivar memory_kib: proportional set size at the end of the period.
    """

    time: float
    present: int
    cpu_percent: float
    memory_kib: int
    descriptors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Figures):
    """The totals of a run, and the delays of all its periods."""

    faults: int


@dataclass(slots=True)
class SoakRun:
    """A whole run.

    :ivar note: what else the machine did.
    :ivar memory_kib: of the server before the first client.
    :ivar descriptors: before the first client, and after the last one.
    :ivar faults: what a client has not received as it should, or other failures.
    """

    date: str
    command: str
    clients: int
    seconds: float
    rate: float
    note: str = ""
    memory_kib: int = 0
    rooms: int = 0
    connect_seconds: float = 0.0
    connect_cpu_seconds: float = 0.0
    descriptors: tuple[int, int] = (0, 0)
    samples: list[Sample] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    end: End | None = None

    @property
    def settled(self) -> list[Sample]:
        """The samples of the last two thirds."""
        return [one for one in self.samples if one.time > self.seconds / 3]

    @property
    def growth_kib_per_minute(self) -> float:
        """How fast memory grows in the last two thirds."""
        points = [(one.time, float(one.memory_kib)) for one in self.settled]
        return slope(points) * 60

    def problems(self) -> list[str]:
        """What is wrong: empty for a good run."""
        found = list(self.faults)
        if self.end is None:
            found.append("the run did not end")
        elif self.end.faults > len(self.faults):
            found.append(f"and {self.end.faults - len(self.faults)} faults more")
        growth = self.growth_kib_per_minute * self.seconds / 60 * 2 / 3
        memory = median([one.memory_kib for one in self.settled] or [0])
        if growth > max(MAX_GROWTH * memory, MIN_GROWTH_KIB):
            found.append(f"memory grew by {growth:.0f} KiB in the last two thirds")
        before, after = self.descriptors
        if after > before + SPARE_DESCRIPTORS:
            found.append(f"{after} descriptors are open after the run, {before} before")
        return found

    def to_json(self) -> str:
        """Every figure."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> SoakRun:
        """The inverse of ``to_json``."""
        data: dict[str, Any] = json.loads(text)
        end = data.pop("end")
        samples = [Sample(**one) for one in data.pop("samples")]
        before, after = data.pop("descriptors")
        return cls(
            **data,
            descriptors=(before, after),
            samples=samples,
            end=End(**end) if end else None,
        )


def slope(points: list[tuple[float, float]]) -> float:
    """The median of the slopes of all pairs of points (Theil and Sen).

    A few outliers do not change it.

    :return: 0 for fewer than two points.
    """
    pairs = combinations(sorted(points), 2)
    slopes = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in pairs if x2 > x1]
    return median(slopes) if slopes else 0.0
