"""What was measured, as values: each number as it came, and what is made of them.

Every server is entered into the field one or more times (an `Entry` each) and asked
the same thing in one or more rounds (a `Round` each).  A `Result` holds both, for one
server and one number of clients; what it tells are medians, so that one bad moment
of the machine does not decide.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """Letting everyone in, once.

    :param seconds: until the last client had been welcomed.
    :param cpu_seconds: what the server used until all was quiet again.
    :param kib_per_client: by how much its memory grew.
    """

    seconds: float
    cpu_seconds: float
    kib_per_client: float


@dataclass(frozen=True, slots=True)
class Round:
    """One round of talk.

    :param cpu_us: of the server, for each recipient of a line said alone.
    :param latencies_us: of each line said alone, to its last recipient.
    :param per_cpu_second: deliveries for each CPU second, when saturated.
    :param lines_per_second: said when saturated, by the clock on the wall.
    """

    cpu_us: float
    latencies_us: tuple[float, ...]
    per_cpu_second: float
    lines_per_second: float


@dataclass(slots=True)
class Result:
    """One server with one number of clients.

    :param left_out: why there is nothing, or less than was wanted.
    """

    key: str
    title: str
    family: str
    clients: int
    entries: list[Entry] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    left_out: str = ""

    @property
    def complete(self) -> bool:
        """True if every measure has a value."""
        return bool(self.entries and self.rounds)

    @property
    def cpu_us(self) -> float:
        """CPU for each recipient of one line, in microseconds."""
        return median(r.cpu_us for r in self.rounds)

    @property
    def per_cpu_second(self) -> float:
        """Deliveries a CPU second, when saturated."""
        return median(r.per_cpu_second for r in self.rounds)

    @property
    def lines_per_second(self) -> float:
        """Lines said a second, when saturated."""
        return median(r.lines_per_second for r in self.rounds)

    @property
    def latency_ms(self) -> float:
        """Until the last one heard a line, the median, in milliseconds."""
        return median(self._latencies()) / 1000

    @property
    def latency_p99_ms(self) -> float:
        """The same, for all but one line in a hundred."""
        return percentile(self._latencies(), 99) / 1000

    @property
    def connect_seconds(self) -> float:
        """Until everyone was welcomed."""
        return median(e.seconds for e in self.entries)

    @property
    def connect_cpu_seconds(self) -> float:
        """CPU until everyone was in and all was quiet."""
        return median(e.cpu_seconds for e in self.entries)

    @property
    def kib_per_client(self) -> float:
        """Memory of a connection in KiB."""
        return max(0.0, median(e.kib_per_client for e in self.entries))

    def _latencies(self) -> list[float]:
        return [one for each in self.rounds for one in each.latencies_us]


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that one run of the bench has found.

    :param when: the day.
    :param how: the command line's options, as they were.
    :param machine: what it ran on, names and values.
    """

    when: str
    how: str
    machine: dict[str, str]
    results: list[Result]

    def find(self, key: str, clients: int) -> Result | None:
        """What was found for a server, if it is complete."""
        for result in self.results:
            if (result.key, result.clients) == (key, clients) and result.complete:
                return result
        return None

    def sizes(self) -> list[int]:
        """The numbers of clients, in order."""
        return sorted({result.clients for result in self.results})

    def to_json(self) -> str:
        """Everything, each single figure, for another time."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Run:
        """What `to_json` wrote."""
        told: dict[str, Any] = json.loads(text)
        results = [_result(each) for each in told.pop("results")]
        return cls(**told, results=results)


def _result(told: dict[str, Any]) -> Result:
    entries = [Entry(**each) for each in told.pop("entries")]
    rounds = [
        Round(**{**each, "latencies_us": tuple(each["latencies_us"])})
        for each in told.pop("rounds")
    ]
    return Result(**told, entries=entries, rounds=rounds)


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest of the values that at least so many percent do not exceed."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]
