"""Socket.IO packets."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from twisted_chat.net.strict_json import parse_json
from twisted_chat.socketio.packets import (
    ACK,
    CONNECT,
    CONNECT_ERROR,
    DISCONNECT,
    EVENT,
    MAX_ATTACHMENTS,
    MAX_EVENT,
    MAX_NAMESPACE,
    MAX_WAITING,
    Decoder,
    Packet,
    PacketError,
    dump_json,
    encode,
    event_of,
    event_text,
    raw_argument,
)

PLACES = '{"_placeholder":true,"num":0}', '{"_placeholder":true,"num":1}'

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


class DecodeTests(unittest.SynchronousTestCase):
    """Packets from clients."""

    def read(self, text: str) -> Packet:
        packet = Decoder().text(text)
        assert packet is not None
        return packet

    def test_packet_is_decoded(self) -> None:
        """Of each type, with and without each part."""
        for text, packet in (
            ("0", Packet(CONNECT)),
            ('0{"token":"123"}', Packet(CONNECT, "/", {"token": "123"})),
            ("0/custom,", Packet(CONNECT, "/custom")),
            ("0/custom", Packet(CONNECT, "/custom")),
            ('0/custom,{"a":1}', Packet(CONNECT, "/custom", {"a": 1})),
            ("1", Packet(DISCONNECT)),
            ("1/custom,", Packet(DISCONNECT, "/custom")),
            ('2["a"]', Packet(EVENT, "/", ["a"])),
            ('2[1,"2",{"3":[true]}]', Packet(EVENT, "/", [1, "2", {"3": [True]}])),
            ('2/custom,["a"]', Packet(EVENT, "/custom", ["a"])),
            ('212["a"]', Packet(EVENT, "/", ["a"], 12)),
            ('2/custom,0["a"]', Packet(EVENT, "/custom", ["a"], 0)),
            ("30[]", Packet(ACK, "/", [], 0)),
            ('3/custom,456[1,"2"]', Packet(ACK, "/custom", [1, "2"], 456)),
        ):
            self.assertEqual(self.read(text), packet, text)

    def test_invalid_packet_is_refused(self) -> None:
        """Of each type, and without one."""
        for text in (
            "",
            "abc",
            "7",
            "²",
            "2",
            "2{}",
            "2[]",
            "2[null]",
            "2[true]",
            "2[1.5]",
            '2["connect"]',
            '2["disconnecting"]',
            '2abc["a"]',
            '2["a"',
            '2["a"]x',
            '2["a",NaN]',
            '2["a",-Infinity]',
            '2["a\x01"]',
            "0[]",
            '0"a"',
            "05{}",
            "1{}",
            "11",
            "3[]",
            "31{}",
            "31",
            '4{"message":"no"}',
            '2٣["a"]',
            '212345678901234567["a"]',
            "5",
            '5["a"]',
            '5-["a"]',
            '59-["a"]',
            '5100-["a"]',
            f"0/{'x' * MAX_NAMESPACE},",
            "2" + "[" * 50_000,
        ):
            with self.assertRaises(PacketError, msg=text[:20]):
                Decoder().text(text)

    def test_binary_packet_is_complete_with_its_last_attachment(self) -> None:
        """The decoder can be used again."""
        decoder = Decoder()
        self.assertIsNone(decoder.text(f'52-7["a",{PLACES[1]},[{PLACES[0]}]]'))
        self.assertIsNone(decoder.binary(b"one"))
        packet = decoder.binary(b"two")
        self.assertEqual(packet, Packet(EVENT, "/", ["a", b"two", [b"one"]], 7))
        assert packet is not None
        self.assertTrue(packet.binary)
        # And again with the same decoder.
        self.assertIsNone(decoder.text(f'61-/x,8[{{"b":{PLACES[0]}}}]'))
        self.assertEqual(decoder.binary(b"3"), Packet(ACK, "/x", [{"b": b"3"}], 8))
        self.assertEqual(decoder.text('2["plain"]'), Packet(EVENT, "/", ["plain"]))

    def test_placeholder_in_a_text_packet_is_plain_data(self) -> None:
        """It has no attachments."""
        packet = self.read(f'2["a",{PLACES[0]}]')
        self.assertEqual(packet.data, ["a", {"_placeholder": True, "num": 0}])

    def test_unexpected_attachment_is_refused(self) -> None:
        """Or a missing one, or a placeholder without one."""
        decoder = Decoder()
        decoder.text(f'51-["a",{PLACES[0]}]')
        with self.assertRaises(PacketError):
            decoder.text('2["b"]')
        with self.assertRaises(PacketError):
            Decoder().binary(b"x")
        for place in (
            PLACES[1],
            '{"_placeholder":true}',
            '{"_placeholder":true,"num":-1}',
            '{"_placeholder":true,"num":"0"}',
            '{"_placeholder":true,"num":true}',
            f"{PLACES[0]},{PLACES[0]}",
        ):
            decoder = Decoder()
            decoder.text(f'51-["a",{place}]')
            with self.assertRaises(PacketError, msg=place):
                decoder.binary(b"x")

    def test_text_that_waits_for_attachments_has_a_limit(self) -> None:
        """In bytes; a packet without attachments may be longer."""
        text = '51-["%s"]'
        room = MAX_WAITING - len(text % "")
        for letter, size in (("x", 1), ("☃", 3)):
            self.assertIsNone(Decoder().text(text % (letter * (room // size))))
            with self.assertRaisesRegex(PacketError, "more than 65536 bytes of text"):
                Decoder().text(text % (letter * (room // size + 1)))
        self.read('2["%s"]' % ("x" * MAX_WAITING))

    def test_event_that_is_too_long_is_not_decoded(self) -> None:
        """Its ack id is, so that it can be answered; other packets are refused."""
        value = "x" * (MAX_EVENT - len('2["a",""]'))
        fits = Decoder().text(f'2["a","{value}"]')
        self.assertEqual(fits, Packet(EVENT, data=["a", value]))
        for text, number in (("2", None), ("212", 12)):
            packet = Decoder().text(text + "[" * MAX_EVENT)
            expected = Packet(EVENT, data=[""], id=number, is_too_long=True)
            self.assertEqual(packet, expected)
        for text in ("0{", "31[", "1"):
            with self.assertRaises(PacketError):
                Decoder().text(text + "[" * MAX_EVENT)

    def test_text_that_waits_for_attachments_is_not_decoded(self) -> None:
        """What is wrong with it is found with the last attachment."""
        decoder = Decoder()
        self.assertIsNone(decoder.text("51-[{},{}"))
        with self.assertRaisesRegex(PacketError, "invalid JSON"):
            decoder.binary(b"x")

    def test_deep_packet_is_refused(self) -> None:
        """Of each type that has data, with attachments and without."""
        deep = "[" * 600 + "]" * 600
        for text in (f'0{{"a":{deep}}}', f'2["a",{deep}]', f"31[{deep}]"):
            with self.assertRaisesRegex(PacketError, "nested more than 500"):
                Decoder().text(text)
        for text in (f'51-["a",{deep},{PLACES[0]}]', f"61-1[{deep},{PLACES[0]}]"):
            decoder = Decoder()
            decoder.text(text)
            with self.assertRaisesRegex(PacketError, "nested more than 500"):
                decoder.binary(b"x")

    def test_placeholder_at_the_greatest_depth_is_replaced(self) -> None:
        """Whatever was accepted can be completed."""
        decoder = Decoder()
        decoder.text('51-["a",' + "[" * 498 + PLACES[0] + "]" * 499)
        packet = decoder.binary(b"x")
        assert packet is not None
        value = packet.data[1]
        for _ in range(498):
            (value,) = value
        self.assertEqual(value, b"x")

    def test_attachments_over_the_limit_are_refused(self) -> None:
        """Their sizes are added."""
        decoder = Decoder(max_attached=10)
        decoder.text('52-["a"]')
        decoder.binary(b"123456")
        with self.assertRaisesRegex(PacketError, "of more than 10 bytes"):
            decoder.binary(b"12345")

    @given(st.lists(st.text() | st.binary(), max_size=6))
    def test_any_messages_are_packets_or_a_packet_error(
        self, messages: list[str | bytes]
    ) -> None:
        """Nothing else is raised."""
        decoder = Decoder()
        for message in messages:
            try:
                if isinstance(message, str):
                    decoder.text(message)
                else:
                    decoder.binary(message)
            except PacketError:
                return

    @given(
        st.from_regex(
            r"\A[0-7][0-9]{0,2}-?(/[a-z]*,?)?[0-9]{0,3}[ \n]?[\[{\"a-z0-9,\]}]*\Z"
        )
    )
    def test_almost_valid_text_is_a_packet_or_a_packet_error(self, text: str) -> None:
        """Nothing else is raised."""
        try:
            Decoder().text(text)
        except PacketError:
            return


class EventTextTests(unittest.SynchronousTestCase):
    """Events that are kept as they were received."""

    def test_event_is_made_again_from_its_text(self) -> None:
        """With its ack id, its blanks, and the text of its value."""
        for text in ('2["a"]', '27["a", {"b":  1}]', '20["\u00e9\\u00e9"]', "2[1]"):
            packet = Decoder().text(text)
            assert packet is not None
            again = event_of(event_text(packet))
            self.assertEqual(again, packet)
            self.assertEqual((again.text, again.binary), (packet.text, False))

    def test_event_with_attachments_stays_one(self) -> None:
        """They are not kept."""
        decoder = Decoder()
        decoder.text('51-7["a",{"_placeholder":true,"num":0}]')
        packet = decoder.binary(b"x")
        assert packet is not None
        again = event_of(event_text(packet))
        self.assertTrue(again.binary)
        self.assertEqual((again.id, again.data[0]), (7, "a"))
        empty = Decoder().text('50-["a"]')
        assert empty is not None
        self.assertTrue(event_of(event_text(empty)).binary is empty.binary)


class EncodeTests(unittest.SynchronousTestCase):
    """Packets from the server."""

    def test_packet_is_encoded(self) -> None:
        """Of each type, with and without each part."""
        for packet, text in (
            (Packet(CONNECT, "/", {"sid": "x"}), b'0{"sid":"x"}'),
            (Packet(CONNECT, "/custom", {"sid": "x"}), b'0/custom,{"sid":"x"}'),
            (Packet(DISCONNECT), b"1"),
            (Packet(DISCONNECT, "/custom"), b"1/custom,"),
            (
                Packet(CONNECT_ERROR, "/random", {"message": "Invalid namespace"}),
                b'4/random,{"message":"Invalid namespace"}',
            ),
            (Packet(EVENT, "/", ["a", "ü☃"]), '2["a","ü☃"]'.encode()),
            (Packet(EVENT, "/custom", ["a"], 1), b'2/custom,1["a"]'),
            (Packet(ACK, "/", [1, "2"], 456), b'3456[1,"2"]'),
        ):
            self.assertEqual(encode(packet), (text, []))

    def test_bytes_become_attachments(self) -> None:
        """Anywhere in the data, in order."""
        data = ["a", b"one", {"b": [bytearray(b"two")]}, memoryview(b"3")]
        text, attached = encode(Packet(EVENT, "/", data, 7))
        self.assertEqual(attached, [b"one", b"two", b"3"])
        self.assertEqual(
            text,
            f'53-7["a",{PLACES[0]},{{"b":[{PLACES[1]}]}},'
            '{"_placeholder":true,"num":2}]'.encode(),
        )
        text, attached = encode(Packet(ACK, "/", [b"x"], 8))
        self.assertEqual((text, attached), (f"61-8[{PLACES[0]}]".encode(), [b"x"]))

    def test_packet_that_cannot_be_sent_raises(self) -> None:
        """The application is notified at once."""
        with self.assertRaisesRegex(ValueError, "at most 8"):
            encode(Packet(EVENT, "/", ["a", *[b"x"] * (MAX_ATTACHMENTS + 1)]))
        with self.assertRaises(TypeError):
            encode(Packet(EVENT, "/", ["a", object()]))
        with self.assertRaises(ValueError):
            encode(Packet(EVENT, "/", ["a", float("nan")]))

    @given(
        st.lists(JSON | st.binary(max_size=8), max_size=5),
        st.none() | st.integers(0, 10**15),
        st.sampled_from(("/", "/custom")),
    )
    def test_encoded_packet_is_decoded_to_the_same(
        self, args: list[Any], ack: int | None, name: str
    ) -> None:
        """With its attachments."""
        packet = Packet(EVENT, name, ["event", *args], ack)
        text, attached = encode(packet)
        decoder = Decoder()
        found = decoder.text(text.decode())
        for data in attached:
            self.assertIsNone(found)
            found = decoder.binary(data)
        if not any("_placeholder" in str(arg) for arg in args):
            self.assertEqual(found, packet)


class JsonTests(unittest.SynchronousTestCase):
    """JSON values, as they are sent and received."""

    def test_lone_surrogate_is_escaped(self) -> None:
        """It cannot be encoded as UTF-8."""
        self.assertEqual(dump_json({"a": "\ud800"}), '{"a": "\\ud800"}')
        self.assertEqual(parse_json(dump_json(["\ud800ü"])), ["\ud800ü"])

    def test_json_never_contains_the_separator_of_polling(self) -> None:
        """It is a control character."""
        self.assertNotIn("\x1e", dump_json(["\x1e"]))

    def test_raw_argument_is_the_json_as_received(self) -> None:
        """Every digit and every space."""
        for value in (
            "1.50",
            "1e400",
            "123456789012345678901234567890",
            '{"b":1, "a":2,"a":3}',
            '"\\u00fc\\ud800"',
            "[ ]",
            "null",
        ):
            for text in (
                f'2["chat",{value}]',
                f'2[ "chat" , {value} , 1 ]',
                f'2 \n["chat",{value}]',
            ):
                packet = Decoder().text(text)
                assert packet is not None
                self.assertEqual(raw_argument(packet), value)

    @given(JSON, st.sampled_from(("", " ", "\n\t ")))
    def test_raw_argument_ends_where_its_value_ends(
        self, value: Any, space: str
    ) -> None:
        """Whatever the value and the white space around it."""
        raw = json.dumps(value)
        packet = Decoder().text(f'2[{space}"x,]"{space},{space}{raw}{space}]')
        assert packet is not None
        self.assertEqual(raw_argument(packet), raw)
