"""What clients say as they leave."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase


class ReasonTests(IrcCase):
    """A reason is shown to IRC clients, if its author may speak."""

    def test_reason_is_shown(self) -> None:
        """Of leaving a room, or the chat; others are shown that alone."""
        alice, bob = self.irc("alice", "lobby"), self.irc("bob", "lobby")
        self.eve.sees()
        source = self.source(alice)
        alice.sends("PART #lobby :tea\x07 time")
        self.assertEqual(bob.sees(), [f"{source} PART #lobby :tea time"])
        self.assertEqual(self.eve.sees(), ["alice: left the chat"])
        alice.sends("JOIN #lobby", "QUIT :good night")
        alice.goes()
        self.assertEqual(bob.sees()[-1], f"{source} QUIT :Quit: good night")

    def test_who_may_not_speak_gives_no_reason(self) -> None:
        """But leaves."""
        alice, bob = self.irc("alice", "tea"), self.irc("bob", "tea")
        self.room.chat.moderation.settings("tea").quiet = True
        bob.sends("PART #tea :a last word")
        self.assertTrue(alice.sees()[-1].endswith(" PART #tea"))

    def test_reason_that_is_too_long_is_left_out(self) -> None:
        """Nobody is kept from leaving."""
        alice, bob = self.irc("alice", "lobby"), self.irc("bob", "lobby")
        alice.sends(f"PART #lobby :{'x' * 400}")
        self.assertTrue(bob.sees()[-1].endswith(" PART #lobby"))

    def test_lost_connection_is_a_reason(self) -> None:
        """And so is a ping that was not answered."""
        alice, bob = self.irc("alice", "lobby"), self.irc("bob", "lobby")
        alice.goes(OSError("reset by peer"))
        self.assertTrue(bob.sees()[-1].endswith(" QUIT :Reset by peer"))
