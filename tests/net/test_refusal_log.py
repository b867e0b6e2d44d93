"""The log of refusals for which a header is the reason."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.logs import Log
from twisted_chat.net.refusal_log import MAX_LOGGED, MAX_SHOWN, RefusalLog, printable


class RefusalLogTests(SynchronousTestCase):
    """What any number of clients cannot fill."""

    def test_header_is_logged_once(self) -> None:
        """However often it is sent."""
        log, refusals = Log(self), RefusalLog()
        for header in ("a", "b", "a"):
            refusals.add(header, f"not {header}")
        self.assertEqual(log.lines(), ["client error: not a", "client error: not b"])

    def test_number_of_headers_is_bounded(self) -> None:
        """A client may invent any number."""
        log, refusals = Log(self), RefusalLog()
        for number in range(2 * MAX_LOGGED):
            refusals.add(str(number), "no")
        self.assertEqual(len(log.lines()), MAX_LOGGED)

    def test_header_becomes_a_part_of_one_short_line(self) -> None:
        """Whatever bytes it has."""
        self.assertEqual(printable(b"http://\x1b[2J\r\n\xff"), "http://?[2J???")
        self.assertEqual(printable(b"x" * 9999), "x" * MAX_SHOWN)
