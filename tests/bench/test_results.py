"""What is made of the single figures."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.results import Entry, Result, Run, percentile
from tests.bench.made import result, run


class ResultTests(SynchronousTestCase):
    """Medians, and what is missing."""

    def test_medians(self) -> None:
        """One bad round does not decide."""
        found = result("x", cpu_us=8.0, per_cpu_second=6e6)
        self.assertEqual(found.cpu_us, 8.0)
        self.assertEqual(found.per_cpu_second, 6e6)
        self.assertEqual(found.lines_per_second, 100)
        self.assertEqual(found.connect_seconds, 1.5)
        self.assertEqual(found.connect_cpu_seconds, 0.5)

    def test_latencies_of_all_rounds_count(self) -> None:
        """The median and the 99th percentile are those of every line said alone."""
        found = result("x")
        self.assertEqual(found.latency_ms, 1.0)
        self.assertEqual(found.latency_p99_ms, 5.0)

    def test_memory_is_never_less_than_nothing(self) -> None:
        """A server that gave memory back while people came in took none."""
        found = Result("x", "x", "line", 100, entries=[Entry(1, 1, -0.3)])
        self.assertEqual(found.kib_per_client, 0.0)

    def test_complete(self) -> None:
        """A server that broke before it had talked has no figures to show."""
        self.assertTrue(result("x").complete)
        self.assertFalse(Result("x", "x", "line", 100, left_out="broke").complete)


class PercentileTests(SynchronousTestCase):
    """The nearest rank."""

    def test_ranks(self) -> None:
        """Of a hundred values the 99th, of few the last."""
        self.assertEqual(percentile(range(1, 101), 99), 99)
        self.assertEqual(percentile([3, 1, 2], 99), 3)
        self.assertEqual(percentile([3, 1, 2], 50), 2)
        self.assertEqual(percentile([3, 1, 2], 0), 1)

    def test_nothing(self) -> None:
        """There is no percentile of nothing."""
        self.assertRaises(ValueError, percentile, [], 50)


class RunTests(SynchronousTestCase):
    """A whole run."""

    def test_it_is_kept_whole(self) -> None:
        """What was written can be read again, and is the same."""
        found = run(result("a"), Result("b", "b", "line", 100, left_out="missing"))
        self.assertEqual(Run.from_json(found.to_json()), found)

    def test_find(self) -> None:
        """Only what is complete is found."""
        here = result("a")
        found = run(here, Result("b", "b", "line", 1000, left_out="missing"))
        self.assertIs(found.find("a", 1000), here)
        self.assertIsNone(found.find("a", 100))
        self.assertIsNone(found.find("b", 1000))

    def test_sizes(self) -> None:
        """The numbers of clients, each once, in order."""
        found = run(result("a"), result("a", clients=100), result("b"))
        self.assertEqual(found.sizes(), [100, 1000])
