"""The frames that a server sends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest
from websockets.frames import Close, Frame, Opcode

from twisted_chat.websocket.frames import (
    accept_key,
    frame_binary,
    frame_close,
    frame_ping,
    frame_pong,
    frame_text,
    switching_protocols,
)


class FrameTests(unittest.SynchronousTestCase):
    """What is sent is what any WebSocket client reads."""

    def test_every_form_of_length(self) -> None:
        """Short, longer and huge messages arrive as they were."""
        for size in (0, 1, 125, 126, 127, 65535, 65536, 100_000):
            payload = b"x" * size
            for made, opcode in (
                (frame_text(payload), Opcode.TEXT),
                (frame_binary(payload), Opcode.BINARY),
            ):
                self.assertEqual(made, Frame(opcode, payload).serialize(mask=False))

    def test_control_frames(self) -> None:
        """A ping and its pong carry the same few bytes."""
        self.assertEqual(frame_ping(), b"\x89\x00")
        self.assertEqual(frame_pong(b"hi"), b"\x8a\x02hi")

    def test_close_without_a_code(self) -> None:
        """Goodbye without a word."""
        self.assertEqual(frame_close(), b"\x88\x00")

    @given(st.text(max_size=200))
    def test_a_reason_fits(self, reason: str) -> None:
        """A long reason is cut between two characters, never within one."""
        frame = frame_close(1008, reason)
        self.assertLessEqual(len(frame), 2 + 125)
        close = Close.parse(frame[2:])
        self.assertEqual(close.code, 1008)
        self.assertTrue(
            reason.encode("utf-8", "replace").startswith(close.reason.encode())
        )


class HandshakeTests(unittest.SynchronousTestCase):
    """How a handshake is answered."""

    def test_the_example_of_the_rfc(self) -> None:
        """The key of RFC 6455, section 1.3, gets the answer printed there."""
        key = b"dGhlIHNhbXBsZSBub25jZQ=="
        self.assertEqual(accept_key(key), b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        answer = switching_protocols(key, b"chat.json")
        self.assertTrue(answer.startswith(b"HTTP/1.1 101 "))
        self.assertTrue(
            answer.endswith(b"\r\nSec-WebSocket-Protocol: chat.json\r\n\r\n")
        )
