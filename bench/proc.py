"""What a process has used, as Linux tells it: CPU in nanoseconds, memory in KiB.

CPU is read from the process's own CPU clock (clock_getcpuclockid(3)): exact, all
threads, those that have ended too.  Where the kernel does not tell it, the sum over
``/proc/PID/task/*/schedstat`` stands in, then the ticks of ``stat``.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

#: The kernel's number for: all threads of a process, as the scheduler counts.
_CPUCLOCK_SCHED = 2


def process_clock(pid: int) -> int:
    """The number of a process's CPU clock, for ``time.clock_gettime``.

    It is what clock_getcpuclockid(3) computes.
    """
    return (~pid << 3) | _CPUCLOCK_SCHED


def parse_schedstat(text: str) -> int:
    """Nanoseconds on a CPU, from a ``schedstat``: time run, time waited, times run."""
    return int(text.split(maxsplit=1)[0])


def parse_stat_ticks(text: str) -> int:
    """Clock ticks of user and system time, from a ``stat``.

    The name of the command in it may hold spaces and brackets.
    """
    fields = text[text.rindex(")") + 1 :].split()
    return int(fields[11]) + int(fields[12])


def parse_kib(text: str, name: str) -> int | None:
    """The KiB of a line such as ``Pss:   1234 kB``, as in ``smaps_rollup``.

    :returns: None if there is no such line.
    """
    for line in text.splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return None


def cpu_ns(pid: int) -> int:
    """The CPU time that a process has used, user and system, in nanoseconds.

    Raises ProcessLookupError for a process that is no more.
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
    """The memory of a process in KiB: its proportional share (Pss).

    Where that is not told, its resident set stands in.
    Raises ProcessLookupError for a process that is no more.
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
