"""What one attack did to one server, as plain values that can be stored as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.results import percentile


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one try that does no harm by its amount.

    :ivar what: was tried.
    :ivar accepted: whether the attacker got what was wanted.
    :ivar answer: of the server.
    """

    what: str
    accepted: bool
    answer: str = ""


@dataclass(slots=True)
class Gains:
    """What the attacker got.

    :ivar entered: how many connections were let in.
    :ivar refused: why others were not, and how many.
    :ivar ended: how those that were let in ended, and how many.
    :ivar sent: bytes, by all connections.
    :ivar received: bytes.
    :ivar findings: answers to single tries.
    :ivar notes: further figures, in words.
    :ivar error: why the attack could not be made; empty if it was.
    """

    entered: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    sent: int = 0
    received: int = 0
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    error: str = ""

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Gains:
        """The inverse of ``asdict``."""
        findings = [Finding(**each) for each in data.pop("findings")]
        return cls(**data, findings=findings)


@dataclass(frozen=True, slots=True)
class Delays:
    """How long messages of bystanders took, in milliseconds.

    :ivar median: of them.
    :ivar worst: of them.
    :ivar missing: messages that never arrived.
    :ivar late: the most that the measuring process itself was late.
    """

    median: float
    worst: float
    missing: int
    late: float

    @classmethod
    def of(cls, delays: list[float], missing: int, late: float) -> Delays:
        """The figures of single delays in seconds."""
        if not delays:
            return cls(0.0, 0.0, missing, late * 1000)
        return cls(
            percentile(delays, 50) * 1000, max(delays) * 1000, missing, late * 1000
        )


NO_DELAYS = Delays(0.0, 0.0, 0, 0.0)


@dataclass(frozen=True, slots=True)
class Process:
    """The server's process; memory in bytes.

    :ivar before: resident memory before the attack.
    :ivar peak: the most during the attack.
    :ivar after: when the attackers were gone.
    :ivar cpu_seconds: from the beginning of the attack until then.
    :ivar log_bytes: written to the log.
    :ivar disk_bytes: that the process caused to be written to a disk.
    :ivar waited_ms: the most that it waited for a processor, in one second.
    :ivar died: how the process ended on its own; empty if it did not.
    """

    before: int
    peak: int
    after: int
    cpu_seconds: float
    log_bytes: int
    disk_bytes: int
    waited_ms: float = 0.0
    died: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One attack on one server by one protocol.

    :ivar seconds: how long the attack was.
    :ivar lost: how many bystanders were disconnected.
    :ivar stored_bytes: the size of its database, without its log.
    :ivar stored_limit: what its options permit for that.
    :ivar newcomer_ms: until someone from another address was let in; None if refused.
    :ivar stop_seconds: from SIGTERM to the end; None if it was not sent.
    :ivar skipped: why there are no figures; empty if there are.
    """

    attack: str
    server: str
    wire: str
    seconds: float = 0.0
    calm: Delays = NO_DELAYS
    delays: Delays = NO_DELAYS
    lost: int = 0
    newcomer_ms: float | None = None
    process: Process = Process(0, 0, 0, 0, 0, 0)
    stored_bytes: int = 0
    stored_limit: int = 0
    gains: Gains = field(default_factory=Gains)
    stop_seconds: float | None = None
    skipped: str = ""

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Result:
        """The inverse of ``asdict``."""
        return cls(
            **data
            | {
                "calm": Delays(**data["calm"]),
                "delays": Delays(**data["delays"]),
                "process": Process(**data["process"]),
                "gains": Gains.from_data(data["gains"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Run:
    """All results of a run, and where and when it was.

    :ivar network: how attackers were told apart from bystanders.
    """

    date: str
    command: str
    network: str
    connections: int
    machine: dict[str, str]
    results: list[Result]

    def to_json(self) -> str:
        """Every figure."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Run:
        """The inverse of ``to_json``."""
        data: dict[str, Any] = json.loads(text)
        results = [Result.from_data(each) for each in data.pop("results")]
        return cls(**data, results=results)
