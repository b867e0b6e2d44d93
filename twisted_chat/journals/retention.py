"""Retention: how much of what was said a store keeps.

The rules, the same for every store:

- Messages, direct messages and former topics are kept up to the limits of
  ``Retention``; the oldest are deleted first.
- Arrivals, departures and what was done in rooms are kept as long as resuming may need
  them, and the history of a room shows them to those who ask for them.
- The topic of a room other than the lobby goes when nobody was in the room for
  ``UNUSED_MS``; what was said there does not.

Invariants: a position is never used twice; what is deleted is gone from the history,
the search and the events that a client missed, and a client that asks for events after
a position before it learns that some are missing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Protocol

LOBBY = "lobby"
"""The room whose topic is kept for good."""

KEPT_OTHERS = 2_000
"""Arrivals, departures, renames, kicks and so on that are kept in all: as many as a
client that resumes receives, at most."""

KEPT_TOPICS = 10_000
"""Rooms whose topic is kept; the one that was used longest ago is dropped first."""

UNUSED_MS = 30 * 24 * 60 * 60 * 1000
"""Milliseconds after which the topic of a room goes that nobody was in."""

_MS_PER_DAY = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Retention:
    """Limits of what is kept; ``None`` for none.

    :ivar messages: messages, and likewise former topics, of each room.
    :ivar days: days since it was said.
    :ivar bytes: of the whole store.
    """

    messages: int | None = None
    days: float | None = None
    bytes: int | None = None

    def oldest_ms(self, now: float) -> int:
        """The time, in milliseconds since 1970, before which nothing is kept.

        :param now: seconds since 1970.
        """
        if self.days is None:
            return 0
        return max(0, round(now * 1000 - self.days * _MS_PER_DAY))


KEEP_ALL = Retention()
"""No limits."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What one portion of trimming did.

    :ivar more: there is more to do now.
    :ivar urgent: the store is much larger than it may be: do not pause.
    :ivar blocked: nothing could be done; it makes no sense to try again at once.
    :ivar events: how many events were deleted.
    :ivar bytes: how much less space the store takes, in bytes.
    :ivar floor: the position up to which everything was deleted; empty if none was.
    """

    more: bool = False
    urgent: bool = False
    blocked: bool = False
    events: int = 0
    bytes: int = 0
    floor: str = ""


class Trims(Protocol):
    """A journal that deletes what it does not keep any more."""

    def on_growth(self, start: Callable[[], None]) -> None:
        """Call ``start`` whenever so much was stored that a run should not wait."""

    def trim(self, occupied: Collection[str]) -> Awaitable[Trimmed]:
        """Do one short portion; other calls take their turn between two portions.

        :param occupied: the rooms that anyone is in.
        :raises StoreError: it failed, and a later call tries again.
        """
