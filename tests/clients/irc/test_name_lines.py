"""The members of a room in lines."""

from __future__ import annotations

from functools import partial

from twisted.trial.unittest import SynchronousTestCase

from tests.support.calls import calls_of
from tests.support.irc_clients import IrcCase
from twisted_chat.clients.irc.name_lines import MAX_FORMS, NameLines, joined_words
from twisted_chat.clients.irc.server import IrcServer
from twisted_chat.core.events import Joined, LoggedIn, Quit, Renamed, Stored


class NameLineTests(IrcCase):
    """They are kept for as long as they are the same, and no longer."""

    def setUp(self) -> None:
        super().setUp()
        self.names = NameLines(IrcServer(self.room.chat))
        self.alice = self.irc("alice", "tea")

    def listed(
        self, most: int = 400, *, hosts: bool = False, prefixes: bool = False
    ) -> list[str]:
        """The lines of #tea."""
        return list(
            self.names.of("tea", most, with_hosts=hosts, with_all_prefixes=prefixes)
        )

    def happens(self, event: object) -> None:
        """Another server has stored an event."""
        self.room.chat.announce([Stored("z", 0, event)])  # type: ignore[arg-type]

    def test_lines_follow_every_change(self) -> None:
        """Of the members, their nicknames and their accounts."""
        self.assertEqual(self.listed(), ["@alice"])
        self.happens(Joined("tea", "guest_1", "B"))
        self.assertEqual(self.listed(), ["@alice guest_1"])
        self.happens(Renamed("guest_1", "bob", "B"))
        self.assertEqual(self.listed(), ["@alice bob"])
        as_guest = self.listed(hosts=True)
        self.happens(LoggedIn("bob", "bob", "B", "@bob", "bob"))
        self.assertNotEqual(self.listed(hosts=True), as_guest)
        self.happens(Quit("bob", "B"))
        self.assertEqual(self.listed(), ["@alice"])

    def test_lines_follow_the_roles(self) -> None:
        """Which change without the members."""
        self.happens(Joined("tea", "bob", "B"))
        for command, shown, everything in (
            ("MODE #tea +v bob", "@alice +bob", "@alice +bob"),
            ("MODE #tea +v alice", "@alice +bob", "@+alice +bob"),
            ("MODE #tea -o alice", "+alice +bob", "+alice +bob"),
        ):
            self.alice.asks(command)
            self.assertEqual(self.listed(), [shown])
            self.assertEqual(self.listed(prefixes=True), [everything])

    def test_lines_fit_the_client(self) -> None:
        """A longer nickname leaves less space for them."""
        self.happens(Joined("tea", "bob", "B"))
        self.assertEqual(self.listed(400), ["@alice bob"])
        self.assertEqual(self.listed(8), ["@alice", "bob"])

    def test_each_room_has_its_own(self) -> None:
        """One that there is not has none."""
        self.assertEqual(self.listed(), ["@alice"])
        form = {"with_hosts": False, "with_all_prefixes": False}
        self.assertEqual(self.names.of("lobby", 400, **form), ("eve",))
        self.assertEqual(self.names.of("nowhere", 400, **form), ())

    def test_members_are_listed_once_for_all_who_join_together(self) -> None:
        """For a thousand clients, a list for each would take quadratic time."""
        for number in range(300):
            self.happens(Joined("tea", f"other_{number}", f"id {number}"))
        self.assertGreater(calls_of(self.listed), 300)
        self.assertLess(calls_of(self.listed), 20)

    def test_clients_that_differ_share_the_lines(self) -> None:
        """By turns: in the length of the nickname, or in what they can show."""
        clients = [self.irc("x" * length, "tea") for length in range(3, 13)]
        clients.append(self.irc("carol", "tea", capabilities="multi-prefix"))
        for number in range(300):
            self.happens(Joined("tea", f"other_{number}", f"id {number}"))
        first, *_, last = [
            calls_of(partial(client.asks, "NAMES #tea"))
            for client in (*clients, *clients)
        ]
        self.assertLess(last, first - 300)

    def test_few_forms_are_kept(self) -> None:
        """However many lengths of a line the clients want."""
        for most in range(400, 500):
            self.assertEqual(self.listed(most), ["@alice"])
        self.assertLessEqual(len(self.names._lines), MAX_FORMS)


class WordTests(SynchronousTestCase):
    """Words in lines."""

    def test_lines_hold_as_many_words_as_fit(self) -> None:
        """To the byte."""
        words = ["ab", "cd", "ef", "gh"]
        self.assertEqual(list(joined_words(words, 5)), ["ab cd", "ef gh"])
        self.assertEqual(list(joined_words(words, 4)), words)
        self.assertEqual(list(joined_words(words, 11)), ["ab cd ef gh"])
        self.assertEqual(list(joined_words([], 5)), [])
