"""Socket.IO packets: messages of one client become packets.

The input is several messages, separated by line feeds; one that begins with NUL is
binary.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from tests.fuzz.target import Target, expect, expect_equal
from twisted_chat.clients.socketio_codec import MAX_VALUE, decode_event, dialect_of
from twisted_chat.core.limits import MAX_TEXT
from twisted_chat.socketio.packets import (
    ACK,
    CONNECT,
    DISCONNECT,
    EVENT,
    MAX_ACK_DIGITS,
    MAX_ATTACHMENTS,
    MAX_NAMESPACE,
    Decoder,
    Packet,
    PacketError,
    encode,
    raw_argument,
)

MAX_ATTACHED = 500


def check(data: bytes) -> None:
    """Decode the messages of one client."""
    decoder = Decoder(MAX_ATTACHED)
    try:
        for message in data.split(b"\n"):
            if message.startswith(b"\0"):
                packet = decoder.binary(message[1:])
            else:
                packet = decoder.text(message.decode("utf-8", "replace"))
            if packet is not None:
                _check_packet(packet)
    except PacketError as error:
        expect(len(str(error)) < 1000, "a long error")


def _check_packet(packet: Packet) -> None:
    expect(packet.type in (CONNECT, DISCONNECT, EVENT, ACK), f"type {packet.type}")
    expect(len(packet.namespace) <= MAX_NAMESPACE, "a long namespace")
    expect(packet.id is None or 0 <= packet.id < 10**MAX_ACK_DIGITS, "the ack id")
    attached: list[bytes] = []
    _collect(packet.data, attached)
    expect(len(attached) <= MAX_ATTACHMENTS, "attachments")
    expect(sum(map(len, attached)) <= MAX_ATTACHED, "bytes of attachments")
    try:
        text, binary = encode(packet)
    except ValueError:
        # A number that is too large for a float; it can only be sent on as text.
        expect(not _is_finite(packet.data), "a packet that cannot be encoded")
        return
    decoder = Decoder(MAX_ATTACHED)
    again = decoder.text(text.decode())
    for one in binary:
        expect(again is None, "a packet is complete too early")
        again = decoder.binary(one)
    expect_equal(again, packet, "a packet encoded again")
    if packet.type == EVENT:
        _check_event(packet)


def _collect(value: Any, attached: list[bytes]) -> None:
    """Find the attachments in a value."""
    if isinstance(value, bytes):
        attached.append(value)
    for item in value.values() if isinstance(value, dict) else value or ():
        if isinstance(value, dict | list) and isinstance(item, bytes | dict | list):
            _collect(item, attached)


def _is_finite(value: Any) -> bool:
    if isinstance(value, list | dict):
        inner = value.values() if isinstance(value, dict) else value
        return all(map(_is_finite, inner))
    return not isinstance(value, float) or isfinite(value)


def _check_event(packet: Packet) -> None:
    _, *values = packet.data
    if values and not packet.binary:
        raw = raw_argument(packet)
        expect(raw in packet.text, "a raw argument that was not received")
        expect_equal(json.loads(raw), values[0], "the raw argument")
    dialect_of(packet)
    for request in decode_event(packet):
        if request.refusal is not None:
            expect(len(request.refusal.text) < 300, "a long refusal")
        expect(len(request.text.encode()) <= MAX_TEXT, "a long text")
        expect(len((request.raw or "").encode()) <= MAX_VALUE, "a long value")
        expect(request.ref in (None, str(packet.id)), "the ack id of the answer")


_TWO_ATTACHMENTS = (
    b'52-["chat",{"_placeholder":true,"num":0},[{"_placeholder":true,"num":1}]]'
    b"\n\0one\n\0two"
)

TARGET = Target(
    check,
    seeds=(
        b"0",
        b'0{"pid":"x","offset":"y"}',
        b'0/admin,{"token":1}',
        b'2["messages","hi"]',
        b'212["join","alice"]\n2["chat",{"a":[1,2.5,null,"\\u00fc"]}]',
        b'2["chat", "hi" ]',
        b'313[{"ok":true}]',
        _TWO_ATTACHMENTS,
        b'61-7[{"_placeholder":true,"num":0}]\n\0x',
        b'51-["x",{"_placeholder":true,"num":0}]\n2["early"]',
        b"1\n4{}",
        '2["chat","\U0001f44b \\ud83d"]'.encode(),
        b'2["connect",1]',
        b"50-[1,2]",
        b'2["",1e919]',
    ),
    tokens=(
        *(
            b"\n",
            b"\n\0",
            b"2",
            b"42",
            b"51-",
            b"58-",
            b"59-",
            b"60-",
            b"/x,",
            b"/",
            b"9" * 16,
        ),
        *(
            b'["chat",',
            b'["messages",',
            b'["join",',
            b"[",
            b"]",
            b"{",
            b"}",
            b",",
            b":",
        ),
        *(
            b'{"_placeholder":true,"num":0}',
            b'"num":',
            b"null",
            b"true",
            b"NaN",
            b"1e999",
        ),
        *(b'"\\ud83d"', b'"\\u0000"', b" ", b"-0", b"1e5", b'""', b'"a"', b"[" * 600),
    ),
    max_size=8192,
)
