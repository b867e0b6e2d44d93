"""Sanitizing: texts that are safe to show."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.sanitize import is_blank, sanitize, sanitize_label


class SanitizeTests(SynchronousTestCase):
    """No text can move a cursor or forge a line."""

    def test_control_character_between_words_becomes_a_blank(self) -> None:
        """So does a line end of any kind, and several in a row."""
        formatting = (0x02, 0x03, 0x04, 0x0E, 0x0F, 0x11, 0x16, 0x1D, 0x1E, 0x1F)
        for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029):
            if code not in (0x09, 0x1B, *formatting):
                self.assertEqual(sanitize(f"a{chr(code)}b"), "a b", hex(code))
        self.assertEqual(sanitize("disk full\nhost: db1"), "disk full host: db1")
        self.assertEqual(sanitize("a\r\n\x0b\x85\u2029b"), "a b")

    def test_control_character_beside_a_blank_or_at_an_end_is_removed(self) -> None:
        """Nothing was joined there."""
        for text, sanitized in (
            ("\x07a\n", "a"),
            ("a\r\n\r\n", "a"),
            ("a\n    b", "a    b"),
            ("a \x00b", "a b"),
            ("a\n\tb", "a\tb"),
            ("a\n\x00 b", "a b"),
        ):
            self.assertEqual(sanitize(text), sanitized, ascii(text))

    def test_tab_is_kept(self) -> None:
        """Tables and code are pasted; a name or a topic gets a blank instead."""
        self.assertEqual(sanitize("bolt\t12\t3.50"), "bolt\t12\t3.50")
        self.assertEqual(sanitize_label("bolt\t12"), "bolt 12")

    def test_bidi_controls_are_removed(self) -> None:
        """They have no width, so no blank is left."""
        for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A)):
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

    def test_escape_sequences_are_removed_whole(self) -> None:
        """Colours, titles, links, device strings, character sets; also unfinished."""
        for text, sanitized in (
            ("\x1b[31mred\x1b[0m\x07", "red"),
            ("\x1b[1m\x1b[32mok\x1b[0m", "ok"),
            ("\x1b[38;2;1;2;3mok\x1b[K", "ok"),
            ("\x1b[38:5:1mok\x1b[?25l\x1b[2 q", "ok"),
            ("\x9b31mred\x9b0m", "red"),
            ("\x1b]0;a title\x07ok", "ok"),
            ("\x1b]8;;http://a.example\x1b\\link\x1b]8;;\x1b\\", "link"),
            ("\x9d0;a title\x9cok", "ok"),
            ("\x1bP1$r0m\x1b\\ok", "ok"),
            ("\x901$r0m\x9cok", "ok"),
            ("\x1b(B\x1b[mok\x1b7\x1b8", "ok"),
            ("ok\x1b[3", "ok"),
            ("ok\x1b]0;a title", "ok"),
            ("ok\x1b", "ok"),
        ):
            self.assertEqual(sanitize(text), sanitized, ascii(text))

    def test_cursor_moved_between_words_becomes_a_blank(self) -> None:
        """A progress display places its words by columns."""
        self.assertEqual(sanitize("one\x1b[10Gtwo\x1b[4Cthree"), "one two three")
        self.assertEqual(sanitize("one\x1b[2;5Htwo"), "one two")

    def test_formatting_codes_of_irc_are_removed(self) -> None:
        """With the numbers of their colours."""
        for text, sanitized in (
            ("\x02bold\x02 \x1dslanted\x0f", "bold slanted"),
            ("\x0304,12red\x03 on blue", "red on blue"),
            ("\x04ff0000red\x04", "red"),
            ("\x0312345", "345"),
        ):
            self.assertEqual(sanitize(text), sanitized, ascii(text))

    def test_wrongly_decoded_text_keeps_its_letters(self) -> None:
        """UTF-8 that was taken for Latin-1 has single C1 characters."""
        typed = "NAÏVE “yes” Ûber".encode().decode("latin-1")
        self.assertEqual(sanitize(typed), "NAÃ VE â yesâ Ã ber")

    def test_sanitizing_takes_linear_time(self) -> None:
        """Also for many sequences that do not end."""
        for start in ("\x1b]", "\x1b[1", "\x9d1;", "\x901a", "\x9b1", "\x00", "\x03"):
            sanitize(start * 30_000)

    def test_marks_on_one_character_are_bounded(self) -> None:
        """Invisible characters between them do not begin another stack."""
        self.assertEqual(sanitize("a" + "\u0301" * 300 + "b"), "a" + "\u0301" * 8 + "b")
        self.assertEqual(sanitize("a" + "\u0301" * 8), "a" + "\u0301" * 8)
        stacked = sanitize("a" + ("\u0301" * 8 + "\u200d") * 9)
        self.assertEqual(stacked.count("\u0301"), 8)
        self.assertEqual(sanitize("👍" * 20 + "…" * 20), "👍" * 20 + "…" * 20)

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
