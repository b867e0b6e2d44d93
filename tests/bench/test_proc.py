"""What Linux tells of a process."""

from __future__ import annotations

import os
import time

from twisted.trial.unittest import SynchronousTestCase

from bench.proc import (
    cpu_ns,
    memory_kib,
    parse_kib,
    parse_schedstat,
    parse_stat_ticks,
    process_clock,
)

STAT = (
    "4711 (a (bad) name) S 1 4711 4711 0 -1 4194560 1 2 3 4 250 50 7 8 20 0 3 0 9 10 11"
)
ROLLUP = """\
55734ecea000-7ffc857d5000 ---p 00000000 00:00 0                          [rollup]
Rss:                1704 kB
Pss:                 473 kB
Pss_Dirty:           112 kB
"""


class ProcTests(SynchronousTestCase):
    """The files of ``/proc``, and the CPU clocks."""

    def test_schedstat(self) -> None:
        """The time that a thread ran is the first of three numbers."""
        self.assertEqual(parse_schedstat("123456789 4711 12\n"), 123456789)

    def test_ticks(self) -> None:
        """User and system time are found behind a name with spaces and brackets."""
        self.assertEqual(parse_stat_ticks(STAT), 300)

    def test_kib(self) -> None:
        """A line is found by its whole name, and missed where it is not."""
        self.assertEqual(parse_kib(ROLLUP, "Pss"), 473)
        self.assertEqual(parse_kib(ROLLUP, "Rss"), 1704)
        self.assertIsNone(parse_kib(ROLLUP, "VmRSS"))

    def test_the_clock_is_that_of_the_process(self) -> None:
        """The clock that is computed for this process goes with its own."""
        before = time.process_time_ns()
        told = time.clock_gettime_ns(process_clock(os.getpid()))
        after = time.process_time_ns()
        self.assertTrue(before <= told <= after, (before, told, after))

    def test_this_process(self) -> None:
        """CPU time grows, and memory is some megabytes."""
        before = cpu_ns(os.getpid())
        self.assertEqual(sum(range(100_000)), 4999950000)
        self.assertGreater(cpu_ns(os.getpid()), before)
        self.assertGreater(memory_kib(os.getpid()), 1000)

    def test_a_process_that_is_no_more(self) -> None:
        """It is told as such, and not as one that used nothing."""
        gone = 2**22 + 1  # above the largest number that Linux gives
        self.assertRaises(ProcessLookupError, cpu_ns, gone)
        self.assertRaises(ProcessLookupError, memory_kib, gone)
