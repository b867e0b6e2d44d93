"""Connections that go from one protocol to the next."""

from __future__ import annotations

from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.trial import unittest
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from tests.support.memory import Wire
from twisted_chat.net.handover import Unflushed, hand_over, take_over


class Next(Protocol):
    """Gathers what it receives."""

    received = b""

    def dataReceived(self, data: bytes) -> None:
        self.received += data


class HandOverTests(unittest.SynchronousTestCase):
    """The next protocol gets the connection and everything that came for it."""

    def test_a_plain_transport(self) -> None:
        """What was read already comes first, the rest after it."""
        wire, protocol = Wire(), Next()
        hand_over(wire, protocol, b"first ")
        wire.send(b"second")
        self.assertEqual(protocol.received, b"first second")
        self.assertIs(protocol.transport, wire)

    def test_inside_a_wrapper(self) -> None:
        """The same within TLS."""
        outer = ProtocolWrapper(WrappingFactory(Factory.forProtocol(Next)), Next())
        outer.makeConnection(Wire())
        protocol = Next()
        hand_over(outer, protocol)
        outer.dataReceived(b"hello")
        self.assertEqual(protocol.received, b"hello")


class Taking(Resource):
    """Takes each connection away from twisted.web."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.taken = Next()

    def render_GET(self, request: Request) -> int | bytes:
        if request.path != b"/":
            return b"page"
        try:
            take_over(request, self.taken)
        except Unflushed:
            return b"later"
        return NOT_DONE_YET


class TakeOverTests(unittest.SynchronousTestCase):
    """After the request the connection is no longer HTTP."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.resource = Taking()
        self.wire = Wire().accept(Site(self.resource, reactor=self.clock))

    def test_what_follows_is_not_http(self) -> None:
        """Bytes sent with the request, and after it, reach the next protocol."""
        self.wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nwith it ")
        self.wire.send(b"after")
        self.assertEqual(self.resource.taken.received, b"with it after")
        self.assertEqual(self.wire.producerState, "producing")
        self.assertEqual(self.wire.take(), b"")

    def test_no_timer_is_left(self) -> None:
        """The idle limit of HTTP does not end it."""
        self.wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_after_other_requests(self) -> None:
        """A connection that was used for a page first can still change."""
        self.wire.send(b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn(b"page", self.wire.take())
        self.wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nhello")
        self.assertEqual(self.resource.taken.received, b"hello")

    def test_an_answer_is_still_on_its_way(self) -> None:
        """Who did not read the page yet cannot have its end overtaken."""
        self.wire.dataBuffer = b"the rest of a page"  # type: ignore[attr-defined]
        self.wire.doWrite = lambda: None  # type: ignore[attr-defined]
        self.wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn(b"later", self.wire.take())
