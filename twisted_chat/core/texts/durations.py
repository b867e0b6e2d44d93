"""Durations and ends in time, as people type and read them: ``30s``, ``10m``, ``2h``.

A duration keeps the form in which it was typed.  Times are milliseconds since 1970.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from twisted_chat.core.replies import Refused

MAX_DAYS = 36_500
"""Days of the longest duration; who wants more leaves it out: for ever."""

FOREVER = 0
"""An end in time that never comes."""

_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile(r"(\d{1,12})([smhd])", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something lasts.

    :ivar text: as it is shown, such as ``10m``; empty for ever.
    """

    text: str
    seconds: int

    def end(self, now: int) -> int:
        """When it is over, if it begins now; ``FOREVER`` for never."""
        return now + self.seconds * 1000 if self.text else FOREVER


ENDLESS = Duration("", 0)


def duration_in(word: str) -> Duration | None:
    """The duration that a word is; ``None`` if it is none.

    :raises Refused: ``usage``, if it is 0 or too long.
    """
    found = _DURATION.fullmatch(word)
    if found is None:
        return None
    number, unit = int(found[1]), found[2].lower()
    seconds = number * _SECONDS[unit]
    if not 0 < seconds <= MAX_DAYS * _SECONDS["d"]:
        raise Refused(
            "usage",
            f"a duration is 1s to {MAX_DAYS}d, such as 30s, 10m, 2h or 7d; "
            "without one it is for ever",
        )
    return Duration(f"{number}{unit}", seconds)


def is_over(end: int, now: int) -> bool:
    """Whether an end in time has come."""
    return end != FOREVER and end <= now


def remaining_text(end: int, now: int) -> str:
    """How much is left until an end in time, in its largest unit: ``9m``, ``1s``."""
    seconds = max((end - now) // 1000, 1)
    for unit, size in _SECONDS.items():
        if seconds >= size:
            return f"{seconds // size}{unit}"
    raise AssertionError("at least one second is left")


def end_text(end: int) -> str:
    """An end in time to the minute, such as ``2026-11-27 10:00 UTC``."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(end // 1000))
