"""Messages out of a client's frames."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from tests.protocols.memory import masked
from twisted_chat.wire.websocket_reader import (
    Broken,
    Goodbye,
    Message,
    MessageReader,
    Ping,
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
    """A client's frames for a message, in two parts if it is long enough."""
    if isinstance(message, Ping):
        return masked(0x89, message.payload)
    if isinstance(message, Goodbye):
        return masked(0x88, message.code.to_bytes(2, "big") + message.reason.encode())
    opcode = 1 if isinstance(message, str) else 2
    data = message.encode() if isinstance(message, str) else message
    if len(data) < cut:
        return masked(0x80 | opcode, data)
    return masked(opcode, data[:cut]) + masked(0x80, data[cut:])


class ReaderTests(unittest.SynchronousTestCase):
    """What one side says is what the other one hears."""

    @given(MESSAGES, st.integers(1, 50), st.integers(1, 50))
    def test_any_messages_in_any_pieces(
        self, messages: list[Message], cut: int, size: int
    ) -> None:
        """However they are cut into frames, and frames into segments."""
        reader = MessageReader(65536)
        data = b"".join(encode(message, cut) for message in messages)
        data += encode(Goodbye(4000, "ü"), 1)
        heard: list[Message] = []
        for start in range(0, len(data), size):
            heard += reader.feed(data[start : start + size])
        self.assertEqual(heard, [*messages, Goodbye(4000, "ü")])

    @given(st.binary(max_size=300), st.integers(1, 50))
    def test_any_bytes(self, data: bytes, size: int) -> None:
        """Noise ends in one clear reason, or waits for more; never otherwise."""
        reader = MessageReader(1000)
        try:
            for start in range(0, len(data), size):
                for message in reader.feed(data[start : start + size]):
                    if isinstance(message, Goodbye):
                        return
        except Broken as broken:
            self.assertIn(broken.code, (1002, 1007, 1009))

    def test_goodbye_between_parts(self) -> None:
        """Who has begun a message may still go, with its own code and reason."""
        for said_goodbye in (False, True):
            reader = MessageReader(65536)
            if said_goodbye:
                reader.said_goodbye()
            goodbye = Goodbye(1000, "enough")
            data = masked(0x01, b"begun") + encode(goodbye, 1) + masked(0x80, b"done")
            self.assertEqual(list(reader.feed(data)), [goodbye])

    def test_what_says_nothing_is_counted(self) -> None:
        """Pings, pongs and tiny parts; not messages, nor parts worth their frame."""
        reader = MessageReader(65536)
        list(reader.feed(masked(0x81, b"") + masked(0x82, b"x")))
        self.assertEqual(reader.small, 0)
        list(reader.feed(masked(0x89, b"") + masked(0x8A, b"") + masked(0x01, b"")))
        self.assertEqual(reader.small, 3)
        list(reader.feed(masked(0x00, b"x" * 64) + masked(0x80, b"")))
        self.assertEqual(reader.small, 3)
