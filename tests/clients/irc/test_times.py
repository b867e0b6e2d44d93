"""Times as IRC has them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.times import parse_time, server_time
from twisted_chat.core.replies import Refused


class TimeTests(SynchronousTestCase):
    """They have milliseconds, and are in UTC."""

    def test_time_is_formatted_and_parsed(self) -> None:
        """Without loss."""
        for milliseconds, text in (
            (0, "1970-01-01T00:00:00.000Z"),
            (1_700_000_000_007, "2023-11-14T22:13:20.007Z"),
        ):
            self.assertEqual(server_time(milliseconds), text)
            self.assertEqual(parse_time(f"timestamp={text}"), milliseconds)
        self.assertEqual(parse_time("timestamp=1970-01-01T00:00:01Z"), 1000)

    def test_other_texts_are_refused(self) -> None:
        """Also times that do not exist."""
        for text in (
            *("", "*", "timestamp=", "timestamp=*", "2023-11-14T22:13:20.007Z"),
            *("timestamp=2023-13-01T00:00:00.000Z", "timestamp=2023-11-14"),
            *("msgid=2023-11-14T22:13:20.007Z", "timestamp=2023-11-14T22:13:20.007"),
        ):
            refused = self.assertRaises(Refused, parse_time, text)
            self.assertEqual(refused.code, "invalid_params")
