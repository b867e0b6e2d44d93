"""The contract test of journals whose time a test controls: what is kept for how long.

Another mixin beside ``JournalContract``, which also runs on a real server.
"""

from __future__ import annotations

from tests.support.journals import JournalHarness
from twisted_chat.core.events import Joined, Quit

DAY = 24 * 60 * 60


class ExpiryContract(JournalHarness):
    """See the module docstring."""

    def test_nickname_is_forgotten_a_day_after_the_departure(self) -> None:
        """The client can no longer resume."""
        journal = self.opened()
        self.append(journal, Joined("lobby", "bob", "b"))
        self.append(journal, Quit("bob", "b"))
        self.let_pass(DAY - 60)
        self.assertEqual(self.run_now(journal.history.nickname("b")), "bob")
        self.let_pass(61)
        self.assertIsNone(self.run_now(journal.history.nickname("b")))
