"""Handover of a connection from one protocol to the next."""

from __future__ import annotations

from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.trial import unittest
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from tests.support.memory import Wire
from twisted_chat.net.handover import (
    Unflushed,
    hand_over,
    on_connection_lost,
    take_over,
)


class Next(Protocol):
    """Collects what it receives."""

    received = b""

    def dataReceived(self, data: bytes) -> None:
        self.received += data


class HandOverTests(unittest.SynchronousTestCase):
    """The next protocol receives everything that was sent to it."""

    def test_bytes_that_were_read_already_come_first(self) -> None:
        """Then whatever the transport receives."""
        wire, protocol = Wire(), Next()
        hand_over(wire, protocol, b"first ")
        wire.send(b"second")
        self.assertEqual(protocol.received, b"first second")
        self.assertIs(protocol.transport, wire)

    def test_wrapped_transport_is_handed_over(self) -> None:
        """As it is within TLS."""
        outer = ProtocolWrapper(WrappingFactory(Factory.forProtocol(Next)), Next())
        outer.makeConnection(Wire())
        protocol = Next()
        hand_over(outer, protocol)
        outer.dataReceived(b"hello")
        self.assertEqual(protocol.received, b"hello")


class ConnectionLostTests(unittest.SynchronousTestCase):
    """A callback for the end of a connection."""

    def test_callback_follows_the_connection_through_a_handover(self) -> None:
        """It is called once, when the transport is lost."""
        calls: list[str] = []
        wire = Wire()
        hand_over(wire, Next())
        on_connection_lost(wire, lambda: calls.append("lost"))
        hand_over(wire, Next())
        wire.disconnect()
        self.assertEqual(calls, ["lost"])

    def test_several_callbacks_are_called(self) -> None:
        """Each of them once."""
        calls: list[str] = []
        wire = Wire()
        hand_over(wire, Next())
        on_connection_lost(wire, lambda: calls.append("first"))
        on_connection_lost(wire, lambda: calls.append("second"))
        wire.disconnect()
        self.assertEqual(sorted(calls), ["first", "second"])
        self.assertNotIn("connectionLost", wire.__dict__)


class TakingResource(Resource):
    """Takes each connection away from twisted.web."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.next_protocol = Next()

    def render_GET(self, request: Request) -> int | bytes:
        if request.path != b"/":
            return b"page"
        try:
            take_over(request, self.next_protocol)
        except Unflushed:
            return b"later"
        return NOT_DONE_YET


class TakeOverTests(unittest.SynchronousTestCase):
    """After the request the connection is no longer HTTP."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.resource = TakingResource()
        self.wire = Wire().accept(Site(self.resource, reactor=self.clock))

    def test_bytes_after_the_request_reach_the_next_protocol(self) -> None:
        """Those sent with the request, and those sent later."""
        self.wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nwith it ")
        self.wire.send(b"after")
        self.assertEqual(self.resource.next_protocol.received, b"with it after")
        self.assertEqual(self.wire.producerState, "producing")
        self.assertEqual(self.wire.take(), b"")

    def test_no_timer_of_twisted_web_is_left(self) -> None:
        """The idle timeout of HTTP does not end the connection."""
        self.wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_connection_that_served_requests_can_be_taken_over(self) -> None:
        """A browser may reuse a connection."""
        self.wire.send(b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn(b"page", self.wire.take())
        self.wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nhello")
        self.assertEqual(self.resource.next_protocol.received, b"hello")

    def test_connection_with_an_unsent_response_is_not_taken_over(self) -> None:
        """The next protocol's bytes would overtake it."""
        self.wire.dataBuffer = b"the rest of a page"  # type: ignore[attr-defined]
        self.wire.doWrite = lambda: None  # type: ignore[attr-defined]
        self.wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn(b"later", self.wire.take())
