"""Medians, percentiles and the file of a run."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.results import Connect, Result, Run, percentile
from tests.bench.samples import result, run


class ResultTests(SynchronousTestCase):
    """The figures of one server."""

    def test_figures_are_medians(self) -> None:
        """One disturbed round does not decide."""
        found = result("x", cpu_us=8.0, per_cpu_second=6e6)
        self.assertEqual(found.cpu_us, 8.0)
        self.assertEqual(found.per_cpu_second, 6e6)
        self.assertEqual(found.messages_per_second, 100)
        self.assertEqual(found.connect_seconds, 1.5)
        self.assertEqual(found.connect_cpu_seconds, 0.5)

    def test_latencies_of_all_rounds_count(self) -> None:
        """Median and 99th percentile are those of all single messages."""
        found = result("x")
        self.assertEqual(found.latency_ms, 1.0)
        self.assertEqual(found.latency_p99_ms, 5.0)

    def test_memory_is_never_negative(self) -> None:
        """A server may release memory while clients connect."""
        found = Result("x", "x", "line", 100, connects=[Connect(1, 1, -0.3)])
        self.assertEqual(found.kib_per_client, 0.0)

    def test_result_without_rounds_is_incomplete(self) -> None:
        """The server failed before the first round."""
        self.assertTrue(result("x").complete)
        self.assertFalse(Result("x", "x", "line", 100, skipped="broke").complete)


class PercentileTests(SynchronousTestCase):
    """Percentiles by nearest rank."""

    def test_percentile_is_the_nearest_rank(self) -> None:
        """The 99th of a hundred values, the last of a few."""
        self.assertEqual(percentile(range(1, 101), 99), 99)
        self.assertEqual(percentile([3, 1, 2], 99), 3)
        self.assertEqual(percentile([3, 1, 2], 50), 2)
        self.assertEqual(percentile([3, 1, 2], 0), 1)

    def test_percentile_of_no_values_is_an_error(self) -> None:
        """An empty list has no percentiles."""
        self.assertRaises(ValueError, percentile, [], 50)


class RunTests(SynchronousTestCase):
    """All results of a run."""

    def test_run_survives_json(self) -> None:
        """What was saved is loaded unchanged."""
        found = run(result("a"), Result("b", "b", "line", 100, skipped="missing"))
        self.assertEqual(Run.from_json(found.to_json()), found)

    def test_find_returns_only_complete_results(self) -> None:
        """An incomplete one has no figures."""
        here = result("a")
        found = run(here, Result("b", "b", "line", 1000, skipped="missing"))
        self.assertIs(found.find("a", 1000), here)
        self.assertIsNone(found.find("a", 100))
        self.assertIsNone(found.find("b", 1000))

    def test_sizes_are_sorted_and_unique(self) -> None:
        """One for each number of clients."""
        found = run(result("a"), result("a", clients=100), result("b"))
        self.assertEqual(found.sizes(), [100, 1000])
