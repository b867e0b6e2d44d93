"""Detection of a connection's protocol: when the first bytes are looked at."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.protocol import Factory
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.detection import EAGER, Detection, Detector
from twisted_chat.net.first_bytes import MAX_FIRST_BYTES, Match, http_request


class Counting:
    """A detector that counts the bytes at which it looks."""

    def __init__(self) -> None:
        self.looked_at = 0

    def matches(self, first: bytes) -> Match:
        self.looked_at += len(first)
        return http_request(first)


class DetectionTests(SynchronousTestCase):
    """HTTP, or the fallback."""

    def setUp(self) -> None:
        self.http, self.fallback = Factory(), Factory()
        self.counting = Counting()
        self.table = (Detector("http", self.counting.matches, self.http),)

    def detection(self) -> Detection:
        return Detection(self.table, self.fallback)

    def test_looks_take_time_linear_in_the_bytes(self) -> None:
        """Also if they arrive one by one."""
        for first in (b"x", b"GET /", b"\r", b"\n"):
            self.counting.looked_at = 0
            detection = self.detection()
            detection.add(first)
            while len(detection.received) <= MAX_FIRST_BYTES:
                self.assertIsNone(detection.add(first[-1:]))
            self.assertLess(self.counting.looked_at, 4 * MAX_FIRST_BYTES)

    def test_whole_line_decides_at_once(self) -> None:
        """However long it is, and wherever it is cut."""
        for size in (1, EAGER, EAGER + 1, 1000):
            for line, factory in (
                (b"GET /" + b"x" * size + b" HTTP/1.1", self.http),
                (b"hello" * size, self.fallback),
            ):
                for end in (b"\r\n", b"\n"):
                    for cut in range(len(line), len(line + end)):
                        detection = self.detection()
                        found = detection.add((line + end)[:cut])
                        if found is None:
                            found = detection.add((line + end)[cut:])
                        self.assertIs(found, factory)

    @given(st.lists(st.sampled_from((b"GET /", b"a", b" ", b"x" * 70, b" HTTP/1.1"))))
    def test_guess_does_not_depend_on_the_cuts(self, pieces: list[bytes]) -> None:
        """It considers all that was received."""
        detection, whole = self.detection(), self.detection()
        whole.add(b"".join(pieces))
        for piece in pieces:
            detection.add(piece)
        self.assertIs(detection.guess(), whole.guess())
        self.assertEqual(detection.is_likely, whole.is_likely)
