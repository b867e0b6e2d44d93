"""The part of the contract test of journals that is about searching."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.journals import (
    JournalHarness,
    any_text,
    said,
    texts,
)
from twisted_chat.core.events import (
    Action,
    DirectMessage,
    TopicSet,
)
from twisted_chat.journals.tokenizer import phrases_in


class SearchContract(JournalHarness):
    """What the search of every journal finds."""

    def found(self, text: str, words: str) -> bool:
        """Whether a search for the words finds a message with this text."""
        journal = self.opened()
        self.append(journal, said("another one"), said(text), said(text, room="x"))
        hits = self.run_now(journal.history.search("lobby", words, 10))
        return texts(hits) == [text]

    def test_search_matches_messages_with_all_the_words(self) -> None:
        """``\\search cheese moon`` finds messages with both words, in any order."""
        text = "The Moon is made of green cheese."
        self.assertTrue(self.found(text, "cheese moon"))
        self.assertTrue(self.found(text, "  CHEESE  "))
        self.assertFalse(self.found(text, "cheese mars"))

    def test_search_matches_beginnings_of_words(self) -> None:
        """``\\search chee`` finds cheese; ``\\search heese`` does not."""
        self.assertTrue(self.found("green cheese", "chee gre"))
        self.assertFalse(self.found("green cheese", "heese"))

    def test_search_finds_words_on_any_line(self) -> None:
        """A message of several lines is found once, and shown whole."""
        text = "Straße one\n\n\ttwo three\nfour"
        for words in ("strasse", "one four", "two", "thr", "four straße"):
            self.assertTrue(self.found(text, words), words)
        for words in ("onetwo", "threefour"):
            self.assertFalse(self.found(text, words), words)

    def test_search_ignores_case_accents_and_width(self) -> None:
        """In any script, composed or not."""
        for text, words in (
            ("Crème BRÛLÉE", "creme brulee"),
            ("creme brulee", "CRÈME"),
            ("cre\u0300me", "crème"),
            ("ПРИВЕТ, мир", "привет МИР"),
            ("full ｗｉｄｔｈ", "width"),
            ("half width", "ＷＩＤＴＨ"),
            ("ёлка", "елка"),
            ("елка", "ЁЛКА"),
            ("ΣΊΣΥΦΟΣ", "σισυφος"),
            ("Σίσυφος", "ΣΙΣΥΦΟΣ"),
            ("Straße", "strasse"),
            ("STRASSE", "straße"),
            ("ﬁsch", "fisch"),
            ("m² Fläche", "m2"),
            ("İstanbul", "istanbul"),
            ("ISPARTA", "ısparta"),
            ("e\u0301te\u0301 d\u200barn", "ete darn"),
        ):
            self.assertTrue(self.found(text, words), (text, words))

    def test_search_ignores_vowel_points(self) -> None:
        """Of Hebrew and Arabic, in the message or in the search."""
        for text, words in (
            ("שָׁלוֹם", "שלום"),
            ("שלום", "שָׁלוֹם"),
            ("مُحَمَّد", "محمد"),
            ("محمد", "مُحَمَّد"),
            ("محـــمد", "محمد"),
            ("أحمد", "احمد"),
        ):
            self.assertTrue(self.found(text, words), (text, words))
        self.assertFalse(self.found("कि", "का"))

    def test_search_matches_any_part_of_text_without_spaces(self) -> None:
        """As in Chinese, Japanese and Thai, and among emoji."""
        for text, words in (
            ("我喜欢喝绿茶", "绿茶"),
            ("我喜欢喝绿茶", "茶"),
            ("東京タワーへ行く", "タワー 東京"),
            ("สวัสดีครับ", "ครับ"),
            ("party🎉tonight", "🎉"),
            ("한국어 채팅", "한국"),
        ):
            self.assertTrue(self.found(text, words), (text, words))
        self.assertFalse(self.found("我喜欢喝绿茶", "茶绿"))

    def test_search_returns_the_last_hits_oldest_first(self) -> None:
        """Only messages and actions."""
        journal = self.opened()
        self.append(journal, *(said(f"tea {n}") for n in range(5)))
        self.append(journal, Action("lobby", "bob", "drinks tea", "id-bob"))
        self.append(journal, TopicSet("lobby", "bob", "tea", "id-bob"))
        self.append(journal, DirectMessage("bob", "alice", "tea", "id-bob", "id-alice"))
        hits = self.run_now(journal.history.search("lobby", "tea", 3))
        self.assertEqual(texts(hits), ["tea 3", "tea 4", "drinks tea"])

    def test_search_without_a_word_finds_nothing(self) -> None:
        """As ``\\search !``; it must not find everything."""
        journal = self.opened()
        self.append(journal, said("hi! * \" ' ("))
        for words in ("", "  ", "!", '"', "'", "*", "( )", "- ^ :", "\0", "\ufe0e~"):
            self.assertEqual(
                self.run_now(journal.history.search("lobby", words, 10)), ()
            )

    def test_search_has_no_query_syntax(self) -> None:
        """What is syntax of a search engine is text here."""
        for text in (
            'say "cheese" NEAR OR AND NOT me',
            "text:cheese -cheese ^cheese cheese* (cheese) {cheese} a+b 50% a_b",
            "'); DROP TABLE events; --",
            "NEAR(a b, 3)",
            "\\search it",
        ):
            self.assertTrue(self.found(text, text), text)

    def test_search_accepts_any_text(self) -> None:
        """No text makes it an error."""

        @given(st.text(max_size=80), any_text)
        def check(words: str, text: str) -> None:
            journal = self.one_journal
            self.append(journal, said(text))
            self.run_now(journal.history.search("lobby", words, 10))
            self.run_now(journal.history.search("lobby", text, 10))
            self.run_now(journal.history.search(words, text, 10))

        check()

    def test_message_is_found_by_its_own_words(self) -> None:
        """A search for a whole message finds it."""

        @given(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=40))
        def check(text: str) -> None:
            # A few letters are nothing but vowel points, such as U+FC5E.
            assume(phrases_in(text))
            journal = self.one_journal
            (sent,) = self.append(journal, said(text))
            hits = self.run_now(journal.history.search("lobby", text, 1))
            self.assertEqual([hit.position for hit in hits], [sent.position])

        check()
