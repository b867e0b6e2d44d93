"""TLS whose decrypting is paced, as the reading of what is in it.

A peer may send records of one byte: 64 KiB of them, which are read at once, take more
than 15 ms to decrypt, and the intake of the protocol within TLS sees none of that time.

Invariant: what was received is decrypted in order, and all of it, also if the
connection is lost meanwhile.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IProtocolFactory, IReactorTime
from twisted.internet.protocol import connectionDone
from twisted.protocols.tls import BufferingTLSTransport, TLSMemoryBIOFactory
from twisted.python.failure import Failure

from .intake import Intake
from .pacing import Pacing
from .tls import Certificate


class PacedTLS(BufferingTLSTransport):
    """The TLS of one connection.

    Handshakes are not paced: each is short, and thousands of clients that return at the
    same time should not have to wait for each other.
    """

    factory: PacedTLSFactory

    def makeConnection(self, transport: Any) -> None:
        """Twisted: the connection is there."""
        self._intake = Intake(self.factory.pacing, self, transport)
        super().makeConnection(transport)  # type: ignore[no-untyped-call]

    def dataReceived(self, data: bytes) -> None:
        """Twisted: some encrypted bytes were received."""
        if self._handshakeDone:
            self._intake.received(data)
        else:
            self.read(data)

    def read(self, data: bytes) -> None:
        """Decrypt some of what was received; see ``intake``."""
        super().dataReceived(data)  # type: ignore[no-untyped-call]

    def pauseProducing(self) -> None:
        """Stop reading, for the protocol within TLS."""
        self._intake.pause()

    def resumeProducing(self) -> None:
        """Read again, unless others have their turn."""
        self._intake.resume()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Twisted: the connection is lost."""
        self._intake.when_read(lambda: self._lost(reason))

    def _lost(self, reason: Failure) -> None:
        self._intake.stop()
        super().connectionLost(reason)


class PacedTLSFactory(TLSMemoryBIOFactory):
    """Accepts TLS.

    :param inner: makes what is within TLS.
    :ivar pacing: limits the time that decrypting takes.
    """

    protocol = PacedTLS

    def __init__(
        self,
        certificate: Certificate,
        inner: IProtocolFactory,
        clock: IReactorTime,
        pacing: Pacing,
    ) -> None:
        super().__init__(certificate, False, inner, clock)
        self.pacing = pacing
