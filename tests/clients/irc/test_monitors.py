"""Who is told when a nickname appears or disappears."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase
from twisted_chat.clients.irc.monitors import MAX_MONITORED, Monitors, listed
from twisted_chat.clients.irc.numerics import RPL_MONLIST


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

    def test_list_is_bounded(self) -> None:
        """A nickname that is on it may be added again."""
        alice = self.irc("alice")
        attachment = alice.protocol._attachment
        assert attachment is not None
        for number in range(MAX_MONITORED):
            self.assertTrue(self.monitors.add(attachment.client, f"n{number}", "n"))
        self.assertFalse(self.monitors.add(attachment.client, "more", "more"))
        self.assertTrue(self.monitors.add(attachment.client, "n1", "N1"))
        self.assertEqual(self.monitors.names(attachment.client)["n1"], "N1")

    def test_long_lists_have_several_lines(self) -> None:
        """Each of which fits, and nothing is cut."""
        names = [f"nickname-{number}" for number in range(100)]
        messages = list(listed(RPL_MONLIST, names))
        self.assertGreater(len(messages), 1)
        self.assertEqual(",".join(m.params[0] for m in messages), ",".join(names))
        self.assertTrue(all(len(m.params[0]) < 400 for m in messages))
        self.assertEqual(list(listed(RPL_MONLIST, [])), [])
