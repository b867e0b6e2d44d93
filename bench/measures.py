"""The measures: what they are called, in which unit, and where they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.results import Result


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a `Result`.

    :param key: in the names of files.
    :param axis: what stands at the axis of a chart, with the unit.
    :param logarithmic: the values lie powers of ten apart.
    """

    key: str
    title: str
    axis: str
    value: Callable[[Result], float]
    logarithmic: bool = False


MEASURES = (
    Measure(
        "cost",
        "CPU of one line, for each who hears it",
        "microseconds a recipient, less is better",
        lambda result: result.cpu_us,
    ),
    Measure(
        "throughput",
        "Deliveries when saturated",
        "deliveries a CPU second, more is better (logarithmic)",
        lambda result: result.per_cpu_second,
        logarithmic=True,
    ),
    Measure(
        "latency",
        "Until the last one has heard a line, median",
        "milliseconds, less is better (logarithmic)",
        lambda result: result.latency_ms,
        logarithmic=True,
    ),
    Measure(
        "connect",
        "CPU to let everyone in",
        "seconds, less is better (logarithmic)",
        lambda result: result.connect_cpu_seconds,
        logarithmic=True,
    ),
    Measure(
        "memory",
        "Memory of a connection",
        "KB, less is better (logarithmic)",
        lambda result: result.kib_per_client,
        logarithmic=True,
    ),
)

#: The families: the title of each, and those whom the others are compared with.
FAMILIES = {
    "line": ("Line chat and IRC", (("limit", "C"), ("node", "Node"))),
    "websocket": ("WebSocket", (("ws", "ws"),)),
    "socketio": ("Socket.IO", (("socketio", "socket.io"),)),
}


def short(value: float) -> str:
    """A number as people read it: three figures, thousands and millions by letter."""
    for limit, letter in ((1e6, " M"), (1e3, " k")):
        if value >= limit * 0.9995:
            return short(value / limit) + letter
    if value >= 100:
        return f"{value:.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value else "0"
