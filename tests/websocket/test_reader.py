"""The receiving side of a WebSocket server."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from tests.support.memory import masked
from twisted_chat.websocket.reader import (
    CloseFrame,
    Message,
    MessageReader,
    Ping,
    ProtocolError,
)

MESSAGES = st.lists(
    st.one_of(
        st.text(max_size=200),
        st.binary(max_size=200),
        st.builds(Ping, st.binary(max_size=125)),
    ),
    max_size=5,
)


def encode(message: Message, cut: int) -> bytes:
    """A client's frames for a message, in two fragments if it is long enough."""
    if isinstance(message, Ping):
        return masked(0x89, message.payload)
    if isinstance(message, CloseFrame):
        return masked(0x88, message.code.to_bytes(2, "big") + message.reason.encode())
    opcode = 1 if isinstance(message, str) else 2
    data = message.encode() if isinstance(message, str) else message
    if len(data) < cut:
        return masked(0x80 | opcode, data)
    return masked(opcode, data[:cut]) + masked(0x80, data[cut:])


class ReaderTests(unittest.SynchronousTestCase):
    """Bytes become messages."""

    @given(MESSAGES, st.integers(1, 50), st.integers(1, 50))
    def test_messages_are_read_however_they_are_split(
        self, messages: list[Message], cut: int, size: int
    ) -> None:
        """Into frames, and frames into segments."""
        reader = MessageReader(65536)
        data = b"".join(encode(message, cut) for message in messages)
        data += encode(CloseFrame(4000, "ü"), 1)
        received: list[Message] = []
        for start in range(0, len(data), size):
            received += reader.feed(data[start : start + size])
        self.assertEqual(received, [*messages, CloseFrame(4000, "ü")])

    @given(st.binary(max_size=300), st.integers(1, 50))
    def test_any_bytes_are_messages_or_a_protocol_error(
        self, data: bytes, size: int
    ) -> None:
        """Or an incomplete frame; nothing else is raised."""
        reader = MessageReader(1000)
        try:
            for start in range(0, len(data), size):
                for message in reader.feed(data[start : start + size]):
                    if isinstance(message, CloseFrame):
                        return
        except ProtocolError as error:
            self.assertIn(error.code, (1002, 1007, 1009))

    def test_invalid_utf8_fails_before_its_frame_is_complete(self) -> None:
        """At the first byte that cannot be part of UTF-8."""
        good, bad = "κόσμε".encode(), b"\xf4\x90"
        for before, frame in (
            (b"", masked(0x81, good + bad + b"more")),
            (b"", masked(0x01, good + bad + b"more")),
            (masked(0x01, good), masked(0x80, good + bad + b"more")),
        ):
            for size in (1, 3, 100):
                reader = MessageReader(65536)
                begun = before + frame[:-5]
                for start in range(0, len(begun), size):
                    self.assertEqual(list(reader.feed(begun[start : start + size])), [])
                with self.assertRaises(ProtocolError) as caught:
                    list(reader.feed(frame[-5:-4]))
                self.assertEqual(caught.exception.code, 1007)

    def test_binary_message_may_have_any_bytes(self) -> None:
        """Also after a text message."""
        reader = MessageReader(65536)
        data = masked(0x01, "ü".encode()) + masked(0x80, b"")
        data += masked(0x02, b"\xff\xfe") + masked(0x80, b"\xfd\xfc")
        received = [message for byte in data for message in reader.feed(bytes((byte,)))]
        self.assertEqual(received, ["ü", b"\xff\xfe\xfd\xfc"])

    def test_frame_is_refused_by_its_header(self) -> None:
        """Its payload is not waited for."""
        for head, code in (
            (b"\xc1\x85", 1002),
            (b"\x83\x85", 1002),
            (b"\x81\x05", 1002),
            (b"\x80\x85", 1002),
            (b"\x09\x85", 1002),
            (b"\x89\xfe\x00\x7e", 1002),
            (b"\x81\xfe\xff\xff", 1009),
            (b"\x82\xff" + b"\xff" * 8, 1009),
        ):
            with self.assertRaises(ProtocolError) as caught:
                list(MessageReader(1000).feed(head))
            self.assertEqual(caught.exception.code, code, head)

    def test_close_frame_may_come_between_fragments(self) -> None:
        """It has its own code and reason."""
        close = CloseFrame(1000, "enough")
        data = masked(0x01, b"begun") + encode(close, 1)
        self.assertEqual(list(MessageReader(65536).feed(data)), [close])

    def test_small_frames_are_counted(self) -> None:
        """Control frames and tiny fragments, but no whole messages."""
        reader = MessageReader(65536)
        list(reader.feed(masked(0x81, b"") + masked(0x82, b"x")))
        self.assertEqual(reader.small_frames, 0)
        list(reader.feed(masked(0x89, b"") + masked(0x8A, b"") + masked(0x01, b"")))
        self.assertEqual(reader.small_frames, 3)
        list(reader.feed(masked(0x00, b"x" * 64) + masked(0x80, b"")))
        self.assertEqual(reader.small_frames, 3)

    def test_nothing_is_read_after_the_end(self) -> None:
        """After a close frame, an error, or ``stop``."""
        text = masked(0x81, b"late")
        close = encode(CloseFrame(1000, ""), 1)
        reader = MessageReader(65536)
        self.assertEqual(len(list(reader.feed(close + text))), 1)
        self.assertEqual(list(reader.feed(text)), [])
        reader = MessageReader(65536)
        with self.assertRaises(ProtocolError):
            list(reader.feed(masked(0xC1, b"")))
        self.assertEqual(list(reader.feed(text)), [])
        reader = MessageReader(65536)
        reader.stop()
        self.assertEqual(list(reader.feed(text)), [])
