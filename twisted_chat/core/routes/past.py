"""What follows ``\\history``: how many messages, and before which point in the past.

A point is a time in UTC, as the server shows all times, or the position of an event.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from twisted_chat.core.replies import Refused
from twisted_chat.core.texts.sanitize import echoed

USAGE = "[N] [before WHEN]"

_DATE = r"(\d{4})-(\d\d)-(\d\d)"
_CLOCK = r"(\d\d?):(\d\d)(?::(\d\d))?"
_TIME = re.compile(rf"(?:{_DATE}(?:[ T]|\Z))?(?:{_CLOCK})?Z?\Z", re.ASCII)
# Those of all stores end with many digits; a shorter word is a mistyped time.
_POSITION = re.compile(r"[!-9;-~]{0,48}\d{10,16}\Z", re.ASCII)


def asked_history(words: Iterable[str]) -> tuple[int | None, str]:
    """How many messages are asked for, and before what; empty for the last ones.

    :raises Refused: ``usage``.
    """
    given = " ".join(words).split()
    count = None
    if given and given[0].lower() != "before":
        count = _count(given.pop(0))
    if not given:
        return count, ""
    if given[0].lower() != "before" or len(given) == 1:
        is_missing = given[0].lower() == "before"
        why = "WHEN is missing" if is_missing else "only before WHEN can follow"
        raise Refused("usage", why, f"(usage: \\history {USAGE})")
    return count, " ".join(given[1:])


def point(text: str, now: float) -> int | str:
    """A time in milliseconds since 1970, or a position as it was given.

    A time without a date is the last one: of today, or else of yesterday.

    :param now: seconds since 1970.
    :raises Refused: ``usage``.
    """
    found = _TIME.match(text)
    if found is None and _POSITION.match(text):
        return text
    with suppress(ValueError, OverflowError):
        if found is not None:
            return _milliseconds(*found.groups(), now=now)
    raise Refused(
        "usage",
        f"{echoed(text)} is neither a time nor an id",
        "(try \\history before 2026-01-31 18:00)",
    )


def _milliseconds(
    year: str | None,
    month: str | None,
    day: str | None,
    hour: str | None,
    minute: str | None,
    second: str | None,
    *,
    now: float,
) -> int:
    """:raises ValueError: there is no such time."""
    present = datetime.fromtimestamp(now, UTC)
    date = present
    if year and month and day:
        date = datetime(int(year), int(month), int(day), tzinfo=UTC)
    time = date.replace(
        hour=int(hour or 0),
        minute=int(minute or 0),
        second=int(second or 0),
        microsecond=0,
    )
    if year is None and time > present:
        time -= timedelta(days=1)
    return max(round(time.timestamp() * 1000), 0)


def _count(text: str) -> int:
    """A number of messages.

    :raises Refused: ``usage``.
    """
    with suppress(ValueError):
        if (number := int(text)) > 0:
            return number
    raise Refused(
        "usage",
        f"{echoed(text)} is not a positive whole number",
        "(try \\history 20)",
    )
