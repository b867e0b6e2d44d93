"""What a server's process uses: memory, CPU time, log and disk."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from bench.attacks.results import Process
from bench.proc import cpu_ns, parse_kib, parse_run_delay

_RESET_PEAK = "5"
"""Written to ``clear_refs``, it makes the present memory the peak (proc(5))."""


def resident(pid: int, name: str = "VmRSS") -> int:
    """Resident memory in bytes, or with ``VmHWM`` the most since the last reset.

    :raises ProcessLookupError: if there is no such process.
    """
    try:
        text = (Path("/proc") / str(pid) / "status").read_text()
    except OSError as error:
        raise ProcessLookupError(f"there is no process {pid}") from error
    kib = parse_kib(text, name)
    if kib is None:
        raise ProcessLookupError(f"process {pid} has ended")
    return kib * 1024


def parse_written(text: str) -> int:
    """The bytes that a process caused to be written to a disk, from its ``io``."""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == "write_bytes":
            return int(value)
    return 0


def size_of(paths: Sequence[Path]) -> int:
    """The bytes of files, and of all files in directories."""
    total = 0
    for path in paths:
        files = path.rglob("*") if path.is_dir() else (path,)
        for each in files:
            with contextlib.suppress(OSError):
                total += each.stat().st_size if each.is_file() else 0
    return total


class Meter:
    """Measures a process from now on.

    :param logs: its log: files, or directories of files.
    """

    def __init__(self, pid: int, logs: Sequence[Path]) -> None:
        self._pid = pid
        self._logs = logs
        # Not permitted by every kernel; then only samples show the peak.
        with contextlib.suppress(OSError):
            (Path("/proc") / str(pid) / "clear_refs").write_text(_RESET_PEAK)
            self._exact = True
        self._before = self._peak = self._now = resident(pid)
        self._log_before = size_of(logs)
        self._cpu_before = self._cpu = cpu_ns(pid)
        self._written_before = self._written = self._written_now()
        self._waits: deque[tuple[float, int]] = deque()
        self._waited = 0

    def sample(self) -> int:
        """Look at it again; the resident memory in bytes.

        :raises ProcessLookupError: if the process has ended.
        """
        self._now = resident(self._pid)
        peak = resident(self._pid, "VmHWM")
        self._peak = max(self._peak, peak if self._exact else self._now)
        self._cpu = cpu_ns(self._pid)
        self._written = self._written_now()
        self._look_at_waits()
        return self._now

    def read(self, died: str = "") -> Process:
        """The figures; of a process that has ended, those of the last sample."""
        if not died:
            with contextlib.suppress(ProcessLookupError):
                self.sample()
        return Process(
            before=self._before,
            peak=self._peak,
            after=self._now,
            cpu_seconds=(self._cpu - self._cpu_before) / 1e9,
            log_bytes=size_of(self._logs) - self._log_before,
            disk_bytes=self._written - self._written_before,
            waited_ms=self._waited / 1e6,
            died=died,
        )

    _exact = False

    def _look_at_waits(self) -> None:
        """How long its main thread waited for a processor in any second."""
        path = Path("/proc") / str(self._pid) / "schedstat"
        try:
            wait = parse_run_delay(path.read_text())
        except (OSError, IndexError):
            return
        now = time.monotonic()
        self._waits.append((now, wait))
        while self._waits[0][0] < now - 1:
            self._waits.popleft()
        self._waited = max(self._waited, wait - self._waits[0][1])

    def _written_now(self) -> int:
        try:
            text = (Path("/proc") / str(self._pid) / "io").read_text()
        except OSError:
            return 0
        return parse_written(text)
