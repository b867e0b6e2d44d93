"""Frames of a WebSocket server (RFC 6455, section 5): bytes made once, for any client.

A server's frames are not masked (section 5.1), so one frame can be sent to any number
of clients, and frames can be joined into one write.

Invariant: pure functions; nothing is read here.
"""

from __future__ import annotations

from struct import pack

MAX_REASON = 123
"""Bytes of the reason in a close frame (RFC 6455, section 5.5)."""

_FIN_TEXT, _FIN_BINARY = 0x81, 0x82
_FIN_CLOSE, _FIN_PING, _FIN_PONG = 0x88, 0x89, 0x8A


def frame_text(payload: bytes) -> bytes:
    """A whole text message; the payload must be UTF-8."""
    return _frame(_FIN_TEXT, payload)


def frame_binary(payload: bytes) -> bytes:
    """A whole binary message."""
    return _frame(_FIN_BINARY, payload)


def frame_ping(payload: bytes = b"") -> bytes:
    """A ping with a payload of at most 125 bytes."""
    return _frame(_FIN_PING, payload)


def frame_pong(payload: bytes = b"") -> bytes:
    """The answer to a ping, with the same payload."""
    return _frame(_FIN_PONG, payload)


def frame_close(code: int | None = None, reason: str = "") -> bytes:
    """A close frame.

    :param code: see RFC 6455, section 7.4; ``None`` for a frame without a code.
    :param reason: cut between characters to ``MAX_REASON`` bytes.
    """
    if code is None:
        return _frame(_FIN_CLOSE, b"")
    text = reason.encode("utf-8", "replace")[:MAX_REASON]
    whole = text.decode("utf-8", "ignore").encode()
    return _frame(_FIN_CLOSE, pack("!H", code) + whole)


def _frame(first: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 65536:
        return pack("!BBH", first, 126, size) + payload
    return pack("!BBQ", first, 127, size) + payload
