"""Engine.IO packets as frames, and records that become frames."""

from __future__ import annotations

from twisted.trial import unittest

from twisted_chat.engineio.frames import frame, polled, reframe
from twisted_chat.websocket.frames import frame_binary, frame_text


class MessageTests(unittest.SynchronousTestCase):
    """A message for either transport."""

    def test_both(self) -> None:
        """A frame for one, a record for the other."""
        self.assertEqual(frame(b"hi"), b"\x81\x034hi")
        self.assertEqual(polled(b"hi"), b"4hi\x1e")


class ReframeTests(unittest.SynchronousTestCase):
    """What was made for polling can still be sent after the upgrade."""

    def test_records(self) -> None:
        """Each record becomes a frame."""
        self.assertEqual(
            reframe(b"4a\x1ebAQI=\x1e2\x1e"),
            frame_text(b"4a") + frame_binary(b"\x01\x02") + frame_text(b"2"),
        )

    def test_among_frames(self) -> None:
        """Frames stay as they are, whatever is in them and however long."""
        for size in (0, 1, 30, 125, 126, 7680, 65535, 65536):
            frame = frame_binary(b"\x1e" * size)
            self.assertEqual(
                reframe(frame + b"4a\x1e" + frame + frame),
                frame + frame_text(b"4a") + frame + frame,
            )
