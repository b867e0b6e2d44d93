"""Tests of twisted_chat.core.accounts.store."""

from __future__ import annotations

from dataclasses import replace

from tests.support.accounts import CHEAP, AccountsTestCase
from twisted_chat.core.accounts.passwords import hashed
from twisted_chat.core.accounts.record import Account
from twisted_chat.core.accounts.store import AccountStore
from twisted_chat.core.names.nicknames import Name


class AccountStoreTests(AccountsTestCase):
    """Records and reservations."""

    def setUp(self) -> None:
        super().setUp()
        self.store = AccountStore(self.values)
        self.bob = self.make("bob")

    def make(self, nick: str) -> Account:
        return Account.create(Name.of(nick), hashed("secret", CHEAP), 1000)

    def holder(self, nick: str) -> str | None:
        return self.now(self.store.holder(Name.of(nick).keys))

    def test_account_is_found_by_its_folded_name(self) -> None:
        """As it was added."""
        self.assertTrue(self.now(self.store.add(self.bob)))
        self.assertEqual(self.now(self.store.find("bob")), self.bob)
        self.assertIsNone(self.now(self.store.find("rob")))

    def test_name_and_what_looks_like_it_is_reserved(self) -> None:
        """In any case."""
        self.now(self.store.add(self.bob))
        for nick in ("bob", "BOB", "b0b"):
            self.assertEqual(self.holder(nick), "bob")
            self.assertFalse(self.now(self.store.add(self.make(nick))))
        self.assertIsNone(self.holder("rob"))
        self.assertEqual(self.now(self.store.find("bob")), self.bob)

    def test_account_is_replaced_unless_it_was_changed_meanwhile(self) -> None:
        """By another device."""
        self.now(self.store.add(self.bob))
        new = replace(self.bob, generation=1)
        self.assertTrue(self.now(self.store.replace(self.bob, new)))
        self.assertFalse(self.now(self.store.replace(self.bob, new)))
        self.assertFalse(self.now(self.store.remove(self.bob, {}, {})))
        self.assertEqual(self.now(self.store.find("bob")), new)

    def test_removed_account_leaves_nothing(self) -> None:
        """Its name is free."""
        self.now(self.store.add(self.bob))
        self.assertTrue(self.now(self.store.remove(self.bob, {}, {})))
        self.assertIsNone(self.holder("b0b"))
        for area in ("account/", "name/"):
            self.assertEqual(self.now(self.values.load(area)), {})
