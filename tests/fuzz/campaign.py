"""A campaign: one target, run with many inputs for some time.

It counts executions, keeps the input of each distinct failure as short as it can, and
says how to repeat it.  What makes the inputs is not its business.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import monotonic, process_time

from .target import Target

MAX_ATTEMPTS = 2000
"""Inputs that are tried to shorten one that fails."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A failure of a target.

    :ivar place: where it was raised, and its type; findings with the same one are
        taken for the same.
    :ivar text: its traceback.
    """

    data: bytes
    place: str
    text: str


@dataclass(slots=True)
class Campaign:
    """See the module.

    :ivar seconds: how long it lasts.
    :ivar slowest: the most seconds of the processor that one input took, so that it
        says nothing of what else the machine does.
    :ivar report: called with each line for the person who waits.
    """

    name: str
    target: Target
    seconds: float
    findings_folder: Path
    report: Callable[[str], None]
    clock: Callable[[], float] = monotonic
    cpu_seconds: Callable[[], float] = process_time
    executions: int = 0
    slowest: float = 0.0
    findings: dict[str, Finding] = field(default_factory=dict)
    _started: float = field(init=False)

    def __post_init__(self) -> None:
        self._started = self.clock()

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return self.clock() - self._started >= self.seconds

    def run(self, data: bytes) -> None:
        """Run the target once; a failure is kept, not raised."""
        data = data[: self.target.max_size]
        self.executions += 1
        before = self.cpu_seconds()
        finding = failure_of(self.target, data)
        self.slowest = max(self.slowest, self.cpu_seconds() - before)
        if finding is not None and finding.place not in self.findings:
            self.findings[finding.place] = finding
            self._keep(shortened(self.target, finding))

    def _keep(self, finding: Finding) -> None:
        self.findings[finding.place] = finding
        digest = sha256(finding.data).hexdigest()[:12]
        path = self.findings_folder / f"{self.name}-{digest}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(finding.data)
        self.report(f"{finding.text}\n{self.name}: {finding.data!r}")
        self.report(f"repeat it: python -m tests.fuzz {self.name} --input {path}")

    def summary(self) -> str:
        """The result, in one line."""
        seconds = self.clock() - self._started
        return (
            f"{self.name}: {self.executions} executions in {seconds:.0f} s, "
            f"{len(self.findings)} findings, slowest {self.slowest * 1000:.0f} ms"
        )


def failure_of(target: Target, data: bytes) -> Finding | None:
    """The failure of a target with this input, if it fails."""
    try:
        target.check(data)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if "/tests/fuzz/target.py" not in frame[0]]
        last = (ours or frames)[-1]
        place = f"{type(error).__name__} at {last.filename}:{last.lineno}"
        text = "".join(traceback.format_exception(error))
        return Finding(data, place, text)
    return None


def shortened(target: Target, finding: Finding) -> Finding:
    """The same finding with as short an input as a few attempts make it."""
    attempts = 0
    size = len(finding.data) // 2
    while size:
        for data in _without_parts(finding.data, size):
            attempts += 1
            other = failure_of(target, data)
            if other is not None and other.place == finding.place:
                finding = other
                break
            if attempts > MAX_ATTEMPTS:
                return finding
        else:
            size //= 2
            continue
        size = min(size, len(finding.data) // 2)
    return finding


def _without_parts(data: bytes, size: int) -> Iterator[bytes]:
    """The input without each of its parts of that size."""
    for at in range(0, len(data), size):
        yield data[:at] + data[at + size :]
