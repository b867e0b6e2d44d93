"""Durations as they are typed, and what is left of them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.replies import Refused
from twisted_chat.core.texts.durations import (
    ENDLESS,
    FOREVER,
    Duration,
    duration_in,
    end_text,
    is_over,
    remaining_text,
)

NOW = 1_700_000_000_000


class DurationTests(SynchronousTestCase):
    """``30s``, ``10m``, ``2h``, ``7d``."""

    def test_each_unit_is_understood(self) -> None:
        """In any case, and shown as typed."""
        for word, seconds in (("30s", 30), ("10m", 600), ("2h", 7200), ("7d", 604_800)):
            self.assertEqual(duration_in(word), Duration(word, seconds))
            self.assertEqual(duration_in(word.upper()), Duration(word, seconds))
        self.assertEqual(duration_in("007d"), Duration("7d", 604_800))

    def test_other_words_are_no_durations(self) -> None:
        """They may be the beginning of a reason."""
        for word in ("", "10", "m", "10 m", "10min", "-5m", "1.5h", "\u0661m", "spam"):
            self.assertIs(duration_in(word), None, word)

    def test_impossible_durations_are_refused(self) -> None:
        """Not taken for a reason."""
        for word in ("0s", "36501d", "999999999999d"):
            refused = self.assertRaises(Refused, duration_in, word)
            self.assertEqual(refused.code, "usage")
        self.assertIsNot(duration_in("36500d"), None)

    def test_end_follows_from_the_beginning(self) -> None:
        """Without a duration there is none."""
        self.assertEqual(Duration("10m", 600).end(NOW), NOW + 600_000)
        self.assertEqual(ENDLESS.end(NOW), FOREVER)

    def test_end_comes_once_it_is_reached(self) -> None:
        """One that never comes does not."""
        self.assertFalse(is_over(NOW + 1, NOW))
        self.assertTrue(is_over(NOW, NOW))
        self.assertFalse(is_over(FOREVER, NOW))

    def test_what_is_left_is_shown_in_the_largest_unit(self) -> None:
        """Never as nothing."""
        for left, shown in (
            (1, "1s"),
            (59_999, "59s"),
            (60_000, "1m"),
            (599_000, "9m"),
            (7_200_000, "2h"),
            (86_400_000 * 7, "7d"),
        ):
            self.assertEqual(remaining_text(NOW + left, NOW), shown)

    def test_end_is_shown_to_the_minute(self) -> None:
        """In UTC."""
        self.assertEqual(end_text(NOW), "2023-11-14 22:13 UTC")
