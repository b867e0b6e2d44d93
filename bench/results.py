"""The figures of a run, and the medians that the report shows.

The clients connect to each server one or more times (a ``Connect`` each) and exchange
messages in one or more rounds (a ``Round`` each).  A ``Result`` holds both for one
server and one number of clients.  Its properties are medians, so that one disturbance
on the machine does not decide a figure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Connect:
    """Connecting all clients, once.

    :ivar seconds: until the last client received its welcome.
    :ivar cpu_seconds: of the server, until no more bytes arrived.
    :ivar kib_per_client: growth of the server's memory.
    """

    seconds: float
    cpu_seconds: float
    kib_per_client: float


@dataclass(frozen=True, slots=True)
class Round:
    """One round of messages.

    :ivar cpu_us: CPU time of the server for each recipient of a single message.
    :ivar latencies_us: of each single message, until its last recipient received it.
    :ivar per_cpu_second: deliveries for each CPU second under saturation.
    :ivar messages_per_second: under saturation, in wall-clock time.
    """

    cpu_us: float
    latencies_us: tuple[float, ...]
    per_cpu_second: float
    messages_per_second: float


@dataclass(slots=True)
class Result:
    """One server with one number of clients.

    :ivar skipped: why there are no figures, or fewer than planned; empty otherwise.
    """

    key: str
    title: str
    family: str
    clients: int
    connects: list[Connect] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    skipped: str = ""

    @property
    def complete(self) -> bool:
        """Whether every metric has a value."""
        return bool(self.connects and self.rounds)

    @property
    def cpu_us(self) -> float:
        """CPU time for each recipient of a single message, in microseconds."""
        return median(r.cpu_us for r in self.rounds)

    @property
    def per_cpu_second(self) -> float:
        """Deliveries for each CPU second under saturation."""
        return median(r.per_cpu_second for r in self.rounds)

    @property
    def messages_per_second(self) -> float:
        """Messages for each second under saturation."""
        return median(r.messages_per_second for r in self.rounds)

    @property
    def latency_ms(self) -> float:
        """Median latency to the last recipient, in milliseconds."""
        return median(self._latencies()) / 1000

    @property
    def latency_p99_ms(self) -> float:
        """The 99th percentile of the same latency."""
        return percentile(self._latencies(), 99) / 1000

    @property
    def connect_seconds(self) -> float:
        """Until all clients were connected."""
        return median(c.seconds for c in self.connects)

    @property
    def connect_cpu_seconds(self) -> float:
        """CPU time of the server to connect all clients."""
        return median(c.cpu_seconds for c in self.connects)

    @property
    def kib_per_client(self) -> float:
        """Memory of the server for each client, in KiB."""
        return max(0.0, median(c.kib_per_client for c in self.connects))

    def _latencies(self) -> list[float]:
        return [one for each in self.rounds for one in each.latencies_us]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Many clients of this server in one room, without other servers.

    :ivar start_seconds: from the start of the process until it accepts a connection.
    :ivar idle_kib: memory (proportional set size) before the first client.
    :ivar connect_seconds: until the last client received its welcome.
    :ivar connect_cpu_seconds: of the server, until no more bytes arrived.
    :ivar connected_kib: memory with all clients.
    :ivar loaded_kib: the largest memory after any round of messages.
    :ivar median_ms: from sending a message until a client received it.
    :ivar p99_ms: the same for the 99th percentile of clients.
    :ivar per_second: deliveries a second under saturation, in wall-clock time.
    :ivar per_cpu_second: the same for each CPU second of the server.
    """

    clients: int
    start_seconds: float
    idle_kib: int
    connect_seconds: float
    connect_cpu_seconds: float
    connected_kib: int
    loaded_kib: int
    median_ms: float
    p99_ms: float
    per_second: float
    per_cpu_second: float


@dataclass(frozen=True, slots=True)
class Run:
    """All results of one run.

    :ivar date: of the run, in ISO 8601.
    :ivar command: the command line.
    :ivar machine: names and values that describe the machine.
    """

    date: str
    command: str
    machine: dict[str, str]
    results: list[Result]
    crowds: list[Crowd] = field(default_factory=list)

    def find(self, key: str, clients: int) -> Result | None:
        """The result of a server, if it is complete."""
        for result in self.results:
            if (result.key, result.clients) == (key, clients) and result.complete:
                return result
        return None

    def sizes(self) -> list[int]:
        """The numbers of clients, in order."""
        return sorted({result.clients for result in self.results})

    def to_json(self) -> str:
        """Every figure, for ``--report``."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Run:
        """The inverse of ``to_json``."""
        data: dict[str, Any] = json.loads(text)
        results = [_result(each) for each in data.pop("results")]
        crowds = [Crowd(**each) for each in data.pop("crowds", ())]
        return cls(**data, results=results, crowds=crowds)


def _result(data: dict[str, Any]) -> Result:
    connects = [Connect(**each) for each in data.pop("connects")]
    rounds = [
        Round(**{**each, "latencies_us": tuple(each["latencies_us"])})
        for each in data.pop("rounds")
    ]
    return Result(**data, connects=connects, rounds=rounds)


def percentile(values: Iterable[float], percent: float) -> float:
    """The nearest-rank percentile: ``percent`` % of the values are no larger."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]
