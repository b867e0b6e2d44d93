"""Bar charts as SVG, without a library: one bar in each row, its value at its end.

They have their own background and colours for light and dark pages, need no script
and only system fonts, and have a title and a description for screen readers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH = 760
LEFT = 170  # start of the bars
RIGHT = 80  # space for the value of the longest bar
TOP = 64
BAR = 16
STEP = 21
GROUP = 30  # heading of a group
BOTTOM = 56

STYLE = """
  .background { fill: #ffffff; stroke: #d0d7de }
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .group { font-weight: 600 }
  .axis { fill: #59636e }
  .grid { stroke: #d8dee4 }
  .own { fill: #0b69c7 }
  .other { fill: #9aa4af }
  @media (prefers-color-scheme: dark) {
    .background { fill: #0d1117; stroke: #3d444d }
    text { fill: #f0f6fc }
    .axis { fill: #9198a1 }
    .grid { stroke: #2f353d }
    .own { fill: #4c9df3 }
    .other { fill: #6b7580 }
  }
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    :ivar label: the text on its left.
    :ivar shown: the value as text, at its end.
    :ivar own: it belongs to this server, and has another colour.
    """

    label: str
    value: float
    shown: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis with its ticks; maps values to positions from 0 to 1."""

    ticks: tuple[float, ...]
    logarithmic: bool

    def position(self, value: float) -> float:
        """The position of a value, clamped to the axis."""
        low, high = self.ticks[0], self.ticks[-1]
        if self.logarithmic:
            value = max(value, low)
            share = (math.log10(value) - math.log10(low)) / math.log10(high / low)
        else:
            share = (value - low) / (high - low)
        return min(1.0, max(0.0, share))


def linear_axis(largest: float) -> Axis:
    """An axis from 0 to a round number, at least the largest value, in 4 to 7 steps."""
    if largest <= 0:
        return Axis((0.0, 1.0), logarithmic=False)
    rough = largest / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * f for f in (1, 2, 2.5, 5, 10) if power * f >= rough * 0.999)
    count = math.ceil(largest / step - 1e-9)
    return Axis(tuple(step * i for i in range(count + 1)), logarithmic=False)


def log_axis(smallest: float, largest: float) -> Axis:
    """An axis from a power of ten below the smallest value to one above the largest."""
    low = math.ceil(math.log10(smallest) - 1e-9) - 1
    high = max(low + 1, math.ceil(math.log10(largest) - 1e-9))
    ticks = tuple(10.0**power for power in range(low, high + 1))
    return Axis(ticks, logarithmic=True)


def axis_for(values: Sequence[float], *, logarithmic: bool) -> Axis:
    """An axis that contains all values."""
    above = [value for value in values if value > 0]
    if logarithmic and above:
        return log_axis(min(above), max(above))
    return linear_axis(max(above, default=0.0))


def tick_label(value: float) -> str:
    """The number of a tick, with k for thousands and M for millions."""
    for limit, letter in ((1e6, " M"), (1e3, " k")):
        if value >= limit:
            return f"{value / limit:g}{letter}"
    return f"{value:g}"


def bar_chart(
    title: str,
    axis_label: str,
    groups: Sequence[tuple[str, Sequence[Bar]]],
    *,
    logarithmic: bool = False,
) -> str:
    """A chart of groups of bars, one above the other.

    :param groups: the heading of each, and its bars.
    """
    axis = axis_for(
        [bar.value for _, bars in groups for bar in bars], logarithmic=logarithmic
    )
    height = TOP + BOTTOM + sum(GROUP + STEP * len(bars) for _, bars in groups)
    foot = height - BOTTOM
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" role="img" '
            'aria-labelledby="title description">'
        ),
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(_description(groups, axis_label))}</desc>',
        f"<style>{STYLE}</style>",
        (
            f'<rect class="background" x="0.5" y="0.5" width="{WIDTH - 1}" '
            f'height="{height - 1}" rx="8"/>'
        ),
        f'<text class="title" x="20" y="34">{escape(title)}</text>',
    ]
    for tick in axis.ticks:
        x = _x(axis, tick)
        parts += [
            f'<line class="grid" x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{foot}"/>',
            (
                f'<text class="axis" x="{x}" y="{foot + 18}" text-anchor="middle">'
                f"{tick_label(tick)}</text>"
            ),
        ]
    parts.append(
        f'<text class="axis" x="{(LEFT + WIDTH - RIGHT) / 2:g}" y="{foot + 40}" '
        f'text-anchor="middle">{escape(axis_label)}</text>'
    )
    y = TOP
    for heading, bars in groups:
        parts.append(
            f'<text class="group" x="20" y="{y + 16}">{escape(heading)}</text>'
        )
        y += GROUP - 4
        for bar in bars:
            parts += _bar(axis, bar, y)
            y += STEP
        y += 4
    return "\n".join([*parts, "</svg>", ""])


def _x(axis: Axis, value: float) -> str:
    return f"{LEFT + axis.position(value) * (WIDTH - RIGHT - LEFT):.1f}"


def _bar(axis: Axis, bar: Bar, y: int) -> list[str]:
    end = float(_x(axis, bar.value))
    width = f"{max(1.0, end - LEFT):.1f}"
    kind = "own" if bar.own else "other"
    return [
        (
            f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">'
            f"{escape(bar.label)}</text>"
        ),
        (
            f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{width}" '
            f'height="{BAR}" rx="2"/>'
        ),
        f'<text x="{end + 6:.1f}" y="{y + 12}">{escape(bar.shown)}</text>',
    ]


def _description(groups: Sequence[tuple[str, Sequence[Bar]]], axis_label: str) -> str:
    """The chart as text, for screen readers."""
    text = "; ".join(
        f"{heading}: " + ", ".join(f"{bar.label} {bar.shown}" for bar in bars)
        for heading, bars in groups
    )
    return f"{axis_label}. {text}"
