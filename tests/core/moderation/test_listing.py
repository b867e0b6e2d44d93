r"""Lists of bans and mutes, as ``\bans``, ``\room`` and ``\whois`` show them."""

from __future__ import annotations

from tests.support.account_case import OperatorCase
from tests.support.moderation import ModerationCase
from twisted_chat.testing import FakeClient


class RenamedTests(ModerationCase):
    """Whoever is muted has another nickname since."""

    def test_both_nicknames_are_listed_while_the_member_is_present(self) -> None:
        """Then that of the time when it was muted."""
        self.does(self.oscar, r"\mute bob")
        self.does(self.bob, r"\nick zoe")
        heading = ("bans (0):", "mutes (1):")
        self.assert_typed(self.oscar, r"\bans", *heading, "zoe (formerly bob) by oscar")
        self.bob.leaves()
        self.discard()
        self.assert_typed(self.oscar, r"\bans", *heading, "bob by oscar")


class OperatorsTests(OperatorCase):
    """Bob has muted alice, who is made an operator then."""

    def setUp(self) -> None:
        super().setUp()
        self.make_operator()
        self.register(self.alice)
        self.bob.types(r"\mute alice", r"\operator alice")
        self.alice.sees()

    def mutes(self) -> list[str]:
        return self.replies(self.bob, r"\bans")[2:]

    def settings(self, client: FakeClient) -> list[str]:
        return [line for line in self.replies(client, r"\room") if "alice" in line]

    def standing(self) -> list[str]:
        found = self.replies(self.bob, r"\whois alice")
        return [line for line in found if "muted" in line]

    def test_mute_of_an_operator_is_listed_as_without_effect(self) -> None:
        """Whether that one is present, or not; a room lists those who are muted."""
        mute = "by bob, without effect on an operator"
        for _ in range(2):
            self.assertEqual(self.mutes(), [f"alice {mute}"])
            self.assertEqual(self.standing(), [f"alice: muted {mute}"])
            self.assertEqual(self.settings(self.bob), [])
            self.alice.leaves()
            self.bob.sees()

    def test_mute_has_its_effect_once_that_one_is_no_operator(self) -> None:
        """It was there all the time."""
        self.replies(self.alice, "hi")
        self.bob.types(r"\operator alice off")
        self.assertEqual(self.replies(self.alice, "hi"), ["error: you are muted"])
        self.assertEqual(self.mutes(), ["alice by bob"])
        self.assertEqual(self.standing(), ["alice: muted by bob"])
        self.assertEqual(self.settings(self.bob), ["muted: alice"])
