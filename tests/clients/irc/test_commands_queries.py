"""WHOIS, WHOWAS, USERHOST, ISON, MONITOR."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase
from twisted_chat.core.client import Identity


class WhoisTests(IrcCase):
    """Who someone is."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.irc("Alice", "tea", "lobby")
        self.bob = self.irc("bob")

    def whois(self, params: str = "alice") -> dict[str, str]:
        """The lines, by numeric, without the nicknames."""
        found = self.bob.asks(f"WHOIS {params}")
        self.assertEqual(found[-1], "318 bob Alice :End of /WHOIS list")
        return {line[:3]: line.partition(" Alice ")[2] for line in found}

    def test_user_rooms_server_and_idle_time_are_shown(self) -> None:
        """The nickname as it is written; a server may precede it."""
        for params in ("alice", "ALICE", "chat.server alice", "alice alice"):
            found = self.whois(params)
            self.assertEqual(list(found), ["311", "319", "312", "317", "318"])
            self.assertRegex(found["311"], r"\A~Alice \S+\.chat \* :The real Alice\Z")
            self.assertEqual(found["319"], ":@#tea #lobby")
            self.assertRegex(found["312"], r"\Achat\.server :?twisted_chat-")
            self.assertRegex(found["317"], r"\A\d+ \d+ :seconds idle, signon time\Z")

    def test_more_is_shown_where_there_is_more(self) -> None:
        """Away, an account, an operator."""
        self.account("root", operator=True)
        self.alice.sends("OPER root :correct horse", "AWAY :out for lunch")
        found = self.whois()
        self.assertEqual(found["301"], ":out for lunch")
        self.assertEqual(found["313"], ":is an operator")
        self.assertEqual(found["330"], "root :is logged in as")

    def test_hidden_room_is_not_shown_to_others(self) -> None:
        """To those in it, it is."""
        self.room.people("carol")[0].types("\\join den", "\\room hidden")
        self.alice.sends("JOIN #den")
        self.assertNotIn("#den", self.whois()["319"])
        self.bob.sends("JOIN #den")
        self.assertIn("#den", self.whois()["319"])

    def test_room_that_one_may_not_read_is_not_shown(self) -> None:
        """Private, or with a key; whoever is in it belongs to what it hides."""
        (carol,) = self.room.people("carol")
        for setting in ("private", "key sesame"):
            carol.types("\\join den")
            self.alice.sends("JOIN #den")
            carol.types(f"\\room {setting}")
            self.assertNotIn("#den", self.whois()["319"])
            carol.types("\\room public", "\\room key -")
            self.assertIn("#den", self.whois()["319"])

    def test_address_is_shown_to_operators_and_oneself(self) -> None:
        """To nobody else."""
        self.account("root", operator=True)
        identity = Identity("192.0.2.7", wire="irc")
        self.alice.client.identity = identity
        self.assertNotIn("338", self.whois())
        own = [line for line in self.alice.asks("WHOIS Alice") if line[:3] == "338"]
        self.assertEqual(own, ["338 Alice Alice 192.0.2.7 :is connecting from"])
        self.bob.sends("OPER root :correct horse")
        self.assertIn("192.0.2.7", self.whois()["338"])

    def test_connection_by_tls_is_shown(self) -> None:
        """One on the same machine that is not encrypted is not."""
        client = self.alice.client
        for encrypted in (False, True):
            client.identity = Identity(secure=True, encrypted=encrypted)
            self.assertEqual("671" in self.whois(), encrypted)

    def test_member_of_another_wire_is_shown(self) -> None:
        """With what there is."""
        found = self.bob.asks("WHOIS eve")
        self.assertRegex(found[0], r"\A311 bob eve ~chat \S+\.chat \* :eve\Z")

    def test_unknown_nickname_is_an_error(self) -> None:
        """Each of several has an end of its own."""
        self.assertEqual(
            self.bob.asks("WHOIS nobody,none"),
            [
                "401 bob nobody :No such nick",
                "318 bob nobody :End of /WHOIS list",
                "401 bob none :No such nick",
                "318 bob none :End of /WHOIS list",
            ],
        )
        self.assertEqual(self.bob.asks("WHOIS"), ["431 bob :No nickname given"])

    def test_number_of_questions_is_bounded(self) -> None:
        """The first are answered."""
        found = self.bob.asks("WHOIS " + ",".join(f"n{n}" for n in range(30)))
        self.assertEqual(len(found), 20)


