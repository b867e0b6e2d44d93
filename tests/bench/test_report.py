"""The page that is written, as one reads it."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.measures import MEASURES, short
from bench.report import charts, report
from bench.results import Result
from tests.bench.made import result, run


class ReportTests(SynchronousTestCase):
    """docs/benchmarks.md."""

    def test_ratios(self) -> None:
        """Each server stands beside the C program and beside Node."""
        page = report(
            run(
                result("chat-sqlite", cpu_us=9.0, per_cpu_second=6e6),
                result("limit", cpu_us=6.0, per_cpu_second=12e6),
                result("node", cpu_us=12.0, per_cpu_second=120_000),
            )
        )
        row = next(line for line in page.splitlines() if "**the chat-sqlite**" in line)
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        self.assertEqual(
            cells[1:7], ["9.0", "1.50", "0.75", "6.00 M", "0.50", "50"], row
        )
        self.assertIn(
            "- beside the C program: 1.50 times the CPU for one line, 0.50 times the "
            "deliveries a CPU second when saturated",
            page,
        )

    def test_rows_are_as_wide_as_their_head(self) -> None:
        """With and without the peers, a table is a table."""
        for results in (
            [result("chat-sqlite")],
            [result("chat-sqlite"), result("limit")],
            [result("chat-sqlite"), result("limit"), result("node")],
        ):
            page = report(run(*results))
            rows = [line for line in page.splitlines() if line.startswith("|")]
            self.assertEqual(len({row.count("|") for row in rows}), 1, rows)
            self.assertEqual(len(rows), 2 + len(results))

    def test_left_out(self) -> None:
        """What is not installed is left out with a word, and takes no row."""
        missing = Result("ws", "npm ws", "websocket", 1000, left_out="npm is missing")
        page = report(run(missing))
        self.assertIn("- npm ws, 1,000 clients: npm is missing", page)
        self.assertNotIn("| npm ws", page)
        self.assertEqual(charts(run(missing)), {})

    def test_charts_are_those_of_the_page(self) -> None:
        """Every chart that the page shows is made, and no other."""
        found = run(
            result("chat-sqlite"),
            result("limit", clients=100),
            result("ws", "websocket"),
        )
        made = charts(found)
        self.assertEqual(len(made), 2 * len(MEASURES))
        page = report(found)
        for file in made:
            self.assertIn(f"(charts/{file})", page)
        self.assertEqual(page.count("(charts/"), len(made))

    def test_machine(self) -> None:
        """The page says when, how and on what."""
        page = report(run(result("limit")))
        self.assertIn("Measured on 2026-11-21 with `python -m bench`.", page)
        self.assertIn("- kernel: Linux 6", page)


class ShortTests(SynchronousTestCase):
    """Numbers as people read them."""

    def test_three_figures(self) -> None:
        """Whatever its size, a number has three figures."""
        for value, told in (
            (0.0, "0"),
            (0.056, "0.06"),
            (9.876, "9.88"),
            (12.34, "12.3"),
            (123.4, "123"),
            (999.7, "1.00 k"),
            (12345.0, "12.3 k"),
            (999_900.0, "1.00 M"),
            (12.75e6, "12.8 M"),
        ):
            self.assertEqual(short(value), told)
