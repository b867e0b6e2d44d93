"""Slow readers: how long what was written may wait for a peer.

The rule, the same for every kind of connection:

- More than ``send_queue.MAX_QUEUED`` never waits: who would exceed it is cut off at
  once.
- A peer for which more than an eighth of that waits is behind.  It has ``GRACE``
  seconds to catch up, and has to receive a part every ``PATIENCE`` seconds.
- While anything waits, a peer has to receive a part of it every ``GRACE`` seconds.

So a burst cuts off nobody who reads it, and memory is bounded.

Invariants: time is counted in looks, so that nobody is cut off because this process was
stopped or busy; a look at many readers is cut into portions.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable
from contextlib import suppress
from fcntl import ioctl
from termios import TIOCOUTQ
from typing import Any, Protocol

from twisted.internet.interfaces import IReactorTime

LOOK_INTERVAL = 1.0
"""Seconds between two looks at a reader."""

PATIENCE = 2
"""Looks, and about as many seconds, in which a reader that is behind has to receive
something: little memory is then lost to one that reads nothing at all."""

GRACE = 30
"""Looks, and about as many seconds, in which a reader that is behind has to catch up
(with 2 Mbit/s it makes up whatever may wait for it), and any other has to receive
something (a phone may have no network for that long)."""

LOOKS_PER_TURN = 500
"""Readers that are looked at in one turn of the reactor: about 2 ms."""


class SlowReader(Protocol):
    """A peer for which something waits; see ``outbox.Outbox``."""

    @property
    def is_behind(self) -> bool:
        """Whether more waits than may wait for long."""

    def progress(self) -> Hashable:
        """Anything that is another value once the peer has received something.

        ``None`` once nothing waits.
        """

    def cut_off(self) -> None:
        """End the connection: the peer reads too slowly."""


class _Record:
    """What is known of one reader from earlier looks."""

    __slots__ = ("behind", "progress", "stalled")

    def __init__(self) -> None:
        self.progress: Hashable = None
        self.stalled = 0
        self.behind = 0


class SlowReaders:
    """Looks at the readers for which something waits, as long as there are any."""

    __slots__ = ("_clock", "_records", "_ticking", "_to_look_at")

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._records: dict[SlowReader, _Record] = {}
        self._to_look_at: list[SlowReader] = []
        self._ticking = False

    def __len__(self) -> int:
        return len(self._records)

    def add(self, reader: SlowReader) -> None:
        """Something waits for a reader, for which nothing did before.

        It is forgotten at the next look at which nothing waits any more.
        """
        self._records[reader] = _Record()
        if not self._ticking:
            self._ticking = True
            self._clock.callLater(LOOK_INTERVAL, self._look)

    def _look(self) -> None:
        """Look at the next portion of the readers."""
        if not self._to_look_at:
            self._to_look_at = list(self._records)
        portion = self._to_look_at[-LOOKS_PER_TURN:]
        del self._to_look_at[-LOOKS_PER_TURN:]
        late = [reader for reader in portion if self._is_too_slow(reader)]
        self._ticking = bool(self._records)
        if self._ticking:
            delay = 0.0 if self._to_look_at else LOOK_INTERVAL
            self._clock.callLater(delay, self._look)
        for reader in late:
            reader.cut_off()

    def _is_too_slow(self, reader: SlowReader) -> bool:
        record, progress = self._records.get(reader), reader.progress()
        if record is None or progress is None:
            self._records.pop(reader, None)
            return False
        if progress == record.progress:
            record.stalled += 1
        else:
            record.progress, record.stalled = progress, 0
        record.behind = record.behind + 1 if reader.is_behind else 0
        both = min(record.stalled, record.behind)
        if both < PATIENCE and max(record.stalled, record.behind) < GRACE:
            return False
        del self._records[reader]
        return True


def unacknowledged(transport: Any) -> int:
    """Bytes with the kernel that the peer has not acknowledged; 0 if that is unknown.

    A kernel with large buffers takes nothing for seconds although the peer reads.
    """
    count = array("i", [0])
    with suppress(AttributeError, OSError, ValueError):
        ioctl(transport.fileno(), TIOCOUTQ, count)
    return count[0]
