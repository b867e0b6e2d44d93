"""IRC over TCP and TLS: bytes to lines, and lines to bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IAddress, IReactorTime, ITCPTransport
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from twisted_chat.clients.attach import Attachment, identity_of
from twisted_chat.net.encryption import is_encrypted
from twisted_chat.net.intake import Intake
from twisted_chat.net.outbox import Outbox, outbox_to
from twisted_chat.net.timers import Deadlines, Keepalive

from .connection import (
    NOT_REGISTERED,
    PING_TIMEOUT,
    REGISTRATION_TIMEOUT,
    IrcConnection,
)
from .message import LineSplitter, Message
from .shared import IrcShared

CLOSE_TIMEOUT = 10.0
"""Seconds that a client has to read what was sent before its connection is aborted."""


MAX_EXCESS = 8192
"""Bytes by which a line may be too long before its client is disconnected."""


def unframed(line: bytes) -> bytes:
    """A line as it is."""
    return line


class IrcProtocol(IrcConnection, Protocol):
    """The connection of one client.

    :ivar write: sends what the codec has encoded.
    """

    reads_on = True  # see ``net.resets``
    outbox: Outbox
    transport: Any

    def __init__(self, factory: IrcFactory, peer: IAddress | None) -> None:
        self.factory = factory
        self._peer = peer
        self._splitter = LineSplitter()
        self._is_too_slow = False
        self._timed_out = False

    # What Twisted calls.

    def connectionMade(self) -> None:
        """Twisted: a client has connected."""
        transport, limits = self.transport, self.factory.keepalive.limits
        if ITCPTransport.providedBy(transport):
            transport.setTcpNoDelay(True)
        self.outbox = outbox_to(transport, limits.slow_readers, self._too_slow)
        # The fan-out's inner loop: no call between it and the outbox.
        self.write: Callable[[bytes], None] = self.outbox.write
        self._intake = Intake(limits.pacing, self, transport)
        identity = identity_of("irc", self._peer, is_encrypted=is_encrypted(transport))
        self._begin(self.factory.shared, unframed, identity, transport)
        self._registers()

    def dataReceived(self, data: bytes) -> None:
        """Twisted: some bytes were received."""
        keepalive = self.factory.keepalive
        keepalive.received(self)
        keepalive.limits.traffic.received_bytes += len(data)
        self._intake.received(data)

    def read(self, data: bytes) -> None:
        """Split received bytes into lines, and pass each on."""
        for line in self._splitter.feed(data):
            self._line_received(line)
        if self._splitter.excess > MAX_EXCESS:
            self.close("Line too long")

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The connection is closed or lost."""
        factory = self.factory
        self.outbox.stopProducing()
        factory.closing.clear(self.outbox)
        factory.registering.clear(self)
        factory.keepalive.remove(self)
        error = self._error(reason)
        self._intake.when_read(lambda: self._lost(error))

    def _lost(self, error: str) -> None:
        self._intake.stop()
        self._ended(error)

    def _error(self, reason: Failure) -> str:
        """Why the connection broke; empty if it was closed cleanly."""
        if self._is_too_slow:
            return "too slow"
        if self._timed_out:
            return PING_TIMEOUT
        if reason.check(ConnectionDone):
            return ""
        if reason.check(ConnectionLost):
            return "connection lost"
        return reason.getErrorMessage()

    def _too_slow(self) -> None:
        self._is_too_slow = True

    # For the keepalive.

    def ping(self) -> None:
        """Send a ping."""
        self.show(Message("PING", (self._irc.server.name,)))

    def timed_out(self) -> None:
        """The client has sent nothing since a ping."""
        self._timed_out = True
        self.close(PING_TIMEOUT)

    # For ``IrcConnection`` and the chat.

    @property
    def waiting(self) -> int:
        """Bytes that wait for the client."""
        return self.outbox.waiting

    def _registers(self) -> None:
        self.factory.registering.set(self)

    def _joined(self, attachment: Attachment) -> None:
        self.factory.registering.clear(self)
        self.factory.keepalive.add(self)
        self.outbox.enable_direct_send(attachment.client)

    def _pause(self) -> None:
        self._intake.pause()

    def _resume(self) -> None:
        self.factory.keepalive.received(self)
        self._intake.resume()

    def _finish(self, reason: str) -> None:
        self.outbox.close()
        self.factory.closing.set(self.outbox)


class IrcFactory(Factory):
    """What the clients of all ports share.

    :param keepalive: pings those that are in the chat.
    """

    noisy = False

    def __init__(
        self, shared: IrcShared, clock: IReactorTime, keepalive: Keepalive
    ) -> None:
        self.shared = shared
        self.keepalive = keepalive
        self.closing = Deadlines(clock, CLOSE_TIMEOUT, Outbox.abort)
        self.registering: Deadlines[IrcProtocol] = Deadlines(
            clock, REGISTRATION_TIMEOUT, _too_late, grace=True
        )

    def buildProtocol(self, addr: IAddress | None) -> IrcProtocol:
        """Twisted: a client connects."""
        return IrcProtocol(self, addr)


def _too_late(connection: IrcProtocol) -> None:
    connection.close(NOT_REGISTERED)
