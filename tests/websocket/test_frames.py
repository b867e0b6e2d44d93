"""Frames of a WebSocket server."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest
from websockets.frames import Close, Frame, Opcode

from twisted_chat.websocket.frames import (
    frame_binary,
    frame_close,
    frame_ping,
    frame_pong,
    frame_text,
)


class FrameTests(unittest.SynchronousTestCase):
    """Any WebSocket client reads these frames as they were meant."""

    def test_frame_has_the_shortest_form_of_length(self) -> None:
        """As the ``websockets`` library makes it."""
        for size in (0, 1, 125, 126, 127, 65535, 65536, 100_000):
            payload = b"x" * size
            for made, opcode in (
                (frame_text(payload), Opcode.TEXT),
                (frame_binary(payload), Opcode.BINARY),
            ):
                self.assertEqual(made, Frame(opcode, payload).serialize(mask=False))

    def test_ping_and_pong_carry_a_payload(self) -> None:
        """It may be empty."""
        self.assertEqual(frame_ping(), b"\x89\x00")
        self.assertEqual(frame_pong(b"hi"), b"\x8a\x02hi")

    def test_close_frame_may_have_no_code(self) -> None:
        """Then it is empty."""
        self.assertEqual(frame_close(), b"\x88\x00")

    @given(st.text(max_size=200))
    def test_long_reason_is_cut_between_characters(self, reason: str) -> None:
        """A control frame has at most 125 bytes."""
        frame = frame_close(1008, reason)
        self.assertLessEqual(len(frame), 2 + 125)
        close = Close.parse(frame[2:])
        self.assertEqual(close.code, 1008)
        self.assertTrue(
            reason.encode("utf-8", "replace").startswith(close.reason.encode())
        )
