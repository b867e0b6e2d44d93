"""The word filter of ``--filter-words``."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.texts.wordfilter import WordFilter

words = st.lists(st.text(max_size=6), max_size=4)


class WordFilterTests(SynchronousTestCase):
    """Whole words of the list are masked, in any case and width."""

    def setUp(self) -> None:
        self.filter = WordFilter.parse(
            "# words of our own\ndarn\nbad apple # two words\n\n  heck  \nScheiße\n"
            "naïve\nдурак\nc++\n밥\n"
        )

    def assert_masked(self, text: str, masked: str) -> None:
        """A text is masked like this."""
        self.assertEqual(self.filter.mask(text), masked)

    def test_words_and_phrases_are_masked_in_any_case(self) -> None:
        """With a star for each character."""
        self.assert_masked("darn it, DARN It, Darn.", "**** it, **** It, ****.")
        self.assert_masked("heck!", "****!")
        self.assert_masked("a bad apple a day", "a ********* a day")
        self.assert_masked("a bad  \xa0apple a day", "a *********** a day")

    def test_word_within_another_is_kept(self) -> None:
        """So is a part of a phrase."""
        self.assert_masked("darning darned undarn", "darning darned undarn")
        self.assert_masked("bad pear", "bad pear")

    def test_underscore_ends_a_word(self) -> None:
        """It is often typed for emphasis, or for a blank."""
        self.assert_masked("_darn_ darn_it", "_****_ ****_it")

    def test_invisible_characters_do_not_hide_a_word(self) -> None:
        """Those inside it are masked with it, those before it stay."""
        for code in (0x200B, 0xAD, 0x200D, 0xFEFF, 0x2060, 0x34F, 0xFE0F, 0xE0061):
            typed = f"\u200bd{chr(code)}ar{chr(code)}n!"
            self.assert_masked(typed, f"\u200b******{typed[-1]}")
        self.assert_masked("bad\u200b apple", "*" * 10)
        self.assert_masked("nai\u034f\u0308ve", "*" * 7)
        self.assertEqual(WordFilter(["da\xadrn"]).mask("darn"), "****")

    def test_turkish_letters_are_masked_in_any_case(self) -> None:
        """Their capitals are not those of other languages."""
        mask = WordFilter(["ıslak", "itik"]).mask
        for word in ("ıslak", "ISLAK", "Islak"):
            self.assertEqual(mask(word), "*****", word)
        for word in ("itik", "İTİK", "ITIK", "i\u0307tik"):
            self.assertEqual(mask(word), "*" * len(word), word)

    def test_word_with_punctuation_is_masked(self) -> None:
        """A word of the list may have other characters in it."""
        self.assert_masked("I like c++ and c", "I like *** and c")

    def test_full_width_letters_are_masked(self) -> None:
        """They do not evade the filter."""
        self.assert_masked("ｄａｒｎ", "****")
        self.assert_masked("ＤＡＲＮ it", "**** it")

    def test_composed_and_decomposed_letters_are_masked(self) -> None:
        """With a star for each character that was typed."""
        self.assert_masked("nai\u0308ve", "******")
        self.assert_masked("NAÏVE", "*****")
        self.assert_masked("ДУРАК дурачок", "***** дурачок")

    def test_letter_that_folds_to_two_is_masked(self) -> None:
        """``ß`` equals ``SS``; there are as many stars as characters were typed."""
        self.assert_masked("Scheiße SCHEISSE", "******* ********")

    def test_decomposed_korean_syllables_are_masked(self) -> None:
        """A syllable that continues is another one."""
        self.assert_masked("밥", "*")
        self.assert_masked("\u1107\u1161\u11b8", "***")
        self.assert_masked(
            "\u1107\u1161\u11b8\u1107\u1161", "\u1107\u1161\u11b8\u1107\u1161"
        )

    def test_phrase_across_lines_is_masked_and_the_lines_stay(self) -> None:
        """Each word on its own line, also with other letters around them."""
        mask = WordFilter(["bad apple"]).mask
        self.assertEqual(mask("a bad\n  apple\nb"), "a ***\n*******\nb")
        self.assertEqual(mask("é bad\napple é"), "é ***\n***** é")
        self.assertEqual(mask("bad\n\tapples"), "bad\n\tapples")

    def test_text_is_kept_without_words_to_mask(self) -> None:
        """An empty list masks nothing."""
        self.assertEqual(WordFilter().mask("darn"), "darn")
        self.assertEqual(WordFilter(["", " "]).mask("darn"), "darn")
        self.assert_masked("", "")
        self.assert_masked("ordinary", "ordinary")

    def test_longest_phrase_is_masked(self) -> None:
        """Of those that begin alike, whichever of them the text goes on with."""
        mask = WordFilter(["bad", "bad apple pie", "bad apple", "bad pear"]).mask
        self.assertEqual(mask("bad apple pie"), "*" * 13)
        self.assertEqual(mask("bad apple tart"), "********* tart")
        self.assertEqual(mask("bad bad pear bad plum"), "*** ******** *** plum")

    def test_sign_of_a_word_ends_it(self) -> None:
        """Unless a letter follows it, or precedes the first one."""
        mask = WordFilter(["c+", "+x", ".net"]).mask
        self.assertEqual(mask("c+ c+. c+d"), "** **. c+d")
        self.assertEqual(mask("+x a+x ++x"), "** a+x +**")
        self.assertEqual(mask(".net asp.net"), "**** asp.net")

    @given(
        st.lists(st.text("ab+ _\n", max_size=5), max_size=6),
        st.text("ab+ _\n", max_size=20),
    )
    def test_words_are_found_as_by_a_regular_expression(
        self, listed: list[str], text: str
    ) -> None:
        """One with an alternative for each word, which takes longer with each."""
        phrases = sorted(filter(None, map(str.strip, listed)), key=len, reverse=True)
        ways = [r"\s+".join(map(re.escape, phrase.split())) for phrase in phrases]
        # At one place the longest match counts, which here need not be the first.
        expected, at = list(text), 0
        while at < len(text):
            found = [
                match.end()
                for way in ways
                if (match := re.compile(rf"(?<![^\W_]){way}(?![^\W_])").match(text, at))
            ]
            end = max(found, default=at)
            expected[at:end] = re.sub(r"[^\n]", "*", text[at:end])
            at = max(end, at + 1)
        self.assertEqual(WordFilter(listed).mask(text), "".join(expected))

    @given(words, st.text(max_size=30))
    def test_masking_keeps_the_length_and_adds_only_stars(
        self, listed: list[str], text: str
    ) -> None:
        """For any words and any text."""
        masked = WordFilter(listed).mask(text)
        self.assertEqual(len(masked), len(text))
        self.assertTrue(
            all(new in (old, "*") for old, new in zip(text, masked, strict=True))
        )

    @given(st.sampled_from(["darn", "heck", "bad apple"]), st.data())
    def test_word_is_masked_in_any_mixture_of_cases_and_widths(
        self, word: str, data: st.DataObject
    ) -> None:
        """Each occurrence."""
        ways = [
            st.sampled_from(
                [letter, letter.upper(), _wide(letter), _wide(letter.upper())]
            )
            for letter in word
        ]
        typed = "".join(data.draw(way) for way in ways)
        self.assert_masked(
            f"so {typed}, {typed}", f"so {'*' * len(word)}, {'*' * len(word)}"
        )


def _wide(letter: str) -> str:
    return "\u3000" if letter == " " else chr(ord(letter) + 0xFEE0)
