"""The intake of a connection: passes what is received on, piece by piece.

It stands between a transport and what reads its bytes, and paces that; see ``pacing``.

Invariants: what was received is passed on in order, and all of it, also if the
connection is lost meanwhile.  The transport is read from unless the application or the
pace pauses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from .pacing import (
    CHEAP,
    READY,
    SHARE,
    STOPPED,
    WAITING,
    WORKING,
    Pace,
    Pacing,
)

PIECE = 1024
"""Bytes that are passed on at a time."""

MAX_PIECE = 4096
"""The same while they take little time."""


class Reader(Protocol):
    """What an intake passes bytes on to."""

    def read(self, data: bytes) -> None:
        """Read some bytes, wherever they are cut."""


class _Discard:
    """Reads what is received after the end."""

    def read(self, data: bytes) -> None:
        """Discard it."""


_DISCARD = _Discard()


class Intake(Pace):
    """What is received on one connection, on its way to what reads it.

    :param reader: reads it; it may pause and resume.
    :param transport: the connection.
    """

    __slots__ = ("_paused", "_piece", "_reader", "_transport", "_unread", "_when_read")

    def __init__(self, pacing: Pacing, reader: Reader, transport: Any) -> None:
        super().__init__(pacing)
        self._reader = reader
        self._transport = transport
        self._unread = b""
        self._piece = PIECE
        self._paused = False
        self._when_read: list[Callable[[], object]] | None = None

    # For the protocol.

    def received(self, data: bytes) -> None:
        """Pass on what was received, now or in portions."""
        if self._pace_state is not READY or len(data) > PIECE:
            self._received_much(data)
            return
        # As ``run`` does, for what nearly all clients send.
        pacing = self._pacing
        self._pace_state = WORKING
        start = pacing.cpu_seconds()
        try:
            self._reader.read(data)
        finally:
            end = pacing.cpu_seconds()
            spent = end - start
            if self._unread:
                # What the reader could not read yet; see ``read_again``.
                self._do_portion(start, end)
            elif spent < CHEAP and self._paid_at <= (now := pacing.seconds()) - spent:
                self._paid_at = now + (SHARE - 1) * spent
                if self._pace_state is WORKING:
                    self._pace_state = READY
            else:
                self._count(spent)

    def _received_much(self, data: bytes) -> None:
        """More was received than is passed on at once, or other input waits."""
        if self._pace_state is STOPPED:
            return
        self._unread += data
        pacing = self._pacing
        if self._pace_state is READY and pacing.is_crowded(pacing.seconds()):
            # Or a portion of each of many peers would come before anything else.
            self._wait(0.0)
        else:
            self.run()

    def read_again(self, data: bytes) -> None:
        """Pass on once more what the reader cannot read yet, before all else."""
        self._unread = data + self._unread
        self.run()

    def pause(self) -> None:
        """Stop reading; what was received already is still passed on."""
        self._paused = True
        if self._pace_state is not WAITING:
            self._transport.pauseProducing()

    def resume(self) -> None:
        """Read again."""
        self._paused = False
        if self._pace_state is not WAITING:
            self._transport.resumeProducing()

    def when_read(self, call: Callable[[], object]) -> None:
        """Call this as soon as all that was received is passed on."""
        if self._unread and self._pace_state is WAITING:
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
        self._reader = _DISCARD

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
        start = self._pacing.cpu_seconds()
        self._reader.read(data)
        is_cheap = self._pacing.cpu_seconds() - start < CHEAP / 2
        self._piece = min(2 * size, MAX_PIECE) if is_cheap else PIECE

    def pause_reading(self) -> None:
        """See ``Pace``."""
        if not self._paused:
            self._transport.pauseProducing()

    def resume_reading(self) -> None:
        """See ``Pace``."""
        calls, self._when_read = self._when_read, None
        if not self._paused and calls is None:
            self._transport.resumeProducing()
        for call in calls or ():
            call()
