"""An Engine.IO session: whatever its client does, in whichever order.

The input is a list of steps, one on a line: ``G`` a GET, ``P`` and the body of a POST,
``U`` a WebSocket for an upgrade, ``W`` and a message on that, ``T`` a second passes,
``C`` the oldest request is cancelled, ``S`` and a message from the server, ``B`` the
same, binary.
"""

from __future__ import annotations

from base64 import b64decode

from twisted.internet.task import Clock
from twisted.web.http import Request
from twisted.web.resource import Resource
from twisted.web.server import Site
from websockets.exceptions import ProtocolError
from websockets.frames import Opcode

from tests.fuzz.target import Target, expect, expect_equal
from tests.fuzz.world import no_failure_logged
from tests.support.engineio_client import Exchange
from tests.support.memory import WebSocketClient, text
from twisted_chat.engineio.packets import SEPARATOR
from twisted_chat.engineio.resource import EngineIOResource
from twisted_chat.engineio.session import EngineIOPeer, Session

MAX_STEPS = 60
_STATUSES = (200, 400, 413)


class Recorder(EngineIOPeer):
    """Records what it receives, and how often it ends."""

    def __init__(self, _request: Request) -> None:
        self.received: list[str | bytes] = []
        self.ends = 0

    def opened(self, session: Session) -> None:
        self.session = session

    def text_received(self, text: str) -> None:
        expect(not self.ends, "a message after the end")
        self.received.append(text)

    def binary_received(self, data: bytes) -> None:
        expect(not self.ends, "a message after the end")
        self.received.append(data)

    def closed(self, reason: str) -> None:
        self.ends += 1


class Talk:
    """One session and its client."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.peers: list[Recorder] = []

        def peer(request: Request) -> Recorder:
            self.peers.append(Recorder(request))
            return self.peers[-1]

        engine = EngineIOResource(
            peer, self.clock, ping_interval=5, ping_timeout=4, new_id=lambda: "sid"
        )
        root = Resource()
        root.putChild(b"engine.io", engine)
        self.engine = engine
        self.site = Site(root, reactor=self.clock)
        self.exchanges: list[Exchange] = []
        self.bodies: list[bytes] = []
        self.sockets: list[WebSocketClient] = []
        self.sent: list[str | bytes] = []
        self.got: list[str | bytes] = []
        self.fetch()
        self.read()

    def fetch(self, body: bytes | None = None) -> None:
        sid = "&sid=sid" if self.peers else ""
        target = f"/engine.io/?EIO=4&transport=polling{sid}"
        method = "GET" if body is None else "POST"
        self.exchanges.append(Exchange(self.site, method, target, body))

    def step(self, step: bytes) -> None:
        """Do what a line says."""
        kind, rest = step[:1], step[1:]
        words = rest.decode("utf-8", "replace")
        if kind == b"G":
            self.fetch()
        elif kind == b"P":
            self.fetch(rest)
        elif kind == b"U":
            path = "/engine.io/?EIO=4&transport=websocket&sid=sid"
            self.sockets.append(WebSocketClient(self.site, path))
        elif kind == b"W" and self.sockets:
            self.sockets[-1].send(text(words))
        elif kind == b"T":
            self.clock.advance(1)
        elif kind == b"C" and self.exchanges:
            self.exchanges.pop(0).wire.disconnect()
        elif kind == b"S" and self.peers[0].session.is_open:
            # JSON has no separator, and the protocol cannot carry one over polling.
            words = words.replace("\x1e", "")
            self.sent.append(words)
            self.peers[0].session.send_text(words)
        elif kind == b"B" and self.peers[0].session.is_open:
            self.sent.append(rest)
            self.peers[0].session.send_binary(rest)
        self.read()

    def read(self) -> None:
        """Read the responses and frames that have arrived."""
        for exchange in list(self.exchanges):
            if exchange.answered:
                self.exchanges.remove(exchange)
                expect(exchange.status in _STATUSES, f"the status {exchange.status}")
                body = exchange.wire.value().partition(b"\r\n\r\n")[2]
                if exchange.status == 200 and body != b"ok":
                    self.take(body)
        for socket in self.sockets:
            if socket.status == 101:
                self.take_frames(socket)

    def take(self, body: bytes) -> None:
        for packet in body.split(SEPARATOR):
            if packet.startswith(b"b"):
                self.got.append(b64decode(packet[1:], validate=True))
            elif packet.startswith(b"4"):
                self.got.append(packet[1:].decode())

    def take_frames(self, socket: WebSocketClient) -> None:
        try:
            for frame in socket.frames():
                if frame.opcode is Opcode.BINARY:
                    self.got.append(bytes(frame.data))
                elif frame.opcode is Opcode.TEXT and bytes(frame.data[:1]) == b"4":
                    self.got.append(bytes(frame.data[1:]).decode())
        except ProtocolError as error:
            raise AssertionError(f"an invalid frame: {error}") from None


def check(data: bytes) -> None:
    """Open a session, and do these steps."""
    with no_failure_logged():
        talk = Talk()
        for step in data.split(b"\n")[:MAX_STEPS]:
            talk.step(step)
        expect_equal(talk.got, talk.sent[: len(talk.got)], "what the client receives")
        talk.clock.pump([1.0] * 40)
        talk.read()
    expect_equal(talk.got, talk.sent[: len(talk.got)], "what the client receives")
    for peer in talk.peers:
        expect_equal(peer.ends, 1, "the ends of a session that is silent")
    expect_equal(talk.engine.sessions, 0, "sessions that are left")


TARGET = Target(
    check,
    seeds=(
        b"G\nSone\nStwo\nG\nP4hi\x1e4all\nG",
        b"Sone\nU\nW2probe\nStwo\nG\nW5\nSthree\nW4hi",
        b"U\nW2probe\nW5\nB\x00\x01\nSx",
        b"G\nG",
        b"P1\nG",
        b"PbAQID\nP4x\nP3\nT\nT\nT\nT\nT\nT\nT\nG\nP3\nT",
        b"G\nC\nG",
        b"U\nU\nW2probe\nW2probe\nW5",
        b"U\nW4early\nSx\nG",
        b"G\nU\nW2probe\nP4while\nW5\nP4late\nG",
    ),
    tokens=(
        *(b"\n", b"G\n", b"P", b"U\n", b"W", b"T\n", b"C\n", b"S", b"B", b"\x1e"),
        *(b"W2probe\n", b"W5\n", b"P1\n", b"P3\n", b"P6\n", b"W1\n", b"W3\n", b"P4x\n"),
        *(
            b"Sone\n",
            b"B\x1e\n",
            b"T\nT\nT\nT\nT\n",
            b"P\n",
            b"bAAA=",
            b"2",
            b"0",
            b"5",
        ),
    ),
    max_size=600,
)
