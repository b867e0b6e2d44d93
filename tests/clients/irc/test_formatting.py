"""Formatting codes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.formatting import CODES, formatted, unformatted

TEXTS = st.text(
    st.sampled_from("ab1, \t\n\x01\x07\x1b[m\u202e\ufdd0") | st.sampled_from(CODES)
)


class FormattingTests(SynchronousTestCase):
    """Codes stay for IRC clients; nothing else that is harmful does."""

    def test_codes_are_kept(self) -> None:
        """With their colours."""
        for text in ("\x02bold\x02", "a \x0304,01red\x0f b", "\x1d\x1fboth"):
            self.assertEqual(formatted(text), text)
        self.assertIsNone(formatted("plain"))

    def test_everyone_else_is_shown_the_text(self) -> None:
        """Without them."""
        self.assertEqual(unformatted("a \x0304,01red\x0f \x02b\x02"), "a red b")

    def test_other_control_characters_are_removed(self) -> None:
        """As from every text."""
        self.assertEqual(formatted("\x02a\x1b[31mb\x02\x07"), "\x02ab\x02")
        self.assertEqual(formatted("\x02\u202ea\ufdd0b"), "\x02ab")

    @given(TEXTS)
    def test_what_is_left_is_harmless(self, text: str) -> None:
        """Whatever was sent."""
        shown = formatted(text)
        if shown is not None:
            for code in CODES:
                shown = shown.replace(code, "")
            self.assertTrue(shown.replace("\n", "").replace("\t", "").isprintable())
