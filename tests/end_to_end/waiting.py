"""Waiting for what is sure to come, without waiting for a fixed time.

Everything is done as soon as what it waits for is there, and gives up after
``PATIENCE`` with all that was seen instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds to wait at most.  A slow machine needs them, a quick one never notices."""


class NotSeen(AssertionError):
    """What a test waited for did not come; the text says what came instead."""


def eventually(what: str, look: Callable[[], T | None], timeout: float = PATIENCE) -> T:
    """Look again and again, until there is something; return it.

    :param what: in words, for the one who reads the failure.
    :param look: returns something true once it is there.
    """
    deadline = time.monotonic() + timeout
    while not (found := look()):
        if time.monotonic() > deadline:
            raise NotSeen(f"not within {timeout:g} s: {what}")
        time.sleep(0.01)
    return found
