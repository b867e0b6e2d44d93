"""Framings: how each transport encodes Engine.IO packets."""

from __future__ import annotations

from twisted.trial import unittest

from twisted_chat.engineio.framing import POLLING, WEBSOCKET, reframe
from twisted_chat.websocket.frames import frame_binary, frame_text


class FramingTests(unittest.SynchronousTestCase):
    """How each transport encodes packets."""

    def test_packets_are_frames_or_records(self) -> None:
        """Packets, text and binary messages."""
        self.assertEqual(WEBSOCKET.text(b"hi"), b"\x81\x034hi")
        self.assertEqual(WEBSOCKET.binary(b"hi"), b"\x82\x02hi")
        self.assertEqual(WEBSOCKET.packet(b"2"), b"\x81\x012")
        self.assertEqual(POLLING.text(b"hi"), b"4hi\x1e")
        self.assertEqual(POLLING.binary(b"hi"), b"baGk=\x1e")
        self.assertEqual(POLLING.packet(b"2"), b"2\x1e")


class ReframeTests(unittest.SynchronousTestCase):
    """What was encoded for polling can be sent after an upgrade."""

    def test_record_becomes_a_frame(self) -> None:
        """Of text or of binary data."""
        self.assertEqual(
            reframe(b"4a\x1ebAQI=\x1e2\x1e"),
            frame_text(b"4a") + frame_binary(b"\x01\x02") + frame_text(b"2"),
        )

    def test_frames_among_records_stay_as_they_are(self) -> None:
        """Whatever they contain, and however long they are."""
        for size in (0, 1, 30, 125, 126, 7680, 65535, 65536):
            frame = frame_binary(b"\x1e" * size)
            self.assertEqual(
                reframe(frame + b"4a\x1e" + frame + frame),
                frame + frame_text(b"4a") + frame + frame,
            )
