"""Pacing: how much of the reactor's time the input of one peer may take.

What a peer sends is read in portions of about a millisecond, and other connections have
their turn in between.  A peer whose input took more than its share is not read from for
three times as long as that took, so that no peer takes more than a quarter of the time,
whatever it sends and whatever reading it costs.  Those that wait are read in turn, one
address after the other, so that together they take at most half of the time; and while
as much is taken, every peer waits whose input is not cheap.

The time is measured, so nothing that is costly can be forgotten; a peer that sends as
much as people do costs two looks at the clock, and never waits.

Invariants: a peer that waits is not read from; what was received is passed on in order,
and all of it, also if the connection is lost meanwhile.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from enum import Enum
from typing import Any, Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from .admission import host_key

PORTION = 0.001
"""Seconds of work after which others have their turn."""

BURST = 0.002
"""Seconds of work that a peer may cause at once after it has caused none."""

SHARE = 4
"""One peer takes one in so many seconds of the reactor's time."""

SHARE_OF_ALL = 2
"""All peers that are read in turn take one in so many seconds."""

BURST_OF_ALL = 0.01
"""Seconds of work that all of them may cause at once."""

CHEAP = PORTION / 4
"""Seconds of work that are not counted for all: more than a message takes."""

MAX_COUNTED = 0.02
"""Seconds of one portion that count: what takes longer is another process, or a garbage
collection."""

PIECE = 1024
"""Bytes that are passed on at a time."""

MAX_PIECE = 4096
"""The same while they take little time."""


class PaceState(Enum):
    """What a peer's work is doing."""

    READY = "nothing is to be done, or it can be done at once"
    WORKING = "a portion is being done"
    WAITING = "others have their turn"
    STOPPED = "nothing will be done any more"


# Looking up the member of an enum takes ten times as long in Python 3.11.
_READY, _WORKING = PaceState.READY, PaceState.WORKING
_WAITING, _STOPPED = PaceState.WAITING, PaceState.STOPPED


class Pacing:
    """Who has the next turn; one for all connections of a server.

    :ivar seconds: the current time.
    """

    __slots__ = ("_call_later", "_paid_at", "_queues", "_turn", "seconds")

    def __init__(self, clock: IReactorTime) -> None:
        self.seconds: Callable[[], float] = clock.seconds
        self._call_later = clock.callLater
        # Those that wait for their turn, by their network; each network has its turn.
        self._queues: dict[Hashable, deque[Pace]] = {}
        # When what all took of the reactor's time is made up for.
        self._paid_at = 0.0
        self._turn: IDelayedCall | None = None

    def count(self, spent: float, now: float) -> bool:
        """Count work that was not cheap.

        :returns: whether all together have taken more than their share.
        """
        paid_at = max(self._paid_at, now - spent) + SHARE_OF_ALL * spent
        self._paid_at = min(paid_at, now + SHARE_OF_ALL * MAX_COUNTED)
        return paid_at - now > SHARE_OF_ALL * BURST_OF_ALL

    def wait(self, pace: Pace, seconds: float) -> IDelayedCall:
        """Give a peer its turn after so many seconds, or later."""
        return self._call_later(seconds, self._enter, pace)

    def _enter(self, pace: Pace) -> None:
        pace.timer = None
        # Loopback addresses are exempt from what is counted by address.
        network = host_key(pace.address)
        key: Hashable = pace if network is None else network
        self._queues.setdefault(key, deque()).append(pace)
        self._schedule()

    def _schedule(self) -> None:
        if self._turn is None and self._queues:
            delay = max(self._paid_at - self.seconds(), 0.0)
            self._turn = self._call_later(delay, self._take_turn)

    def _take_turn(self) -> None:
        self._turn = None
        key = next(iter(self._queues))
        queue = self._queues.pop(key)
        pace = queue.popleft()
        if queue:
            self._queues[key] = queue
        try:
            if pace.take_turn():
                # It will take as much as soon as something is received.
                self.count(PORTION, self.seconds())
        finally:
            self._schedule()


