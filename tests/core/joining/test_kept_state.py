"""State of clients that are gone."""

from __future__ import annotations

from twisted.internet.address import IPv4Address

from tests.support.joining import JoiningCase, ResumeCase
from twisted_chat.core.interfaces import RETRY_DELAY
from twisted_chat.core.joining import kept_state
from twisted_chat.core.joining.kept_state import NOTHING, KeptState, State
from twisted_chat.core.limits import MAX_AWAY
from twisted_chat.testing import FakeClient


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

    def test_away_text_without_visible_characters_is_not_set(self) -> None:
        self.bob.leaves()
        self.resume(away="\u200b")
        self.chat.settle()
        self.assertFalse([line for line in self.alice.sees() if "away" in line])

    def test_away_text_that_is_too_long_is_cut(self) -> None:
        """A page may have kept it since an earlier version."""
        self.bob.leaves()
        self.resume(away="x" * 5000)
        self.chat.settle()
        cut = "x" * (MAX_AWAY - 3)
        self.assertIn(f"bob: is away ({cut}…)", self.alice.sees())

    def test_kept_states_are_bounded(self) -> None:
        """The oldest goes first; each is taken once."""
        self.patch(kept_state, "MAX_KEPT", 1)
        states = KeptState()
        bob = self.bob.client
        states.keep(bob, "", may_resume=True)
        self.assertIs(states.take(bob.id), NOTHING)
        states.keep(self.alice.client, "lunch", may_resume=True)
        states.keep(bob, "tea", may_resume=True)
        self.assertIs(states.take(self.alice.client.id), NOTHING)
        self.assertEqual(states.take(bob.id), State("tea"))
        self.assertIs(states.take(bob.id), NOTHING)


class ReconnectedTests(JoiningCase):
    """A client without a session, such as telnet, is known by nickname and address."""

    def setUp(self) -> None:
        super().setUp()
        home = IPv4Address("TCP", "192.0.2.1", 51234)
        bob = self.connect("bob", address=home)
        bob.types(r"\ignore alice")
        bob.leaves()
        self.home = home

    def hears_alice(self, bob: FakeClient) -> bool:
        """Whether the client is shown what alice says."""
        self.alice.types("hello")
        return "alice: hello" in bob.sees()

    def test_nickname_taken_again_brings_the_ignore_list(self) -> None:
        bob = self.connect(address=self.home)
        self.assertTrue(self.hears_alice(bob))
        bob.types(r"\nick bob")
        self.assertFalse(self.hears_alice(bob))
        bob.types(r"\unignore alice")
        self.assertTrue(self.hears_alice(bob))
        bob.leaves()
        self.assertTrue(self.hears_alice(self.connect("bob", address=self.home)))

    def test_nickname_asked_for_on_connecting_brings_it_too(self) -> None:
        self.assertFalse(self.hears_alice(self.connect("bob", address=self.home)))

    def test_nickname_from_another_address_does_not_bring_it(self) -> None:
        for address in (IPv4Address("TCP", "192.0.2.2", 51234), None):
            bob = self.connect("bob", address=address)
            self.assertTrue(self.hears_alice(bob))
            bob.leaves()

    def test_another_nickname_does_not_bring_it(self) -> None:
        self.assertTrue(self.hears_alice(self.connect("carl", address=self.home)))

    def test_list_of_the_client_itself_counts(self) -> None:
        self.chat.people("pest")
        bob = self.connect(address=self.home)
        bob.types(r"\ignore pest", r"\nick bob", r"\ignore")
        self.assertEqual(bob.sees()[-1], "you ignore: pest")
