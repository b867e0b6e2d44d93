"""How many Python functions a call takes.

What a garbage collection calls is not counted: it may come at any time.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable


def calls_of(call: Callable[[], object]) -> int:
    """The calls of Python functions that one call makes, and returns to generators."""
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    former, collects = sys.getprofile(), gc.isenabled()
    gc.disable()
    sys.setprofile(profile)
    try:
        call()
    finally:
        sys.setprofile(former)
        if collects:
            gc.enable()
    return count
