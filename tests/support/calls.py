"""How many Python functions a call takes."""

from __future__ import annotations

import sys
from collections.abc import Callable


def calls_of(call: Callable[[], object]) -> int:
    """The calls of Python functions that one call makes, and returns to generators."""
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    former = sys.getprofile()
    sys.setprofile(profile)
    try:
        call()
    finally:
        sys.setprofile(former)
    return count
