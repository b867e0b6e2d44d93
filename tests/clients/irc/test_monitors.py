"""Who is told when a nickname appears or disappears."""

from __future__ import annotations

from tests.support.irc_clients import PASSWORD, IrcCase
from twisted_chat.clients.irc.monitors import EXTENDED, MAX_MONITORED, Monitors, listed
from twisted_chat.clients.irc.numerics import RPL_MONLIST
from twisted_chat.core.replies import Request


class MonitorsTests(IrcCase):
    """The lists of all clients."""

    @property
    def monitors(self) -> Monitors:
        return self.shared.server.monitors

    def test_client_is_told_of_every_wire(self) -> None:
        """A person may be connected by telnet."""
        alice = self.irc("alice")
        self.assertEqual(alice.asks("MONITOR + Bob"), ["731 alice :Bob"])
        (bob,) = self.room.people("bob")
        (line,) = alice.sees()
        self.assertRegex(line, r"\A730 alice :bob!~chat@[0-9a-f]+\.chat\Z")
        bob.types("\\nick BOB")
        self.assertEqual(alice.sees(), [])
        bob.types("\\nick rob")
        self.assertEqual(alice.sees(), ["731 alice :BOB"])
        bob.types("\\nick bob")
        self.assertEqual(len(alice.sees()), 1)
        bob.leaves()
        self.assertEqual(alice.sees(), ["731 alice :bob"])

    def test_each_client_has_a_list_of_its_own(self) -> None:
        """One that monitors no longer is told nothing."""
        alice, carol = self.irc("alice"), self.irc("carol")
        for peer in (alice, carol):
            peer.asks("MONITOR + bob")
        self.assertEqual(carol.asks("MONITOR - bob,nobody"), [])
        alice.sees()
        self.room.people("bob")
        self.assertEqual(len(alice.sees()), 1)
        self.assertEqual(carol.sees(), [])

    def test_client_that_is_gone_leaves_nothing(self) -> None:
        """Nor does one that clears its list."""
        for leave in (True, False):
            alice = self.irc("alice")
            alice.asks("MONITOR + bob,carol")
            if leave:
                alice.goes()
            else:
                alice.asks("MONITOR C")
            self.assertEqual(self.monitors._monitored, {})
            self.assertEqual(self.monitors._clients, {})

    def test_follower_is_shown_what_a_member_changes(self) -> None:
        """In no room with it; once, if in one."""
        wanted = f"{EXTENDED} away-notify setname account-notify"
        for rooms in ((), ("tea",)):
            alice = self.irc("alice", *rooms, capabilities=wanted)
            bob = self.irc("bobby", "tea")
            source = self.source(bob)
            alice.asks("MONITOR + BOBBY")
            bob.sends("AWAY :lunch", "AWAY", "SETNAME :Robert")
            self.assertEqual(
                alice.sees(),
                [
                    f"{source} AWAY :lunch",
                    f"{source} AWAY",
                    f"{source} SETNAME :Robert",
                ],
            )
            bob.goes()
            alice.goes()

    def test_follower_is_shown_who_logs_in_and_out(self) -> None:
        """Who gets another nickname by it is gone, or appears, instead."""
        alice = self.irc("alice", capabilities=f"{EXTENDED} account-notify")
        self.account("bob", operator=True)
        alice.asks("MONITOR + carol,bob")
        carol = self.irc("carol")
        alice.sees()
        carol.sends(f"OPER bob :{PASSWORD}")
        self.assertEqual(alice.sees(), [f"{self.source(carol)} ACCOUNT bob"])
        carol.goes()
        alice.sees()
        self.eve.types(f"\\login bob {PASSWORD}")
        (line,) = alice.sees()
        self.assertIn("730 alice :bob!", line)

    def test_follower_is_shown_what_it_has_capabilities_for(self) -> None:
        """Without any for it, or without the one for all, it is shown nothing."""
        for wanted in (EXTENDED, "away-notify", ""):
            alice = self.irc("alice", capabilities=wanted)
            bob = self.irc("bob")
            alice.asks("MONITOR + bob")
            bob.sends("AWAY :lunch", "SETNAME :Robert")
            self.assertEqual(alice.sees(), [])
            alice.asks("MONITOR C")
            bob.goes()
            alice.goes()

    def test_follower_is_not_shown_itself_nor_whom_it_ignores(self) -> None:
        """It knows the one, and wants not to know the other."""
        alice = self.irc("alice", capabilities=f"{EXTENDED} setname")
        bob = self.irc("bob")
        alice.asks("MONITOR + alice,bob")
        self.assertEqual(len(alice.asks("SETNAME :Alice")), 1)
        self.room.chat.receive(alice.client, Request("ignore", "bob"))
        alice.sees()
        bob.sends("SETNAME :Robert")
        self.assertEqual(alice.sees(), [])

    def test_follower_is_not_shown_the_account_that_it_ignores(self) -> None:
        """Its real name is a text of it, too."""
        self.account("carol")
        alice = self.irc("alice", capabilities=f"{EXTENDED} setname")
        carol = self.irc("bob")
        carol.sends(f"NS IDENTIFY carol {PASSWORD}")
        alice.asks(f"MONITOR + {carol.nick}")
        carol.sends("SETNAME :Caroline")
        self.assertEqual(len(alice.sees()), 1)
        self.room.chat.receive(alice.client, Request("ignore", carol.nick))
        alice.sees()
        carol.sends("SETNAME :Carola")
        self.assertEqual(alice.sees(), [])

    def test_list_is_bounded(self) -> None:
        """A nickname that is on it may be added again."""
        alice = self.irc("alice")
        for number in range(MAX_MONITORED):
            self.assertTrue(self.monitors.add(alice.client, f"n{number}", "n"))
        self.assertFalse(self.monitors.add(alice.client, "more", "more"))
        self.assertTrue(self.monitors.add(alice.client, "n1", "N1"))
        self.assertEqual(self.monitors.names(alice.client)["n1"], "N1")

    def test_long_lists_have_several_lines(self) -> None:
        """Each of which fits, and nothing is cut."""
        names = [f"nickname-{number}" for number in range(100)]
        messages = list(listed(RPL_MONLIST, names))
        self.assertGreater(len(messages), 1)
        self.assertEqual(",".join(m.params[0] for m in messages), ",".join(names))
        self.assertTrue(all(len(m.params[0]) < 400 for m in messages))
        self.assertEqual(list(listed(RPL_MONLIST, [])), [])
