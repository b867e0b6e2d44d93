"""Engine.IO packets over WebSocket, and on their way there from polling.

Rules of this file: pure functions; records and frames are told apart by their first
byte, and by nothing else.
"""

from __future__ import annotations

from twisted_chat.websocket.frames import frame_binary, frame_text

from .packets import SEPARATOR, decode_payload, message, record

FRAME = 0x80
"""Set in the first byte of every frame, and of no record."""


def frame(text: bytes) -> bytes:
    """A text message as a WebSocket frame."""
    return frame_text(message(text))


def polled(text: bytes) -> bytes:
    """A text message as a record for polling."""
    return record(message(text))


def reframe(data: bytes) -> bytes:
    """Records that were made for polling as frames, among others that are frames."""
    frames = []
    at = 0
    while at < len(data):
        if data[at] & FRAME:
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
    """Where the server's frame ends that begins there (RFC 6455, section 5.2)."""
    size = data[at + 1]
    if size < 126:
        return at + 2 + size
    wide = 2 if size == 126 else 8
    head = at + 2 + wide
    return head + int.from_bytes(data[at + 2 : head])
