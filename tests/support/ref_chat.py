"""A chat whose clients see to which request a reply belongs."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.codecs import RefCodec, wire_with
from twisted_chat.core.replies import Request
from twisted_chat.testing import TestChat


class RefChatCase(SynchronousTestCase):
    """Alice and bob are in the lobby, and have read what they were shown."""

    def setUp(self) -> None:
        self.chat = TestChat()
        self.wire = wire_with(RefCodec())
        self.alice, self.bob = self.chat.people("alice", "bob", wire=self.wire)

    def assert_reply(self, request: Request, *lines: str) -> None:
        """Alice sends a request and then sees these lines."""
        self.alice.asks(request)
        self.assertEqual(self.alice.sees(), list(lines))
