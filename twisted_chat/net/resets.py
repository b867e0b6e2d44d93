"""Peers that reset their connection: what they sent before is read all the same.

A program that sends its lines and exits, without reading what it is sent, resets the
connection as soon as the next answer reaches it.  What it had sent waits in the kernel
then, and Twisted would discard it when it cannot write any more.

Invariant: a connection on which nothing can be sent is read to its end, at whatever
speed the application reads, unless that takes too long; what is written is discarded.
That is so while its protocol has a true ``reads_on``: of HTTP, the requests behind one
whose response cannot be sent are of no use.
"""

from __future__ import annotations

import socket
from functools import cache
from typing import Any

from twisted.internet import tcp
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IDelayedCall, IListeningPort
from twisted.protocols.policies import ProtocolWrapper
from twisted.python.failure import Failure

READ_ON_TIMEOUT = 5.0
"""Seconds after which what a peer sent that is gone is discarded, if it is still not
read.

It keeps its place among the connections of its address for so long.  That is enough
for megabytes, unless the application delays the peer, as flood control does."""


def read_on_after_resets(port: IListeningPort) -> None:
    """Let the connections that a port accepts from now on be read to their end.

    A port of another kind than Twisted's own is left as it is.
    """
    listening: Any = port
    kind: Any = getattr(port, "transport", None)
    if isinstance(kind, type) and issubclass(kind, tcp.Connection):
        known: Any = kind
        listening.transport = _reading_on(known)


@cache
def _reading_on(kind: Any) -> type[tcp.Connection]:
    """The class of the connections of a port, with ours before it."""
    return type(kind.__name__, (ReadingOn, kind), {})


class ReadingOn(tcp.Connection):
    """A connection that is read to its end after nothing can be sent any more."""

    # Set on the few instances that differ, to cost the others nothing.
    _is_paused = False
    _lost_because: Failure | None = None
    _deadline: IDelayedCall | None = None

    def pauseProducing(self) -> None:
        """Twisted: the application does not read for a while."""
        self._is_paused = True
        super().pauseProducing()  # type: ignore[no-untyped-call]

    def resumeProducing(self) -> None:
        """Twisted: the application reads again."""
        self._is_paused = False
        super().resumeProducing()  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Failure) -> None:
        """Twisted: the connection cannot be used any more; or only read."""
        if self._may_be_read(reason):
            self._read_on(reason)
            return
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = self._lost_because = None
        super().connectionLost(reason)

    def readConnectionLost(self, reason: Failure) -> None:
        """Twisted: there is nothing more to read."""
        super().readConnectionLost(self._lost_because or reason)

    def loseConnection(self) -> None:
        """Twisted: the application ends the connection."""
        if self._lost_because is None:
            super().loseConnection()  # type: ignore[no-untyped-call]
        elif not self.disconnecting:
            # There is nothing to send first.  Later, as at any other time.
            self.disconnecting = 1
            self.stopReading()  # type: ignore[no-untyped-call]
            clock: Any = self.reactor
            clock.callLater(0, self.connectionLost, Failure(ConnectionDone()))

    def _may_be_read(self, reason: Failure) -> bool:
        """Whether the peer ended the connection, and the kernel has what it sent."""
        if (
            # Not a subclass: those are for connections that this side ended.
            reason.type is not ConnectionLost
            or self._lost_because is not None
            or self.disconnecting
            or not self.connected
            or not getattr(_innermost(self.protocol), "reads_on", False)
        ):
            return False
        try:
            return bool(self.socket.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def _read_on(self, reason: Failure) -> None:
        self._lost_because = reason
        clock: Any = self.reactor
        self._deadline = clock.callLater(READ_ON_TIMEOUT, self.abortConnection)
        self._discard_output()
        # The reactor has stopped both.
        if not self._is_paused:
            self.startReading()  # type: ignore[no-untyped-call]

    def _discard_output(self) -> None:
        """Discard what waits, and whatever will be written."""
        self._writeDisconnected = True
        self._tempDataBuffer, self._tempDataLen = [], 0
        self.dataBuffer, self.offset = b"", 0
        while self.producer is not None and (
            self.producerPaused or not self.streamingProducer
        ):
            # Whoever waits until there is room must not wait for ever.
            self.producerPaused = False
            producer: Any = self.producer
            producer.resumeProducing()


def _innermost(protocol: object) -> object:
    """The protocol within TLS, if there is any."""
    while isinstance(protocol, ProtocolWrapper):
        protocol = protocol.wrappedProtocol
    return protocol
