"""Positions of events in Redis streams, which sort as numbers and as text.

Each event has a number; numbers increase by one without gaps, which is how a server
detects that it has missed an event.  The id of an event in every stream is the time
at which Redis received it, in milliseconds, and its number.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_POSITION = re.compile(r"[0-9]{13}-[0-9]{15}\Z")


MAX_MS = 9_999_999_999_999
"""The last time that a position can have, in the year 2286."""


class StreamPosition(NamedTuple):
    """The position of an event.

    :ivar ms: milliseconds since 1970, UTC, by the clock of Redis.
    :ivar number: of the event.
    """

    ms: int
    number: int

    @classmethod
    def from_id(cls, stream_id: bytes) -> StreamPosition:
        """Read the id of an entry in a stream."""
        ms, _, number = stream_id.partition(b"-")
        return cls(int(ms), int(number))

    @classmethod
    def parse(cls, position: str) -> StreamPosition | None:
        """Read a position as clients know it; ``None`` if it is not valid."""
        if not _POSITION.match(position):
            return None
        return cls(int(position[:13]), int(position[14:]))

    @property
    def id(self) -> str:
        """The id in a stream."""
        return f"{self.ms}-{self.number}"

    @property
    def text(self) -> str:
        """The position as clients know it, with leading zeros: it sorts as text."""
        return f"{self.ms:013d}-{self.number:015d}"


BEGINNING = StreamPosition(0, 0)
"""The position before all events."""
