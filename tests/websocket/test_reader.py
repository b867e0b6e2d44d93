"""Messages out of a client's frames."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from tests.support.memory import masked
from twisted_chat.websocket.reader import Broken, Goodbye, Message, MessageReader, Ping

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

    def test_text_is_checked_as_it_comes(self) -> None:
        """What cannot become UTF-8 any more fails before its frame is whole."""
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
                with self.assertRaises(Broken) as caught:
                    list(reader.feed(frame[-5:-4]))
                self.assertEqual(caught.exception.code, 1007)

    def test_bytes_are_not(self) -> None:
        """Of a binary message any part may come alone, also after a text."""
        reader = MessageReader(65536)
        data = masked(0x01, "ü".encode()) + masked(0x80, b"")
        data += masked(0x02, b"\xff\xfe") + masked(0x80, b"\xfd\xfc")
        heard = [message for byte in data for message in reader.feed(bytes((byte,)))]
        self.assertEqual(heard, ["ü", b"\xff\xfe\xfd\xfc"])

    def test_refused_by_its_head(self) -> None:
        """Nobody waits for the rest of a frame that cannot be taken."""
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
            with self.assertRaises(Broken) as caught:
                list(MessageReader(1000).feed(head))
            self.assertEqual(caught.exception.code, code, head)

    def test_goodbye_between_parts(self) -> None:
        """Who has begun a message may still go, with its own code and reason."""
        goodbye = Goodbye(1000, "enough")
        data = masked(0x01, b"begun") + encode(goodbye, 1)
        self.assertEqual(list(MessageReader(65536).feed(data)), [goodbye])

    def test_what_says_nothing_is_counted(self) -> None:
        """Pings, pongs and tiny parts; not messages, nor parts worth their frame."""
        reader = MessageReader(65536)
        list(reader.feed(masked(0x81, b"") + masked(0x82, b"x")))
        self.assertEqual(reader.small, 0)
        list(reader.feed(masked(0x89, b"") + masked(0x8A, b"") + masked(0x01, b"")))
        self.assertEqual(reader.small, 3)
        list(reader.feed(masked(0x00, b"x" * 64) + masked(0x80, b"")))
        self.assertEqual(reader.small, 3)
