"""Engine.IO packets, and the payloads of HTTP long-polling."""

from __future__ import annotations

from base64 import b64encode

from tests.fuzz.target import Target, expect, expect_equal
from twisted_chat.engineio.framing import POLLING, reframe
from twisted_chat.engineio.packets import (
    MESSAGE,
    SEPARATOR,
    Packet,
    PacketError,
    decode_packet,
    decode_payload,
    payload,
)
from twisted_chat.websocket.frames import frame_binary, frame_text

_KINDS = frozenset("0123456")


def check(data: bytes) -> None:
    """Decode a payload, and the same as one WebSocket message."""
    packets, is_valid = _decode(data)
    for packet in packets:
        expect(packet.type in _KINDS, f"a packet of type {packet.type!r}")
        expect(len(packet.data) <= len(data), "a packet is larger than the payload")
    parts = data.split(SEPARATOR)
    expect(len(packets) <= len(parts), "more packets than there are separators")
    expect_equal(is_valid, len(packets) == len(parts), "packets are left out")
    # A payload is decoded packet by packet: those before an invalid one are the same.
    if packets:
        before = SEPARATOR.join(parts[: len(packets)])
        expect_equal(_decode(before), (packets, True), "the valid packets alone")
        again = SEPARATOR.join(map(_encode, packets))
        expect_equal(_decode(again), (packets, True), "packets encoded again")
        _check_frames(packets)
    _check_message(data)


def _decode(body: bytes) -> tuple[list[Packet], bool]:
    """The packets before the first invalid one, and whether there is none."""
    packets = []
    try:
        for packet in decode_payload(body):
            packets.append(packet)  # noqa: PERF402 - those before an error count
    except PacketError:
        return packets, False
    return packets, True


def _encode(packet: Packet) -> bytes:
    if isinstance(packet.data, bytes):
        return b"b" + b64encode(packet.data)
    return (packet.type + packet.data).encode()


def _check_frames(packets: list[Packet]) -> None:
    """What waits for a poll is sent as frames after an upgrade."""
    records = b"".join(
        POLLING.binary(packet.data)
        if isinstance(packet.data, bytes)
        else POLLING.packet(_encode(packet))
        for packet in packets
    )
    expect_equal(_decode(payload(records)), (packets, True), "a response to a poll")
    frames = [
        frame_binary(packet.data)
        if isinstance(packet.data, bytes)
        else frame_text(_encode(packet))
        for packet in packets
    ]
    expect_equal(reframe(records), b"".join(frames), "records as frames")
    mixed = frames[0] + records + frames[-1]
    expect_equal(
        reframe(mixed), b"".join((frames[0], *frames, frames[-1])), "with frames"
    )


def _check_message(data: bytes) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    try:
        packet = decode_packet(text)
    except PacketError as error:
        expect(len(str(error)) < 100, "a long error")
        return
    expect_equal(packet.type + str(packet.data), text, "a packet of a message")
    expect(packet.type == MESSAGE or packet.type in _KINDS, "an unknown packet")


TARGET = Target(
    check,
    seeds=(
        b"4hello",
        b'40{"pid":"x"}\x1e42["join","alice"]\x1e2probe',
        b"bAQIDBA==\x1e4text\x1eb",
        b"1",
        b"5\x1e6",
        b'0{"sid":"x","upgrades":["websocket"]}',
        "4\u4f60\u597d\x1e3".encode(),
        b"4a\x1e\x1e4b",
        b"bAQIDBA",
        b"1x",
    ),
    tokens=(
        *(b"\x1e", b"b", b"=", b"4", b"42", b"2probe", b"3probe", b"1", b"5", b"6"),
        *(b"AAAA", b"\r\n", b"+/", b"-_", b"\x81\x05", b"\x82\x7e\x01\x00", b"{}"),
    ),
)
