"""Accounts of several servers on one Redis."""

from __future__ import annotations

import re

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import Server
from tests.end_to_end.redis_server import SeveralServersTestCase
from tests.end_to_end.waiting import eventually

SECRET = "correct horse"

NOTICED = 20.0
"""Seconds in which other servers notice that one was killed."""


def _removes(client: LineClient, operator: str) -> bool:
    """Whether a client may remove an operator, and has done so."""
    client.say(f"\\operator {operator} off")
    pattern = rf"({operator} is no longer an operator|error: only operators .*)\r\n"
    return "no longer" in client.expect(re.compile(pattern))


class SharedAccountsTests(SeveralServersTestCase):
    """Clients cannot tell which server an account was registered on."""

    def device(self, server: Server) -> LineClient:
        """A client that is logged in as bob."""
        client = LineClient(server.port)
        self.addCleanup(client.close)
        client.say(f"\\login bob {SECRET}")
        client.expect("logged in as bob\r\n")
        return client

    def test_account_of_one_server_is_that_of_all(self) -> None:
        """One member, whichever servers its devices are on."""
        a, b = self.server("a"), self.server("b")
        alice, bob = self.connect(b, "alice"), self.connect(a, "bob")
        alice.expect("is now known as bob\r\n")
        bob.say(f"\\register {SECRET}")
        bob.expect("registered: bob\r\n")
        alice.say("\\nick b0b")
        alice.expect("error: bob is registered: \\login bob PASSWORD\r\n")
        other = self.device(b)
        alice.expect(": left the chat\r\n")
        self.assertEqual(self.who(alice), ["alice", "bob"])
        alice.say("\\dm bob psst")
        for one in (bob, other):
            one.expect("alice (private): psst\r\n")
        bob.close()
        other.say("still here")
        shown = alice.expect("bob: still here\r\n")
        self.assertNotIn("left the chat", shown)
        other.close()
        alice.expect("bob: left the chat\r\n")

    def test_account_stays_when_the_server_of_one_device_is_killed(self) -> None:
        """It leaves once, when the server of the last one is killed, too."""
        a, b, c = (self.server(name) for name in "abc")
        alice = self.connect(c, "alice")
        first = self.connect(a, "bob")
        alice.expect("is now known as bob\r\n")
        first.say(f"\\register {SECRET}")
        first.expect("registered: bob\r\n")
        other = self.device(b)
        alice.expect(": left the chat\r\n")
        # One whose departure shows that the server is taken for dead.
        witness = self.connect(a, "witness")
        alice.expect("is now known as witness\r\n")
        a.kill()
        shown = alice.expect("witness: left the chat\r\n", NOTICED)
        other.say("still here")
        shown += alice.expect("bob: still here\r\n")
        self.assertNotIn("bob: left", shown)
        self.assertEqual(self.who(alice), ["alice", "bob"])
        self.assertEqual(other.expect("bob: still here\r\n").count("still here"), 1)
        b.kill()
        shown = alice.expect("bob: left the chat\r\n", NOTICED)
        alice.say("alone")
        shown += alice.expect("alice: alone\r\n")
        self.assertEqual(shown.count("bob: left"), 1)
        self.assertEqual(self.who(alice), ["alice"])
        del first, witness

    def test_operator_of_one_server_is_that_of_all(self) -> None:
        """The code is the same; a guest on another server is renamed."""
        a, b = self.server("a"), self.server("b")
        code = a.expect_log(r"operator code: ([A-Z0-9-]{14})")[1]
        self.assertEqual(b.expect_log(r"operator code: ([A-Z0-9-]{14})")[1], code)
        bob, carol = self.connect(a, "bob"), self.connect(b, "caro1")
        bob.say(f"\\register {SECRET}", f"\\operator {code}")
        bob.expect("you are an operator now\r\n")
        bob.say("\\register Carol battery-staple")
        bob.expect("registered: Carol\r\n")
        carol.expect("caro1: is now known as guest_")
        carol.say("\\login carol battery-staple")
        carol.expect("logged in as Carol\r\n")
        bob.say("\\operator carol")
        bob.expect("Carol is an operator now\r\n")
        # Her server learns of it a moment later than bob's.
        eventually("carol is an operator", lambda: _removes(carol, "bob"))

    def test_account_survives_all_servers_and_misses_nothing(self) -> None:
        """What was sent to it meanwhile is shown at its login."""
        a = self.server("a")
        bob = self.connect(a, "bob")
        bob.say(f"\\register {SECRET}")
        bob.expect("registered: bob\r\n")
        alice = self.connect(a, "alice")
        bob.close()
        alice.expect("bob: left the chat\r\n")
        alice.say("\\dm bob psst", "hello all")
        alice.expect("alice: hello all\r\n")
        a.stop()
        back = self.device(self.server("b"))
        back.expect("1 private message came while you were away\r\n")
        back.expect("alice (private): psst\r\n")
        back.expect("1 message since you left (\\history)\r\n")
