"""SETNAME."""

from __future__ import annotations

from tests.support.irc_clients import PASSWORD, IrcCase, IrcPeer


class SetnameTests(IrcCase):
    """A real name may be changed."""

    def test_others_are_shown_the_new_name(self) -> None:
        """Once, if they have the capability; and so is its owner."""
        alice = self.irc("alice", "lobby", "tea", capabilities="setname")
        bob = self.irc("bob", "lobby", "tea", capabilities="setname extended-join")
        carol = self.irc("carol", "lobby")
        alice.sees()
        self.eve.sees()
        line = f"{self.source(alice)} SETNAME :Alice A."
        self.assertEqual(alice.asks("SETNAME :Alice A."), [line])
        self.assertEqual(bob.sees()[-1:], [line])
        self.assertEqual(carol.sees(), [])
        self.assertEqual(self.eve.sees(), [])
        alice.sends("JOIN #milk")
        bob.sends("PART #tea")
        alice.sends("PART #lobby", "JOIN #lobby")
        joined = [each for each in bob.sees() if " JOIN #lobby " in each]
        self.assertEqual(joined, [f"{self.source(alice)} JOIN #lobby * :Alice A."])

    def test_name_is_not_shown_behind_a_mute(self) -> None:
        """In a room or everywhere."""
        self.account("root", operator=True)
        self.eve.types(f"\\login root {PASSWORD}")
        alice = self.irc("alice", "lobby", capabilities="setname")
        bob = self.irc("bob", "lobby", capabilities="setname")
        with self.room.together():
            self.eve.types(r"\mute alice")
            alice.sends("SETNAME :Alice A.")
        self.settle()
        self.assertIn("muted", alice.sees()[-1])
        self.assertEqual([line for line in bob.sees() if "SETNAME" in line], [])

    def test_name_that_is_not_stored_stays_as_it_was(self) -> None:
        """Nobody was shown another one."""
        alice = self.irc("alice", "lobby", capabilities="setname")
        (former,) = self.realname_of(alice)
        self.room.journal.fail()
        (line,) = alice.asks("SETNAME :Alice A.")
        self.assertIn("not stored", line)
        self.assertEqual(self.realname_of(alice), [former])
        alice.asks("SETNAME :Alice A.")
        self.assertEqual(self.realname_of(alice), ["Alice A."])

    def realname_of(self, client: IrcPeer) -> list[str]:
        """As WHOIS shows it."""
        lines = client.asks("WHOIS alice")
        return [line.partition(" * :")[2] for line in lines if line.startswith("311 ")]

    def test_name_that_cannot_be_shown_is_refused(self) -> None:
        """FAIL, and the former one stays."""
        alice = self.irc("alice", capabilities="setname")
        for name in ("", "\x02", "x" * 151):
            (line,) = alice.asks(f"SETNAME :{name}")
            self.assertTrue(line.startswith("FAIL SETNAME INVALID_REALNAME :"), line)
        (line,) = alice.asks("SETNAME")
        self.assertTrue(line.startswith("461 alice SETNAME :"), line)
