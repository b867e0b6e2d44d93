"""The report as Markdown."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.metrics import METRICS, short
from bench.report import charts, report
from bench.results import Result
from tests.bench.samples import result, run


class ReportTests(SynchronousTestCase):
    """``docs/benchmarks.md``."""

    def test_rows_have_ratios_to_the_peers(self) -> None:
        """Each server is compared with the C program and with Node.js."""
        page = report(
            run(
                result("chat-sqlite", cpu_us=9.0, per_cpu_second=6e6),
                result("baseline", cpu_us=6.0, per_cpu_second=12e6),
                result("node", cpu_us=12.0, per_cpu_second=120_000),
            )
        )
        row = next(line for line in page.splitlines() if "**the chat-sqlite**" in line)
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        self.assertEqual(
            cells[1:7], ["9.0", "1.50", "0.75", "6.00 M", "0.50", "50"], row
        )
        self.assertIn(
            "- compared with the C program: 1.50 times the CPU time for a single "
            "message, 0.50 times the deliveries for each CPU second under saturation",
            " ".join(page.split()),
        )

    def test_rows_have_as_many_cells_as_the_header(self) -> None:
        """With and without the peers."""
        for results in (
            [result("chat-sqlite")],
            [result("chat-sqlite"), result("baseline")],
            [result("chat-sqlite"), result("baseline"), result("node")],
        ):
            page = report(run(*results))
            rows = [line for line in page.splitlines() if line.startswith("|")]
            self.assertEqual(len({row.count("|") for row in rows}), 1, rows)
            self.assertEqual(len(rows), 2 + len(results))

    def test_skipped_server_has_a_reason_and_no_row(self) -> None:
        """For example because it is not installed."""
        missing = Result("ws", "npm ws", "websocket", 1000, skipped="npm is missing")
        page = report(run(missing))
        self.assertIn("- npm ws, 1,000 clients: npm is missing", page)
        self.assertNotIn("| npm ws", page)
        self.assertEqual(charts(run(missing)), {})

    def test_report_shows_exactly_the_charts_that_are_made(self) -> None:
        """No link is broken, and no chart unused."""
        found = run(
            result("chat-sqlite"),
            result("baseline", clients=100),
            result("ws", "websocket"),
        )
        made = charts(found)
        self.assertEqual(len(made), 2 * len(METRICS))
        page = report(found)
        for file in made:
            self.assertIn(f"(charts/{file})", page)
        self.assertEqual(page.count("(charts/"), len(made))

    def test_report_describes_the_run(self) -> None:
        """Its date, its command and the machine."""
        page = report(run(result("baseline")))
        self.assertIn("Measured on 2026-11-21 with `python -m bench`.", page)
        self.assertIn("- kernel: Linux 6", page)


class ShortTests(SynchronousTestCase):
    """Abbreviated numbers."""

    def test_numbers_have_three_significant_digits(self) -> None:
        """Of any size."""
        for value, expected in (
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
            self.assertEqual(short(value), expected)
