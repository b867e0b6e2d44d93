"""Engine.IO 4 packets, alone and in the payloads of its polling transport.

A packet is one character for its type, then its data.  Over WebSocket a packet is
a text message, and binary data is a binary message of its own.  Over polling a
body holds any number of packets with ``\\x1e`` between them, and binary data is
``b`` and base64.  (engine.io-protocol, version 4.)

What goes out is made of *records*: a packet and the separator behind it, so that
records can be joined like frames; ``payload`` makes a body of them.

Rules of this file: pure functions; only ``PacketError`` is raised; nothing is
built that is larger than what came in.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Sequence
from typing import NamedTuple

PROTOCOL = "4"
"""The version, as a client names it in ``EIO``."""

OPEN, CLOSE, PING, PONG, MESSAGE, UPGRADE, NOOP = "0123456"
"""The types of packets."""

SEPARATOR = b"\x1e"
"""What stands between the packets of a payload."""

_BARE = frozenset((CLOSE, UPGRADE, NOOP))


class PacketError(ValueError):
    """What a client sent is no packet; the text says why."""


class Packet(NamedTuple):
    """One packet.

    :ivar data: text, or the bytes of a binary message.
    """

    type: str
    data: str | bytes = ""


def decode_packet(text: str) -> Packet:
    """The packet that a WebSocket text message, or a part of a payload, is.

    :raises PacketError: it is none.
    """
    kind = text[:1]
    if not kind or kind not in "0123456":
        raise PacketError(f"unknown Engine.IO packet type {kind!r}")
    if kind in _BARE and len(text) > 1:
        raise PacketError(f"an Engine.IO packet of type {kind} carries no data")
    return Packet(kind, text[1:])


def decode_payload(body: bytes) -> Iterator[Packet]:
    """The packets of a polling request's body, each made only when asked for.

    :raises PacketError: when that packet is none; those before it were given.
    """
    at = 0
    while True:
        end = body.find(SEPARATOR, at)
        part = body[at:] if end < 0 else body[at:end]
        if part[:1] == b"b":
            try:
                yield Packet(MESSAGE, b64decode(part[1:], validate=True))
            except NotBase64:
                raise PacketError("a binary packet is no base64") from None
        else:
            try:
                text = part.decode()
            except UnicodeDecodeError:
                raise PacketError("a payload is no UTF-8") from None
            yield decode_packet(text)
        if end < 0:
            return
        at = end + 1


def message(text: bytes) -> bytes:
    """A text message as a packet, which is what a WebSocket message carries."""
    return b"4" + text


def record(packet: bytes) -> bytes:
    """A packet for polling.  It must not contain the separator.

    (A message that may contain it cannot be sent by polling at all; JSON never
    does, as it escapes control characters.)
    """
    return packet + SEPARATOR


def binary_record(data: bytes) -> bytes:
    """Binary data for polling."""
    return b"b" + b64encode(data) + SEPARATOR


def payload(records: Sequence[bytes]) -> bytes:
    """The body that carries these records."""
    return b"".join(records)[:-1]


def open_packet(
    sid: str,
    *,
    upgrades: Sequence[str],
    ping_interval: float,
    ping_timeout: float,
    max_payload: int,
) -> bytes:
    """The handshake: the first packet of every session.

    :param ping_interval: seconds, as is ``ping_timeout``; sent in milliseconds.
    :param max_payload: bytes that one request or message may hold.
    """
    handshake = {
        "sid": sid,
        "upgrades": list(upgrades),
        "pingInterval": round(ping_interval * 1000),
        "pingTimeout": round(ping_timeout * 1000),
        "maxPayload": max_payload,
    }
    return b"0" + json.dumps(handshake, separators=(",", ":")).encode()
