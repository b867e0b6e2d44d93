"""Pacing: how much of the reactor's time the input of one peer may take.

What a peer sends is read in portions of about a millisecond, and other connections have
their turn in between.  A peer whose input took more than its share is not read from for
three times as long as that took, so that no peer takes more than a quarter of the time,
whatever it sends and whatever reading it costs.  Those that wait are read in turn, one
address after the other, so that together they take at most half of the time; and while
as much is taken, every peer waits whose input is not cheap.

Processor time is measured, so nothing that is costly can be forgotten; a peer that
sends as much as people do costs three looks at clocks, and never waits.

Invariant: a peer that waits is not read from; what it has sent is read when it has its
turn, see ``intake``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from enum import Enum
from typing import Any

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
"""Seconds of work that are not counted for all, if the input is short: more than a
message takes."""

MAX_COUNTED = 0.02
"""Seconds of one portion that count: what takes longer is a garbage collection."""


class PaceState(Enum):
    """What a peer's work is doing."""

    READY = "nothing is to be done, or it can be done at once"
    WORKING = "a portion is being done"
    WAITING = "others have their turn"
    STOPPED = "nothing will be done any more"


# Looking up the member of an enum takes ten times as long in Python 3.11.
READY, WORKING = PaceState.READY, PaceState.WORKING
WAITING, STOPPED = PaceState.WAITING, PaceState.STOPPED


class Pacing:
    """Who has the next turn; one for all connections of a server.

    :param cpu_seconds: the processor time that the reactor's thread has used, such as
        ``time.thread_time``: a peer must not wait because another process ran.  By
        default, the time of the clock.
    :ivar seconds: the current time.
    """

    __slots__ = (
        "_call_later",
        "_paid_at",
        "_queues",
        "_turn",
        "cpu_seconds",
        "seconds",
    )

    def __init__(
        self, clock: IReactorTime, cpu_seconds: Callable[[], float] | None = None
    ) -> None:
        self.seconds: Callable[[], float] = clock.seconds
        self.cpu_seconds = cpu_seconds or self.seconds
        self._call_later = clock.callLater
        # Those that wait for their turn, by their network; each network has its turn.
        self._queues: dict[Hashable, deque[Pace]] = {}
        # When what all took of the reactor's time is made up for.
        self._paid_at = 0.0
        self._turn: IDelayedCall | None = None

    def count(self, start: float, spent: float, now: float) -> bool:
        """Count work that was not cheap.

        :returns: ``is_crowded``.
        """
        paid_at = max(self._paid_at, start) + SHARE_OF_ALL * spent
        self._paid_at = min(paid_at, now + SHARE_OF_ALL * MAX_COUNTED)
        return self.is_crowded(now)

    def is_crowded(self, now: float) -> bool:
        """Whether all together have taken more than their share."""
        return self._paid_at - now > (SHARE_OF_ALL - 1) * BURST_OF_ALL

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
                # Not all of them may go on at once.
                now = self.seconds()
                self.count(now, CHEAP, now)
        finally:
            self._schedule()


class Pace:
    """The work that the input of one peer causes, piece by piece.  Subclass it.

    :ivar timer: the call that ends its wait.
    """

    __slots__ = ("_pace_state", "_pacing", "_paid_at", "timer")

    def __init__(self, pacing: Pacing) -> None:
        self._pacing = pacing
        self._pace_state = READY
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
        if self._pace_state is not READY:
            return
        self._pace_state = WORKING
        start = self._pacing.cpu_seconds()
        self._do_portion(start, start)

    def stop(self) -> None:
        """Do nothing any more."""
        self._pace_state = STOPPED
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def take_turn(self) -> bool:
        """Go on, for one portion.

        :returns: whether all is done, and the peer may send again.
        """
        if self._pace_state is not WAITING:
            return False
        self._pace_state = READY
        self.run()
        if self._pace_state is not READY:
            return False
        self.resume_reading()
        return True

    def _do_portion(self, start: float, now: float) -> None:
        """Work until the portion is over that began at the start, or all is done.

        :param now: as the start, of ``cpu_seconds``.
        """
        cpu_seconds = self._pacing.cpu_seconds
        end = start + PORTION
        is_much = self.has_work
        try:
            while self.has_work and now < end:
                self.work()
                now = cpu_seconds()
        finally:
            self._count(now - start, is_much=is_much)

    def _count(self, spent: float, *, is_much: bool = False) -> None:
        """A portion is done: go on reading, or have the peer wait.

        :param is_much: it was of more than is passed on at once, which is counted for
            all however cheap it was: together, many peers could take all of the time.
        """
        if self._pace_state is not WORKING:
            return
        self._pace_state = READY
        now = self._pacing.seconds()
        start = now - spent
        spent = min(spent, MAX_COUNTED)
        paid_at = max(self._paid_at, start) + SHARE * spent
        self._paid_at = paid_at
        if (
            ((is_much or spent > CHEAP) and self._pacing.count(start, spent, now))
            or paid_at - now > (SHARE - 1) * BURST
            or self.has_work
        ):
            self._wait(paid_at - now)

    def _wait(self, seconds: float) -> None:
        """Have the peer wait for its turn, which comes after so many seconds."""
        self._pace_state = WAITING
        self.pause_reading()
        self.timer = self._pacing.wait(self, max(seconds, 0.0))
