"""Tests of twisted_chat.core.accounts.tokens."""

from __future__ import annotations

from tests.support.accounts import AccountsTestCase
from twisted_chat.core.accounts import tokens as tokens_module
from twisted_chat.core.accounts.tokens import LIFETIME, Tokens, digest


class TokensTests(AccountsTestCase):
    """Tokens of one account."""

    def setUp(self) -> None:
        super().setUp()
        self.tokens = Tokens(self.values, self.clock.seconds)
        self.bob = self.register()

    def is_valid(self, text: str) -> bool:
        return self.now(self.tokens.find(text)) is not None

    def test_token_is_found_until_it_ends(self) -> None:
        """After thirty days."""
        token = self.now(self.tokens.issue(self.bob))
        found = self.now(self.tokens.find(token))
        assert found is not None
        self.assertTrue(found.is_of(self.bob))
        self.assertEqual(LIFETIME, 30 * 24 * 60 * 60)
        self.clock.advance(LIFETIME - 1)
        self.assertTrue(self.is_valid(token))
        self.clock.advance(1)
        self.assertFalse(self.is_valid(token))

    def test_store_does_not_have_the_token(self) -> None:
        """Whoever reads a backup cannot log in."""
        token = self.now(self.tokens.issue(self.bob))
        stored = repr(self.now(self.values.load("token")))
        self.assertIn(self.bob.id, stored)
        self.assertNotIn(token.partition(".")[2], stored)

    def test_text_that_is_no_token_is_not_found(self) -> None:
        """Whatever it is."""
        token = self.now(self.tokens.issue(self.bob))
        for text in ("", "x", self.bob.id, token[:-1], token + "A", token.lower()):
            self.assertFalse(self.is_valid(text), text)

    def test_revoked_token_is_void(self) -> None:
        """Other tokens are not."""
        one, two = (self.now(self.tokens.issue(self.bob)) for _ in range(2))
        self.now(self.tokens.revoke(self.bob.id, digest(one)))
        self.now(self.tokens.revoke(self.bob.id, ""))
        self.assertEqual([self.is_valid(one), self.is_valid(two)], [False, True])
        self.now(self.tokens.revoke_all(self.bob.id))
        self.assertFalse(self.is_valid(two))

    def test_number_of_tokens_is_bounded(self) -> None:
        """The oldest one goes; so do those that have ended."""
        self.patch(tokens_module, "MAX_TOKENS", 3)
        issued = []
        for _ in range(5):
            issued.append(self.now(self.tokens.issue(self.bob)))
            self.clock.advance(1)
        self.assertEqual(
            list(map(self.is_valid, issued)), [False, False, True, True, True]
        )
        self.clock.advance(LIFETIME)
        self.now(self.tokens.issue(self.bob))
        self.assertEqual(len(self.now(self.values.load("token"))), 1)
