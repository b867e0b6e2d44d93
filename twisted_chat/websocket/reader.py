"""What a WebSocket client sends, made into messages (RFC 6455).

Masks and close codes are the ``websockets`` library's work; its parser is not used,
which has a frame only when it is whole, and takes twice the time for a short one.
Text is checked as it comes: what is not UTF-8 fails at once, and not at the end of
its message or of its frame.

Rules of this file: nothing is written here; memory is bounded by ``max_size``.
"""

from __future__ import annotations

from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass

from websockets.exceptions import ProtocolError
from websockets.frames import Close

try:
    from websockets.speedups import apply_mask
except ImportError:
    from websockets.utils import apply_mask

SMALL = 32
"""Bytes below which a part of a message is not worth its frame."""

NO_CODE = 1005
"""Stands for a goodbye without a code (RFC 6455, section 7.1.5)."""

_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10
_DATA = {_CONTINUATION, _TEXT, _BINARY}
_CONTROL = {_CLOSE, _PING, _PONG}
_FIN = 0x80
_MASKED = 0x80
_MAX_CONTROL = 125

_PROTOCOL_ERROR = 1002
_INVALID_DATA = 1007
_MESSAGE_TOO_BIG = 1009
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
    """Reads one client, from the handshake's end on, up to its goodbye.

    :param max_size: bytes of one message.
    :ivar small: frames so far that were no message and hardly a part of one: a
        client that sends many of them wants to keep us busy.
    """

    __slots__ = ("_buffer", "_checked", "_decoder", "_max_size", "_parts", "small")

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._buffer = bytearray()
        self._parts: bytearray | None = None
        self._decoder: IncrementalDecoder | None = None
        # How much of a text in a frame that is not whole the decoder has seen.
        self._checked = 0
        self.small = 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """What is whole with these bytes, cut anywhere, in order.

        :raises Broken: after what came before.
        """
        self._buffer += data
        try:
            while (frame := self._next()) is not None:
                yield from self._frame(*frame)
        except UnicodeDecodeError as error:
            raise Broken(_INVALID_DATA, f"not UTF-8: {error.reason}") from None

    def _next(self) -> tuple[int, bytes] | None:
        """The first byte of the next frame and its payload, once it is whole."""
        buffer = self._buffer
        there = len(buffer)
        if there < 2:
            return None
        first, size = buffer[0], buffer[1] & ~_MASKED
        start = 6
        if size > 125:
            start = 8 if size == 126 else 14
            if there < start - 4:
                return None
            size = int.from_bytes(buffer[2 : start - 4], "big")
        self._check_head(first, size, masked=buffer[1] >= _MASKED)
        end = start + size
        if there < end:
            if there > start:
                self._look_ahead(first, start)
            return None
        payload = apply_mask(buffer[start:end], buffer[start - 4 : start])
        del buffer[:end]
        return first, payload

    def _check_head(self, first: int, size: int, *, masked: bool) -> None:
        opcode = first & ~_FIN  # with the reserved bits
        if not masked:
            raise Broken(_PROTOCOL_ERROR, "a client's frames have a mask")
        if opcode in _CONTROL:
            if size > _MAX_CONTROL or not first & _FIN:
                raise Broken(_PROTOCOL_ERROR, "a control frame is whole, and short")
        elif opcode not in _DATA:
            raise Broken(_PROTOCOL_ERROR, "there is no such frame")
        elif (opcode == _CONTINUATION) != (self._parts is not None):
            raise Broken(_PROTOCOL_ERROR, "messages come one after the other")
        elif size + len(self._parts or b"") > self._max_size:
            raise Broken(_MESSAGE_TOO_BIG, f"over {self._max_size} bytes")

    def _look_ahead(self, first: int, start: int) -> None:
        """Check what is there of a text in a frame that is not whole."""
        if first & ~_FIN == _TEXT and not self._checked:
            self._decoder = _Decoder()
        elif first & ~_FIN not in (_TEXT, _CONTINUATION) or self._decoder is None:
            return
        turned = self._checked % 4
        mask = self._buffer[start - 4 : start]
        new = self._buffer[start + self._checked :]
        self._decoder.decode(apply_mask(new, mask[turned:] + mask[:turned]))
        self._checked += len(new)

    def _frame(self, first: int, data: bytes) -> Iterator[Message]:
        opcode = first & ~_FIN
        if opcode in _DATA:
            yield from self._part(opcode, data, last=first >= _FIN)
        elif opcode == _CLOSE:
            try:
                close = Close.parse(data)
            except ProtocolError as error:
                raise Broken(_PROTOCOL_ERROR, str(error)) from None
            yield Goodbye(int(close.code), close.reason)
        else:
            self.small += 1
            if opcode == _PING:
                yield Ping(data)

    def _part(self, opcode: int, data: bytes, *, last: bool) -> Iterator[str | bytes]:
        checked, self._checked = self._checked, 0
        if opcode != _CONTINUATION:
            if last:
                yield data.decode() if opcode == _TEXT else data
                return
            self._parts = bytearray()
            if not checked:
                self._decoder = _Decoder() if opcode == _TEXT else None
        if len(data) < SMALL and not last:
            self.small += 1
        if self._decoder is not None:
            self._decoder.decode(data[checked:], last)
        if self._parts is not None:
            self._parts += data
            if last:
                whole, self._parts = bytes(self._parts), None
                yield whole if self._decoder is None else whole.decode()
