"""Sanitizing: texts that are safe to show."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.texts.sanitize import (
    cut_label,
    is_blank,
    one_line,
    sanitize_label,
    sanitize_text,
)


class SanitizeTests(SynchronousTestCase):
    """No text can move a cursor or forge a line."""

    def test_line_end_of_any_kind_becomes_a_line_feed(self) -> None:
        """CR and LF together are one."""
        for end in ("\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"):
            self.assertEqual(sanitize_text(f"a{end}b"), "a\nb", ascii(end))
            self.assertEqual(sanitize_text(f"a{end}{end} b"), "a\n\n b", ascii(end))
        self.assertEqual(sanitize_text("a\n\rb"), "a\n\nb")

    def test_indentation_and_blank_lines_are_kept(self) -> None:
        """A program is posted as it was pasted."""
        program = "def f(x):\n\tif x:\n\n\t    return 1\n    return 2"
        self.assertEqual(sanitize_text(program), program)
        self.assertEqual(sanitize_text("    indented\nlines"), "    indented\nlines")

    def test_blanks_at_the_ends_of_lines_are_removed(self) -> None:
        """So are empty lines at the end of the text; those at its beginning stay."""
        for text, sanitized in (
            ("a  \n b\t\n\u3000\n\n", "a\n b"),
            (" \n\t\r\n  a\n \nb ", "\n\n  a\n\nb"),
            ("a \x1b[K\nb\x07 \x00\n", "a\nb"),
            ("a\u202e \n\u202e\n", "a"),
            (" \n\n ", ""),
            (" a ", " a"),
        ):
            self.assertEqual(sanitize_text(text), sanitized, ascii(text))

    def test_sequence_without_an_end_hides_only_the_rest_of_its_line(self) -> None:
        """Though another line ends one."""
        for start in ("\x1b]0;x", "\x1bPx", "\x9d0;x", "\x901x"):
            lines = sanitize_text(f"a{start}\nb\nc\x07d").split("\n")
            self.assertEqual((lines[0][0], *lines[1:]), ("a", "b", "c d"))

    def test_label_is_one_line(self) -> None:
        """A blank stands for its line ends, and for tabs."""
        for text, sanitized in (
            ("a\nb", "a b"),
            ("a \r\n\n\t b\u2028", "a b"),
            ("bolt\t12", "bolt 12"),
            ("\n", ""),
        ):
            self.assertEqual(sanitize_label(text), sanitized, ascii(text))

    def test_control_character_between_words_becomes_a_blank(self) -> None:
        """So do several in a row."""
        formatting = (0x02, 0x03, 0x04, 0x0E, 0x0F, 0x11, 0x16, 0x1D, 0x1E, 0x1F)
        line_ends = (0x0A, 0x0B, 0x0C, 0x0D, 0x85)
        for code in (*range(0x20), *range(0x7F, 0xA0)):
            if code not in (0x09, 0x1B, *formatting, *line_ends):
                self.assertEqual(sanitize_text(f"a{chr(code)}b"), "a b", hex(code))
        self.assertEqual(sanitize_text("a\x00\x07\x7fb"), "a b")

    def test_control_character_beside_a_blank_or_at_an_end_is_removed(self) -> None:
        """Nothing was joined there."""
        for text, sanitized in (
            ("\x07a\x00", "a"),
            ("a \x00b", "a b"),
            ("a\x00\tb", "a\tb"),
            ("a\x07\n\x00b", "a\nb"),
        ):
            self.assertEqual(sanitize_text(text), sanitized, ascii(text))

    def test_tab_is_kept(self) -> None:
        """Tables and code are pasted."""
        self.assertEqual(sanitize_text("bolt\t12\t3.50"), "bolt\t12\t3.50")

    def test_bidi_controls_are_removed(self) -> None:
        """They have no width, so no blank is left."""
        for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A)):
            self.assertEqual(sanitize_text(f"a{chr(code)}b"), "ab", hex(code))

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
            self.assertEqual(sanitize_text(text), text)

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
            self.assertEqual(sanitize_text(text), sanitized, ascii(text))

    def test_cursor_moved_between_words_becomes_a_blank(self) -> None:
        """A progress display places its words by columns."""
        self.assertEqual(sanitize_text("one\x1b[10Gtwo\x1b[4Cthree"), "one two three")
        self.assertEqual(sanitize_text("one\x1b[2;5Htwo"), "one two")

    def test_formatting_codes_of_irc_are_removed(self) -> None:
        """With the numbers of their colours."""
        for text, sanitized in (
            ("\x02bold\x02 \x1dslanted\x0f", "bold slanted"),
            ("\x0304,12red\x03 on blue", "red on blue"),
            ("\x04ff0000red\x04", "red"),
            ("\x0312345", "345"),
        ):
            self.assertEqual(sanitize_text(text), sanitized, ascii(text))

    def test_wrongly_decoded_text_keeps_its_letters(self) -> None:
        """UTF-8 that was taken for Latin-1 has single C1 characters."""
        typed = "NAÏVE “yes” Ûber".encode().decode("latin-1")
        self.assertEqual(sanitize_text(typed), "NAÃ VE â yesâ Ã ber")

    def test_sanitizing_takes_linear_time(self) -> None:
        """Also many sequences that do not end: quadratic time would be many minutes."""
        for start in ("\x1b]", "\x1b[1", "\x9d1;", "\x901a", "\x9b1", "\x00", "\x03"):
            sanitize_text(start * 100_000)
        for start in (" ", "\n", " \n", "\t\x00", "\u0301"):
            sanitize_text(start * 100_000 + "x")

    def test_marks_on_one_character_are_bounded(self) -> None:
        """Invisible characters between them do not begin another stack."""
        self.assertEqual(
            sanitize_text("a" + "\u0301" * 300 + "b"), "a" + "\u0301" * 8 + "b"
        )
        self.assertEqual(sanitize_text("a" + "\u0301" * 8), "a" + "\u0301" * 8)
        stacked = sanitize_text("a" + ("\u0301" * 8 + "\u200d") * 9)
        self.assertEqual(stacked.count("\u0301"), 8)
        self.assertEqual(sanitize_text("👍" * 20 + "…" * 20), "👍" * 20 + "…" * 20)

    def test_sequences_of_keys_are_removed(self) -> None:
        """A terminal without line editing sends them for arrow and function keys."""
        for keys in ("\x1b[A", "\x1bOP", "\x1b[3~", "\x1b[1;5C", "\x1b[Z"):
            self.assertEqual(sanitize_text(f"a{keys}b"), "ab", ascii(keys))

    def test_text_without_anything_visible_is_blank(self) -> None:
        """White space, joiners, variation selectors, tags, signs without a shape."""
        for text in ("", "  ", "\u200b", "\u3164 \u2800", "\xad\u2060", "\U000e0041"):
            self.assertTrue(is_blank(text), ascii(text))
        for text in ("\ufff0\ufff8", "\U0001bca0", "\U0001d173\U0001d17a"):
            self.assertTrue(is_blank(text), ascii(text))

    def test_text_with_something_visible_is_not_blank(self) -> None:
        """Also if that is joined, or an accent alone."""
        for text in ("a", "\u200b.", "👩\u200d👧", "\u0301", "\ufffd", "\u0e01"):
            self.assertFalse(is_blank(text), ascii(text))

    def test_label_is_cut_to_its_bytes(self) -> None:
        """Between characters, with an ellipsis."""
        self.assertEqual(cut_label("x" * 200, 200), "x" * 200)
        self.assertEqual(cut_label("x" * 201, 200), "x" * 197 + "…")
        self.assertEqual(cut_label("ü" * 101, 200), "ü" * 98 + "…")

    def test_text_for_an_operator_is_one_line_with_escapes(self) -> None:
        """Nothing is left out, and letters of any script stay."""
        self.assertEqual(one_line("a\nb\x1b[A \udcff"), r"a\nb\x1b[A \udcff")
        self.assertEqual(one_line("gr\u00fc\u00df \u4f60"), "gr\u00fc\u00df \u4f60")

    def test_lone_surrogate_becomes_a_replacement_character(self) -> None:
        """JSON can spell it, and UTF-8 cannot encode it."""
        self.assertEqual(sanitize_text("a\ud800b"), "a\ufffdb")
        sanitize_text("\udfff").encode()

    @given(st.text(st.characters(exclude_categories=())))
    def test_sanitizing_twice_changes_nothing(self, text: str) -> None:
        """A sanitized text can be encoded, and has no line end but the line feed."""
        sanitized = sanitize_text(text)
        self.assertEqual(sanitize_text(sanitized), sanitized)
        lines = sanitized.split("\n") if sanitized else []
        self.assertEqual(sanitized.encode().splitlines(), [x.encode() for x in lines])
        self.assertEqual(sanitized.splitlines(), lines)
        label = sanitize_label(text)
        self.assertEqual(sanitize_label(label), label)
        self.assertLessEqual(len(label.splitlines()), 1)
