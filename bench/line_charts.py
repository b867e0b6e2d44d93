"""Line charts as SVG: values over time, several lines with the same axes.

They look like the bar charts; see ``charts``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from bench.charts import STYLE, WIDTH, Axis, axis_for, linear_axis, tick_label

LEFT = 70
RIGHT = 110  # space for the names of the lines, at their ends
TOP = 64
HEIGHT = 320
BOTTOM = 56
LABEL_STEP = 16  # between two names

_LINE_STYLE = """
  polyline { fill: none; stroke-width: 1.5 }
  .line0 { stroke: #0b69c7 }
  .line1 { stroke: #b35900 }
  .line2 { stroke: #59636e }
  @media (prefers-color-scheme: dark) {
    .line0 { stroke: #4c9df3 }
    .line1 { stroke: #e8965a }
    .line2 { stroke: #9198a1 }
  }
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, with its name at its end."""

    name: str
    points: Sequence[tuple[float, float]]


def line_chart(
    title: str,
    axis_labels: tuple[str, str],
    lines: Sequence[Line],
    *,
    logarithmic: bool = False,
) -> str:
    """A chart of up to three lines, each with at least one point.

    :param axis_labels: of the horizontal and of the vertical axis.
    :param logarithmic: the vertical axis.
    """
    across = linear_axis(max(x for line in lines for x, _ in line.points))
    up = axis_for(
        [y for line in lines for _, y in line.points], logarithmic=logarithmic
    )
    foot = HEIGHT - BOTTOM
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" role="img" '
            'aria-labelledby="title description">'
        ),
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(_description(lines, axis_labels))}</desc>',
        f"<style>{STYLE}{_LINE_STYLE}</style>",
        (
            f'<rect class="background" x="0.5" y="0.5" width="{WIDTH - 1}" '
            f'height="{HEIGHT - 1}" rx="8"/>'
        ),
        f'<text class="title" x="20" y="34">{escape(title)}</text>',
        f'<text class="axis" x="20" y="54">{escape(axis_labels[1])}</text>',
        (
            f'<text class="axis" x="{(LEFT + WIDTH - RIGHT) / 2:g}" y="{foot + 40}" '
            f'text-anchor="middle">{escape(axis_labels[0])}</text>'
        ),
    ]
    parts += [
        f'<text class="axis" x="{_x(across, tick)}" y="{foot + 18}" '
        f'text-anchor="middle">{tick_label(tick)}</text>'
        for tick in across.ticks
    ]
    for tick in up.ticks:
        y = _y(up, tick)
        parts += [
            f'<line class="grid" x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}"/>',
            (
                f'<text class="axis" x="{LEFT - 8}" y="{float(y) + 4:.1f}" '
                f'text-anchor="end">{tick_label(tick)}</text>'
            ),
        ]
    for number, line in enumerate(lines):
        points = " ".join(f"{_x(across, x)},{_y(up, y)}" for x, y in line.points)
        parts.append(f'<polyline class="line{number}" points="{points}"/>')
    parts += _names(up, lines)
    return "\n".join([*parts, "</svg>", ""])


def _names(up: Axis, lines: Sequence[Line]) -> list[str]:
    """The names, at the ends of the lines, moved apart where they are too close."""
    ends = sorted((float(_y(up, line.points[-1][1])), line.name) for line in lines)
    parts, lowest = [], 0.0
    for end, name in ends:
        lowest = max(end + 4, lowest + LABEL_STEP)
        parts.append(
            f'<text x="{WIDTH - RIGHT + 8}" y="{lowest:.1f}">{escape(name)}</text>'
        )
    return parts


def _x(axis: Axis, value: float) -> str:
    return f"{LEFT + axis.position(value) * (WIDTH - RIGHT - LEFT):.1f}"


def _y(axis: Axis, value: float) -> str:
    foot = HEIGHT - BOTTOM
    return f"{foot - axis.position(value) * (foot - TOP):.1f}"


def _description(lines: Sequence[Line], axis_labels: tuple[str, str]) -> str:
    """The chart as text, for screen readers."""
    text = "; ".join(
        f"{line.name}: {line.points[0][1]:g} at first, {line.points[-1][1]:g} at last, "
        f"{min(y for _, y in line.points):g} to {max(y for _, y in line.points):g}"
        for line in lines
    )
    return f"{axis_labels[1]} over {axis_labels[0]}. {text}"
