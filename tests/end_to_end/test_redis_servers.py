"""Several servers on one Redis: one order, one history, one set of nicknames."""

from __future__ import annotations

import signal
import time

from tests.end_to_end.clients import LineClient
from tests.end_to_end.redis_server import SeveralServersTestCase

NOTICED = 10.0
"""Seconds within which a dead server is detected."""


class OneConversationTests(SeveralServersTestCase):
    """Clients cannot tell which server others use."""

    def test_all_clients_see_messages_in_one_order(self) -> None:
        """Two clients on each of three servers, all sending at once."""
        servers = [self.server(name, "--flood", "off") for name in "abc"]
        people = [
            self.connect(server, f"{name}{n}")
            for server, name in zip(servers, "abc", strict=True)
            for n in range(2)
        ]
        people[0].say("start")
        for one in people:
            one.expect("a0: start\r\n")
        for round_ in range(50):
            for one in people:
                one.say(f"{round_} by {one.name}")
        early = people[0].expect("a0: 49 by a0\r\n")
        people[0].say("\\me stops")
        seen = {one.name: "" for one in people}
        seen["a0"] = early
        # The last messages of the other clients may arrive after that.
        for one in people:
            one.say("done")
        for one in people:
            text = one.expect("* a0 stops\r\n")
            while text.count(": done\r\n") < 6:
                text += one.line() + "\r\n"
            seen[one.name] += text
        self.assertEqual(len(set(seen.values())), 1)
        text = seen["b1"]
        for one in people:
            mine = [line for line in text.splitlines() if line.endswith(one.name)]
            numbers = [int(line.split()[1]) for line in mine if " by " in line]
            self.assertEqual(numbers, list(range(50)), one.name)

    def test_nickname_is_taken_on_all_servers(self) -> None:
        """And free again on all."""
        a, b = self.server("a"), self.server("b")
        alice, bob = self.connect(a, "alice"), self.connect(b, "bob")
        bob.say("\\nick ALICE")
        bob.expect("error: ALICE, or a name that looks like it, is in use")
        alice.say("\\nick carol")
        bob.expect("alice: is now known as carol\r\n")
        bob.say("\\nick Alice")
        alice.expect("bob: is now known as Alice\r\n")
        alice.close()
        bob.expect("carol: left the chat\r\n")
        bob.say("\\nick carol")
        bob.expect("Alice: is now known as carol\r\n")

    def test_who_and_dm_reach_members_of_other_servers(self) -> None:
        """Also members who joined before the server started."""
        a = self.server("a")
        alice = self.connect(a, "alice")
        alice.say("\\away lunch", "\\join tea")
        alice.expect("alice: is away (lunch)\r\n")
        alice.expect("alice: joined the chat\r\n")
        b = self.server("b")
        bob = self.connect(b, "bob")
        alice.expect("is now known as bob\r\n")
        self.assertEqual(self.who(bob), ["alice", "bob"])
        bob.say("\\who tea")
        bob.expect("here (1): alice (away)\r\n")
        bob.say("\\dm alice psst")
        bob.expect("alice is away: lunch\r\n")
        bob.expect("bob (private to alice): psst\r\n")
        alice.expect("bob (private): psst\r\n")
        alice.say("\\away")
        alice.say("\\dm bob yes?")
        bob.expect("alice (private): yes?\r\n")

    def test_history_search_and_topic_are_shared(self) -> None:
        """Also after all servers have stopped."""
        a, b = self.server("a"), self.server("b")
        alice, bob = self.connect(a, "alice"), self.connect(b, "bob")
        alice.say("\\topic cheese", "the moon")
        bob.expect("alice: the moon\r\n")
        bob.say("is made of cheese")
        alice.expect("bob: is made of cheese\r\n")
        for one in (alice, bob):
            one.say("\\history 2")
            one.expect("alice: the moon\r\nbob: is made of cheese\r\n")
            one.say("\\search chee")
            one.expect("bob: is made of cheese\r\n")
        for server in (a, b):
            server.stop()
        carol = LineClient(self.server("c").port)
        self.addCleanup(carol.close)
        shown = carol.expect(": joined the chat\r\n")
        self.assertIn("alice: the moon\r\nbob: is made of cheese\r\n", shown)
        carol.say("\\topic")
        carol.expect("cheese")
        (name,) = self.who(carol)
        self.assertIn("guest_", name)

    def test_keep_limits_the_history_of_a_room(self) -> None:
        """To the last three messages with ``--keep 3``."""
        a = self.server("a", "--keep", "3")
        alice = self.connect(a, "alice")
        alice.say(*(f"number {n}" for n in range(8)))
        alice.expect("alice: number 7\r\n")
        alice.say("\\history 100")
        alice.expect("alice: number 5\r\nalice: number 6\r\nalice: number 7\r\n")
        self.assertEqual(self.redis.call("XLEN", "chat:room:lobby"), "3")


