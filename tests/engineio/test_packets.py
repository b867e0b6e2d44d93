"""Engine.IO packets and payloads, byte by byte."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from twisted_chat.engineio.packets import (
    CLOSE,
    MESSAGE,
    NOOP,
    PING,
    PONG,
    UPGRADE,
    Packet,
    PacketError,
    binary_record,
    decode_packet,
    decode_payload,
    message,
    open_packet,
    payload,
    record,
)


class PacketTests(unittest.SynchronousTestCase):
    """One packet, as a WebSocket message carries it."""

    def test_each_type(self) -> None:
        """The first character is the type, the rest is data."""
        for text, packet in (
            ("0{}", Packet("0", "{}")),
            ("1", Packet(CLOSE)),
            ("2", Packet(PING)),
            ("2probe", Packet(PING, "probe")),
            ("3", Packet(PONG)),
            ("3probe", Packet(PONG, "probe")),
            ("4", Packet(MESSAGE)),
            ("4hello", Packet(MESSAGE, "hello")),
            ("4\x1e\n☃", Packet(MESSAGE, "\x1e\n☃")),
            ("5", Packet(UPGRADE)),
            ("6", Packet(NOOP)),
        ):
            self.assertEqual(decode_packet(text), packet)

    def test_nonsense(self) -> None:
        """Anything else is refused with the reason."""
        for text in ("", "7", "abc", " 4", "b", "٤x", "-1"):
            with self.assertRaisesRegex(PacketError, "unknown .* type"):
                decode_packet(text)
        for text in ("1x", "5x", "6 "):
            with self.assertRaisesRegex(PacketError, "carries no data"):
                decode_packet(text)


class PayloadTests(unittest.SynchronousTestCase):
    """Many packets, as a POST carries them."""

    def test_one_and_many(self) -> None:
        """The separator stands between packets; binary is base64."""
        self.assertEqual(list(decode_payload(b"4a")), [Packet(MESSAGE, "a")])
        self.assertEqual(
            list(decode_payload(b"4a\x1e2\x1ebAQIDBA==\x1e4\xe2\x98\x83")),
            [
                Packet(MESSAGE, "a"),
                Packet(PING),
                Packet(MESSAGE, b"\x01\x02\x03\x04"),
                Packet(MESSAGE, "☃"),
            ],
        )

    def test_nonsense(self) -> None:
        """What stands before it is still taken."""
        for body in (
            b"4a\x1e",
            b"4a\x1e\x1e4b",
            b"4a\x1ebA",
            b"4a\x1eb!!!!",
            b"4a\x1e4\xff",
        ):
            packets = decode_payload(body)
            self.assertEqual(next(packets), Packet(MESSAGE, "a"))
            with self.assertRaises(PacketError):
                next(packets)
        with self.assertRaises(PacketError):
            list(decode_payload(b""))

    def test_lazy(self) -> None:
        """A million small packets are not a million objects at once."""
        packets = decode_payload(b"4\x1e" * 500_000)
        self.assertEqual(next(packets), Packet(MESSAGE))

    def test_there_and_back(self) -> None:
        """Records that are joined make a body."""
        records = [record(message(b"one")), binary_record(b"\x00\xff"), record(b"6")]
        self.assertEqual(payload(records), b"4one\x1ebAP8=\x1e6")
        self.assertEqual(payload([b"".join(records)]), payload(records))

    @given(
        st.lists(st.one_of(st.binary(), st.text().filter(lambda t: "\x1e" not in t)))
    )
    def test_any_messages(self, messages: list[bytes | str]) -> None:
        """Whatever is sent as records is read as sent."""
        records = [
            binary_record(m) if isinstance(m, bytes) else record(message(m.encode()))
            for m in messages
        ]
        if records:
            read = [packet.data for packet in decode_payload(payload(records))]
            self.assertEqual(read, messages)

    @given(st.binary())
    def test_any_bytes(self, body: bytes) -> None:
        """Any body is packets or a ``PacketError``."""
        try:
            packets = list(decode_payload(body))
        except PacketError:
            return
        self.assertEqual(len(packets), body.count(b"\x1e") + 1)


class HandshakeTests(unittest.SynchronousTestCase):
    """The first packet of a session."""

    def test_milliseconds(self) -> None:
        """Seconds here are milliseconds there."""
        packet = open_packet(
            "abc",
            upgrades=("websocket",),
            ping_interval=0.3,
            ping_timeout=20,
            max_payload=1000,
        )
        self.assertEqual(packet[:1], b"0")
        self.assertEqual(
            json.loads(packet[1:]),
            {
                "sid": "abc",
                "upgrades": ["websocket"],
                "pingInterval": 300,
                "pingTimeout": 20_000,
                "maxPayload": 1000,
            },
        )
