"""What is wrong with a long run."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from bench.soak_results import End, Sample, SoakRun, slope

from .samples import soak_run


class SlopeTests(SynchronousTestCase):
    """How fast a value grows."""

    def test_outliers_do_not_change_the_slope(self) -> None:
        """Nor does the order of the points."""
        points = [(float(x), 2.0 * x + 7) for x in range(20)]
        points[3] = (3.0, 9000.0)
        self.assertAlmostEqual(slope(points[::-1]), 2.0)

    def test_one_point_has_no_slope(self) -> None:
        """A very short run has no other."""
        self.assertEqual(slope([(1.0, 5.0)]), 0.0)
        self.assertEqual(slope([]), 0.0)


class ProblemTests(SynchronousTestCase):
    """A run is good if nothing is lost and nothing grows."""

    def grown(self, kib: int) -> SoakRun:
        """A run whose memory grows by so much in its last two thirds."""
        run = soak_run()
        run.samples = [
            replace(one, memory_kib=100_000 + round(kib * one.time / run.seconds * 1.5))
            for one in run.samples
        ]
        return run

    def test_good_run_has_no_problem(self) -> None:
        """Flat memory, closed descriptors, no faults."""
        self.assertEqual(soak_run().problems(), [])

    def test_faults_are_problems(self) -> None:
        """Those beyond the first are counted only."""
        run = soak_run()
        run.faults = ["client 3, JSON: lost 2 messages"]
        assert run.end is not None
        run.end = replace(run.end, faults=7)
        self.assertEqual(
            run.problems(), ["client 3, JSON: lost 2 messages", "and 6 faults more"]
        )

    def test_run_that_did_not_end_is_a_problem(self) -> None:
        """The load generator ended before."""
        run = soak_run()
        run.end = None
        self.assertEqual(run.problems(), ["the run did not end"])

    def test_growing_memory_is_a_problem(self) -> None:
        """By more than a twentieth in the last two thirds."""
        self.assertEqual(self.grown(4000).problems(), [])
        (problem,) = self.grown(9000).problems()
        self.assertRegex(problem, r"memory grew by (9\d|89)\d\d KiB")

    def test_open_descriptors_are_a_problem(self) -> None:
        """But not a few files of the store."""
        run = soak_run()
        run.descriptors = (20, 25)
        self.assertEqual(run.problems(), [])
        run.descriptors = (20, 26)
        self.assertEqual(
            run.problems(), ["26 descriptors are open after the run, 20 before"]
        )

    def test_json_has_every_figure(self) -> None:
        """A run can be read again."""
        run = soak_run()
        self.assertEqual(SoakRun.from_json(run.to_json()), run)
        self.assertIsInstance(SoakRun.from_json(run.to_json()).samples[0], Sample)
        self.assertIsInstance(SoakRun.from_json(run.to_json()).end, End)
