"""WHO."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase
from twisted_chat.clients.answers import MAX_ANSWER
from twisted_chat.clients.irc import answers, commands_who
from twisted_chat.core.client import Identity
from twisted_chat.core.events import Event, Joined, Quit, Renamed, Stored

IDENTITY = Identity("::1", wire="irc")


class WhoTests(IrcCase):
    """Who is where."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.irc("Alice", "tea", "lobby")
        self.bob = self.irc("bob", "tea")

    def who(self, *params: str) -> list[str]:
        """The nicknames, with their flags, that WHO finds."""
        *found, end = self.bob.asks(" ".join(("WHO", *params)))
        mask = params[0] if params else "*"
        self.assertEqual(end, f"315 bob {mask} :End of /WHO list")
        for line in found:
            self.assertTrue(line.startswith("352 bob "), line)
        return [" ".join(line.split()[6:8]) for line in found]

    def test_members_of_a_room_are_listed(self) -> None:
        """With their roles in it, and who is away."""
        self.assertEqual(self.who("#tea"), ["Alice H@", "bob H"])
        self.assertEqual(self.who("#TEA"), ["Alice H@", "bob H"])
        self.alice.sends("AWAY :lunch")
        self.bob.sees()
        self.assertEqual(self.who("#tea"), ["Alice G@", "bob H"])

    def test_all_fields_are_shown(self) -> None:
        """The real name after the hop count."""
        line, _ = self.bob.asks("WHO alice")
        self.assertRegex(
            line,
            r"\A352 bob \* ~Alice [0-9a-f]+\.chat chat\.server Alice H "
            r":0 The real Alice\Z",
        )
        line, *_ = self.bob.asks("WHO #tea")
        self.assertTrue(line.startswith("352 bob #tea ~Alice "), line)

    def test_nickname_or_mask_finds_members(self) -> None:
        """In any case; one that nobody has finds nobody."""
        for mask in ("alice", "ALICE", "ali*", "?lic*", "*e", "a**e"):
            self.assertEqual(self.who(mask), ["Alice H"])
        for mask in ("nobody", "al", "x*", "[ae]lice"):
            self.assertEqual(self.who(mask), [])

    def test_mask_finds_only_those_in_the_same_rooms(self) -> None:
        """An exact nickname finds everyone."""
        self.assertEqual(self.who("*"), ["Alice H", "bob H"])
        self.assertEqual(self.who("0"), ["Alice H", "bob H"])
        self.assertEqual(self.who(), ["Alice H", "bob H"])
        self.assertEqual(self.who("eve"), ["eve H"])

    def test_operators_are_marked_and_found(self) -> None:
        """They find everyone by a mask."""
        self.account("root", operator=True)
        self.alice.sends("OPER root correct horse".replace("correct ", ":correct "))
        self.bob.sees()
        self.assertEqual(self.who("alice"), ["Alice H*"])
        self.assertEqual(self.who("#tea", "o"), ["Alice H*@"])
        self.assertEqual(self.who("#tea"), ["Alice H*@", "bob H"])
        found = self.alice.asks("WHO *")
        self.assertEqual(len(found), 4)

    def test_room_that_is_closed_or_unknown_lists_nobody(self) -> None:
        """As if it were empty."""
        self.assertEqual(self.who("#nowhere"), [])
        self.eve.types("\\join den", "\\room private")
        self.bob.sees()
        self.assertEqual(self.who("#den"), [])

    def test_highest_role_is_shown_or_all(self) -> None:
        """All, with ``multi-prefix``."""
        self.alice.sends("CAP REQ :multi-prefix")
        moderated = self.room.chat.moderation.settings("tea")
        self.assertIsNotNone(moderated)
        self.eve.types("\\join tea")
        *_, end = self.alice.asks("WHO #tea")
        self.assertIn("315", end)

    def test_answer_is_bounded(self) -> None:
        """Of very many members the first."""
        self.patch(commands_who, "MAX_FOUND", 1)
        self.assertEqual(self.who("#tea"), ["Alice H@"])

    def test_answer_has_no_more_bytes_than_may_wait(self) -> None:
        """Of many members with long names the first."""
        self.patch(answers, "_HEAD", MAX_ANSWER // 2)
        self.assertEqual(self.who("#tea"), ["Alice H@"])

    def test_members_are_looked_at_in_portions(self) -> None:
        """All of them, however many portions that are."""
        self.patch(answers, "PORTION", 1)
        self.assertEqual(self.who("#tea"), ["Alice H@", "bob H"])
        self.assertEqual(self.who("*"), ["Alice H", "bob H"])

    def test_nobody_is_named_who_has_left_or_is_renamed_meanwhile(self) -> None:
        """The client was shown that before."""
        self.patch(answers, "PORTION", 1)
        happens: list[Event] = []
        for number in range(4):
            name, client_id = f"other_{number}", f"id {number}"
            self.announce(Joined("tea", name, client_id))
            event = Quit(name, client_id)
            happens.append(event if number else Renamed(name, "renamed", client_id))

        def next_one() -> None:
            if happens:
                self.announce(happens.pop(0))
                self.room.clock.callLater(0, next_one)

        self.bob.sees()
        self.room.clock.callLater(0, next_one)
        seen = self.bob.asks("WHO #tea")
        self.assertIn("NICK", seen[0])
        self.assertEqual([" QUIT " in line for line in seen[1:4]], [True] * 3)
        nicks = [line.split()[6] for line in seen[4:-1]]
        self.assertEqual(nicks, ["Alice", "bob", "renamed"])

    def announce(self, event: Event) -> None:
        """Another server has stored an event."""
        self.room.chat.announce([Stored("z", 0, event)])

    def test_strange_masks_are_named_in_one_word(self) -> None:
        """So that the end of the list is a line."""
        (end,) = self.bob.asks("WHO ::a b")
        self.assertEqual(end, "315 bob a_b :End of /WHO list")

    def test_mask_takes_time_in_proportion_to_its_length(self) -> None:
        """A regular expression would try every way to divide the nickname."""
        self.irc("a" * 32, "tea")
        self.bob.sees()
        self.assertEqual(self.who("*a" * 30 + "*b"), [])
        self.assertEqual(self.who("*a" * 30 + "*"), ["a" * 32 + " H"])
        self.assertEqual(self.who("*" * 121), [])


class WhoxTests(IrcCase):
    """WHO with the fields of WHOX."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.irc("alice", "tea")
        self.bob = self.irc("bob", "tea")

    def whox(self, fields: str) -> str:
        line, _ = self.bob.asks(f"WHO alice {fields}")
        return line

    def test_all_fields_have_one_order(self) -> None:
        """Whatever the order in which they are asked for."""
        for fields in ("tcuihsnfdlaor", "roaldfnshiuct"):
            self.assertRegex(
                self.whox(f"%{fields},123"),
                r"\A354 bob 123 \* ~alice 255\.255\.255\.255 \S+\.chat chat\.server "
                r"alice H 0 \d+ 0 n/a :The real alice\Z",
            )

    def test_some_fields_are_shown(self) -> None:
        """And the token, if it is a number."""
        self.assertEqual(self.whox("%tn,42"), "354 bob 42 alice")
        self.assertEqual(self.whox("%tn,x"), "354 bob 0 alice")
        (end,) = self.bob.asks("WHO alice o%nf")
        self.assertEqual(end, "315 bob alice :End of /WHO list")

    def test_account_is_shown(self) -> None:
        """``0`` for a guest."""
        self.assertEqual(self.whox("%na"), "354 bob alice 0")
        self.alice.sends("NICKSERV REGISTER correct-horse")
        self.bob.sees()
        self.assertEqual(self.whox("%na"), "354 bob alice alice")

    def test_addresses_are_for_operators_and_oneself(self) -> None:
        """Others see a placeholder."""
        self.account("root", operator=True)
        self.alice.client.identity = IDENTITY
        self.assertEqual(self.whox("%i"), "354 bob 255.255.255.255")
        line, _ = self.alice.asks("WHO alice %i")
        self.assertEqual(line, "354 alice 0::1")
        self.bob.sends("OPER root :correct horse")
        self.bob.sees()
        self.assertEqual(self.whox("%i"), "354 bob 0::1")
