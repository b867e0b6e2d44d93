"""A server that is shown what other servers have stored, for tests."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.events import Stored
from twisted_chat.testing import TestChat


class RemoteCase(SynchronousTestCase):
    """Alice is connected to this server; a test announces events of others."""

    def setUp(self) -> None:
        self.chat = TestChat()
        (self.alice,) = self.chat.people("alice")
        self.count = 0

    def announce(self, *events: object, key: str = "") -> list[str]:
        """Announce events that another server submitted.

        :param key: that of each event; a key of this server begins with ``test-``.
        :returns: what alice sees of them.
        """
        batch = []
        for event in events:
            self.count += 1
            batch.append(Stored(f"z{self.count:04}", 0, event, key))  # type: ignore[arg-type]
        self.chat.chat.announce(batch)
        seen: list[str] = self.alice.sees()
        return seen

    def assert_members(self, listed: str) -> None:
        self.alice.types(r"\who")
        self.assertEqual(self.alice.sees(), [listed])
