"""The report of a long run."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from twisted.trial.unittest import SynchronousTestCase

from bench.soak_report import TITLE, soak_charts, soak_section, with_section

from .samples import soak_run


class SectionTests(SynchronousTestCase):
    """The section of the page."""

    def test_section_has_the_figures_and_the_charts(self) -> None:
        """And says that nothing was lost."""
        section = soak_section(soak_run())
        self.assertTrue(section.startswith(TITLE + "\n\n"))
        self.assertIn("1,000 clients", section)
        self.assertIn("once and in the same order.", section)
        for file in soak_charts(soak_run()):
            self.assertIn(f"(charts/{file})", section)
        self.assertLessEqual(max(map(len, section.splitlines())), 120)

    def test_problems_are_in_the_section(self) -> None:
        """A bad run is not reported as a good one."""
        run = soak_run()
        run.faults = ["client 3, JSON: lost 2 messages"]
        section = " ".join(soak_section(run).split())
        self.assertIn("1 problems: client 3, JSON: lost 2 messages", section)
        self.assertNotIn("same order", section)

    def test_charts_are_svg(self) -> None:
        """One each for delay, memory and CPU time."""
        charts = soak_charts(soak_run())
        self.assertEqual(len(charts), 3)
        for svg in charts.values():
            self.assertTrue(ET.fromstring(svg).tag.endswith("svg"))

    def test_section_replaces_the_former_one(self) -> None:
        """And nothing else of the page."""
        page = f"# Page\n\n{TITLE}\n\nold\n\n## Method\n\nhow\n"
        new = f"{TITLE}\n\nnew"
        self.assertEqual(
            with_section(page, new), f"# Page\n\n{TITLE}\n\nnew\n\n## Method\n\nhow\n"
        )
        last = f"# Page\n\n{TITLE}\n\nold\n"
        self.assertEqual(with_section(last, new), f"# Page\n\n{TITLE}\n\nnew\n")

    def test_first_section_is_put_before_the_method(self) -> None:
        """Or at the end of a page without one."""
        new = f"{TITLE}\n\nnew"
        page = "# Page\n\n## Method\n\nhow\n"
        self.assertEqual(
            with_section(page, new), f"# Page\n\n{TITLE}\n\nnew\n\n## Method\n\nhow\n"
        )
        self.assertEqual(with_section("", new), f"{TITLE}\n\nnew\n")
