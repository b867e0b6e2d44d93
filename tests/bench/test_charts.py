"""The charts are well-formed, complete and in proportion."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from twisted.trial.unittest import SynchronousTestCase

from bench.charts import (
    LEFT,
    RIGHT,
    WIDTH,
    Bar,
    axis_for,
    bar_chart,
    linear_axis,
    log_axis,
    tick_label,
)

SVG = "{http://www.w3.org/2000/svg}"


class AxisTests(SynchronousTestCase):
    """Where values lie."""

    def test_linear(self) -> None:
        """An axis begins at nought and ends at a round number."""
        self.assertEqual(linear_axis(12.0).ticks, (0.0, 2.5, 5.0, 7.5, 10.0, 12.5))
        self.assertEqual(linear_axis(10.0).ticks[-1], 10.0)
        self.assertEqual(linear_axis(0.0).ticks, (0.0, 1.0))

    def test_any_largest_value_lies_on_it(self) -> None:
        """It takes few steps to reach the largest value, whatever it is."""
        for tenths in range(1, 2000, 7):
            axis = linear_axis(tenths / 10)
            self.assertGreaterEqual(axis.ticks[-1], tenths / 10 * (1 - 1e-9))
            self.assertIn(len(axis.ticks), range(4, 8), tenths)

    def test_logarithmic(self) -> None:
        """It begins below the smallest value, so that every bar is seen."""
        self.assertEqual(log_axis(120_000, 9e6).ticks, (1e5, 1e6, 1e7))
        self.assertEqual(log_axis(100_000, 1e6).ticks, (1e4, 1e5, 1e6))
        self.assertEqual(log_axis(5.0, 5.0).ticks, (1.0, 10.0))

    def test_places(self) -> None:
        """Halfway is halfway, by the kind of the axis; nothing lies off it."""
        linear, logarithmic = linear_axis(10.0), log_axis(2.0, 100.0)
        self.assertAlmostEqual(linear.place(5.0), 0.5)
        self.assertAlmostEqual(logarithmic.place(10.0), 0.5)
        self.assertEqual(logarithmic.place(0.0), 0.0)
        self.assertEqual(linear.place(99.0), 1.0)

    def test_nothing_to_take_a_logarithm_of(self) -> None:
        """Values that are all nought get an axis all the same."""
        self.assertEqual(axis_for([0.0], logarithmic=True).ticks, (0.0, 1.0))
        self.assertEqual(axis_for([], logarithmic=False).ticks, (0.0, 1.0))

    def test_labels(self) -> None:
        """Ticks are labelled as people write numbers."""
        told = [tick_label(value) for value in (0.1, 2.5, 1000.0, 1e5, 1e7)]
        self.assertEqual(told, ["0.1", "2.5", "1 k", "100 k", "10 M"])


class ChartTests(SynchronousTestCase):
    """A whole chart."""

    def chart(self) -> ET.Element:
        """A chart of two bars, read as a browser would."""
        bars = [Bar("ours & <all>", 10.0, "10.0", own=True), Bar("theirs", 5.0, "5.00")]
        return ET.fromstring(
            bar_chart("Cost < nothing", "µs", [("1,000 clients", bars)])
        )

    def test_text(self) -> None:
        """Title, axis, groups, labels and values are all there, as text."""
        texts = [element.text for element in self.chart().iter(f"{SVG}text")]
        for wanted in (
            "Cost < nothing",
            "µs",
            "1,000 clients",
            "ours & <all>",
            "10.0",
            "theirs",
        ):
            self.assertIn(wanted, texts)

    def test_words(self) -> None:
        """One who hears the page is told the figures too."""
        told = self.chart().findtext(f"{SVG}desc") or ""
        self.assertIn("ours & <all> 10.0, theirs 5.00", told)

    def test_bars_are_in_proportion(self) -> None:
        """The longest fills the axis, one of half the value is half as long."""
        widths = {
            element.get("class"): float(element.get("width", "0"))
            for element in self.chart().iter(f"{SVG}rect")
        }
        self.assertAlmostEqual(widths["own"], WIDTH - LEFT - RIGHT, delta=0.1)
        self.assertAlmostEqual(widths["other"], widths["own"] / 2, delta=0.1)

    def test_dark(self) -> None:
        """It follows the page into the dark."""
        style = self.chart().findtext(f"{SVG}style") or ""
        self.assertIn("prefers-color-scheme: dark", style)

    def test_nothing_is_drawn_outside(self) -> None:
        """All that is drawn lies within its size."""
        chart = self.chart()
        height = float(chart.get("height", "0"))
        for element in chart.iter(f"{SVG}text"):
            self.assertLess(float(element.get("y", "0")), height)
            self.assertLess(float(element.get("x", "0")), WIDTH)