class DyingServersTests(SeveralServersTestCase):
    """Servers that stop, are killed, or freeze."""

    def test_members_of_a_killed_server_leave_once(self) -> None:
        """Within 10 s, and their nicknames are free."""
        a, b, c = (self.server(name) for name in "abc")
        watching = [self.connect(server) for server in (b, c)]
        dying = [self.connect(a, f"dying{n}") for n in range(3)]
        for one in watching:
            one.expect("is now known as dying2\r\n")
        a.kill()
        killed = time.monotonic()
        for one in watching:
            shown = one.expect(": left the chat\r\n", NOTICED)
            shown += one.expect(": left the chat\r\n") + one.expect("left the chat\r\n")
            for name in ("dying0", "dying1", "dying2"):
                self.assertEqual(shown.count(f"{name}: left"), 1, shown)
        self.assertLess(time.monotonic() - killed, NOTICED)
        watching[1].say("\\nick dying1")
        watching[0].expect("is now known as dying1\r\n")
        self.assertEqual(len(self.who(watching[0])), 2)
        del dying

    def test_members_of_a_stopped_server_leave_at_once(self) -> None:
        """Their nicknames are free."""
        a, b = self.server("a"), self.server("b")
        alice, bob = self.connect(a, "alice"), self.connect(b, "bob")
        alice.expect("is now known as bob\r\n")
        a.stop()
        bob.expect("alice: left the chat\r\n", 3)
        bob.say("\\nick alice")
        bob.expect("bob: is now known as alice\r\n")

    def test_members_of_a_frozen_server_return(self) -> None:
        """After the others have declared it dead."""
        a, b = self.server("a"), self.server("b")
        alice = self.connect(a, "alice")
        carol = self.connect(a, "carol")
        bob = self.connect(b, "bob")
        alice.expect("is now known as bob\r\n")
        alice.say("\\away lunch")
        bob.say("before")
        alice.expect("bob: before\r\n")
        a.signal(signal.SIGSTOP)
        bob.expect(": left the chat\r\n", NOTICED)
        bob.expect(": left the chat\r\n", NOTICED)
        bob.say("\\nick carol", "meanwhile")
        bob.expect("carol: meanwhile\r\n")
        a.signal(signal.SIGCONT)
        shown = alice.expect("bob: is now known as carol\r\ncarol: meanwhile\r\n")
        self.assertNotIn("meanwhile", shown.replace("carol: meanwhile\r\n", "", 1))
        bob.expect("alice: joined the chat\r\n")
        told = carol.expect("carol: meanwhile\r\n")
        told += carol.expect("joined the chat\r\n") + carol.expect(
            "joined the chat\r\n"
        )
        self.assertIn("carol: is now known as guest_", told)
        alice.say("back")
        bob.expect("alice: back\r\n")
        carol.say("who am I")
        bob.expect(": who am I\r\n")
        everyone = self.who(bob)
        self.assertEqual(everyone[:2], ["alice", "carol"])
        self.assertTrue(everyone[2].startswith("guest_"), everyone)
        self.assertEqual(self.who(alice), everyone)
        bob.say("\\dm alice hm?")
        alice.expect("carol (private): hm?\r\n")
