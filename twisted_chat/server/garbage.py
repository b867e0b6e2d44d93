"""The garbage collector of a process that keeps many objects for long."""

from __future__ import annotations

import gc

THRESHOLDS = (10_000, 10, 10)
"""How many new objects, and collections of the younger generation, start one.

By default, 700 objects do.  While clients connect, nearly all new objects stay, so the
collector examines them again and again and finds nothing: measured with ten thousand
clients, a tenth of the CPU time.
"""


def collect_less_often() -> None:
    """Set the thresholds of this process."""
    gc.set_threshold(*THRESHOLDS)
