"""What a WebSocket client sends, made into messages (RFC 6455).

Frames are the sans-I/O ``websockets`` library's work; what is added here is that
parts become whole messages, and that text is checked as it comes.

Rules of this file: nothing is written here; memory is bounded by ``max_size``.
"""

from __future__ import annotations

from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass

from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

SMALL = 32
"""Bytes below which a part of a message is not worth its frame."""

NO_CODE = 1005
"""Stands for a goodbye without a code (RFC 6455, section 7.1.5)."""

_INVALID_DATA = 1007
_PROTOCOL_ERROR = 1002
_Decoder = getincrementaldecoder("utf-8")


@dataclass(frozen=True, slots=True)
class Ping:
    """The client asks for a sign of life, with a pong of the same payload."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The client says no more; ``code`` is ``NO_CODE`` if it gave none."""

    code: int
    reason: str


Message = str | bytes | Ping | Goodbye


class Broken(Exception):
    """The client broke the protocol; nothing after that can be read.

    :ivar code: what to close with.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class MessageReader:
    """Reads one client, from the handshake's end on.

    :param max_size: bytes of one message.
    :ivar small: frames so far that were no message and hardly a part of one: a
        client that sends many of them wants to keep us busy.
    """

    __slots__ = ("_decoder", "_parser", "_parts", "small")

    def __init__(self, max_size: int) -> None:
        # The handshake was twisted.web's: what is left costs 1.5 KB.
        self._parser = ServerProtocol(state=State.OPEN, max_size=max_size)
        self._parts: bytearray | None = None
        self._decoder: IncrementalDecoder | None = None
        self.small = 0

    def said_goodbye(self) -> None:
        """We said goodbye: the client's own is its answer."""
        self._parser.send_close(1000)

    def feed(self, data: bytes) -> Iterator[Message]:
        """What is whole with these bytes, cut anywhere, in order.

        :raises Broken: after what came before.
        """
        parser = self._parser
        parser.receive_data(data)
        for frame in parser.events_received():
            if isinstance(frame, Frame):
                yield from self._frame(frame)
        # Its own answers are not used: they could not keep their place among
        # what the application writes meanwhile.
        parser.data_to_send()
        goodbye = parser.close_rcvd
        if goodbye is not None:
            # It may come between the parts of a message (RFC 6455, section 5.4),
            # which the library takes for an error.
            yield Goodbye(int(goodbye.code), goodbye.reason)
        elif parser.parser_exc is not None:
            sent = parser.close_sent
            raise Broken(
                int(sent.code) if sent else _PROTOCOL_ERROR, sent.reason if sent else ""
            )

    def _frame(self, frame: Frame) -> Iterator[Message]:
        opcode, data = frame.opcode, bytes(frame.data)
        if opcode is Opcode.PING:
            self.small += 1
            yield Ping(data)
        elif opcode is Opcode.PONG:
            self.small += 1
        elif opcode is not Opcode.CLOSE:
            try:
                yield from self._part(opcode, data, frame.fin)
            except UnicodeDecodeError as error:
                raise Broken(_INVALID_DATA, f"not UTF-8: {error.reason}") from None

    def _part(self, opcode: Opcode, data: bytes, last: bool) -> Iterator[str | bytes]:
        if opcode is not Opcode.CONT:
            if last:
                yield data.decode() if opcode is Opcode.TEXT else data
                return
            self._parts = bytearray()
            self._decoder = _Decoder() if opcode is Opcode.TEXT else None
        if len(data) < SMALL and not last:
            self.small += 1
        if self._decoder is not None:
            # So that what is not UTF-8 fails at once and not at its end.
            self._decoder.decode(data, last)
        if self._parts is not None:
            self._parts += data
            if last:
                whole, self._parts = bytes(self._parts), None
                yield whole if self._decoder is None else whole.decode()
