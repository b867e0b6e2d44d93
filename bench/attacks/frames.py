"""WebSocket frames of a client (RFC 6455), also invalid ones."""

from __future__ import annotations

import struct

CONTINUATION, TEXT, BINARY, PING, PONG = 0, 1, 2, 9, 10

_NO_MASK = bytes(4)
"""A mask that changes nothing, so that the payload can be read in the frame."""


def head(
    length: int, opcode: int = TEXT, *, fin: bool = True, rsv1: bool = False
) -> bytes:
    """What precedes the payload."""
    first = (0x80 if fin else 0) | (0x40 if rsv1 else 0) | opcode
    if length < 126:
        return bytes((first, 0x80 | length)) + _NO_MASK
    if length < 1 << 16:
        return struct.pack("!BBH", first, 0x80 | 126, length) + _NO_MASK
    return struct.pack("!BBQ", first, 0x80 | 127, length) + _NO_MASK


def frame(
    payload: bytes, opcode: int = TEXT, *, fin: bool = True, rsv1: bool = False
) -> bytes:
    """A whole frame."""
    return head(len(payload), opcode, fin=fin, rsv1=rsv1) + payload


def close_reason(tail: bytes) -> str:
    """The code and reason of a close frame at the very end; empty if there is none."""
    at = tail.rfind(b"\x88")
    if at < 0 or len(tail) < at + 4 or tail[at + 1] != len(tail) - at - 2:
        return ""
    code = int.from_bytes(tail[at + 2 : at + 4], "big")
    reason = tail[at + 4 :].decode("utf-8", "replace")
    return f"{code} {reason}".strip()
