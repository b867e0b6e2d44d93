"""What people write, made safe to show."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.sanitize import is_blank, sanitize


class CleaningTests(SynchronousTestCase):
    """Nobody's text can move another's cursor or forge a line."""

    def test_what_is_removed(self) -> None:
        """Control characters, bidi overrides and line separators are not shown."""
        for code in (
            *range(0x20),
            *range(0x7F, 0xA0),
            0x2028,
            0x2029,
            *range(0x202A, 0x202F),
            *range(0x2066, 0x206A),
        ):
            self.assertEqual(sanitize(f"a{chr(code)}b"), "ab", hex(code))

    def test_what_stays(self) -> None:
        """Letters of every script, accents, emoji with their joiners, spaces."""
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

    def test_an_escape_sequence(self) -> None:
        """A colour code shows as harmless letters."""
        self.assertEqual(sanitize("\x1b[31mred\x1b[0m\x07"), "[31mred[0m")

    def test_what_cannot_be_seen(self) -> None:
        """White space and signs without a look are nothing; a joined emoji is not."""
        for text in ("", "  ", "\u200b", "\u3164 \u2800", "\xad\u2060", "\U000e0041"):
            self.assertTrue(is_blank(text), ascii(text))
        for text in ("a", "\u200b.", "👩\u200d👧", "\u0301", "\ufffd", "\u0e01"):
            self.assertFalse(is_blank(text), ascii(text))

    def test_lone_surrogates(self) -> None:
        """What JSON can spell and UTF-8 cannot is shown as U+FFFD."""
        self.assertEqual(sanitize("a\ud800b"), "a\ufffdb")
        sanitize("\udfff").encode()

    @given(st.text(st.characters(exclude_categories=())))
    def test_cleaning_twice_changes_nothing(self, text: str) -> None:
        """What was sanitized once is sanitize, can be sent, and is one line."""
        sanitized = sanitize(text)
        self.assertEqual(sanitize(sanitized), sanitized)
        self.assertLessEqual(len(sanitized.encode().splitlines()), 1)
        self.assertLessEqual(len(sanitized.splitlines()), 1)
