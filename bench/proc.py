"""CPU time and memory of a process on Linux.

CPU time comes from the process's CPU clock (clock_getcpuclockid(3)): exact, for all
threads, including those that have ended.  Where the kernel does not provide it, it is
the sum over ``/proc/PID/task/*/schedstat``, or else the clock ticks of ``stat``.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_CPUCLOCK_SCHED = 2
"""The kernel's clock type for the scheduler's count over all threads of a process."""


def process_clock(pid: int) -> int:
    """The id of a process's CPU clock, as clock_getcpuclockid(3) computes it."""
    return (~pid << 3) | _CPUCLOCK_SCHED


def parse_schedstat(text: str) -> int:
    """Nanoseconds on a CPU: the first of the three fields of a ``schedstat``."""
    return int(text.split(maxsplit=1)[0])


def parse_run_delay(text: str) -> int:
    """Nanoseconds of waiting for a CPU: the second field of a ``schedstat``."""
    return int(text.split()[1])


def parse_stat_ticks(text: str) -> int:
    """Clock ticks of user and system time, from a ``stat``.

    The command name in it may contain spaces and parentheses.
    """
    fields = text[text.rindex(")") + 1 :].split()
    return int(fields[11]) + int(fields[12])


def parse_kib(text: str, name: str) -> int | None:
    """The KiB of a line such as ``Pss:   1234 kB``; None if there is no such line."""
    for line in text.splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return None


def cpu_ns(pid: int) -> int:
    """The CPU time that a process has used, user and system, in nanoseconds.

    :raises ProcessLookupError: if there is no such process.
    """
    try:
        return time.clock_gettime_ns(process_clock(pid))
    except OSError:
        return _cpu_ns_from_files(Path("/proc") / str(pid))


def _cpu_ns_from_files(directory: Path) -> int:
    try:
        return sum(
            parse_schedstat(file.read_text())
            for file in directory.glob("task/*/schedstat")
        ) or _ticks(directory)
    except FileNotFoundError as error:
        raise ProcessLookupError(f"there is no process {directory.name}") from error


def _ticks(directory: Path) -> int:
    return (
        parse_stat_ticks((directory / "stat").read_text())
        * 1_000_000_000
        // os.sysconf("SC_CLK_TCK")
    )


def memory_kib(pid: int) -> int:
    """The proportional set size of a process in KiB, or else its resident set size.

    :raises ProcessLookupError: if there is no such process.
    """
    directory = Path("/proc") / str(pid)
    for file, name in (("smaps_rollup", "Pss"), ("status", "VmRSS")):
        try:
            kib = parse_kib((directory / file).read_text(), name)
        except OSError:
            continue
        if kib is not None:
            return kib
    raise ProcessLookupError(f"there is no process {pid}")
