"""State of clients that are gone."""

from __future__ import annotations

from tests.support.joining import ResumeCase
from twisted_chat.core import kept_state
from twisted_chat.core.joining import RETRY_DELAY
from twisted_chat.core.kept_state import NOTHING, KeptState, State


class ResumedStateTests(ResumeCase):
    """A client that resumes has what it had set."""

    def test_client_that_resumes_is_away_as_before(self) -> None:
        """The others see so; one that is back stays back."""
        self.bob.types(r"\away lunch")
        self.bob.leaves()
        self.alice.sees()
        bob = self.resume()
        self.chat.settle()
        self.assertEqual(self.alice.sees()[-1], "bob: is away (lunch)")
        bob.types(r"\away")
        bob.leaves()
        self.alice.sees()
        self.resume()
        self.chat.settle()
        self.assertNotIn("away", self.alice.sees()[-1])

    def test_client_that_resumes_ignores_as_before(self) -> None:
        """In what it missed, in the history, and from then on."""
        self.bob.types(r"\ignore alice")
        self.bob.leaves()
        self.alice.types(r"\join lobby", "unseen")
        bob = self.resume()
        self.alice.types("unseen as well")
        bob.types(r"\history")
        self.assertFalse([line for line in bob.sees() if "unseen" in line])

    def test_client_that_leaves_before_it_has_resumed_is_away_as_before(self) -> None:
        """Its connection breaks again while the store cannot be read."""
        self.bob.types(r"\away lunch")
        self.bob.leaves()
        self.alice.sees()
        self.chat.journal.fail(times=None, what="read")
        self.resume(rooms=("elsewhere",)).leaves()
        self.chat.journal.recover()
        self.resume()
        self.chat.advance(2 * RETRY_DELAY)
        self.assertEqual(self.alice.sees()[-1], "bob: is away (lunch)")

    def test_kept_states_are_bounded(self) -> None:
        """The oldest goes first; each is taken once."""
        self.patch(kept_state, "MAX_KEPT", 1)
        states = KeptState()
        states.keep("1", State())
        self.assertIs(states.take("1"), NOTHING)
        states.keep("1", State("lunch"))
        states.keep("2", State("tea"))
        self.assertIs(states.take("1"), NOTHING)
        self.assertEqual(states.take("2"), State("tea"))
        self.assertIs(states.take("2"), NOTHING)
