"""Sanitizing: texts that are safe to show."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.sanitize import is_blank, sanitize


class SanitizeTests(SynchronousTestCase):
    """No text can move a cursor or forge a line."""

    def test_control_characters_bidi_controls_and_separators_are_removed(self) -> None:
        """Each of them."""
        for code in (
            *range(0x20),
            *range(0x7F, 0xA0),
            0x2028,
            0x2029,
            *range(0x202A, 0x202F),
            *range(0x2066, 0x206A),
        ):
            self.assertEqual(sanitize(f"a{chr(code)}b"), "ab", hex(code))

    def test_visible_text_is_kept(self) -> None:
        """Letters of every script, accents, emoji with their joiners, and spaces."""
        for text in (
            "",
            "plain text",
            "naïve Ελληνικά русский 中文 हिन्दी עברית العربية",
            "👩\u200d👩\u200d👧 ❤\ufe0f",
            "e\u0301",
            "no\u00a0break  two",
            "right \u200eto\u200f left",
            "\ufffd",
        ):
            self.assertEqual(sanitize(text), text)

    def test_escape_sequence_loses_its_escape(self) -> None:
        """A colour code becomes harmless letters."""
        self.assertEqual(sanitize("\x1b[31mred\x1b[0m\x07"), "[31mred[0m")

    def test_sequences_of_keys_are_removed(self) -> None:
        """A terminal without line editing sends them for arrow and function keys."""
        for keys in ("\x1b[A", "\x1bOP", "\x1b[3~", "\x1b[1;5C", "\x1b[Z"):
            self.assertEqual(sanitize(f"a{keys}b"), "ab", ascii(keys))

    def test_text_without_anything_visible_is_blank(self) -> None:
        """White space, joiners, variation selectors and tags."""
        for text in ("", "  ", "\u200b", "\u3164 \u2800", "\xad\u2060", "\U000e0041"):
            self.assertTrue(is_blank(text), ascii(text))

    def test_text_with_something_visible_is_not_blank(self) -> None:
        """Also if that is joined, or an accent alone."""
        for text in ("a", "\u200b.", "👩\u200d👧", "\u0301", "\ufffd", "\u0e01"):
            self.assertFalse(is_blank(text), ascii(text))

    def test_lone_surrogate_becomes_a_replacement_character(self) -> None:
        """JSON can spell it, and UTF-8 cannot encode it."""
        self.assertEqual(sanitize("a\ud800b"), "a\ufffdb")
        sanitize("\udfff").encode()

    @given(st.text(st.characters(exclude_categories=())))
    def test_sanitizing_twice_changes_nothing(self, text: str) -> None:
        """A sanitized text can be encoded, and is one line."""
        sanitized = sanitize(text)
        self.assertEqual(sanitize(sanitized), sanitized)
        self.assertLessEqual(len(sanitized.encode().splitlines()), 1)
        self.assertLessEqual(len(sanitized.splitlines()), 1)
