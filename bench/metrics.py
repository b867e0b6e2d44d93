"""The metrics of the report: titles, units and values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.results import Result


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a ``Result``.

    :ivar key: its part of a chart's file name.
    :ivar axis: the label of a chart's axis, with the unit.
    :ivar logarithmic: the values differ by powers of ten.
    """

    key: str
    title: str
    axis: str
    value: Callable[[Result], float]
    logarithmic: bool = False


METRICS = (
    Metric(
        "cost",
        "CPU time of a single message, for each recipient",
        "microseconds for each recipient, less is better",
        lambda result: result.cpu_us,
    ),
    Metric(
        "throughput",
        "Deliveries under saturation",
        "deliveries for each CPU second, more is better (logarithmic)",
        lambda result: result.per_cpu_second,
        logarithmic=True,
    ),
    Metric(
        "latency",
        "Median latency to the last recipient",
        "milliseconds, less is better (logarithmic)",
        lambda result: result.latency_ms,
        logarithmic=True,
    ),
    Metric(
        "connect",
        "CPU time to connect all clients",
        "seconds, less is better (logarithmic)",
        lambda result: result.connect_cpu_seconds,
        logarithmic=True,
    ),
    Metric(
        "memory",
        "Memory of a connection",
        "KiB, less is better (logarithmic)",
        lambda result: result.kib_per_client,
        logarithmic=True,
    ),
)

FAMILIES = {
    "line": ("Line chat and IRC", (("baseline", "C"), ("node", "Node.js"))),
    "websocket": ("WebSocket", (("ws", "ws"),)),
    "socketio": ("Socket.IO", (("socketio", "socket.io"),)),
}
"""Each family's title, and the servers that the others are compared with."""


def short(value: float) -> str:
    """A number with three significant digits; k for thousands, M for millions."""
    for limit, letter in ((1e6, " M"), (1e3, " k")):
        if value >= limit * 0.9995:
            return short(value / limit) + letter
    if value >= 100:
        return f"{value:.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value else "0"
