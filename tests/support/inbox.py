"""Two clients with inboxes, with and without a rate limit."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.limits import RateLimit
from twisted_chat.core.replies import Request
from twisted_chat.testing import TestChat


def no_units(unit: object) -> tuple[Request, ...]:
    """Decode nothing, for a connection that passes whole requests only."""
    raise AssertionError(unit)


class InboxCase(SynchronousTestCase):
    """Alice and bob are in the lobby."""

    rate_limit: RateLimit | None = None

    def setUp(self) -> None:
        self.chat = TestChat(flood=self.rate_limit)
        self.alice, self.bob = self.chat.people("alice", "bob")
        self.alice.sees()


class RateLimitCase(InboxCase):
    """Each client may send ten requests at once, and then five a second."""

    rate_limit = RateLimit(10, 5)

    def wait(self, seconds: float) -> None:
        """Advance the clock a little further, since fractions add up inexactly."""
        self.chat.advance(seconds - 0.01)
        self.chat.advance(0.02)
