"""A port with HTTP and a line protocol in memory, for tests of the protocol switch."""

from __future__ import annotations

from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.trial import unittest
from zope.interface import implementer

from twisted_chat.net.detection import Detector
from twisted_chat.net.first_bytes import http_request, ssh_banner, tls_hello
from twisted_chat.net.reject import RejectFactory
from twisted_chat.net.switch import SwitchFactory

from .memory import Wire

REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\nspam me"


class Server(Protocol):
    """A protocol that keeps what it receives."""

    def __init__(self) -> None:
        self.received = b""
        self.lost = False

    def dataReceived(self, data: bytes) -> None:
        self.received += data

    def connectionLost(self, *_reason: object) -> None:
        self.lost = True


@implementer(IHalfCloseableProtocol)
class LineServer(Server):
    """A server whose peer may close its sending side."""

    ended = False

    def readConnectionLost(self) -> None:
        self.ended = True

    def writeConnectionLost(self) -> None:
        pass


class Servers(Factory):
    """A factory that keeps the protocols it builds."""

    def __init__(self, kind: type[Server] = Server) -> None:
        self.kind = kind
        self.built: list[Server] = []
        self.running = 0

    def startFactory(self) -> None:
        self.running += 1

    def stopFactory(self) -> None:
        self.running -= 1

    def buildProtocol(self, addr: object) -> Server:
        self.built.append(self.kind())
        return self.built[-1]

    @property
    def received(self) -> list[bytes]:
        return [server.received for server in self.built]


class TurnClock(Clock):
    """A clock that makes calls as a reactor does.

    In one turn it makes those that were due when the turn began; a call that is made
    in the turn itself waits for the next one, even with a delay of zero.
    """

    def turn(self) -> None:
        """Make the calls of one turn.  Time passes only between and within them."""
        due = [call for call in self.calls if call.getTime() <= self.rightNow]
        for call in due:
            if call in self.calls:
                self.calls.remove(call)
                call.called = 1
                call.func(*call.args, **call.kw)

    def pass_time(self, seconds: float) -> None:
        """Let time pass, without a turn."""
        self.rightNow += seconds


class SwitchTestCase(unittest.SynchronousTestCase):
    """A port with HTTP and the line chat behind it."""

    bytewise = False

    def setUp(self) -> None:
        self.clock = Clock()
        self.http, self.lines = Servers(), Servers(LineServer)
        self.table = [
            Detector("http", http_request, self.http),
            Detector("tls", tls_hello, RejectFactory(log_format="no TLS: {peer}")),
            Detector("ssh", ssh_banner, RejectFactory()),
        ]
        self.factory = SwitchFactory(self.clock, self.table, self.lines)
        self.wire = self.connect()

    def connect(self) -> Wire:
        return Wire().accept(self.factory)

    def send(self, data: bytes) -> None:
        self.wire.send(data, bytewise=self.bytewise)

    def expect(self, http: list[bytes], lines: list[bytes]) -> None:
        self.assertEqual((self.http.received, self.lines.received), (http, lines))
