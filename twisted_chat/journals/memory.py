"""A journal in memory, for trying the server out and for tests.

Invariants: no threads and no waiting; a batch is announced before ``append`` returns;
memory use is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from twisted_chat.core.events import Entry, Stored
from twisted_chat.core.interfaces import Announce, StoreError

from .memory_history import MemoryHistory
from .memory_values import MemoryValues
from .records import changes_in, nicknames_in
from .retention import KEEP_ALL, Retention, Trimmed
from .searching import Sharing


class MemoryJournal:
    """Keeps the last events, as long as the process lives.

    :param now: seconds since 1970, UTC.
    :param retention: what is kept; of its bytes, at most ``KEPT_BYTES``.
    :param sharing: how searches share the reactor's thread, see ``Scan``.
    """

    def __init__(
        self,
        now: Callable[[], float],
        retention: Retention = KEEP_ALL,
        sharing: Sharing | None = None,
    ) -> None:
        self._now = now
        # Of the last batch: the clock may be set back.
        self._time = 0
        self.history = MemoryHistory(now, retention, sharing)
        self.values = MemoryValues()
        self.attempts = None
        self._announce: Announce = _discard
        self._closed = False

    def subscribe(self, announce: Announce) -> None:
        """Pass every batch to ``announce``, from within ``append``."""
        self._announce = announce

    async def open(self) -> None:
        """Do nothing: memory needs no preparation."""

    async def append(self, batch: Sequence[Entry]) -> None:
        """Keep the batch and announce it.

        :raises StoreError: after ``close``.
        """
        if self._closed:
            raise StoreError("the server is shutting down; nothing more is stored")
        time = self._time = max(round(self._now() * 1000), self._time)
        stored = [
            Stored(self.history.next_position(), time, entry.event, entry.key)
            for entry in batch
        ]
        self.history.add(stored)
        self.history.add_nicknames(nicknames_in(batch), time)
        self.values.apply(changes_in(batch))
        if stored:
            self._announce(stored)

    def on_growth(self, _start: Callable[[], None]) -> None:
        """Do nothing: the limits of memory hold after each batch."""

    async def trim(self, occupied: Collection[str]) -> Trimmed:
        """Do one portion of trimming, see ``Trims``."""
        return self.history.trim(self._now(), occupied)

    async def note_sessions(self, _nicknames: Mapping[str, str]) -> None:
        """Do nothing: a crash ends the history with all its sessions."""

    def problem(self) -> str | None:
        """``None``: memory is always available."""
        return None

    async def close(self) -> None:
        """Refuse further batches; what is kept can still be read."""
        self._closed = True
        self.values.close()


def _discard(_batch: Sequence[Stored]) -> None:
    """Nothing is subscribed yet."""
