"""Two clients in the lobby that type lines, for tests of the routes."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.testing import FakeClient, TestChat

NAME_RULE = 'a nickname has 1 to 32 characters: letters, digits, "_", "-" and "."'


class RouteCase(SynchronousTestCase):
    """Alice and bob are in the lobby, and have read what they were shown."""

    def setUp(self) -> None:
        self.chat = TestChat()
        self.alice, self.bob = self.chat.people("alice", "bob")
        self.alice.sees()

    def assert_typed(self, client: FakeClient, line: str, *shown: str) -> None:
        """A client types a line and then sees just these lines."""
        client.types(line)
        self.assertEqual(client.sees(), list(shown), line)

    def assert_sees(self, client: FakeClient, *shown: str) -> None:
        """A client has been shown just these lines since the last time."""
        self.assertEqual(client.sees(), list(shown))
