"""A store with accounts, made before the server starts."""

from __future__ import annotations

import time

from twisted.internet.defer import Deferred

from bench.logins.accounts import AtOnce, make_accounts
from bench.logins.kinds import PASSWORD
from tests.support.sqlite import FileTestCase
from twisted_chat.core.accounts.accounts import Accounts, Peer
from twisted_chat.core.accounts.passwords import Costs
from twisted_chat.core.accounts.policy import Policy
from twisted_chat.journals.sqlite.journal import SqliteJournal
from twisted_chat.testing import TestChat

CHEAP = Costs(n=2, r=1, p=1, iterations=1)


class AccountTests(FileTestCase):
    """What a server finds in the store."""

    def test_accounts_can_log_in_by_token_and_by_password(self) -> None:
        """Each with its own token, and all with one password."""
        tokens = make_accounts(self.path, ["ann", "bob"], CHEAP)
        self.assertEqual(list(tokens), ["ann", "bob"])
        found: list[str] = []

        async def log_in() -> None:
            journal = SqliteJournal(str(self.path), AtOnce(), time.time, thread=AtOnce)
            await journal.open()
            policy, runtime = Policy(costs=CHEAP), TestChat().runtime
            accounts = Accounts(journal.values, runtime, policy)
            for name, token in tokens.items():
                found.append((await accounts.find_token(token)).name)
                account = await accounts.log_in(name, PASSWORD, Peer(name))
                found.append(account.name)
            await journal.close()

        self.successResultOf(Deferred.fromCoroutine(log_in()))
        self.assertEqual(found, ["ann", "ann", "bob", "bob"])

    def test_store_that_cannot_be_made_is_an_error(self) -> None:
        """The measurement ends there."""
        self.assertIn("Not a directory", self.refusal(self.make_below_a_file))

    def make_below_a_file(self) -> None:
        self.path.write_text("")
        make_accounts(self.path / "chat.sqlite", ["ann"], CHEAP)
