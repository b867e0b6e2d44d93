"""What follows ``\\history``: numbers, times and positions."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.replies import Refused
from twisted_chat.core.routes.past import asked_history, point

NOON = 1_795_694_400
"""2026-11-26 12:00 UTC."""

HOUR = 3_600_000


class AskedHistoryTests(SynchronousTestCase):
    """The words of the route."""

    def test_number_and_point_are_optional(self) -> None:
        """However the words were split."""
        for words, asked in (
            ((), (None, "")),
            (("20", "", ""), (20, "")),
            (("20", "before", "2026-11-26 10:00"), (20, "2026-11-26 10:00")),
            (("before", "2026-11-26", "10:00"), (None, "2026-11-26 10:00")),
            (("BEFORE", "x-1", ""), (None, "x-1")),
        ):
            self.assertEqual(asked_history(words), asked)

    def test_anything_else_is_refused(self) -> None:
        """With the usage."""
        for words in (("20", "after", "10:00"), ("20", "before"), ("1", "2")):
            with self.assertRaises(Refused) as caught:
                asked_history(words)
            self.assertIn("[N] [before WHEN]", str(caught.exception))


class PointTests(SynchronousTestCase):
    """Times and positions."""

    def test_time_is_in_utc(self) -> None:
        """With a date, or the last time that the clock showed it."""
        noon = NOON * 1000
        for text, time in (
            ("2026-11-26 12:00", noon),
            ("2026-11-26T12:00:00Z", noon),
            ("2026-11-26 10:30", noon - HOUR * 3 // 2),
            ("2026-11-26", noon - 12 * HOUR),
            ("12:00", noon),
            ("9:15:30", noon - 3 * HOUR + 15 * 60_000 + 30_000),
            ("12:01", noon - 24 * HOUR + 60_000),
            ("0001-01-01", 0),
        ):
            self.assertEqual(point(text, NOON), time, text)

    def test_other_words_are_refused(self) -> None:
        """With what is understood, rather than finding nothing."""
        for text in ("yesterday", "5pm", "last week", "31.12.2025", "20260131"):
            with self.assertRaises(Refused) as caught:
                point(text, NOON)
            self.assertEqual(
                str(caught.exception),
                f"{text} is neither a time nor an id "
                r"(try \history before 2026-01-31 18:00)",
            )

    def test_position_is_taken_as_it_is(self) -> None:
        """Of whatever store."""
        for text in ("8b0f2d87-0000000000000005", "1795694400000-000000000000005"):
            self.assertEqual(point(text, NOON), text)

    def test_what_is_neither_is_refused(self) -> None:
        """With an example."""
        for text in ("25:00", "2026-13-01", "10:00 am", "a b", "x" * 65, "ü"):
            with self.assertRaises(Refused) as caught:
                point(text, NOON)
            self.assertIn("neither a time nor an id", str(caught.exception))
