"""Points of a history, and limits."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.history_points import (
    MAX_MESSAGES,
    Point,
    parse_limit,
    parse_point,
)
from twisted_chat.core.replies import Refused


class PointTests(SynchronousTestCase):
    """What CHATHISTORY is given."""

    def test_point_is_an_id_or_a_time(self) -> None:
        """And nothing else."""
        self.assertEqual(parse_point("msgid=a=b"), Point(msgid="a=b"))
        self.assertEqual(
            parse_point("timestamp=1970-01-01T00:00:00.007Z"), Point(time=7)
        )
        for text in ("msgid=", "msgid", "*", "x=1", ""):
            self.assertRaises(Refused, parse_point, text)

    def test_limit_is_bounded(self) -> None:
        """0 stands for as many as there may be."""
        for text, limit in (("1", 1), ("0", MAX_MESSAGES), ("99999999", MAX_MESSAGES)):
            self.assertEqual(parse_limit(text), limit)
        for text in ("", "-1", "x", "1.5", "9" * 20):
            self.assertRaises(Refused, parse_limit, text)
