"""Transports and WebSocket clients in memory."""

from __future__ import annotations

from collections.abc import Iterator
from struct import pack
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from websockets.client import ClientProtocol
from websockets.frames import Close, Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""The example of RFC 6455, section 1.3."""

EDGE = 600
MIDDLE = 97
"""To be fast, only the first and last ``EDGE`` bytes, where headers are, are sent byte
by byte; what is between them is sent in pieces of ``MIDDLE`` bytes."""

MASK = b"\x37\xfa\x21\x3d"


def masked(first: int, payload: bytes, mask: bytes = MASK) -> bytes:
    """A masked frame with any first byte, valid or not."""
    size = len(payload)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 65536:
        head = pack("!BBH", first, 0x80 | 126, size)
    else:
        head = pack("!BBQ", first, 0x80 | 127, size)
    stream = (mask * (size // 4 + 1))[:size]
    mixed = int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")
    return head + mask + mixed.to_bytes(size, "big")


def text(content: str, *, last: bool = True) -> bytes:
    """A text message, or its first fragment."""
    return masked(0x81 if last else 0x01, content.encode())


def more(payload: bytes, *, last: bool) -> bytes:
    """A further fragment of a message."""
    return masked(0x80 if last else 0x00, payload)


class Wire(StringTransport):
    """A transport in memory, used from the client's end."""

    producer: Any

    def __init__(self, peer: str = "192.0.2.1", port: int = 4711) -> None:
        super().__init__(
            hostAddress=IPv4Address("TCP", "192.0.2.9", 3000),
            peerAddress=IPv4Address("TCP", peer, port),
        )
        self.aborted = False
        self.half_closed = False
        self.no_delay = False

    def setTcpNoDelay(self, enabled: bool) -> None:
        self.no_delay = enabled

    def loseWriteConnection(self) -> None:
        self.half_closed = True

    def abortConnection(self) -> None:
        self.aborted = True
        super().abortConnection()

    def accept(self, factory: IProtocolFactory) -> Wire:
        """Connect to a factory."""
        self.protocol = factory.buildProtocol(self.getPeer())
        assert self.protocol is not None
        self.protocol.makeConnection(self)
        return self

    def send(self, data: bytes, *, bytewise: bool = False) -> None:
        """Send to whichever protocol has the transport by then.

        :param bytewise: byte by byte; see ``EDGE``.
        """
        assert self.protocol is not None
        at = 0
        while at < len(data):
            middle = EDGE < at < len(data) - EDGE
            size = (MIDDLE if middle else 1) if bytewise else len(data)
            self.protocol.dataReceived(data[at : at + size])
            at += size

    def take(self) -> bytes:
        """What the server sent since the last call."""
        data: bytes = self.value()
        self.clear()
        return data

    def disconnect(self) -> None:
        """Close the connection from the client's end."""
        assert self.protocol is not None
        self.connectionLost(Failure(ConnectionDone()))

    def connectionLost(self, reason: Failure) -> None:
        """Twisted: the reactor reports the loss of the connection."""
        assert self.protocol is not None
        self.connected = False
        self.protocol.connectionLost(reason)


def handshake(path: str = "/", **headers: str | None) -> bytes:
    """A handshake; ``sec_websocket_version="8"`` sets a header, None removes it."""
    fields: dict[str, str | None] = {
        "host": "chat.example",
        "upgrade": "websocket",
        "connection": "keep-alive, Upgrade",
        "sec-websocket-key": KEY.decode(),
        "sec-websocket-version": "13",
    }
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"GET {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join((*lines, "", "")).encode()


class WebSocketClient:
    """A WebSocket client over a ``Wire``.

    :ivar head: the head of the response to the handshake.
    """

    def __init__(
        self,
        factory: IProtocolFactory,
        path: str = "/",
        *,
        bytewise: bool = False,
        peer: str = "192.0.2.1",
        **headers: str | None,
    ) -> None:
        self.bytewise = bytewise
        self.wire = Wire(peer).accept(factory)
        self.wire.send(handshake(path, **headers), bytewise=bytewise)
        self.read_head()
        uri = parse_uri("ws://chat.example/")
        self._parser = ClientProtocol(uri, state=State.OPEN, max_size=None)

    def read_head(self) -> None:
        """Read the response; call this if it was not sent at once."""
        head, _, self._rest = self.wire.take().partition(b"\r\n\r\n")
        self.head = head.decode()

    @property
    def status(self) -> int:
        return int(self.head.split()[1])

    @property
    def body(self) -> str:
        return self._rest.decode()

    def send(self, data: bytes) -> None:
        """Send frames, or any bytes."""
        self.wire.send(data, bytewise=self.bytewise)

    def send_text(self, content: str) -> None:
        self.send(text(content))

    def frames(self) -> Iterator[Frame]:
        """The frames received since the last call."""
        data, self._rest = self._rest + self.wire.take(), b""
        if data:
            self._parser.receive_data(data)
        for event in self._parser.events_received():
            assert isinstance(event, Frame)
            yield event
        if self._parser.parser_exc is not None:
            raise self._parser.parser_exc

    def received(self) -> list[str]:
        """The text messages received since the last call."""
        return [
            bytes(f.data).decode() for f in self.frames() if f.opcode is Opcode.TEXT
        ]

    def close_code(self) -> int | None:
        """The code of the close frame, if one was received since the last call."""
        for frame in self.frames():
            if frame.opcode is Opcode.CLOSE:
                return int(Close.parse(bytes(frame.data)).code)
        return None
