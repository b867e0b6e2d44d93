"""The receiving side of a WebSocket server (RFC 6455): bytes become messages.

Of the ``websockets`` library it uses ``apply_mask``, written in C, and the parser of
close frames.  Unmasking in Python takes 2 instead of 0.1 microseconds for a line, and
280 instead of 2 for 64 KiB.  The library's own frame parser is not used: it yields a
frame only when it is complete, and takes twice the time for a short one.

Invariants: no I/O; memory is bounded by ``max_size``; text is checked as it arrives, so
that invalid UTF-8 fails at once and not at the end of its message or frame.
"""

from __future__ import annotations

from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass

from websockets import exceptions
from websockets.frames import Close, CloseCode

try:
    from websockets.speedups import apply_mask
except ImportError:
    from websockets.utils import apply_mask

SMALL = 32
"""Bytes below which a fragment of a message counts as a small frame."""

_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10
_DATA = {_CONTINUATION, _TEXT, _BINARY}
_CONTROL = {_CLOSE, _PING, _PONG}
_FIN = 0x80
_MASKED = 0x80
_MAX_CONTROL = 125
_Utf8Decoder = getincrementaldecoder("utf-8")


@dataclass(frozen=True, slots=True)
class Ping:
    """A ping, to be answered with a pong of the same payload."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class CloseFrame:
    """A close frame; ``code`` is 1005 if the client gave none (section 7.1.5)."""

    code: int
    reason: str


Message = str | bytes | Ping | CloseFrame


class ProtocolError(Exception):
    """The client violated the protocol; nothing after that can be read.

    :ivar code: the code to close the connection with.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class MessageReader:
    """Reads what one client sends after the opening handshake.

    :param max_size: bytes of one message.
    :ivar small_frames: pings, pongs and non-final fragments of fewer than ``SMALL``
        bytes, so far.
    """

    __slots__ = (
        "_buffer",
        "_checked",
        "_decoder",
        "_ended",
        "_fragments",
        "_max_size",
        "small_frames",
    )

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._buffer = bytearray()
        self._ended = False
        self._fragments: bytearray | None = None
        self._decoder: IncrementalDecoder | None = None
        # How many bytes of an incomplete text frame the decoder has seen.
        self._checked = 0
        self.small_frames = 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that these bytes complete, in order.

        Nothing is read after a close frame, a ``ProtocolError`` or ``stop``.

        :raises ProtocolError: after the messages that precede it.
        """
        if self._ended:
            return
        self._buffer += data
        try:
            while (frame := self._next_frame()) is not None:
                yield from self._read_frame(*frame)
        except UnicodeDecodeError as error:
            self.stop()
            reason = f"invalid UTF-8: {error.reason}"
            raise ProtocolError(CloseCode.INVALID_DATA, reason) from None
        except ProtocolError:
            self.stop()
            raise

    @property
    def held(self) -> int:
        """Bytes of a message that is not complete."""
        return len(self._buffer) + len(self._fragments or b"")

    def stop(self) -> None:
        """Discard everything from now on."""
        self._ended = True
        self._buffer.clear()
        self._fragments = None

    def _next_frame(self) -> tuple[int, bytes] | None:
        """The first byte of the next frame and its payload, once it is complete."""
        buffer = self._buffer
        received = len(buffer)
        if received < 2:
            return None
        first, size = buffer[0], buffer[1] & ~_MASKED
        start = 6
        if size > 125:
            start = 8 if size == 126 else 14
            if received < start - 4:
                return None
            size = int.from_bytes(buffer[2 : start - 4], "big")
        self._check_header(first, size, masked=buffer[1] >= _MASKED)
        end = start + size
        if received < end:
            if received > start:
                self._check_incomplete_text(first, start)
            return None
        payload = apply_mask(buffer[start:end], buffer[start - 4 : start])
        del buffer[:end]
        return first, payload

    def _check_header(self, first: int, size: int, *, masked: bool) -> None:
        opcode = first & ~_FIN  # with the reserved bits
        if not masked:
            raise _protocol_error("client frames must be masked")
        if opcode in _CONTROL:
            if not first & _FIN:
                raise _protocol_error("fragmented control frame")
            if size > _MAX_CONTROL:
                raise _protocol_error(f"control frame over {_MAX_CONTROL} bytes")
        elif opcode not in _DATA:
            raise _protocol_error("unknown opcode, or reserved bits set")
        elif (opcode == _CONTINUATION) != (self._fragments is not None):
            raise _protocol_error("unexpected continuation or missing one")
        elif size + len(self._fragments or b"") > self._max_size:
            reason = f"message over {self._max_size} bytes"
            raise ProtocolError(CloseCode.MESSAGE_TOO_BIG, reason)

    def _check_incomplete_text(self, first: int, start: int) -> None:
        """Check what was received of a text in a frame that is not complete."""
        if first & ~_FIN == _TEXT and not self._checked:
            self._decoder = _Utf8Decoder()
        elif first & ~_FIN not in (_TEXT, _CONTINUATION) or self._decoder is None:
            return
        offset = self._checked % 4
        mask = self._buffer[start - 4 : start]
        new = self._buffer[start + self._checked :]
        self._decoder.decode(apply_mask(new, mask[offset:] + mask[:offset]))
        self._checked += len(new)

    def _read_frame(self, first: int, data: bytes) -> Iterator[Message]:
        opcode = first & ~_FIN
        if opcode in _DATA:
            yield from self._read_data(opcode, data, last=first >= _FIN)
        elif opcode == _CLOSE:
            try:
                close = Close.parse(data)
            except exceptions.ProtocolError as error:
                raise _protocol_error(str(error)) from None
            self.stop()
            yield CloseFrame(int(close.code), close.reason)
        else:
            self.small_frames += 1
            if opcode == _PING:
                yield Ping(data)

    def _read_data(
        self, opcode: int, data: bytes, *, last: bool
    ) -> Iterator[str | bytes]:
        checked, self._checked = self._checked, 0
        if opcode != _CONTINUATION:
            if last:
                yield data.decode() if opcode == _TEXT else data
                return
            self._fragments = bytearray()
            if not checked:
                self._decoder = _Utf8Decoder() if opcode == _TEXT else None
        if len(data) < SMALL and not last:
            self.small_frames += 1
        if self._decoder is not None:
            self._decoder.decode(data[checked:], last)
        if self._fragments is not None:
            self._fragments += data
            if last:
                message, self._fragments = bytes(self._fragments), None
                yield message if self._decoder is None else message.decode()


def _protocol_error(reason: str) -> ProtocolError:
    return ProtocolError(CloseCode.PROTOCOL_ERROR, reason)
