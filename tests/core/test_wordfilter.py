"""Words that an operator does not want to be read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.wordfilter import WordFilter

words = st.lists(st.text(max_size=6), max_size=4)


class WordFilterTests(SynchronousTestCase):
    """``--filter-words`` masks whole words, however they are written."""

    def setUp(self) -> None:
        self.filter = WordFilter.parse(
            "# words of our own\ndarn\nbad apple # two words\n\n  heck  \nScheiße\n"
            "naïve\nдурак\nc++\n밥\n"
        )

    def masks(self, text: str, shown: str) -> None:
        """What is said, and what of it is shown."""
        self.assertEqual(self.filter.mask(text), shown)

    def test_any_case(self) -> None:
        """As many stars as the word has letters."""
        self.masks("darn it, DARN It, Darn.", "**** it, **** It, ****.")
        self.masks("heck!", "****!")
        self.masks("a bad apple a day", "a ********* a day")
        self.masks("a bad  \xa0apple a day", "a *********** a day")

    def test_whole_words_only(self) -> None:
        """A word within another one is left alone."""
        self.masks("darning darned undarn", "darning darned undarn")
        self.masks("bad pear", "bad pear")
        self.masks("darn_it", "darn_it")

    def test_signs_at_its_ends(self) -> None:
        """A word of the list may have signs in it."""
        self.masks("I like c++ and c", "I like *** and c")

    def test_full_width(self) -> None:
        """Full-width letters do not help."""
        self.masks("ｄａｒｎ", "****")
        self.masks("ＤＡＲＮ it", "**** it")

    def test_composed_letters(self) -> None:
        """Accents typed by themselves do not help, and count as what was typed."""
        self.masks("nai\u0308ve", "******")
        self.masks("NAÏVE", "*****")
        self.masks("ДУРАК дурачок", "***** дурачок")

    def test_letters_that_fold_to_two(self) -> None:
        """``ß`` is ``SS``: as many stars as were typed."""
        self.masks("Scheiße SCHEISSE", "******* ********")

    def test_korean_in_pieces(self) -> None:
        """Korean syllables may come as the letters that they are made of."""
        self.masks("밥", "*")
        self.masks("\u1107\u1161\u11b8", "***")
        self.masks("\u1107\u1161\u11b8\u1107\u1161", "\u1107\u1161\u11b8\u1107\u1161")

    def test_nothing_to_mask(self) -> None:
        """Without words, and without text, nothing changes."""
        self.assertEqual(WordFilter().mask("darn"), "darn")
        self.assertEqual(WordFilter(["", " "]).mask("darn"), "darn")
        self.masks("", "")
        self.masks("ordinary", "ordinary")

    @given(words, st.text(max_size=30))
    def test_lengths(self, listed: list[str], text: str) -> None:
        """Whatever is said and masked: as long as before, and only stars differ."""
        masked = WordFilter(listed).mask(text)
        self.assertEqual(len(masked), len(text))
        self.assertTrue(
            all(new in (old, "*") for old, new in zip(text, masked, strict=True))
        )

    @given(st.sampled_from(["darn", "heck", "bad apple"]), st.data())
    def test_a_word_is_never_left(self, word: str, data: st.DataObject) -> None:
        """In any mixture of cases and widths."""
        ways = [
            st.sampled_from(
                [letter, letter.upper(), _wide(letter), _wide(letter.upper())]
            )
            for letter in word
        ]
        typed = "".join(data.draw(way) for way in ways)
        self.masks(f"so {typed}, {typed}", f"so {'*' * len(word)}, {'*' * len(word)}")


def _wide(letter: str) -> str:
    return "\u3000" if letter == " " else chr(ord(letter) + 0xFEE0)
