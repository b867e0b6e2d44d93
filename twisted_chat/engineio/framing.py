"""Framings: how each transport encodes Engine.IO packets.

Invariants: pure functions; the same bytes serve every session whose transport has the
same framing, and may be concatenated.  A record (for polling) and a frame (for
WebSocket) are told apart by their first byte alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twisted_chat.websocket.frames import frame_binary, frame_text

from .packets import SEPARATOR, binary_record, decode_payload, message, record

_FRAME_BIT = 0x80
"""Set in the first byte of every frame, and of no record."""


@dataclass(frozen=True, slots=True, eq=False)
class Framing:
    """How a transport encodes packets; there are two, ``POLLING`` and ``WEBSOCKET``.

    :ivar name: as the protocol names the transport.
    :ivar packet: puts a packet, given as bytes, into this framing.
    :ivar text: encodes a text message, which must be UTF-8.
    :ivar binary: encodes a binary message.
    """

    name: str
    packet: Callable[[bytes], bytes]
    text: Callable[[bytes], bytes]
    binary: Callable[[bytes], bytes]


def text_frame(text: bytes) -> bytes:
    """A text message as a WebSocket frame."""
    return frame_text(message(text))


def text_record(text: bytes) -> bytes:
    """A text message as a record for polling."""
    return record(message(text))


POLLING = Framing("polling", record, text_record, binary_record)
WEBSOCKET = Framing("websocket", frame_text, text_frame, frame_binary)


def reframe(data: bytes) -> bytes:
    """Turn records into frames; frames among them stay as they are."""
    frames = []
    at = 0
    while at < len(data):
        if data[at] & _FRAME_BIT:
            end = frame_end(data, at)
            frames.append(data[at:end])
        else:
            end = data.index(SEPARATOR, at) + 1
            for kind, content in decode_payload(data[at : end - 1]):
                frames.append(
                    frame_binary(content)
                    if isinstance(content, bytes)
                    else frame_text((kind + content).encode())
                )
        at = end
    return b"".join(frames)


def frame_end(data: bytes, at: int) -> int:
    """Where the server frame that starts at ``at`` ends (RFC 6455, section 5.2)."""
    size = data[at + 1]
    if size < 126:
        return at + 2 + size
    wide = 2 if size == 126 else 8
    header_end = at + 2 + wide
    return header_end + int.from_bytes(data[at + 2 : header_end])
