"""Timers that many connections share: deadlines, and keepalive pings.

Invariant: all deadlines of one ``Deadlines`` have the same length, so its items are
always in the order in which they expire, and one delayed call serves ten thousand
connections as well as one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from .peer_limits import PeerLimits

CLOSING_TIMEOUT = 3.0
"""Seconds that a peer has to finish a closing handshake."""

T = TypeVar("T")


class Deadlines(Generic[T]):
    """Calls ``expired`` with each item that is not cleared in time.

    :param delay: seconds between ``set`` and ``expired``.
    :param granularity: seconds by which a deadline may be missed, so that many of
        them share one run of the timer.
    :param grace: whether the reactor reads once more before a deadline expires.  A
        process that was stopped, or had no processor, finds out that a time is over
        before it reads what was sent meanwhile.
    """

    __slots__ = (
        "_clock",
        "_delay",
        "_due",
        "_expired",
        "_grace",
        "_granularity",
        "_items",
        "_timer",
    )

    def __init__(
        self,
        clock: IReactorTime,
        delay: float,
        expired: Callable[[T], object],
        granularity: float = 0.0,
        *,
        grace: bool = False,
    ) -> None:
        self._clock = clock
        self._delay = delay
        self._expired = expired
        self._granularity = granularity
        self._grace = grace
        # While the reactor reads once more: what expires after that.
        self._due: float | None = None
        self._items: dict[T, float] = {}
        self._timer: IDelayedCall | None = None

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def set(self, item: T) -> None:
        """Start the deadline of an item, or restart it."""
        self._items.pop(item, None)
        # While others wait the timer runs, or ``_expire`` is about to start it.
        if self._timer is None and not self._items:
            self._schedule(self._delay)
        self._items[item] = self._clock.seconds() + self._delay

    def clear(self, item: T) -> None:
        """Cancel the deadline of an item, if it has one."""
        if self._items.pop(item, None) is not None and not self._items:
            self._cancel()

    def _schedule(self, seconds: float) -> None:
        delay = max(seconds, self._granularity)
        self._timer = self._clock.callLater(delay, self._expire)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._due = None

    def _expire(self) -> None:
        self._timer = None
        now = self._clock.seconds()
        due, self._due = self._due, None
        if due is None:
            due = now
            if self._grace:
                self._due = now
                self._timer = self._clock.callLater(0.0, self._expire)
                return
        late = []
        for item, deadline in self._items.items():
            if deadline > due:
                break
            late.append(item)
        try:
            for item in late:
                # An earlier call may have cleared this one.
                if self._items.pop(item, None) is not None:
                    self._expired(item)
        finally:
            # If a call raises, the others are made in the next turn of the reactor.
            if self._items and self._timer is None:
                self._schedule(max(next(iter(self._items.values())) - now, 0.0))


class KeepaliveTarget(Protocol):
    """A connection that ``Keepalive`` watches."""

    @property
    def read_paused(self) -> bool:
        """Whether reading is paused, so that silence proves nothing."""

    def ping(self) -> None:
        """Send a ping."""

    def timed_out(self) -> None:
        """The connection is dead: end it.  Called once; it is removed already."""


class Keepalive:
    """Pings each of its connections, and times out those that send nothing.

    One object serves any number of connections.

    :param interval: seconds between two pings; 0 for no pings.
    :param timeout: seconds after a ping in which the peer has to send something.
        Both may be fractions.  A ping is late by at most a fiftieth of the
        shorter one.
    :param limits: of all connections of the server; by default of those that this
        object serves.
    :ivar received: call it with the connection whenever its peer sends something.
    """

    def __init__(
        self,
        clock: IReactorTime,
        interval: float,
        timeout: float,
        limits: PeerLimits | None = None,
    ) -> None:
        self._clock = clock
        self.limits = limits or PeerLimits(clock)
        self._interval = interval
        granularity = min(interval or timeout, timeout, CLOSING_TIMEOUT) / 50
        self._idle: Deadlines[KeepaliveTarget] = Deadlines(
            clock, interval, self._ping, granularity
        )
        self._pinged: Deadlines[KeepaliveTarget] = Deadlines(
            clock, timeout, self._silent, granularity, grace=True
        )
        self._closing: Deadlines[KeepaliveTarget] = Deadlines(
            clock, CLOSING_TIMEOUT, self._time_out, granularity
        )
        # Bound directly: it is called for every segment that is received.
        self.received: Callable[[KeepaliveTarget], None] = self._pinged.clear

    def seconds(self) -> float:
        """The current time of the clock."""
        return self._clock.seconds()

    def add(self, connection: KeepaliveTarget) -> None:
        """Start to ping a connection."""
        if self._interval:
            self._idle.set(connection)

    def start_closing(self, connection: KeepaliveTarget) -> None:
        """Stop pinging; time out unless ``remove`` follows in ``CLOSING_TIMEOUT``."""
        self._idle.clear(connection)
        self._pinged.clear(connection)
        if connection not in self._closing:
            self._closing.set(connection)

    def remove(self, connection: KeepaliveTarget) -> None:
        """Forget a connection."""
        self._idle.clear(connection)
        self._pinged.clear(connection)
        self._closing.clear(connection)

    def _ping(self, connection: KeepaliveTarget) -> None:
        self._idle.set(connection)
        # The timeout runs from the first ping that nothing followed.
        if connection not in self._pinged:
            self._pinged.set(connection)
        connection.ping()

    def _silent(self, connection: KeepaliveTarget) -> None:
        if connection.read_paused:
            self._pinged.set(connection)
        else:
            self._time_out(connection)

    def _time_out(self, connection: KeepaliveTarget) -> None:
        self.remove(connection)
        connection.timed_out()
