"""Messages of one line or several: their limits, and what they count as."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.events import CustomEvent, DirectMessage, Message, Quit
from twisted_chat.core.replies import Refused
from twisted_chat.core.texts.texts import (
    accepted_label,
    accepted_text,
    characters_shown,
    count_lines,
    cut_text,
    tokens_for,
)

SIZE = 16 * 1024


class AcceptedTextTests(SynchronousTestCase):
    """A message has up to 100 lines and 16 KiB."""

    def refused(self, text: str) -> str:
        with self.assertRaises(Refused) as caught:
            accepted_text(text)
        self.assertEqual(caught.exception.code, "too_long")
        return str(caught.exception)

    def test_text_of_100_lines_is_accepted(self) -> None:
        """Unchanged; one line more is refused, with the limit."""
        lines = ["" if n % 2 else f"\t{n}" for n in range(99)]
        text = "\n".join(["first", *lines])
        self.assertEqual(accepted_text(text), text)
        error = "the message has more than 100 lines: not sent"
        self.assertEqual(self.refused(text + "\r\nx"), error)

    def test_text_of_16_kib_is_accepted(self) -> None:
        """Of UTF-8; one byte more is refused, with the limit."""
        for text in ("x" * SIZE, "ü" * (SIZE // 2), "👋" * (SIZE // 4)):
            self.assertEqual(accepted_text(text), text)
            error = "the message is longer than 16384 bytes: not sent"
            self.assertEqual(self.refused(text + "x"), error)

    def test_what_is_removed_does_not_count(self) -> None:
        """Such as the colours of a build log, and blank lines at the end."""
        text = "\n".join(["x" * 150] * 100)
        coloured = "\r\n".join(["\x1b[1;31m" + "x" * 150 + "\x1b[0m  "] * 100)
        self.assertEqual(accepted_text(f"{coloured}\n\n \n"), text)

    def test_text_far_beyond_the_limit_is_refused_unseen(self) -> None:
        """Whatever would be left of it."""
        self.refused("\n" * (4 * SIZE + 1))

    def test_label_has_up_to_4096_bytes(self) -> None:
        """Like a line."""
        self.assertEqual(accepted_label("é\n" * 1365), " ".join("é" * 1365))
        for text in ("x" * 4097, "é\n" * 1366):
            with self.assertRaises(Refused) as caught:
                accepted_label(text)
            self.assertIn("4096 bytes", str(caught.exception))


class CutTextTests(SynchronousTestCase):
    """What a longer text is cut to."""

    def test_lines_and_bytes_are_cut(self) -> None:
        """Between characters."""
        self.assertEqual(cut_text("x\n" * 101), "\n".join("x" * 100))
        self.assertEqual(cut_text("x" + "ü" * SIZE), "x" + "ü" * (SIZE // 2 - 1))
        self.assertEqual(cut_text("a\n" + " " * SIZE + "b"), "a")
        self.assertEqual(cut_text("  a\r\nb"), "  a\nb")

    @given(st.lists(st.text() | st.just("x" * 3_000)).map("\n".join))
    def test_cut_text_is_accepted(self, text: str) -> None:
        """And one that is accepted is not cut."""
        cut = cut_text(text)
        self.assertEqual(accepted_text(cut), cut)
        with contextlib.suppress(Refused):
            self.assertEqual(accepted_text(text), cut)


class CharactersShownTests(SynchronousTestCase):
    """How much an event shows."""

    def test_names_before_lines_and_values_count(self) -> None:
        """A message of many short lines is long where each has its author."""
        for event, least in (
            (Message("r", "n", "x" * 50, "I"), 50),
            (Message("r", "n", "x" * 50, "I", "y" * 70), 120),
            (Message("r", "n", "\n".join("x" * 100), "I"), 99 * 66),
            (DirectMessage("n", "m", "x\ny", "I", "J"), 66),
            (CustomEvent("r", "n", "[1]", "I"), 3),
            (Quit("n", "I"), 0),
        ):
            self.assertGreaterEqual(characters_shown(event), least, event)
        self.assertEqual(characters_shown(Message("r", "n", "x" * 50, "I")), 50)


class CountLinesTests(SynchronousTestCase):
    """What a text counts as."""

    def test_text_counts_as_its_lines(self) -> None:
        """At least one, also if they end in unusual ways."""
        for text, count in (
            ("", 1),
            ("hi", 1),
            ("a\tb", 1),
            ("a\n\nb", 3),
            ("a\r\nb\x0bc\x0cd\u2028e\n\n", 5),
            ("x\n" * 100, 100),
            ("x\n" * 1000, 100),
        ):
            self.assertEqual(count_lines(text), count, ascii(text[:20]))

    def test_text_costs_a_token_for_each_line_or_each_4_kib(self) -> None:
        """Whichever is more; the value that it came from counts like the text."""
        for text, raw, tokens in (
            ("", None, 1),
            ("x" * 4096, None, 1),
            ("x" * 4097, None, 2),
            ("ü" * 2049, None, 2),
            ("x" * SIZE, None, 4),
            ("\n".join(["x" * 163] * 100), None, 100),
            ("a\nb", None, 2),
            ("x", "x" * 65536, 16),
            ("", "{}", 1),
            ("\ud800" * 4097, None, 2),
        ):
            self.assertEqual(tokens_for(text, raw), tokens, ascii(text[:20]))

    @given(st.text(max_size=200))
    def test_accepted_text_counts_as_many_lines_as_are_shown(self, text: str) -> None:
        """However it is written."""
        text = accepted_text(text)
        self.assertEqual(count_lines(text), text.count("\n") + 1)
