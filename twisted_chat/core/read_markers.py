"""Read markers: how far an account has read a room, or direct messages.

The last marker counts, on all devices; one that is not as far changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

DIRECT = "@"
"""What stands before a folded nickname where a room may be meant as well: the direct
messages with whoever has it."""


@dataclass(frozen=True, slots=True, order=True)
class ReadMarker:
    """How far something is read.

    :ivar time: all up to this is read, in milliseconds since 1970; 0 if it was noted by
        an earlier version.
    :ivar position: of the last event that is read; empty if there is none.
    """

    time: int = 0
    position: str = ""

    def __str__(self) -> str:
        """The value under which it is stored."""
        return f"{self.position} {self.time}"

    @classmethod
    def of(cls, value: str) -> ReadMarker:
        """The marker in a stored value; earlier versions stored the position alone."""
        position, _, time = value.partition(" ")
        return cls(int(time) if time.isdecimal() else 0, position)

    def replaces(self, known: ReadMarker) -> bool:
        """Whether it is further than one that is known."""
        return self > known and self.position >= known.position
