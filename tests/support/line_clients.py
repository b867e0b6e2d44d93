"""Line clients on transports in memory, for tests."""

from __future__ import annotations

from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.line import ChatFactory, ChatProtocol
from twisted_chat.core.limits import RateLimit
from twisted_chat.testing import TestChat


class Transport(StringTransport):
    """A TCP connection in memory."""

    aborted = False
    no_delay = False
    handle: object = None

    def abortConnection(self) -> None:
        self.aborted = True

    def setTcpNoDelay(self, enabled: bool) -> None:
        self.no_delay = enabled

    def getHandle(self) -> object:
        return self.handle


class Peer:
    """A line client."""

    def __init__(
        self,
        world: LineCase,
        *,
        bytewise: bool = False,
        transport: Transport | None = None,
    ) -> None:
        self._world = world
        self._bytewise = bytewise
        self.transport = transport or Transport()
        protocol = world.factory.buildProtocol(self.transport.getPeer())
        self.protocol: ChatProtocol = protocol
        protocol.makeConnection(self.transport)
        world.settle()

    def sends(self, data: bytes) -> None:
        if self._bytewise:
            for i in range(len(data)):
                self.protocol.dataReceived(data[i : i + 1])
        else:
            self.protocol.dataReceived(data)
        self._world.settle()

    def sees(self) -> bytes:
        data: bytes = self.transport.value()
        self.transport.clear()
        return data

    def lines(self) -> list[str]:
        return self.sees().decode().split("\r\n")[:-1]

    def half_closes(self) -> None:
        self.protocol.readConnectionLost()
        self._world.settle()

    def goes(self, reason: Exception | None = None) -> None:
        self.protocol.connectionLost(Failure(reason or ConnectionDone()))
        self._world.settle()


class LineCase(SynchronousTestCase):
    """A chat in memory with the client eve, which sees what the line clients send."""

    rate_limit: RateLimit | None = None

    def setUp(self) -> None:
        self.room = TestChat()
        self.clock = Clock()
        self.factory = ChatFactory(self.room.chat, self.clock, self.rate_limit)
        (self.eve,) = self.room.people("eve")

    def settle(self) -> None:
        self.clock.advance(0)
        self.room.settle()

    def named(self, nick: str = "alice", *, bytewise: bool = False) -> Peer:
        """A line client that has a nickname and has read everything."""
        peer = Peer(self, bytewise=bytewise)
        peer.sends(rf"\nick {nick}".encode() + b"\r\n")
        peer.sees()
        self.eve.sees()
        return peer

    def both_ways(self, data: bytes, *posted: str) -> bytes:
        """Send it whole and a byte at a time: eve sees these lines of alice.

        :return: what alice sees.
        """
        seen = []
        for bytewise in (False, True):
            peer = self.named(bytewise=bytewise)
            peer.sends(data)
            self.assertEqual(self.eve.sees(), [f"alice: {line}" for line in posted])
            seen.append(peer.sees())
            peer.goes()
            self.eve.sees()
        self.assertEqual(seen[0], seen[1])
        return seen[0]
