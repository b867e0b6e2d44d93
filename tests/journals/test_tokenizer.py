"""Tests of twisted_chat.journals.tokenizer; the contract of journals has more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.journals.tokenizer import MAX_PARTS, asked, matches, spelled_out


class WordsTests(SynchronousTestCase):
    """What ``\\search`` takes for a word."""

    def test_plain_text_stays_the_same_object(self) -> None:
        """Text of scripts with spaces takes no further room in the store."""
        for text in ("plain", "Größe", "привет"):
            self.assertIs(spelled_out(text), text)

    def test_a_word_may_be_a_phrase(self) -> None:
        """``\\search a.b`` finds a.b and a b, not a x b."""
        self.assertEqual(asked("A.b C"), ["A b", "C"])
        self.assertTrue(matches("see a b, c", asked("a.b c")))
        self.assertFalse(matches("see a x b, c", asked("a.b c")))

    def test_a_search_is_bounded(self) -> None:
        """A search of a thousand words costs what one of a few dozen does."""
        self.assertEqual(len(asked("word " * 1000)), MAX_PARTS)

    def test_a_word_is_the_same_in_every_company(self) -> None:
        """A word is found whatever stands beside it in the message."""
        for word in ("½", "ｗｉｄｅ", "ﾊﾟｽ", "cre\u0300me", "❤\ufe0f", "한국", "ﬁn"):
            for text in (f"{word} 茶 ｘ", f"茶{word}", f"a\u0301 {word}"):
                self.assertTrue(matches(text, asked(word)), (text, word))
                for part in asked(word):
                    self.assertIn(part, " ".join(asked(text)))

    @given(st.text(st.characters(categories=("L", "N")), min_size=1))
    def test_a_text_holds_its_own_words(self, text: str) -> None:
        """Whoever searches for a whole message finds it."""
        self.assertTrue(matches(text, asked(text)))
