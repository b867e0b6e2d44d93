"""Texts as they may be shown."""

from __future__ import annotations

from tests.support.accounts import AccountsTestCase
from twisted_chat.core.limits import MAX_TEXT, MAX_TOPIC
from twisted_chat.core.replies import Refused
from twisted_chat.core.texts.shown_texts import ShownTexts


class ShownTextTests(AccountsTestCase):
    """What is left of a text that a client has sent."""

    def setUp(self) -> None:
        super().setUp()
        self.now(self.operators.load())
        self.texts = ShownTexts(self.operators)

    def code_of(self, text: str, limit: int = MAX_TOPIC) -> str:
        """Why a text is refused, which is not longer than a label."""
        refused = self.assertRaises(Refused, self.texts.sanitized, text)
        assert isinstance(refused, Refused)
        same = self.assertRaises(Refused, self.texts.sanitized_label, text, limit)
        self.assertEqual(str(same), str(refused))
        return refused.code

    def test_what_could_harm_a_screen_is_removed(self) -> None:
        """A label is one line; other texts keep theirs."""
        text = "one\x1b[31m\n\ttwo"
        self.assertEqual(self.texts.sanitized(text), "one\n\ttwo")
        self.assertEqual(self.texts.sanitized_label(text).split(), ["one", "two"])

    def test_text_is_masked_once_it_is_sanitized(self) -> None:
        """Nothing hides a word from the mask."""
        self.texts.mask = lambda text: text.replace("darn", "****")
        self.assertEqual(self.texts.sanitized("da\x1b[1mrn it"), "**** it")
        self.assertEqual(self.texts.sanitized_label("da\x1b[1mrn"), "****")

    def test_text_of_which_nothing_is_left_is_refused(self) -> None:
        """Whatever it was made of."""
        for text in ("", " \t", "\x07"):
            self.assertEqual(self.code_of(text), "empty")

    def test_too_long_text_is_refused(self) -> None:
        """A label has a limit of its own."""
        for call, text in (
            (self.texts.sanitized, "x" * (MAX_TEXT + 1)),
            (lambda text: self.texts.sanitized_label(text, 3), "four"),
        ):
            refused = self.assertRaises(Refused, call, text)
            assert isinstance(refused, Refused)
            self.assertEqual(refused.code, "too_long")

    def test_operator_code_is_refused_until_there_is_an_operator(self) -> None:
        """However it is typed."""
        code = self.operators.code
        self.assertEqual(self.code_of(code.replace("-", " ").lower()), "operator_code")
        self.operators.apply({"operator/@1": "1"})
        self.assertEqual(self.texts.sanitized(code), code)
