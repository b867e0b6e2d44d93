"""A chat with an account that has two devices."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.testing import FakeClient, FakeWire, TestChat


class MembersCase(SynchronousTestCase):
    """Alice is a guest, and bob has two devices; all have read what they were shown."""

    def setUp(self) -> None:
        self.chat = TestChat()
        (self.alice,) = self.chat.people("alice")
        self.laptop = self.device()
        self.phone = self.device()
        self.clients = [self.alice, self.laptop, self.phone]
        self.discard()

    def device(self, wire: FakeWire | None = None) -> FakeClient:
        """One more device of bob's, which logs in."""
        client = self.chat.client(wire=wire)
        self.chat.log_in(client, "bob")
        return client

    def discard(self) -> None:
        for client in self.clients:
            client.sees()

    def seen(self) -> list[list[str]]:
        """What alice and both devices have been shown."""
        return [client.sees() for client in self.clients]

    def who(self) -> list[str]:
        return list(self.chat.pool.rooms["lobby"].nicks())
