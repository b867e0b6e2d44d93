"""OPER, KILL, WALLOPS, REHASH."""

from __future__ import annotations

from tests.support.irc_clients import PASSWORD, IrcCase
from twisted_chat.core.events import LISTENERS, Event, Joined, Relayed, Stored


class OperTests(IrcCase):
    """Becoming an operator."""

    def setUp(self) -> None:
        super().setUp()
        self.account("root", operator=True)
        self.account("carol")
        self.alice = self.irc("alice")

    def test_operator_keeps_the_nickname(self) -> None:
        """And is told so, each time."""
        for _ in range(2):
            mode, now = self.alice.asks(f"OPER root :{PASSWORD}")
            self.assertEqual(mode, ":alice MODE alice +o")
            self.assertEqual(now, "381 alice :You are now an operator")
        member = self.room.chat.pool.named_as("alice")
        assert member is not None
        self.assertEqual(member.account, "root")

    def test_others_are_refused(self) -> None:
        """With the wrong password, the wrong account, or too little."""
        for params, line in (
            ("root no", "464 alice :Password incorrect"),
            ("nobody no", "464 alice :Password incorrect"),
            (f"carol :{PASSWORD}", "491 alice :This account is not an operator"),
            ("root", "461 alice OPER :Not enough parameters"),
        ):
            self.assertEqual(self.alice.asks(f"OPER {params}"), [line])
        self.assertEqual(self.room.chat.pool.named_as("alice").account, "")  # type: ignore[union-attr]

    def test_too_many_attempts_are_refused(self) -> None:
        """As those of every other client."""
        for _ in range(5):
            self.alice.asks("OPER root no")
        (line,) = self.alice.asks(f"OPER root :{PASSWORD}")
        self.assertEqual(line, "464 alice :Too many attempts: wait 30 s")

    def test_operator_that_is_present_gets_its_nickname(self) -> None:
        """One member has one nickname; the client is shown where it is now."""
        (other,) = self.room.people("other")
        other.types(f"\\login root {PASSWORD}")
        self.alice.sends("JOIN #tea")
        seen = self.alice.asks(f"OPER root :{PASSWORD}")
        self.assertRegex(seen[0], r"\A:alice!~chat@\S+ PART #tea\Z")
        self.assertRegex(seen[1], r"\A:alice!~chat@\S+ NICK root\Z")
        self.assertIn("381 root :You are now an operator", seen)
        self.assertTrue(any(line.endswith(" JOIN #lobby") for line in seen), seen)


class PowersTests(IrcCase):
    """What only operators may do."""

    def setUp(self) -> None:
        super().setUp()
        self.account("root", operator=True)
        self.root = self.irc("root2")
        self.root.sends(f"OPER root :{PASSWORD}")
        self.alice = self.irc("alice", "lobby")
        self.root.sees()

    def test_others_may_not(self) -> None:
        """Each is refused."""
        denied = "481 alice :Permission denied: you are not an operator"
        for command in ("KILL root2 :x", "WALLOPS x", "REHASH"):
            self.assertEqual(self.alice.asks(command), [denied])
        for command in ("KILL", "WALLOPS"):
            self.assertIn("461 root2", self.root.asks(command)[0])

    def test_kill_disconnects(self) -> None:
        """With its reason; a moment later one may come back."""
        for peer in (self.alice, None):
            self.eve.sees()
            if peer is None:
                self.root.sends("KILL eve")
                self.assertTrue(self.eve.closed)
            else:
                self.root.sends("KILL Alice :enough is enough")
                self.assertIn("enough is enough", " ".join(peer.sees()))
                self.assertTrue(peer.is_closed)
                peer.goes()
        self.room.advance(2)
        self.irc("alice")
        self.assertIsNotNone(self.room.chat.pool.named_as("alice"))

    def test_unknown_nickname_cannot_be_killed(self) -> None:
        """Nor can oneself."""
        self.assertEqual(
            self.root.asks("KILL nobody :x"), ["401 root2 nobody :No such nick"]
        )
        self.assertIn("yourself", self.root.asks("KILL root2 :x")[0])

    def test_wallops_reaches_operators(self) -> None:
        """On every wire, and nobody else."""
        self.account("other", operator=True)
        (other,) = self.room.people("carol")
        other.types(f"\\login other {PASSWORD}")
        other.sees()
        self.alice.sees()
        source = self.source(self.root)
        self.assertEqual(self.root.asks("WALLOPS :fire"), [f"{source} WALLOPS :fire"])
        self.assertEqual(other.sees(), ["root2 to all operators: fire"])
        self.assertEqual(self.alice.sees(), [])

    def test_removed_operator_sends_no_wallops_behind_it(self) -> None:
        """Its rights end at that place in the order."""
        self.account("other", operator=True)
        (other,) = self.room.people("carol")
        other.types(f"\\login other {PASSWORD}", r"\operator other", r"\operator root")
        other.sees()
        self.root.sees()
        with self.room.together():
            other.types(r"\operator root off")
            self.root.sends("WALLOPS :fire")
        self.settle()
        denied = "481 root2 :Permission denied: you are not an operator"
        self.assertEqual(self.root.sees(), [denied])
        self.assertEqual(other.sees(), ["root is no longer an operator"])

    def test_wallops_reaches_who_wants_it(self) -> None:
        """Who has the user mode +w, in a room or in none; once, if an operator."""
        source = self.source(self.root)
        self.root.sends("MODE root2 +w")
        for mode, seen in (("+w", [f"{source} WALLOPS :fire"]), ("-w", [])):
            self.alice.asks(f"MODE alice {mode}")
            shown = self.root.asks("WALLOPS :fire")
            self.assertEqual(shown, [f"{source} WALLOPS :fire"])
            self.assertEqual(self.alice.sees(), seen)

    def test_wallops_of_another_server_is_shown(self) -> None:
        """To those here who want it."""
        self.alice.asks("MODE alice +w")
        bob = self.irc("bob")
        events: tuple[Event, ...] = (
            Joined("lobby", "zoe", "Z"),
            Relayed("", "zoe", "WALLOPS :fire", "Z", recipient_id=LISTENERS),
        )
        batch = [Stored(f"z{n}", 0, event) for n, event in enumerate(events)]
        self.room.chat.announce(batch)
        self.assertRegex(self.alice.sees()[-1], r"\A:zoe!\S+ WALLOPS :fire\Z")
        self.assertRegex(self.root.sees()[-1], r"\A:zoe!\S+ WALLOPS :fire\Z")
        self.assertEqual(bob.sees(), [])

    def test_rehash_reads_files_again(self) -> None:
        """As SIGHUP does."""
        calls: list[None] = []
        self.room.chat.reload = lambda: calls.append(None)
        self.assertEqual(self.root.asks("REHASH"), ["382 root2 * Rehashing"])
        self.assertEqual(len(calls), 1)
