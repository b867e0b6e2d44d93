"""Noticing that a peer is gone when nothing says so: one timer for all.

Every peer is asked for a sign of life once per interval, and anything it sends
is one.  All peers share two figures, so each of the queues below is in the order
of its due times by itself, and a single timer for the earliest of them serves
ten thousand connections as well as one.

Rules of this file: knows no wire; what a ping looks like is the peer's business.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

CLOSING_TIMEOUT = 3.0
"""Seconds in which a peer has to answer our goodbye."""


class Watched(Protocol):
    """A connection that is kept alive."""

    @property
    def excused(self) -> bool:
        """True while we read nothing from it, so that silence proves nothing."""

    def ping(self) -> None:
        """Ask for a sign of life."""

    def timed_out(self) -> None:
        """There was none; called once, and the connection is forgotten."""


class Keepalive:
    """Asks each of its connections for a sign of life, and ends the silent ones.

    :param interval: seconds between two pings; 0 for none at all.
    :param timeout: seconds in which something has to be heard after a ping.
        Both may be fractions; a ping is up to a fiftieth of the shorter one
        late, so that many connections share one turn of the timer.
    """

    def __init__(self, clock: IReactorTime, interval: float, timeout: float) -> None:
        self._clock = clock
        self._interval = interval
        self._timeout = timeout
        self._grain = min(interval or timeout, timeout, CLOSING_TIMEOUT) / 50
        self._to_ping: dict[Watched, float] = {}
        self._pinged: dict[Watched, float] = {}
        self._closing: dict[Watched, float] = {}
        self._timer: IDelayedCall | None = None
        self._due = 0.0

    def seconds(self) -> float:
        """What the clock says."""
        return self._clock.seconds()

    def watch(self, connection: Watched) -> None:
        """Begin with a connection."""
        if self._interval:
            due = self._to_ping[connection] = self._clock.seconds() + self._interval
            self._wake_at(due)

    def heard(self, connection: Watched) -> None:
        """Something came from it."""
        self._pinged.pop(connection, None)

    def closing(self, connection: Watched) -> None:
        """We said goodbye: no more pings, but an end to the wait for its answer."""
        self._to_ping.pop(connection, None)
        self._pinged.pop(connection, None)
        if connection not in self._closing:
            due = self._closing[connection] = self._clock.seconds() + CLOSING_TIMEOUT
            self._wake_at(due)

    def forget(self, connection: Watched) -> None:
        """It is gone."""
        for queue in (self._to_ping, self._pinged, self._closing):
            queue.pop(connection, None)
        if self._timer is not None and not (
            self._to_ping or self._pinged or self._closing
        ):
            self._timer.cancel()
            self._timer = None

    def _wake_at(self, due: float) -> None:
        if self._timer is not None:
            if self._due <= due:
                return
            self._timer.cancel()
        self._due = max(due, self._clock.seconds() + self._grain)
        self._timer = self._clock.callLater(
            self._due - self._clock.seconds(), self._turn
        )

    def _turn(self) -> None:
        self._timer = None
        now = self._clock.seconds()
        for queue in (self._closing, self._pinged):
            for connection in _due(queue, now):
                if queue.pop(connection, None) is None:
                    continue
                if queue is self._pinged and connection.excused:
                    self._pinged[connection] = now + self._timeout
                else:
                    self.forget(connection)
                    connection.timed_out()
        for connection in _due(self._to_ping, now):
            if self._to_ping.pop(connection, None) is None:
                continue
            self._to_ping[connection] = now + self._interval
            self._pinged.setdefault(connection, now + self._timeout)
            connection.ping()
        for queue in (self._to_ping, self._pinged, self._closing):
            if queue:
                self._wake_at(next(iter(queue.values())))


def _due(queue: dict[Watched, float], now: float) -> list[Watched]:
    """Those at the front of a queue whose time has come."""
    found = []
    for connection, due in queue.items():
        if due > now:
            break
        found.append(connection)
    return found
