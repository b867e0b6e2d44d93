"""A reactor whose clock is never set.

Twisted's reactors measure time with ``time.time``, which is set back by NTP, by an
administrator, after a suspended machine wakes up: then every timer is late by as much.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def use_monotonic_time(
    reactor: Any, seconds: Callable[[], float] = time.monotonic
) -> bool:
    """Have a reactor measure time with a monotonic clock, which only ever advances.

    All its timers do then, those of Twisted's own protocols too.

    :returns: false, and nothing is changed, if a call is scheduled already: it is
        due at a time of the other clock.
    """
    if reactor.getDelayedCalls():
        return False
    reactor.seconds = seconds
    return True
