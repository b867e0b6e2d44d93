"""Tests of twisted_chat.core.accounts.record."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from tests.support.accounts import CHEAP
from twisted_chat.core.accounts.passwords import hashed
from twisted_chat.core.accounts.record import Account
from twisted_chat.core.names.nicknames import Name


class AccountTests(SynchronousTestCase):
    """The record of an account."""

    def setUp(self) -> None:
        name = Name.of("Bob")
        self.account = Account.create(name, hashed("secret", CHEAP), 1000.7)

    def test_account_is_read_as_written(self) -> None:
        """And written again as it was read."""
        text = self.account.to_json()
        self.assertEqual(Account.from_json(text), self.account)
        self.assertEqual(Account.from_json(text).to_json(), text)
        self.assertEqual(
            (self.account.name, self.account.folded, self.account.created),
            ("Bob", "bob", 1000),
        )

    def test_what_a_later_version_keeps_stays(self) -> None:
        """During an upgrade both run side by side."""
        text = json.dumps({**json.loads(self.account.to_json()), "email": "x"})
        account = Account.from_json(text)
        self.assertEqual(account.more, {"email": "x"})
        self.assertEqual(json.loads(account.to_json()), json.loads(text))

    def test_each_account_has_an_id_of_its_own(self) -> None:
        """Also if it has the name of a former one."""
        again = Account.create(Name.of("Bob"), self.account.hashes, 1000)
        self.assertNotEqual(again.id, self.account.id)
        self.assertRegex(again.id, r"\A@[0-9a-f]{16}\Z")
