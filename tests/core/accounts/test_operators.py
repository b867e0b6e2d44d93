"""Tests of twisted_chat.core.accounts.operators."""

from __future__ import annotations

from tests.support.accounts import AccountsTestCase
from twisted_chat.core.accounts.operators import Operators, new_code
from twisted_chat.core.presence import Member


class OperatorsTests(AccountsTestCase):
    """Who is an operator, and the code for the first one."""

    def setUp(self) -> None:
        super().setUp()
        self.operators = Operators(self.values)

    def test_code_is_the_same_for_all_servers(self) -> None:
        """Until there is an operator."""
        code = self.now(self.operators.load())
        self.assertEqual(self.now(Operators(self.values).load()), code)
        self.now(self.values.write({"operator/@1": "bob"}))
        self.assertEqual(self.now(self.operators.load()), "")
        self.assertIn(Member("@1"), self.operators)
        self.assertNotIn(Member("@2"), self.operators)

    def test_code_can_be_used_once(self) -> None:
        """Without its dashes, and in lower case."""
        code = self.now(self.operators.load())
        for wrong in ("", "x", new_code(), code[:-1]):
            self.assertFalse(self.now(self.operators.use_code(wrong)))
        typed = code.replace("-", "").lower()
        self.assertTrue(self.now(self.operators.use_code(typed)))
        self.assertFalse(self.now(self.operators.use_code(code)))

    def test_text_of_any_letters_is_no_code(self) -> None:
        """Whatever is typed."""
        self.now(self.operators.load())
        self.assertFalse(self.now(self.operators.use_code("é\ud83d")))

    def test_operators_follow_changed_values(self) -> None:
        """Those of other areas are passed over."""
        self.operators.apply({"operator/@1": "bob", "account/x": "y"})
        self.assertEqual(self.operators.ids, {"@1"})
        self.operators.apply({"operator/@1": None, "operator/@2": None})
        self.assertEqual(self.operators.ids, set())
