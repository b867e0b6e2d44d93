"""Draining of closed polling sessions.

A session that is closed may have records that its client has yet to fetch; and the POST
that closes a session may overtake the GET that was sent beside it.  So a closed session
answers further GETs for a moment.

Invariants: at most ``MAX_DRAINING`` sessions drain, each for ``DRAIN_TIMEOUT`` after it
was closed or last answered.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime

from twisted_chat.net.timers import Deadlines

from .polling import CLOSE_RECORD, NOOP_RECORD

DRAIN_TIMEOUT = 1.0
"""Seconds in which a client has to send its next GET."""

MAX_DRAINING = 1000
"""Closed sessions that may drain at once."""

_WITHOUT_MESSAGES = frozenset((CLOSE_RECORD, NOOP_RECORD))


class Draining:
    """The records that closed sessions have yet to send, by session id."""

    def __init__(self, clock: IReactorTime) -> None:
        self._records: dict[str, list[bytes]] = {}
        self._deadlines: Deadlines[str] = Deadlines(clock, DRAIN_TIMEOUT, self._discard)
        self._when_flushed: list[Callable[[], None]] = []

    def add(self, sid: str, records: tuple[bytes, ...]) -> None:
        """Start to drain a session.

        :param records: the answers to its next GETs, in order; dropped if
            ``MAX_DRAINING`` sessions drain already.
        """
        if records and len(self._records) < MAX_DRAINING:
            self._records[sid] = list(records)
            self._deadlines.set(sid)

    def take(self, sid: str) -> bytes | None:
        """The records for a GET of a closed session; ``None`` if there are none."""
        records = self._records.get(sid)
        if records is None:
            return None
        first = records.pop(0)
        if records:
            self._deadlines.set(sid)
            self._check_flushed()
        else:
            self._deadlines.clear(sid)
            self._discard(sid)
        return first

    def when_flushed(self, call: Callable[[], None]) -> None:
        """Call back, once, when no closed session has a message left to send."""
        self._when_flushed.append(call)
        self._check_flushed()

    def _discard(self, sid: str) -> None:
        self._records.pop(sid, None)
        self._check_flushed()

    def _check_flushed(self) -> None:
        if self._when_flushed and _WITHOUT_MESSAGES.issuperset(
            records[0] for records in self._records.values()
        ):
            calls, self._when_flushed = self._when_flushed, []
            for call in calls:
                call()
