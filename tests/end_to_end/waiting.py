"""Waiting for a condition instead of for a fixed time.

A wait ends as soon as its condition holds, and fails after ``TIMEOUT`` seconds with
everything that was seen instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

TIMEOUT = 30.0
"""Seconds to wait at most: long enough for a busy machine."""


class NotSeen(AssertionError):
    """A condition did not become true; the text says what was seen instead."""


def eventually(what: str, look: Callable[[], T | None], timeout: float = TIMEOUT) -> T:
    """Call a function until it returns something true, and return that.

    :param what: the condition, for the message of a failure.
    """
    deadline = time.monotonic() + timeout
    while not (found := look()):
        if time.monotonic() > deadline:
            raise NotSeen(f"not within {timeout:g} s: {what}")
        time.sleep(0.01)
    return found
