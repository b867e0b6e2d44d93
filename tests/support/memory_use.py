"""What a call leaves behind in memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable


def bytes_used(call: Callable[[], object]) -> int:
    """The bytes that are in use after a call, and were not before."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        result = call()
        after, _ = tracemalloc.get_traced_memory()
        del result
        return after - before
    finally:
        tracemalloc.stop()
