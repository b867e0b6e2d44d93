"""What a client is shown first."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase


class WelcomeTests(IrcCase):
    """Numerics 001 to 005, and the message of the day."""

    def welcome(self) -> list[str]:
        peer = self.peer()
        return peer.asks("NICK alice", "USER alice 0 * :Alice")

    def test_numerics_are_in_order(self) -> None:
        """Each names the client."""
        found = [line.split()[:2] for line in self.welcome()]
        self.assertEqual({nick for _, nick in found}, {"alice"})
        # The features may need several lines.
        numbers = list(dict.fromkeys(number for number, _ in found))
        self.assertEqual(numbers, ["001", "002", "003", "004", "005", "422"])

    def test_newcomer_is_in_no_room(self) -> None:
        """Until it joins one."""
        self.assertNotIn(" JOIN #", " ".join(self.welcome()))
        self.assertEqual(self.eve.sees(), [])


class MotdTests(IrcCase):
    """A message of the day."""

    motd = ("Be kind.", "", "Thank you.")

    def test_message_of_the_day_is_shown(self) -> None:
        """Line by line."""
        peer = self.peer()
        seen = peer.asks("NICK alice", "USER alice 0 * :Alice")
        self.assertEqual(
            seen[-5:],
            [
                "375 alice :- chat.server Message of the day - ",
                "372 alice :- Be kind.",
                "372 alice :- ",
                "372 alice :- Thank you.",
                "376 alice :End of /MOTD command",
            ],
        )