class Pace:
    """The work that the input of one peer causes, piece by piece.  Subclass it.

    :ivar timer: the call that ends its wait.
    """

    __slots__ = ("_pace", "_pacing", "_paid_at", "timer")

    def __init__(self, pacing: Pacing) -> None:
        self._pacing = pacing
        self._pace = _READY
        # When what it took of the reactor's time is made up for.
        self._paid_at = 0.0
        self.timer: IDelayedCall | None = None

    # To be implemented.

    @property
    def address(self) -> Any:
        """The address of the peer."""
        raise NotImplementedError

    @property
    def has_work(self) -> bool:
        """Whether there is a piece of work to do."""
        raise NotImplementedError

    def work(self) -> None:
        """Do one piece of work."""
        raise NotImplementedError

    def pause_reading(self) -> None:
        """The peer has to wait: let it send no more."""

    def resume_reading(self) -> None:
        """The peer waits no longer."""

    # To be called.

    def run(self) -> None:
        """Do what there is to do: some of it now, the rest when it has its turn."""
        if self._pace is not _READY:
            return
        self._pace = _WORKING
        start = self._pacing.seconds()
        self._do_portion(start, start)

    def stop(self) -> None:
        """Do nothing any more."""
        self._pace = _STOPPED
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def take_turn(self) -> bool:
        """Go on, for one portion.

        :returns: whether all is done, and the peer may send again.
        """
        if self._pace is not _WAITING:
            return False
        self._pace = _READY
        self.run()
        if self._pace is not _READY:
            return False
        self.resume_reading()
        return True

    def _do_portion(self, start: float, now: float) -> None:
        """Work until the time is over that began at the start, or all is done."""
        seconds = self._pacing.seconds
        end = start + PORTION
        try:
            while self.has_work and now < end:
                self.work()
                now = seconds()
        finally:
            self._count(start, now)

    def _count(self, start: float, now: float) -> None:
        """A portion is done: go on reading, or have the peer wait."""
        if self._pace is not _WORKING:
            return
        self._pace = _READY
        paid_at = self._paid_at
        paid_at = max(paid_at, start)
        spent = now - start
        spent = min(spent, MAX_COUNTED)
        paid_at += SHARE * spent
        self._paid_at = paid_at
        if (
            (spent > CHEAP and self._pacing.count(spent, now))
            or paid_at - now > SHARE * BURST
            or self.has_work
        ):
            self._pace = _WAITING
            self.pause_reading()
            self.timer = self._pacing.wait(self, max(paid_at - now, 0.0))


class Reader(Protocol):
    """What an intake passes bytes on to."""

    def read(self, data: bytes) -> None:
        """Read some bytes, wherever they are cut."""


class Nobody:
    """Reads what nobody reads any more."""

    def read(self, data: bytes) -> None:
        """Discard it."""


NOBODY = Nobody()


class Intake(Pace):
    """What is received on one connection, on its way to what reads it.

    :param reader: reads it; it may pause and resume.
    :param transport: the connection.
    """

    __slots__ = ("_held", "_piece", "_reader", "_transport", "_unread", "_when_read")

    def __init__(self, pacing: Pacing, reader: Reader, transport: Any) -> None:
        super().__init__(pacing)
        self._reader = reader
        self._transport = transport
        self._unread = b""
        self._piece = PIECE
        self._held = False
        self._when_read: list[Callable[[], object]] | None = None

    # For the protocol.

    def received(self, data: bytes) -> None:
        """Pass on what was received, now or in portions."""
        if self._pace is not _READY or len(data) > PIECE:
            if self._pace is not _STOPPED:
                self._unread += data
                self.run()
            return
        # As ``run`` does, for what nearly all clients send.
        seconds = self._pacing.seconds
        self._pace = _WORKING
        start = seconds()
        try:
            self._reader.read(data)
        finally:
            now = seconds()
            if self._unread:
                # What the reader could not read yet; see ``read_again``.
                self._do_portion(start, now)
            elif now - start < CHEAP and self._paid_at <= start:
                self._paid_at = start + SHARE * (now - start)
                if self._pace is _WORKING:
                    self._pace = _READY
            else:
                self._count(start, now)

    def read_again(self, data: bytes) -> None:
        """Pass on once more what the reader cannot read yet, before all else."""
        self._unread = data + self._unread
        self.run()

    def pause(self) -> None:
        """Stop reading; what was received already is still passed on."""
        self._held = True
        if self._pace is not _WAITING:
            self._transport.pauseProducing()

    def resume(self) -> None:
        """Read again."""
        self._held = False
        if self._pace is not _WAITING:
            self._transport.resumeProducing()

    def when_read(self, call: Callable[[], object]) -> None:
        """Call this as soon as all that was received is passed on."""
        if self._unread and self._pace is _WAITING:
            self._when_read = [*(self._when_read or ()), call]
        else:
            call()

    def take_unread(self) -> bytes:
        """Stop: what is not passed on yet is for another protocol."""
        unread = self._unread
        self.stop()
        return unread

    def stop(self) -> None:
        """Pass on nothing any more."""
        super().stop()
        self._unread = b""
        self._when_read = None
        # Break the reference cycle, so that no garbage collection is needed.
        self._reader = NOBODY

    # For the pace.

    @property
    def address(self) -> Any:
        """See ``Pace``."""
        return self._transport.getPeer()

    @property
    def has_work(self) -> bool:
        """See ``Pace``."""
        return bool(self._unread)

    def work(self) -> None:
        """Pass on a piece."""
        unread, size = self._unread, self._piece
        if len(unread) <= size:
            data, self._unread = unread, b""
        else:
            data, self._unread = unread[:size], unread[size:]
        start = self._pacing.seconds()
        self._reader.read(data)
        is_cheap = self._pacing.seconds() - start < CHEAP / 2
        self._piece = min(2 * size, MAX_PIECE) if is_cheap else PIECE

    def pause_reading(self) -> None:
        """See ``Pace``."""
        if not self._held:
            self._transport.pauseProducing()

    def resume_reading(self) -> None:
        """See ``Pace``."""
        calls, self._when_read = self._when_read, None
        if not self._held and calls is None:
            self._transport.resumeProducing()
        for call in calls or ():
            call()
