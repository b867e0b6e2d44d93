"""Tests of twisted_chat.journals.tokenizer; the contract of journals has more."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.journals.sqlite.schema import migrations
from twisted_chat.journals.tokenizer import (
    MAX_TOKENS,
    MAX_WORDS,
    folded,
    indexed_form,
    matches,
    phrases_in,
)

LETTERS = st.sampled_from(
    "aAzéÉßẞıİiёЁйеΣσςά²½ﬁœſ茶ガ한שׁمُّـ\u0301\u0307\u200b _-.'"
) | st.characters(exclude_categories=("Cc", "Cs"))


class TokenizerTests(SynchronousTestCase):
    """The words of a search."""

    def test_text_of_scripts_with_spaces_is_returned_as_it_is(self) -> None:
        """Such texts take no further space in the store."""
        for text in ("plain", "Plain", "Привет", "Σαββατο"):
            self.assertIs(indexed_form(text), text)
        for text in ("Größe", "ёлка", "ΟΔΟΣ", "茶", "Ꮉ"):
            self.assertEqual(indexed_form(text), folded(text).strip())

    @given(st.text())
    def test_folding_a_folded_text_changes_no_word(self, text: str) -> None:
        """Searches and messages are folded alike."""
        self.assertEqual(folded(folded(text)).split(), folded(text).split())

    def test_word_with_punctuation_matches_its_parts_in_order(self) -> None:
        """``\\search a.b`` finds a.b and a b, not a x b."""
        self.assertEqual(phrases_in("A.b C"), ["a b", "c"])
        self.assertTrue(matches("see a b, c", phrases_in("a.b c")))
        self.assertFalse(matches("see a x b, c", phrases_in("a.b c")))

    def test_words_of_a_search_are_bounded(self) -> None:
        """The first eight count, and of those 64 characters without spaces."""
        words = [f"w{n}" for n in range(10, 1000)]
        self.assertEqual(phrases_in(" ".join(words)), words[:MAX_WORDS])
        characters = " ".join(phrases_in("茶" * 60 + " ガガガガガガ")).split()
        self.assertEqual(len(characters), MAX_TOKENS)

    def test_words_that_others_imply_count_once(self) -> None:
        """In any order, and however they are written."""
        self.assertEqual(phrases_in("tea Tea TÉA te t teapot tea"), ["teapot"])
        self.assertEqual(phrases_in("a.b a.bc b"), ["a bc", "b"])
        self.assertTrue(matches("a teapot", phrases_in("t teapot te")))

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


class FullTextTests(SynchronousTestCase):
    """FTS5, which the SQLite store uses, finds what ``matches`` finds."""

    @given(st.text(LETTERS, max_size=8), st.text(LETTERS, min_size=1, max_size=3))
    def test_stores_find_the_same(self, text: str, words: str) -> None:
        """Whether FTS5 is given the text itself or its indexed form."""
        phrases = phrases_in(words)
        if not phrases:
            return
        [table] = re.findall(r"(?s)CREATE VIRTUAL TABLE search.*?;", migrations()[0])
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute(re.sub(r"content\S* = .*?,|columnsize.*?,", "", table))
            indexed = (indexed_form(text),)
            connection.execute("INSERT INTO search (text) VALUES (?)", indexed)
            query = " AND ".join(f'"{phrase}" *' for phrase in phrases)
            found = connection.execute(
                "SELECT 1 FROM search WHERE search MATCH ?", (query,)
            ).fetchall()
        self.assertEqual(bool(found), matches(text, phrases))
