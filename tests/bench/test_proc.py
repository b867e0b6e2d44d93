"""CPU time and memory of processes."""

from __future__ import annotations

import os
import time

from twisted.trial.unittest import SynchronousTestCase

from bench.proc import (
    cpu_ns,
    memory_kib,
    parse_kib,
    parse_run_delay,
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

    def test_run_time_is_the_first_field_of_schedstat(self) -> None:
        """In nanoseconds."""
        self.assertEqual(parse_schedstat("123456789 4711 12\n"), 123456789)

    def test_waiting_is_the_second_field_of_schedstat(self) -> None:
        """Also in nanoseconds."""
        self.assertEqual(parse_run_delay("123456789 4711 12\n"), 4711)

    def test_ticks_are_found_after_any_command_name(self) -> None:
        """Also after one with spaces and parentheses."""
        self.assertEqual(parse_stat_ticks(STAT), 300)

    def test_memory_line_is_found_by_its_full_name(self) -> None:
        """Other lines start with the same letters."""
        self.assertEqual(parse_kib(ROLLUP, "Pss"), 473)
        self.assertEqual(parse_kib(ROLLUP, "Rss"), 1704)
        self.assertIsNone(parse_kib(ROLLUP, "VmRSS"))

    def test_process_clock_agrees_with_the_own_clock(self) -> None:
        """For this process."""
        before = time.process_time_ns()
        computed = time.clock_gettime_ns(process_clock(os.getpid()))
        after = time.process_time_ns()
        self.assertTrue(before <= computed <= after, (before, computed, after))

    def test_figures_of_this_process_are_plausible(self) -> None:
        """CPU time grows, and memory is at least a megabyte."""
        before = cpu_ns(os.getpid())
        self.assertEqual(sum(range(100_000)), 4999950000)
        self.assertGreater(cpu_ns(os.getpid()), before)
        self.assertGreater(memory_kib(os.getpid()), 1000)

    def test_missing_process_is_an_error(self) -> None:
        """It does not count as one that used nothing."""
        gone = 2**22 + 1  # above the largest process id of Linux
        self.assertRaises(ProcessLookupError, cpu_ns, gone)
        self.assertRaises(ProcessLookupError, memory_kib, gone)
