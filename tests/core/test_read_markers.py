"""Tests of twisted_chat.core.read_markers."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.read_markers import ReadMarker


class ReadMarkerTests(SynchronousTestCase):
    """Markers, as they are stored and compared."""

    def test_stored_marker_is_the_same(self) -> None:
        """With or without a position."""
        for marker in (ReadMarker(1_000, "7-1"), ReadMarker(5), ReadMarker()):
            self.assertEqual(ReadMarker.of(str(marker)), marker)

    def test_marker_of_an_earlier_version_has_no_time(self) -> None:
        """It was a position alone."""
        self.assertEqual(ReadMarker.of("7-1"), ReadMarker(0, "7-1"))

    def test_only_a_later_marker_replaces_one(self) -> None:
        """Later in time or, at the same time, in position; and in neither earlier."""
        known = ReadMarker(10, "5")
        for marker, replaces in (
            (ReadMarker(11, "5"), True),
            (ReadMarker(10, "6"), True),
            (ReadMarker(11, "6"), True),
            (ReadMarker(10, "5"), False),
            (ReadMarker(9, "6"), False),
            (ReadMarker(11, "4"), False),
        ):
            self.assertIs(marker.replaces(known), replaces)
        self.assertTrue(ReadMarker(1).replaces(ReadMarker()))
        self.assertTrue(ReadMarker(1, "6").replaces(ReadMarker(0, "5")))
