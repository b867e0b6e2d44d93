"""Tests of twisted_chat.journals.tokenizer; the contract of journals has more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.journals.tokenizer import MAX_TOKENS, matches, phrases_in, spaced


class TokenizerTests(SynchronousTestCase):
    """The words of a search."""

    def test_text_of_scripts_with_spaces_is_returned_as_it_is(self) -> None:
        """Such texts take no further space in the store."""
        for text in ("plain", "Größe", "привет"):
            self.assertIs(spaced(text), text)

    def test_word_with_punctuation_matches_its_parts_in_order(self) -> None:
        """``\\search a.b`` finds a.b and a b, not a x b."""
        self.assertEqual(phrases_in("A.b C"), ["A b", "C"])
        self.assertTrue(matches("see a b, c", phrases_in("a.b c")))
        self.assertFalse(matches("see a x b, c", phrases_in("a.b c")))

    def test_tokens_of_a_search_are_bounded(self) -> None:
        """A search for a thousand words costs no more than one for 64."""
        self.assertEqual(len(phrases_in("word " * 1000)), MAX_TOKENS)

    def test_word_matches_whatever_stands_beside_it(self) -> None:
        """Normalization of a word does not depend on its neighbours."""
        for word in ("½", "ｗｉｄｅ", "ﾊﾟｽ", "cre\u0300me", "❤\ufe0f", "한국", "ﬁn"):
            for text in (f"{word} 茶 ｘ", f"茶{word}", f"a\u0301 {word}"):
                self.assertTrue(matches(text, phrases_in(word)), (text, word))
                for part in phrases_in(word):
                    self.assertIn(part, " ".join(phrases_in(text)))

    @given(st.text(st.characters(categories=("L", "N")), min_size=1))
    def test_text_matches_all_of_its_own_words(self, text: str) -> None:
        """A search for a whole message finds it."""
        self.assertTrue(matches(text, phrases_in(text)))
