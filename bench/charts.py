"""Bar charts as SVG, without a library: one bar a line, its value at its end.

They bring their own ground and colours for a light and a dark page, need no script
and no font but the system's, and say in a title and a description what they show.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH = 760
LEFT = 170  # where the bars begin
RIGHT = 80  # what is left for the value at the end of the longest
TOP = 64
BAR = 16
STEP = 21
GROUP = 30  # the head of a group
BOTTOM = 56

_STYLE = """
  .ground { fill: #ffffff; stroke: #d0d7de }
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .group { font-weight: 600 }
  .axis { fill: #59636e }
  .grid { stroke: #d8dee4 }
  .own { fill: #0b69c7 }
  .other { fill: #9aa4af }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; stroke: #3d444d }
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

    :param label: what stands at its left.
    :param shown: what stands at its end.
    :param own: it is ours, and is drawn so.
    """

    label: str
    value: float
    shown: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """The ticks of an axis, and where a value lies on it, from 0 to 1."""

    ticks: tuple[float, ...]
    logarithmic: bool

    def place(self, value: float) -> float:
        """Where on the axis a value lies; what is off it lies at its end."""
        low, high = self.ticks[0], self.ticks[-1]
        if self.logarithmic:
            value = max(value, low)
            share = (math.log10(value) - math.log10(low)) / math.log10(high / low)
        else:
            share = (value - low) / (high - low)
        return min(1.0, max(0.0, share))


def linear_axis(largest: float) -> Axis:
    """From 0 to a round number at or above the largest value, in 4 to 7 steps."""
    if largest <= 0:
        return Axis((0.0, 1.0), logarithmic=False)
    rough = largest / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * f for f in (1, 2, 2.5, 5, 10) if power * f >= rough * 0.999)
    count = math.ceil(largest / step - 1e-9)
    return Axis(tuple(step * i for i in range(count + 1)), logarithmic=False)


def log_axis(smallest: float, largest: float) -> Axis:
    """From a power of ten below the smallest value to one at or above the largest."""
    low = math.ceil(math.log10(smallest) - 1e-9) - 1
    high = max(low + 1, math.ceil(math.log10(largest) - 1e-9))
    ticks = tuple(10.0**power for power in range(low, high + 1))
    return Axis(ticks, logarithmic=True)


def axis_for(values: Sequence[float], *, logarithmic: bool) -> Axis:
    """An axis on which all of the values lie."""
    above = [value for value in values if value > 0]
    if logarithmic and above:
        return log_axis(min(above), max(above))
    return linear_axis(max(above, default=0.0))


def tick_label(value: float) -> str:
    """A tick's number, short."""
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
    """A chart of bars in groups, one above the other.

    :param groups: the head of each, and its bars.
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
        f'<desc id="description">{escape(_told(groups, axis_label))}</desc>',
        f"<style>{_STYLE}</style>",
        (
            f'<rect class="ground" x="0.5" y="0.5" width="{WIDTH - 1}" '
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
    for head, bars in groups:
        parts.append(f'<text class="group" x="20" y="{y + 16}">{escape(head)}</text>')
        y += GROUP - 4
        for bar in bars:
            parts += _bar(axis, bar, y)
            y += STEP
        y += 4
    return "\n".join([*parts, "</svg>", ""])


def _x(axis: Axis, value: float) -> str:
    return f"{LEFT + axis.place(value) * (WIDTH - RIGHT - LEFT):.1f}"


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


def _told(groups: Sequence[tuple[str, Sequence[Bar]]], axis_label: str) -> str:
    """The chart in words, for those who hear the page."""
    told = "; ".join(
        f"{head}: " + ", ".join(f"{bar.label} {bar.shown}" for bar in bars)
        for head, bars in groups
    )
    return f"{axis_label}. {told}"
