"""Two guests who may register, for tests of what follows from that."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.accounts.policy import Policy
from twisted_chat.testing import TestChat
from twisted_chat.testing.chat import CHEAP, FakeClient

SECRET, OTHER = "correct horse", "battery staple"


class AccountCase(SynchronousTestCase):
    """Alice and bob, guests at first."""

    policy = Policy(costs=CHEAP)

    def setUp(self) -> None:
        self.room = TestChat(policy=self.policy)
        self.alice, self.bob = self.room.people("alice", "bob")

    def both(self) -> list[str]:
        """What alice and bob see, if that is the same."""
        seen: list[str] = self.alice.sees()
        self.assertEqual(self.bob.sees(), seen)
        return seen

    def replies(self, client: FakeClient, *lines: str) -> list[str]:
        """What a client sees when it types these lines; alice sees nothing."""
        client.sees()
        self.alice.sees()
        client.types(*lines)
        seen: list[str] = client.sees()
        if client is not self.alice:
            self.assertEqual(self.alice.sees(), [])
        return seen

    def register(self, client: FakeClient | None = None) -> None:
        client = client or self.bob
        found = self.replies(client, f"\\register {SECRET}")
        self.assertEqual(found, [f"registered: {client.nick}"])

    def newcomer(self, nick: str | None = None) -> FakeClient:
        client = self.room.client(nick)
        for each in (client, self.alice, self.bob):
            each.sees()
        return client


class OperatorCase(AccountCase):
    """The same, and the code of the log, which makes the first operator."""

    def setUp(self) -> None:
        super().setUp()
        self.code = self.room.chat.operators.code

    def make_operator(self) -> None:
        self.register()
        self.assertEqual(
            self.replies(self.bob, f"\\operator {self.code}"),
            ["you are an operator now"],
        )

    def make_two_operators(self) -> None:
        """Bob is one, and makes alice another."""
        self.make_operator()
        self.register(self.alice)
        self.bob.types("\\operator alice")
        self.alice.sees()
        self.bob.sees()
