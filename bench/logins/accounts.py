"""A store with accounts, made before the server starts.

To register a thousand accounts by routes would take minutes, as each computes a hash.
Here all have one password, and one hash of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from twisted.internet.interfaces import IReactorFromThreads
from zope.interface import implementer

from bench.logins.kinds import PASSWORD
from bench.processes import BenchError
from twisted_chat.core.accounts.passwords import Costs, hashed
from twisted_chat.core.accounts.record import Account
from twisted_chat.core.accounts.store import AccountStore
from twisted_chat.core.accounts.tokens import Tokens
from twisted_chat.core.names.nicknames import Name
from twisted_chat.journals.sqlite.journal import SqliteJournal


@implementer(IReactorFromThreads)
class AtOnce:
    """A thread, and a reactor, that make each call at once."""

    def __init__(self, _name: str = "") -> None:
        pass

    def start(self) -> None:
        """See ``threads.Thread``."""

    def stop(self) -> None:
        """See ``threads.Thread``."""

    def call(self, function: Callable[[], None]) -> None:
        """See ``threads.Thread``."""
        function()

    def callFromThread(
        self,
        callable: Callable[..., Any],  # noqa: A002 -- as Twisted has it
        *args: object,
        **kwargs: object,
    ) -> None:
        """See ``IReactorFromThreads``."""
        callable(*args, **kwargs)


def make_accounts(
    path: Path, names: Sequence[str], costs: Costs | None = None
) -> dict[str, str]:
    """Make a store with these accounts.

    :param costs: of the hash; those of the server by default.
    :returns: a token of each account, by name.
    """
    tokens: dict[str, str] = {}

    async def make() -> None:
        journal = SqliteJournal(str(path), AtOnce(), time.time, thread=AtOnce)
        await journal.open()
        accounts = AccountStore(journal.values)
        issued = Tokens(journal.values, time.time)
        hashes = hashed(PASSWORD, costs or Costs())
        for name in names:
            account = Account.create(Name.of(name), hashes, time.time())
            await accounts.add(account)
            tokens[name] = await issued.issue(account)
        await journal.close()

    try:
        make().send(None)
    except StopIteration:
        return tokens
    raise BenchError("the store has to be waited for")
