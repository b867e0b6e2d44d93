"""Long texts, cut into lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.formatting import CUT
from twisted_chat.clients.irc.message_lines import cut, text_lines

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


class CutTests(SynchronousTestCase):
    """No part is too long, and together they are the text."""

    @given(st.text(max_size=300), st.integers(8, 100))
    def test_parts_are_the_text(self, text: str, most: int) -> None:
        """Whatever its characters."""
        parts = list(cut(text, most))
        self.assertEqual("".join(parts), text)
        for part in parts:
            self.assertLessEqual(len(part.encode("utf-8", "replace")), most)

    def test_text_that_fits_is_one_part(self) -> None:
        """To the byte."""
        self.assertEqual(list(cut("ä" * 5, 10)), ["ä" * 5])
        self.assertEqual(list(cut("ä" * 5, 9)), ["ä" * 4, "ä"])

    def test_characters_stay_whole(self) -> None:
        """With their accents, and pictures that are joined."""
        self.assertEqual(list(cut("abce\u0301", 5)), ["abc", "e\u0301"])
        parts = list(cut("x" * 10 + FAMILY, 22))
        self.assertEqual(parts, ["x" * 10, FAMILY])

    def test_endless_accents_are_cut(self) -> None:
        """Nothing is looked for far away."""
        parts = list(cut("e" + "\u0301" * 300, 100))
        self.assertEqual("".join(parts), "e" + "\u0301" * 300)

    def test_each_line_of_a_message_is_one(self) -> None:
        """An empty one is left out; a line that was cut as it was sent is two."""
        self.assertEqual(list(text_lines("a\n\nb", 20)), ["a", "b"])
        self.assertEqual(list(text_lines(f"a{CUT}b", 20)), ["a", "b"])
