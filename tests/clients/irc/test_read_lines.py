"""Read markers as lines."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.message import Message
from twisted_chat.clients.irc.read_lines import markread
from twisted_chat.core.read_markers import ReadMarker


class ReadLineTests(SynchronousTestCase):
    """How far a target is read."""

    def test_line_has_the_time(self) -> None:
        """Or a star, if it is not known, as for markers of earlier versions."""
        time = "timestamp=1970-01-01T00:00:00.007Z"
        for marker, value in (
            (ReadMarker(7, "x"), time),
            (ReadMarker(0, "x"), "*"),
            (None, "*"),
        ):
            self.assertEqual(
                markread("#tea", marker), Message("MARKREAD", ("#tea", value))
            )
