"""Charts: axes and SVG."""

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
    """Axes and their ticks."""

    def test_linear_axis_starts_at_zero_and_ends_at_a_round_number(self) -> None:
        """The last tick is at or above the largest value."""
        self.assertEqual(linear_axis(12.0).ticks, (0.0, 2.5, 5.0, 7.5, 10.0, 12.5))
        self.assertEqual(linear_axis(10.0).ticks[-1], 10.0)
        self.assertEqual(linear_axis(0.0).ticks, (0.0, 1.0))

    def test_linear_axis_reaches_any_value_in_four_to_seven_steps(self) -> None:
        """For a range of largest values."""
        for tenths in range(1, 2000, 7):
            axis = linear_axis(tenths / 10)
            self.assertGreaterEqual(axis.ticks[-1], tenths / 10 * (1 - 1e-9))
            self.assertIn(len(axis.ticks), range(4, 8), tenths)

    def test_logarithmic_axis_starts_below_the_smallest_value(self) -> None:
        """So the bar of the smallest value is visible."""
        self.assertEqual(log_axis(120_000, 9e6).ticks, (1e5, 1e6, 1e7))
        self.assertEqual(log_axis(100_000, 1e6).ticks, (1e4, 1e5, 1e6))
        self.assertEqual(log_axis(5.0, 5.0).ticks, (1.0, 10.0))

    def test_positions_are_proportional_and_clamped(self) -> None:
        """Linearly or logarithmically, between 0 and 1."""
        linear, logarithmic = linear_axis(10.0), log_axis(2.0, 100.0)
        self.assertAlmostEqual(linear.position(5.0), 0.5)
        self.assertAlmostEqual(logarithmic.position(10.0), 0.5)
        self.assertEqual(logarithmic.position(0.0), 0.0)
        self.assertEqual(linear.position(99.0), 1.0)

    def test_axis_without_positive_values_is_linear(self) -> None:
        """Zero has no logarithm."""
        self.assertEqual(axis_for([0.0], logarithmic=True).ticks, (0.0, 1.0))
        self.assertEqual(axis_for([], logarithmic=False).ticks, (0.0, 1.0))

    def test_tick_labels_use_k_and_m(self) -> None:
        """Large numbers are abbreviated."""
        labels = [tick_label(value) for value in (0.1, 2.5, 1000.0, 1e5, 1e7)]
        self.assertEqual(labels, ["0.1", "2.5", "1 k", "100 k", "10 M"])


class ChartTests(SynchronousTestCase):
    """The SVG of a chart."""

    def chart(self) -> ET.Element:
        """A chart of two bars, parsed."""
        bars = [Bar("ours & <all>", 10.0, "10.0", own=True), Bar("theirs", 5.0, "5.00")]
        return ET.fromstring(
            bar_chart("Cost < nothing", "µs", [("1,000 clients", bars)])
        )

    def test_chart_has_all_texts(self) -> None:
        """Title, axis, groups, labels and values."""
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

    def test_description_has_the_values(self) -> None:
        """Screen readers read it."""
        text = self.chart().findtext(f"{SVG}desc") or ""
        self.assertIn("ours & <all> 10.0, theirs 5.00", text)

    def test_bar_widths_are_proportional_to_values(self) -> None:
        """The longest fills the axis; one of half the value is half as long."""
        widths = {
            element.get("class"): float(element.get("width", "0"))
            for element in self.chart().iter(f"{SVG}rect")
        }
        self.assertAlmostEqual(widths["own"], WIDTH - LEFT - RIGHT, delta=0.1)
        self.assertAlmostEqual(widths["other"], widths["own"] / 2, delta=0.1)

    def test_chart_has_dark_colours(self) -> None:
        """For pages in a dark colour scheme."""
        style = self.chart().findtext(f"{SVG}style") or ""
        self.assertIn("prefers-color-scheme: dark", style)

    def test_texts_are_inside_the_image(self) -> None:
        """None is cut off."""
        chart = self.chart()
        height = float(chart.get("height", "0"))
        for element in chart.iter(f"{SVG}text"):
            self.assertLess(float(element.get("y", "0")), height)
            self.assertLess(float(element.get("x", "0")), WIDTH)