class WhowasTests(IrcCase):
    """Who had a nickname."""

    def setUp(self) -> None:
        super().setUp()
        for number in (1, 2):
            peer = self.peer()
            peer.sends("NICK Bob", f"USER b{number} 0 * :Bob {number}")
            peer.goes()
        self.alice = self.irc("alice")

    def whowas(self, params: str) -> list[str]:
        *found, end = self.alice.asks(f"WHOWAS {params}")
        self.assertIn("369 alice ", end)
        return [line for line in found if line.startswith("314")]

    def test_last_ones_are_shown_first(self) -> None:
        """With when they left; a count limits them, unless it is not positive."""
        one, two = (
            r"314 alice Bob ~b1 \S+ \* :Bob 1",
            r"314 alice Bob ~b2 \S+ \* :Bob 2",
        )
        for params in ("bob", "BOB 2", "bob 0", "bob -1", "bob 7", "bob x"):
            first, second = self.whowas(params)
            self.assertRegex(first, two)
            self.assertRegex(second, one)
        (only,) = self.whowas("bob 1")
        self.assertRegex(only, two)
        found = self.alice.asks("WHOWAS bob")
        self.assertRegex(found[1], r"\A312 alice Bob chat\.server :\d{4}-\d\d-\d\d ")

    def test_nickname_that_nobody_had_is_an_error(self) -> None:
        """Followed by the end all the same."""
        self.assertEqual(
            self.alice.asks("WHOWAS carol"),
            [
                "406 alice carol :There was no such nickname",
                "369 alice carol :End of WHOWAS",
            ],
        )
        self.assertEqual(self.alice.asks("WHOWAS"), ["431 alice :No nickname given"])


class ShortQueriesTests(IrcCase):
    """USERHOST and ISON."""

    def test_userhost_names_those_that_are_here(self) -> None:
        """Who is away has a minus sign, an operator an asterisk."""
        self.account("root", operator=True)
        alice, bob = self.irc("Alice"), self.irc("bob")
        bob.sends("AWAY :lunch", "OPER root :correct horse")
        (line,) = alice.asks("USERHOST ALICE nobody bob eve")
        self.assertRegex(
            line,
            r"\A302 Alice :Alice=\+~Alice@\S+ bob\*=-~bob@\S+ eve=\+~chat@\S+\Z",
        )
        self.assertEqual(alice.asks("USERHOST a b c d e eve"), ["302 Alice :"])
        self.assertEqual(
            alice.asks("USERHOST"), ["461 Alice USERHOST :Not enough parameters"]
        )

    def test_ison_names_those_that_are_here(self) -> None:
        """In one parameter or several, each once."""
        alice = self.irc("Alice")
        for params in ("ALICE nobody eve", ":eve nobody alice", "eve eve ALICE"):
            (line,) = alice.asks(f"ISON {params}")
            self.assertEqual(set(line[len("303 Alice :") :].split()), {"Alice", "eve"})
        self.assertEqual(alice.asks("ISON nobody"), ["303 Alice :"])


class MonitorTests(IrcCase):
    """MONITOR; see ``test_monitors`` for what it leads to."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.irc("alice")

    def test_present_and_absent_nicknames_are_told_apart(self) -> None:
        """When they are added, and when one asks."""
        for command in ("MONITOR + EVE,bob", "MONITOR S", "monitor s"):
            present, absent = self.alice.asks(command)
            self.assertRegex(present, r"\A730 alice :eve!~chat@\S+\Z")
            self.assertEqual(absent, "731 alice :bob")

    def test_list_is_shown(self) -> None:
        """As the nicknames were typed; invalid nicknames are left out."""
        end = "733 alice :End of MONITOR list"
        self.assertEqual(self.alice.asks("MONITOR L"), [end])
        self.alice.asks("MONITOR + Bob,carol,*!x@y,")
        self.assertEqual(self.alice.asks("MONITOR L"), ["732 alice :Bob,carol", end])
        self.assertEqual(self.alice.asks("MONITOR - BOB"), [])
        self.assertEqual(self.alice.asks("MONITOR L"), ["732 alice :carol", end])
        self.assertEqual(self.alice.asks("MONITOR C"), [])
        self.assertEqual(self.alice.asks("MONITOR L"), [end])

    def test_what_is_too_much_is_refused(self) -> None:
        """The others are monitored."""
        for start in (0, 50):
            names = ",".join(f"n{number}" for number in range(start, start + 50))
            self.alice.asks(f"MONITOR + {names}")
        self.assertEqual(
            self.alice.asks("MONITOR + x,y"),
            ["734 alice 100 x,y :Monitor list is full"],
        )

    def test_unknown_subcommand_is_refused(self) -> None:
        """In words that say what there is."""
        (line,) = self.alice.asks("MONITOR X")
        self.assertIn("usage: MONITOR", line)
        self.assertEqual(
            self.alice.asks("MONITOR"), ["461 alice MONITOR :Not enough parameters"]
        )
