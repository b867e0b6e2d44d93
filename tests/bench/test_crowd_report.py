"""The crowd of clients beside published figures."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from bench.crowd_report import crowd_section
from bench.report import report
from bench.results import Crowd, Run

from .samples import result, run

CROWD = Crowd(
    clients=1000,
    start_seconds=0.4,
    idle_kib=40 * 1024,
    connect_seconds=0.4,
    connect_cpu_seconds=0.3,
    connected_kib=45 * 1024,
    loaded_kib=46 * 1024,
    median_ms=4.0,
    p99_ms=8.0,
    per_second=5e6,
    per_cpu_second=6e6,
)
MANY = replace(
    CROWD,
    clients=10_000,
    connect_seconds=4.0,
    connect_cpu_seconds=2.8,
    connected_kib=95 * 1024,
    median_ms=40.0,
    p99_ms=80.0,
    per_second=4e6,
)


class CrowdTests(SynchronousTestCase):
    """The section of the page."""

    def test_own_figures_are_in_the_last_column(self) -> None:
        """Those of the largest crowd, and both for what is published for two."""
        section = crowd_section([CROWD, MANY], "2")
        self.assertIn("## 10,000 clients in one room", section)
        self.assertIn("| 29 s | 1.6 s | 4.0 s (2.8 s of CPU) |", section)
        self.assertIn("| 95; 46 MiB |", section)
        self.assertIn("| 40 ms; 80 ms |", section)
        self.assertIn("| 5.00 M; 4.00 M (batches) |", section)
        self.assertIn("| 0.40 s; 40 MiB (PSS) |", section)
        rows = [line for line in section.splitlines() if line.startswith("|")]
        self.assertEqual({row.count("|") for row in rows}, {5})

    def test_figures_of_others_are_marked(self) -> None:
        """They are not measured here."""
        section = crowd_section([CROWD, MANY], "2")
        self.assertIn("published by them, measured on other hardware", section)
        self.assertIn("on one core of 2,", section)

    def test_page_without_a_crowd_has_no_section(self) -> None:
        """A run of selected servers."""
        self.assertEqual(crowd_section([], "2"), "")
        self.assertNotIn("Campfire", report(run(result("chat-sqlite"))))

    def test_page_and_json_have_the_crowds(self) -> None:
        """A report can be written again without measuring again."""
        whole = run(result("chat-sqlite"))
        whole.crowds.extend([CROWD, MANY])
        self.assertIn("Campfire", report(whole))
        self.assertEqual(Run.from_json(whole.to_json()), whole)
