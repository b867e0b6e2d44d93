"""Connections that are reset: what was sent before is read all the same."""

from __future__ import annotations

import socket
from functools import partial
from typing import Any

from twisted.internet import tcp
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.testing import MemoryReactorClock
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import directlyProvides

from twisted_chat.net.handover import on_connection_lost
from twisted_chat.net.resets import READ_ON_TIMEOUT, read_on_after_resets


class Reader(Protocol):
    """Records what happens to it."""

    reads_on = True

    def __init__(self) -> None:
        self.data = b""
        self.lost: list[object] = []

    def dataReceived(self, data: bytes) -> None:
        self.data += data

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.lost.append(reason.type)


class HalfReader(Reader):
    """It is told when there is nothing more to read."""

    def __init__(self) -> None:
        super().__init__()
        self.read_to_end = False
        directlyProvides(self, IHalfCloseableProtocol)

    def readConnectionLost(self) -> None:
        self.read_to_end = True

    def writeConnectionLost(self) -> None:
        """Never called here."""


class Producer:
    """Produces one chunk for each call, and then unregisters."""

    def __init__(self, transport: Any, chunks: int) -> None:
        self._transport = transport
        self.chunks = chunks
        self.paused = False

    def pauseProducing(self) -> None:
        self.paused = True

    def resumeProducing(self) -> None:
        self.paused = False
        if self.chunks:
            self.chunks -= 1
            self._transport.write(b"x" * 100_000)
        else:
            self._transport.unregisterProducer()

    def stopProducing(self) -> None:
        raise AssertionError("the connection is not lost yet")


