"""Limits on what one client may do, and rate limiting by token bucket."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Protocol

MAX_LINE = 4096
"""Bytes in one line, without its line end."""

MAX_TEXT = 16 * 1024
"""Bytes in one message, with the ends of its lines."""

MAX_TEXT_LINES = 100
"""Lines in one message."""

MAX_TOPIC = 400
"""Bytes in a topic; a longer one that is stored is cut."""

MAX_AWAY = 200
"""Bytes in an away text, likewise."""

TOKEN_BYTES = 4096
"""Bytes that one token of the rate limit pays for, of a message or of an answer."""

MAX_ROOMS = 20
"""Rooms that one client may be in at once."""

MAX_IGNORED = 100
"""Nicknames that one client may ignore at once."""

SEARCH_TIME = 0.3
"""Seconds that one search may take of the thread that searches."""

MAX_HISTORY = 500
"""Messages in one reply to ``\\history`` or ``\\search``."""

MAX_LOOKED_AT = 10_000
"""Messages of a room among which the last ones of an author are looked for."""

MAX_DELETED = 100
"""Messages that are deleted at once."""

CORRECTION_MINUTES = 15
"""Minutes for which the author of a message may correct it."""

MAX_MISSED = 2000
"""Messages replayed to a client that resumes; if it missed more it is told that
some are missing, and reads them by ``history``."""

MAX_MISSED_CHARACTERS = 200_000
"""Characters in all that is replayed, see ``texts.characters_shown``.

A journal may stop to read there: a client could otherwise make it read much for
nothing."""

MAX_WELCOME = 768 * 1024
"""Bytes of a welcome, with the histories of all rooms or with all that is replayed.

It is sent in one write, and must stay below what may wait for a client."""

MIN_WAIT = 0.001
"""Seconds; a shorter wait is a rounding error."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many lines a client may send: a burst at once, then a rate.

    :ivar burst: lines at once, at least 1.
    :ivar per_second: lines a second after that.
    """

    burst: int
    per_second: float

    @classmethod
    def parse(cls, text: str) -> RateLimit | None:
        """``10:5``, or ``off`` for no limit (``None``).

        :raises ValueError: with a line that gives the valid form.
        """
        if text.strip().lower() == "off":
            return None
        try:
            burst, _, rate = text.partition(":")
            limit = cls(int(burst), float(rate))
        except ValueError:
            limit = cls(0, 0)
        if limit.burst < 1 or not 0 < limit.per_second < inf:
            raise ValueError(
                f"invalid rate limit {text!r}: "
                "give BURST:PER_SECOND, such as 10:5, or off"
            )
        return limit


class Bucket(Protocol):
    """What the lines of one client take their tokens from."""

    limit: RateLimit

    @property
    def full_at(self) -> float:
        """When it will be or has been full again; 0 if nothing was taken yet."""

    def wait(self, now: float, tokens: int = 1) -> float:
        """Seconds until something may be taken that costs so many tokens.

        0 if it may now; that it costs more than there are does not matter.
        """

    def take(self, now: float, tokens: int = 1) -> None:
        """Take tokens; call this only when ``wait`` returns 0.

        More may be taken than there are: what follows then waits for all of them.
        """


class LastBurst:
    """A bucket that is full once more, and never again: of a server that stops."""

    __slots__ = ("_left", "limit")

    def __init__(self, limit: RateLimit) -> None:
        self.limit = limit
        self._left = limit.burst

    @property
    def full_at(self) -> float:
        """Never."""
        return inf

    def wait(self, _now: float, _tokens: int = 1) -> float:
        """0 while there is a token, then for ever."""
        return 0.0 if self._left > 0 else inf

    def take(self, _now: float, tokens: int = 1) -> None:
        """See ``Bucket``."""
        self._left -= tokens


class TokenBucket:
    """A token bucket that holds one client to a rate limit."""

    __slots__ = ("_full_at", "limit")

    def __init__(self, limit: RateLimit) -> None:
        self.limit = limit
        # The time at which the bucket will be full again is its whole state.
        self._full_at = 0.0

    @property
    def full_at(self) -> float:
        """See ``Bucket``."""
        return self._full_at

    def wait(self, now: float, tokens: int = 1) -> float:
        """See ``Bucket``."""
        empty_for = self._full_at - now
        spare = (self.limit.burst - 1) / self.limit.per_second
        wait = empty_for - spare
        return wait if wait > MIN_WAIT else 0.0

    def take(self, now: float, tokens: int = 1) -> None:
        """See ``Bucket``."""
        self._full_at = max(now, self._full_at) + tokens / self.limit.per_second
