"""Accounts for tests: cheap hashes, and a store in memory."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.chats import runtime_of
from twisted_chat.core.accounts.accounts import Accounts, Peer
from twisted_chat.core.accounts.operators import Operators
from twisted_chat.core.accounts.policy import Policy
from twisted_chat.core.accounts.record import Account
from twisted_chat.core.names.nicknames import Name
from twisted_chat.core.replies import Refused
from twisted_chat.journals.memory_values import MemoryValues
from twisted_chat.testing.chat import CHEAP

T = TypeVar("T")

__all__ = ["CHEAP", "HERE", "PASSWORD", "AccountsTestCase"]

HERE = Peer("here")
PASSWORD = "correct horse"


class AccountsTestCase(SynchronousTestCase):
    """Accounts whose values are in memory."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_700_000_000)
        self.values = MemoryValues()
        self.accounts = Accounts(
            self.values, runtime_of(self, self.clock), Policy(costs=CHEAP)
        )
        self.operators = Operators(self.values)

    def now(self, awaitable: Awaitable[T]) -> T:
        """The result, which must be available at once."""

        async def wait() -> T:
            return await awaitable

        return self.successResultOf(Deferred.fromCoroutine(wait()))

    def refusal(self, awaitable: Awaitable[object]) -> str:
        """The text with which it is refused."""

        async def wait() -> None:
            await awaitable

        deferred = Deferred.fromCoroutine(wait())
        refused = self.failureResultOf(deferred, Refused).value
        assert isinstance(refused, Refused)
        return refused.text

    def register(self, nick: str = "bob", password: str = PASSWORD) -> Account:
        return self.now(self.accounts.register(Name.of(nick), password, HERE))
