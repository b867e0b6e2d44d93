"""How a WebSocket server's frames look: bytes made once, the same for every client.

A server's frames carry no mask (RFC 6455, section 5.1), so that one frame can be
sent to any number of clients, and frames may be joined into one write.

Rules of this file: pure functions; nothing is read here.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha1
from struct import pack

MAX_REASON = 123
"""Bytes of text that a close frame has room for (RFC 6455, section 5.5)."""

_FIN_TEXT, _FIN_BINARY = 0x81, 0x82
_FIN_CLOSE, _FIN_PING, _FIN_PONG = 0x88, 0x89, 0x8A
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def frame_text(payload: bytes) -> bytes:
    """A whole text message; the payload must be UTF-8."""
    return _frame(_FIN_TEXT, payload)


def frame_binary(payload: bytes) -> bytes:
    """A whole binary message."""
    return _frame(_FIN_BINARY, payload)


def frame_ping(payload: bytes = b"") -> bytes:
    """A ping of at most 125 bytes."""
    return _frame(_FIN_PING, payload)


def frame_pong(payload: bytes = b"") -> bytes:
    """The answer to a ping: the same payload."""
    return _frame(_FIN_PONG, payload)


def frame_close(code: int | None = None, reason: str = "") -> bytes:
    """The end of what this side says.

    :param code: see RFC 6455, section 7.4; ``None`` sends a frame without one.
    :param reason: cut, between characters, to what the frame has room for.
    """
    if code is None:
        return _frame(_FIN_CLOSE, b"")
    text = reason.encode("utf-8", "replace")[:MAX_REASON]
    whole = text.decode("utf-8", "ignore").encode()
    return _frame(_FIN_CLOSE, pack("!H", code) + whole)


def accept_key(key: bytes) -> bytes:
    """What answers a ``Sec-WebSocket-Key`` (RFC 6455, section 4.2.2)."""
    return b64encode(sha1(key + _GUID, usedforsecurity=False).digest())


def switching_protocols(key: bytes, subprotocol: bytes | None = None) -> bytes:
    """The whole answer to a handshake that is accepted."""
    lines = [
        b"HTTP/1.1 101 Switching Protocols",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + accept_key(key),
    ]
    if subprotocol is not None:
        lines.append(b"Sec-WebSocket-Protocol: " + subprotocol)
    return b"\r\n".join((*lines, b"", b""))


def _frame(first: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 65536:
        return pack("!BBH", first, 126, size) + payload
    return pack("!BBQ", first, 127, size) + payload
