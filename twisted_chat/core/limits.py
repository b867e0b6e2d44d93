"""How much one client may do, as values without a clock of their own."""

from __future__ import annotations

from dataclasses import dataclass

MAX_LINE = 4096
"""Bytes in one line, without its end."""

MAX_ROOMS = 20
"""Rooms that one client may be in at once."""

MAX_IGNORED = 100
"""Nicknames that one client may ignore at once."""

MAX_HISTORY = 500
"""Messages in one answer to ``\\history`` or ``\\search``."""

MAX_MISSED = 2000
"""Messages replayed to a client that resumes; past that it is told that
some are missing and reads on by ``history``."""

MAX_MISSED_CHARACTERS = 200_000
"""Characters of all that is replayed: it leaves in one write, and must stay
below what may wait for a client even in the longest of the wire formats."""


WORTH_WAITING = 0.001
"""Seconds; less than this is what adding up fractions makes of nothing."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How fast a client may speak: so many at once, then so many a second."""

    burst: int
    per_second: float

    @classmethod
    def parse(cls, text: str) -> RateLimit | None:
        """``10:5``, or ``off`` for no limit (``None``).

        :raises ValueError: with a line that says what it should look like.
        """
        if text.strip().lower() == "off":
            return None
        try:
            burst, _, rate = text.partition(":")
            pace = cls(int(burst), float(rate))
        except ValueError:
            pace = cls(0, 0)
        if pace.burst < 1 or not 0 < pace.per_second < float("inf"):
            raise ValueError(
                f"{text!r} is no pace: write BURST:PER_SECOND, such as 10:5, or off"
            )
        return pace


class TokenBucket:
    """A token bucket that keeps one client to its pace."""

    __slots__ = ("_full_at", "_pace")

    def __init__(self, pace: RateLimit) -> None:
        self._pace = pace
        # When the bucket will be full again says all there is to know.
        self._full_at = 0.0

    def wait(self, now: float) -> float:
        """Seconds until there is a token; 0 if there is one."""
        empty_for = self._full_at - now
        spare = (self._pace.burst - 1) / self._pace.per_second
        wait = empty_for - spare
        return wait if wait > WORTH_WAITING else 0.0

    def take(self, now: float) -> None:
        """Take a token; call it only when ``wait`` says 0."""
        self._full_at = max(now, self._full_at) + 1 / self._pace.per_second
