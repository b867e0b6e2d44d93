"""Times, as the tag ``time`` and other parameters have them."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from datetime import datetime
from functools import lru_cache

from twisted_chat.core.replies import Refused

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z\Z", re.ASCII)
_EXAMPLE = "timestamp=2026-01-31T18:00:00.000Z"


def server_time(milliseconds: int) -> str:
    """A time as the tag ``time`` has it (https://ircv3.net/specs/extensions/
    server-time).
    """
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_second(seconds)}.{rest:03d}Z"


@lru_cache(maxsize=1024)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def parse_time(text: str) -> int:
    """A time, ``timestamp=2026-01-31T18:00:00.000Z``, in milliseconds since 1970.

    :raises Refused: ``invalid_params``.
    """
    kind, _, value = text.partition("=")
    if kind == "timestamp" and _TIME.match(value):
        with suppress(ValueError):
            return max(round(datetime.fromisoformat(value).timestamp() * 1000), 0)
    raise Refused("invalid_params", f"{text} is not a timestamp such as {_EXAMPLE}")
