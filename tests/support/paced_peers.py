"""Peers whose input takes time to read, for tests."""

from __future__ import annotations

from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.intake import Intake
from twisted_chat.net.pacing import PORTION, Pacing

PER_BYTE = 5e-7
"""Seconds that reading a byte takes, unless the test says otherwise."""


class Peer:
    """A peer, and what reads its input, which takes time.

    :ivar read_pieces: what was read so far.
    :ivar used: seconds that reading took.
    :ivar per_byte: seconds for a byte.
    """

    def __init__(self, case: PacingCase, host: str = "127.0.0.1") -> None:
        self._clock = case.clock
        self.transport = StringTransport(peerAddress=IPv4Address("TCP", host, 1))
        self.intake = Intake(case.pacing, self, self.transport)
        self.read_pieces: list[bytes] = []
        self.used = 0.0
        self.per_byte = PER_BYTE

    def read(self, data: bytes) -> None:
        self.read_pieces.append(data)
        self.used += len(data) * self.per_byte
        self._clock.rightNow += len(data) * self.per_byte

    @property
    def data(self) -> bytes:
        return b"".join(self.read_pieces)

    @property
    def reading(self) -> bool:
        return self.transport.producerState == "producing"

    def send_if_possible(self, data: bytes) -> None:
        if self.reading:
            self.intake.received(data)


class PacingCase(SynchronousTestCase):
    """Peers on a clock that goes on while their input is read."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.rightNow = 1000.0
        self.pacing = Pacing(self.clock)

    def wait(self, seconds: float) -> None:
        """Let time pass in small steps."""
        until = self.clock.rightNow + seconds
        while self.clock.rightNow < until:
            self.clock.advance(PORTION / 10)
