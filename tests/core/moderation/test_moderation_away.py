"""Texts of those who are away: shown in all of their rooms, and so checked in all."""

from __future__ import annotations

from tests.support.moderation import ModerationCase


class AwayTests(ModerationCase):
    """Who may not talk shows no text either, but may be away."""

    def test_muted_guest_that_connects_again_shows_no_text(self) -> None:
        """It is told why; that it is away is shown."""
        self.does(self.oscar, r"\mute bob")
        self.does(self.bob, r"\quit")
        again = self.chat.client("bob", away="my text")
        self.assertIn("bob: is away (away)", self.oscar.sees())
        self.assertIn("error: you are muted", again.sees())

    def test_text_is_not_shown_in_a_quiet_room(self) -> None:
        """Unless the member has a voice there."""
        self.does(self.alice, r"\room quiet")
        refused = "error: #tea is quiet: ask alice for a voice"
        self.assert_typed(self.bob, r"\away my text", refused)
        self.assert_typed(self.bob, r"\away", "bob: is away (away)")
        self.does(self.alice, r"\voice carol")
        self.assert_typed(self.carol, r"\away my text", "carol: is away (my text)")