class ResetTests(SynchronousTestCase):
    """One connection over a pair of sockets; the test does what a reactor does."""

    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()
        port = tcp.Port(0, Factory(), reactor=self.reactor)
        read_on_after_resets(port)
        self.port = port

    def connect(self, protocol: Protocol) -> Any:
        """A connection of the port, whose peer is ``self.peer``."""
        ours, self.peer = socket.socketpair()
        self.addCleanup(self.peer.close)
        self.addCleanup(ours.close)
        make: Any = self.port.transport
        address = ("192.0.2.1", 4711)
        transport = make(ours, protocol, address, self.port, 1, self.reactor)
        protocol.makeConnection(transport)
        return transport

    def read(self, transport: Any) -> None:
        """As reactors do, to the end."""
        while transport in self.reactor.readers:
            why = transport.doRead()
            if why is not None:
                self.disconnect(transport, why, is_read=True)
        self.reactor.advance(0)

    def disconnect(self, transport: Any, why: Exception, *, is_read: bool) -> None:
        """As reactors do."""
        self.reactor.removeReader(transport)
        if is_read and isinstance(why, ConnectionDone):
            transport.readConnectionLost(Failure(why))
        else:
            self.reactor.removeWriter(transport)
            transport.connectionLost(Failure(why))

    def reset(self, transport: Any, sent: bytes = b"one\ntwo\n") -> None:
        """The peer sends something, and goes without reading what it was sent."""
        transport.socket.send(b"Welcome")
        self.peer.sendall(sent)
        self.peer.close()

    def test_what_was_sent_before_a_reset_is_read(self) -> None:
        """Although the answer to it cannot be written; then the reset is reported."""
        reader = Reader()
        transport = self.connect(reader)
        self.reset(transport)
        self.disconnect(transport, ConnectionLost(), is_read=False)
        self.assertEqual(reader.lost, [])
        transport.write(b"discarded")
        self.read(transport)
        self.assertEqual((reader.data, reader.lost), (b"one\ntwo\n", [ConnectionLost]))
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_connection_counts_until_all_is_read(self) -> None:
        """Or a peer could have more of them than are permitted."""
        transport = self.connect(Reader())
        calls: list[str] = []
        for name in ("first", "second"):
            on_connection_lost(transport, partial(calls.append, name))
        transport.pauseProducing()
        self.reset(transport)
        # As reactors do: the attribute of the connection, not of its class.
        self.disconnect(transport, ConnectionLost(), is_read=False)
        self.assertEqual(calls, [])
        transport.resumeProducing()
        self.read(transport)
        self.assertEqual(sorted(calls), ["first", "second"])
        self.assertNotIn("connectionLost", vars(transport))

    def test_application_reads_it_at_its_own_speed(self) -> None:
        """While it pauses, the rest stays in the kernel."""
        reader = Reader()
        transport = self.connect(reader)
        transport.pauseProducing()
        self.reset(transport)
        self.disconnect(transport, ConnectionLost(), is_read=False)
        self.read(transport)
        self.assertEqual((reader.data, reader.lost), (b"", []))
        transport.resumeProducing()
        self.read(transport)
        self.assertEqual((reader.data, reader.lost), (b"one\ntwo\n", [ConnectionLost]))

    def test_application_is_told_when_all_is_read(self) -> None:
        """As at a half-close; closing then ends the connection."""
        reader = HalfReader()
        transport = self.connect(reader)
        self.reset(transport)
        self.disconnect(transport, ConnectionLost(), is_read=False)
        # The kernel reports the reset once, and did so when writing failed.
        transport.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        self.read(transport)
        self.assertEqual(reader.data, b"one\ntwo\n")
        self.assertEqual((reader.read_to_end, reader.lost), (True, []))
        transport.loseConnection()
        self.reactor.advance(0)
        self.assertEqual(reader.lost, [ConnectionDone])
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_application_may_close_before_all_is_read(self) -> None:
        """Later, as at any other time, and once."""
        reader = Reader()
        transport = self.connect(reader)
        self.reset(transport)
        self.disconnect(transport, ConnectionLost(), is_read=False)
        transport.loseConnection()
        transport.loseConnection()
        self.assertEqual(reader.lost, [])
        self.reactor.advance(0)
        self.assertEqual((reader.data, reader.lost), (b"", [ConnectionDone]))
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_it_is_not_kept_for_ever(self) -> None:
        """An application that never reads again loses the connection."""
        reader = Reader()
        transport = self.connect(reader)
        transport.pauseProducing()
        self.reset(transport)
        self.disconnect(transport, ConnectionLost(), is_read=False)
        self.reactor.pump([READ_ON_TIMEOUT - 1, 1, 0])
        self.assertEqual(reader.lost, [ConnectionAborted])

    def test_connection_without_unread_data_is_lost_at_once(self) -> None:
        """And so is one that this side ends, whatever waits to be read."""
        for sent, reason in (
            (b"", ConnectionLost()),
            (b"more", ConnectionDone()),
            (b"more", ConnectionAborted()),
        ):
            reader = Reader()
            transport = self.connect(reader)
            self.reset(transport, sent)
            self.disconnect(transport, reason, is_read=False)
            self.assertEqual(reader.lost, [type(reason)])
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_connection_of_other_protocols_is_lost_at_once(self) -> None:
        """Within TLS, that of the inner one counts."""
        for reads_on in (True, False):
            reader = Reader()
            reader.reads_on = reads_on
            factory = WrappingFactory(Factory.forProtocol(Reader))
            outer: Any = ProtocolWrapper(factory, reader)
            transport = self.connect(outer)
            self.reset(transport)
            self.disconnect(transport, ConnectionLost(), is_read=False)
            self.assertEqual(reader.lost, [] if reads_on else [ConnectionLost])
            self.read(transport)
            self.assertEqual(reader.lost, [ConnectionLost])

    def test_what_waits_to_be_sent_is_discarded(self) -> None:
        """Producers see a connection that takes everything."""
        for streaming in (True, False):
            reader = Reader()
            transport = self.connect(reader)
            producer = Producer(transport, 9)
            transport.registerProducer(producer, streaming)
            if streaming:
                transport.write(b"x" * 100_000)
                self.assertTrue(producer.paused)
            self.reset(transport)
            self.disconnect(transport, ConnectionLost(), is_read=False)
            self.assertFalse(producer.paused)
            self.assertEqual(transport.producer, producer if streaming else None)
            transport.write(b"x" * 100_000)
            self.assertFalse(producer.paused)
            transport.unregisterProducer()
            self.read(transport)
            self.assertEqual(reader.data, b"one\ntwo\n")

    def test_ports_of_other_kinds_are_left_as_they_are(self) -> None:
        """Those of a plugin of Twisted."""

        class Other:
            transport = "tcp"

        other: Any = Other()
        read_on_after_resets(other)
        self.assertEqual(vars(other), {})
