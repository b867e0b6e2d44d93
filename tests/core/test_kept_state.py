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

    def test_client_knows_what_the_server_has_forgotten(self) -> None:
        """As after a restart: it is away, and ignores who is there and who is not."""
        self.bob.leaves()
        self.alice.sees()
        bob = self.resume(
            since=None, away="at\tlunch", ignored=("ALICE", "pest", "no name", "bob")
        )
        self.chat.settle()
        self.assertEqual(self.alice.sees()[-1], "bob: is away (at lunch)")
        (pest,) = self.chat.people("pest")
        for client in (self.alice, pest):
            client.types(r"\join lobby", "unseen", r"\dm bob unseen", r"\nick other")
            client.types("unseen as well")
        bob.types("my own", r"\history")
        seen = bob.sees()
        self.assertFalse([line for line in seen if "unseen" in line])
        self.assertIn("bob: my own", seen)

    def test_what_the_server_remembers_counts(self) -> None:
        self.bob.types(r"\away lunch", r"\ignore alice")
        self.bob.leaves()
        bob = self.resume(away="dinner", ignored=("carl",))
        self.chat.settle()
        self.assertIn("bob: is away (lunch)", self.alice.sees())
        bob.types(r"\ignore")
        self.assertEqual(bob.sees()[-1], "you ignore: alice")

    def test_away_text_that_would_be_refused_is_not_set(self) -> None:
        self.bob.leaves()
        for away in ("\u200b", "x" * 5000):
            self.resume(away=away).leaves()
            self.chat.settle()
        self.assertFalse([line for line in self.alice.sees() if "away" in line])

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
