"""The WebSocket reader: bytes become messages, compared with ``websockets``' own."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Sequence

from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from tests.fuzz.target import Target, expect, expect_equal, same_however_cut
from tests.support.memory import masked
from twisted_chat.websocket.reader import (
    CloseFrame,
    Message,
    MessageReader,
    Ping,
    ProtocolError,
)

MAX_SIZE = 1000
_CODES = (1002, 1007, 1009)
_LONGEST_HEADER = 14


def check(data: bytes) -> None:
    """Read the bytes of one client after the handshake."""
    messages, code = same_however_cut(_read, data)
    for message in messages:
        size = len(_payload(message))
        limit = MAX_SIZE if isinstance(message, str | bytes) else 125
        expect(size <= limit, f"a message of {size} bytes")
    expect(code in (None, *_CODES), f"the connection fails with {code}")
    expected, failed = _reference(data)
    if code is None or failed:
        expect_equal(messages, expected, "another implementation reads other messages")
    else:
        # Text is checked before its frame is complete, and the size by the header.
        expect_equal(messages, expected[: len(messages)], "other messages")
    if failed and code is None:
        # It reads a header's first two bytes, this one the whole header.
        code = _read([data + bytes(_LONGEST_HEADER)])[1]
        expect(code is not None, "another implementation fails")
    frames = b"".join(map(_encode, messages))
    expect_equal(_read([frames]), (messages, None), "messages change on a second way")


def _read(pieces: Sequence[bytes]) -> tuple[list[Message], int | None]:
    """The messages, and the code with which the connection fails, if it does."""
    reader = MessageReader(MAX_SIZE)
    messages: list[Message] = []
    try:
        for piece in pieces:
            messages += reader.feed(piece)
    except ProtocolError as error:
        messages += reader.feed(b"\x81\x80\0\0\0\0")
        return messages, error.code
    return messages, None


def _encode(message: Message) -> bytes:
    opcode = {str: 0x81, bytes: 0x82, Ping: 0x89, CloseFrame: 0x88}[type(message)]
    return masked(opcode, _payload(message))


def _payload(message: Message) -> bytes:
    match message:
        case str():
            return message.encode()
        case bytes():
            return message
        case Ping(payload=payload):
            return payload
        case CloseFrame(code=1005):
            return b""
        case CloseFrame(code=code, reason=reason):
            return code.to_bytes(2, "big") + reason.encode()


def _reference(data: bytes) -> tuple[list[Message], bool]:
    """What ``websockets`` reads, and whether the connection fails."""
    protocol = ServerProtocol(state=State.OPEN, max_size=MAX_SIZE)
    protocol.receive_data(data)
    messages: list[Message] = []
    parts: list[bytes] = []
    opcode = Opcode.CONT
    for frame in protocol.events_received():
        assert isinstance(frame, Frame)
        if frame.opcode is Opcode.PING:
            messages.append(Ping(bytes(frame.data)))
        elif frame.opcode is Opcode.CLOSE:
            return [*messages, _closed(protocol)], False
        elif frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            if frame.opcode is not Opcode.CONT:
                opcode = frame.opcode
            parts.append(bytes(frame.data))
            whole = b"".join(parts)
            try:
                if opcode is Opcode.TEXT:
                    getincrementaldecoder("utf-8")().decode(whole, frame.fin)
            except UnicodeDecodeError:
                return messages, True
            if frame.fin:
                parts.clear()
                is_text = opcode is Opcode.TEXT
                messages.append(whole.decode() if is_text else whole)
    if str(protocol.parser_exc) == "incomplete fragmented message":
        # It refuses a close frame between fragments, which RFC 6455 permits.
        messages.append(_closed(protocol))
        return messages, False
    return messages, protocol.parser_exc is not None


def _closed(protocol: ServerProtocol) -> CloseFrame:
    close = protocol.close_rcvd
    assert close is not None
    return CloseFrame(int(close.code), close.reason)


TARGET = Target(
    check,
    seeds=(
        masked(0x81, b"hi"),
        # The mask is zero, so that a mutation of the payload is one of the message.
        masked(0x81, rb"\nick bob", bytes(4)),
        masked(0x81, b'{"type":"message","text":"hi"}', bytes(4)),
        masked(0x01, "gr\u00fc".encode()[:-1]) + masked(0x80, b"\xbc\xc3\x9f"),
        masked(0x02, b"\xff\xfe") + masked(0x89, b"now") + masked(0x80, b"\xfd"),
        masked(0x8A, b"") + masked(0x88, b"\x03\xe8bye"),
        masked(0x88, b"") + masked(0x81, b"late"),
        masked(0x82, bytes(200)),
        masked(0x81, b"x" * MAX_SIZE),
        masked(0x81, b"x" * (MAX_SIZE + 1)),
    ),
    tokens=(
        *(bytes((first, 0x80, 0, 0, 0, 0)) for first in (0x81, 0x82, 0x88, 0x89, 0x8A)),
        *(bytes((first, 0x80, 0, 0, 0, 0)) for first in (0x00, 0x01, 0x02, 0x80)),
        *(bytes((first, 0x83, 0, 0, 0, 0)) for first in (0x01, 0x00, 0x80, 0x81)),
        b"\xfe\x00\x7e",
        b"\xfe\x03\xe8",
        b"\xff" + bytes(7) + b"\x7f",
        "\u20ac".encode(),
        "\U0001f44b".encode(),
        b"\xed\xa0\x80",
        b"\x03\xe8",
        b"\x0f\xa0",
    ),
)
