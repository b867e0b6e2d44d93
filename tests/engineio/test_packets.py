"""Engine.IO packets and payloads."""

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
    """Single packets, as WebSocket messages carry them."""

    def test_first_character_is_the_type(self) -> None:
        """The rest is data."""
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

    def test_invalid_packet_is_refused_with_a_reason(self) -> None:
        """Of an unknown type, or with data that its type does not carry."""
        for text in ("", "7", "abc", " 4", "b", "٤x", "-1"):
            with self.assertRaisesRegex(PacketError, "unknown .* type"):
                decode_packet(text)
        for text in ("1x", "5x", "6 "):
            with self.assertRaisesRegex(PacketError, "carries no data"):
                decode_packet(text)


class PayloadTests(unittest.SynchronousTestCase):
    """Payloads, as POST requests and responses carry them."""

    def test_payload_holds_any_number_of_packets(self) -> None:
        """The separator is between them; binary data is base64."""
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

    def test_packets_before_an_invalid_one_are_decoded(self) -> None:
        """Then ``PacketError`` is raised."""
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

    def test_packets_of_a_payload_are_decoded_one_by_one(self) -> None:
        """A million small packets are not a million objects."""
        packets = decode_payload(b"4\x1e" * 500_000)
        self.assertEqual(next(packets), Packet(MESSAGE))

    def test_joined_records_make_a_payload(self) -> None:
        """Without the last separator."""
        records = [record(message(b"one")), binary_record(b"\x00\xff"), record(b"6")]
        self.assertEqual(payload(b"".join(records)), b"4one\x1ebAP8=\x1e6")

    @given(
        st.lists(st.one_of(st.binary(), st.text().filter(lambda t: "\x1e" not in t)))
    )
    def test_any_message_survives_encoding_and_decoding(
        self, messages: list[bytes | str]
    ) -> None:
        """Unless it contains the separator."""
        records = [
            binary_record(m) if isinstance(m, bytes) else record(message(m.encode()))
            for m in messages
        ]
        if records:
            read = [
                packet.data for packet in decode_payload(payload(b"".join(records)))
            ]
            self.assertEqual(read, messages)

    @given(st.binary())
    def test_any_bytes_are_packets_or_a_packet_error(self, body: bytes) -> None:
        """Nothing else is raised."""
        try:
            packets = list(decode_payload(body))
        except PacketError:
            return
        self.assertEqual(len(packets), body.count(b"\x1e") + 1)


class OpenPacketTests(unittest.SynchronousTestCase):
    """The first packet of a session."""

    def test_open_packet_has_milliseconds(self) -> None:
        """Its arguments are seconds."""
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
