"""Line charts."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from twisted.trial.unittest import SynchronousTestCase

from bench.line_charts import LABEL_STEP, LEFT, Line, line_chart

SVG = "{http://www.w3.org/2000/svg}"


class LineChartTests(SynchronousTestCase):
    """Values over time."""

    def chart(self, *lines: Line) -> ET.Element:
        return ET.fromstring(line_chart("A <title>", ("minutes", "MiB"), lines))

    def test_each_line_goes_through_its_points(self) -> None:
        """Later ones are further to the right, larger ones higher."""
        chart = self.chart(Line("one", [(0, 10), (5, 20)]), Line("two", [(10, 0)]))
        first, second = chart.findall(f"{SVG}polyline")
        (x1, y1), (x2, y2) = (
            tuple(map(float, point.split(",")))
            for point in first.attrib["points"].split()
        )
        self.assertEqual(x1, LEFT)
        self.assertGreater(x2, x1)
        self.assertLess(y2, y1)
        x3, y3 = map(float, second.attrib["points"].split(","))
        self.assertGreater(x3, x2)
        self.assertGreater(y3, y1)

    def test_names_do_not_overlap(self) -> None:
        """Also of lines that end at the same value."""
        chart = self.chart(Line("one", [(1, 5)]), Line("two", [(1, 5)]))
        heights = [
            float(text.attrib["y"])
            for text in chart.findall(f"{SVG}text")
            if text.text in ("one", "two")
        ]
        self.assertEqual(len(heights), 2)
        self.assertGreaterEqual(heights[1] - heights[0], LABEL_STEP)

    def test_description_has_first_last_and_extreme_values(self) -> None:
        """For screen readers."""
        chart = self.chart(Line("one", [(0, 3), (1, 9), (2, 4)]))
        self.assertEqual(chart.findtext(f"{SVG}title"), "A <title>")
        self.assertEqual(
            chart.findtext(f"{SVG}desc"),
            "MiB over minutes. one: 3 at first, 4 at last, 3 to 9",
        )
