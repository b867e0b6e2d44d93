"""What all IRC clients share: requests, capabilities."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase


class SharedTests(IrcCase):
    """The same for all clients of a chat."""

    def test_line_that_is_not_a_message_is_refused(self) -> None:
        """With the numeric or the standard reply; an empty one is ignored."""
        alice = self.irc("alice", "lobby", capabilities="standard-replies")
        self.eve.sees()
        for line, answer in (
            (b"PRIVMSG #lobby :\xff", "FAIL * INVALID_UTF8 :"),
            (b"PRIVMSG #lobby :" + b"x" * 600, "417 alice :"),
        ):
            alice.sends_bytes(line + b"\r\n")
            (seen,) = alice.sees()
            self.assertTrue(seen.startswith(answer), seen)
        alice.sends_bytes(b":source\r\n\r\n")
        self.assertEqual(alice.sees(), [])
        self.assertEqual(self.eve.sees(), [])

    def test_line_that_is_too_long_for_others_is_refused(self) -> None:
        """They are shown it with its source."""
        alice = self.irc("alice", "lobby")
        text = "x" * (512 - len("PRIVMSG #lobby :\r\n"))
        (seen,) = alice.asks(f"@label=1 PRIVMSG #lobby :{text}")
        self.assertTrue(seen.startswith("417 alice :"), seen)
        self.assertEqual(alice.asks(f"PRIVMSG #lobby :{text[:300]}"), [])

    def test_clients_are_offered_the_same(self) -> None:
        """One table for each set of mechanisms."""
        offered = self.shared.offered(("PLAIN",))
        self.assertEqual(offered["sasl"], "PLAIN")
        self.assertIs(self.shared.offered(("PLAIN",)), offered)
        self.assertNotIn("sasl", self.shared.offered(()))
