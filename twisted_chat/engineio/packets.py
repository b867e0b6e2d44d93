"""Engine.IO 4 packets, alone and in the payloads of HTTP long-polling.

A packet is one character for its type, then its data.  Over WebSocket a packet is a
text message, and binary data is a binary message of its own.  Over polling a payload
holds any number of packets, separated by ``\\x1e``, and binary data is ``b`` and
base64.  (engine.io-protocol, version 4.)

For sending, payloads are made of *records*: a packet and the separator behind it, so
that records can be joined as frames can; ``payload`` makes the body of a response.

Invariants: pure functions; only ``PacketError`` is raised; nothing is built that is
larger than what was received.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Sequence
from typing import NamedTuple

PROTOCOL = "4"
"""The version of the protocol, as clients send it in ``EIO``."""

OPEN, CLOSE, PING, PONG, MESSAGE, UPGRADE, NOOP = "0123456"
"""Packet types."""

SEPARATOR = b"\x1e"
"""Separates the packets of a payload."""

_WITHOUT_DATA = frozenset((CLOSE, UPGRADE, NOOP))


class PacketError(ValueError):
    """The client sent an invalid packet; the text says why."""


class Packet(NamedTuple):
    """One packet.

    :ivar data: text, or the bytes of a binary message.
    """

    type: str
    data: str | bytes = ""


def decode_packet(text: str) -> Packet:
    """Decode a WebSocket text message, or a text packet of a payload.

    :raises PacketError: it is invalid.
    """
    kind = text[:1]
    if not kind or kind not in "0123456":
        raise PacketError(f"unknown Engine.IO packet type {kind!r}")
    if kind in _WITHOUT_DATA and len(text) > 1:
        raise PacketError(f"an Engine.IO packet of type {kind} carries no data")
    return Packet(kind, text[1:])


def decode_payload(body: bytes) -> Iterator[Packet]:
    """Decode the body of a POST, packet by packet as the iterator is advanced.

    :raises PacketError: after the packets that precede an invalid one.
    """
    at = 0
    while True:
        end = body.find(SEPARATOR, at)
        part = body[at:] if end < 0 else body[at:end]
        if part[:1] == b"b":
            try:
                yield Packet(MESSAGE, b64decode(part[1:], validate=True))
            except NotBase64:
                raise PacketError("invalid base64 in a binary packet") from None
        else:
            try:
                text = part.decode()
            except UnicodeDecodeError:
                raise PacketError("invalid UTF-8 in a payload") from None
            yield decode_packet(text)
        if end < 0:
            return
        at = end + 1


def message(text: bytes) -> bytes:
    """A text message as a packet."""
    return b"4" + text


def record(packet: bytes) -> bytes:
    """A packet as a record.  It must not contain the separator.

    (The protocol cannot carry such a message over polling.  JSON never contains the
    separator, as it escapes control characters.)
    """
    return packet + SEPARATOR


def binary_record(data: bytes) -> bytes:
    """Binary data as a record."""
    return b"b" + b64encode(data) + SEPARATOR


def payload(records: bytes) -> bytes:
    """The body of a response that carries these records; at least one."""
    return records[:-1]


def open_packet(
    sid: str,
    *,
    upgrades: Sequence[str],
    ping_interval: float,
    ping_timeout: float,
    max_payload: int,
) -> bytes:
    """The OPEN packet, which starts every session.

    :param ping_interval: seconds, as is ``ping_timeout``; sent in milliseconds.
    :param max_payload: bytes of one POST or WebSocket message.
    """
    handshake = {
        "sid": sid,
        "upgrades": list(upgrades),
        "pingInterval": round(ping_interval * 1000),
        "pingTimeout": round(ping_timeout * 1000),
        "maxPayload": max_payload,
    }
    return b"0" + json.dumps(handshake, separators=(",", ":")).encode()
