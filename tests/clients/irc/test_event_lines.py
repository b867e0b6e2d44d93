"""Events as lines."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase
from twisted_chat.clients.irc.event_lines import EventLines
from twisted_chat.clients.irc.message import Message
from twisted_chat.clients.irc.times import server_time
from twisted_chat.core.account_events import ReadUpTo
from twisted_chat.core.events import (
    Action,
    AwaySet,
    Event,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Quit,
    Renamed,
    Stored,
    TopicSet,
)
from twisted_chat.core.events import Message as Post
from twisted_chat.core.moderation.masks import host_of
from twisted_chat.core.moderation_events import (
    Invited,
    Kicked,
    RoomBanned,
    Unbanned,
    Unmuted,
)

BOB = f"bob!~chat@{host_of('id')}"


class EventLineTests(IrcCase):
    """What each event is in IRC."""

    def shown(self, event: Event, *capabilities: str) -> list[tuple[str, ...]]:
        """The source, the command and the parameters of each line."""
        lines = EventLines(self.shared.server, frozenset(capabilities))
        shown = []
        for line in lines.of(Stored("9", 0, event)):
            assert isinstance(line, Message)
            shown.append((line.source, line.command, *line.params))
        return shown

    def test_each_event_has_its_command(self) -> None:
        """Its author is the source."""
        for event, *line in (
            (Post("tea", "bob", "hi", "id"), "PRIVMSG", "#tea", "hi"),
            (
                Action("tea", "bob", "waves", "id"),
                *("PRIVMSG", "#tea", "\x01ACTION waves\x01"),
            ),
            (Joined("tea", "bob", "id"), "JOIN", "#tea"),
            (Left("tea", "bob", "id"), "PART", "#tea"),
            (Quit("bob", "id"), "QUIT", ""),
            (Renamed("bob", "rob", "id"), "NICK", "rob"),
            (TopicSet("tea", "bob", "new", "id"), "TOPIC", "#tea", "new"),
            (
                Kicked("tea", "bob", "eve", "bye", "id", "x", "", 0),
                *("KICK", "#tea", "eve", "bye"),
            ),
            (Invited("tea", "bob", "eve", "id", "x", 0, 0), "INVITE", "eve", "#tea"),
        ):
            self.assertEqual(self.shown(event), [(BOB, *line)])

    def test_some_are_for_those_who_asked(self) -> None:
        """By a capability; others are shown less, or nothing."""
        for event, capability, without, with_it in (
            (
                Joined("tea", "bob", "id", account="robert"),
                "extended-join",
                [(BOB, "JOIN", "#tea")],
                [(BOB, "JOIN", "#tea", "robert", "*")],
            ),
            (AwaySet("bob", "out", "id"), "away-notify", [], [(BOB, "AWAY", "out")]),
            (AwaySet("bob", "", "id"), "away-notify", [], [(BOB, "AWAY")]),
            (
                LoggedIn("guest_1", "bob", "id", "id", "bob"),
                "account-notify",
                [],
                [(BOB, "ACCOUNT", "bob")],
            ),
            (
                LoggedOut("rob", "bob", "id"),
                "account-notify",
                [],
                [(BOB, "ACCOUNT", "*")],
            ),
        ):
            self.assertEqual(self.shown(event), without)
            self.assertEqual(self.shown(event, capability), with_it)

    def test_what_irc_has_no_command_for_is_a_notice_in_the_room(self) -> None:
        """In the words of the line chat."""
        event = Unmuted("tea", "bob", "eve", "id", "", "", 0)
        self.assertEqual(
            self.shown(event), [("", "NOTICE", "#tea", "bob: unmuted eve")]
        )

    def test_ban_by_an_operator_is_a_notice_to_everyone_who_is_shown_it(self) -> None:
        """It concerns no room."""
        event = Unbanned("ann", "bob", "id", "", 0)
        self.assertEqual(self.shown(event), [("", "NOTICE", "*", "ann: unbanned bob")])

    def test_what_nobody_is_shown_is_nothing(self) -> None:
        """How far someone has read."""
        self.assertEqual(self.shown(ReadUpTo("tea", "id", "9", "id")), [])

    def test_only_the_first_line_of_an_event_has_its_id(self) -> None:
        """A ban from a room is two lines if somebody is removed by it."""
        banned = RoomBanned(
            "tea", "bob", "eve", "", "id", "x", "", "", "", 0, "op", 3, 5
        )
        lines = EventLines(self.shared.server, frozenset())
        mode, kick = lines.earlier(Stored("9", 0, banned))
        self.assertEqual((mode.tags["msgid"], kick.tags.get("msgid")), ("9", None))

    def test_earlier_arrival_says_nothing_of_now(self) -> None:
        """Whether the member is away now is not part of the history."""
        self.eve.types(r"\away lunch")
        lines = EventLines(self.shared.server, frozenset({"away-notify"}))
        stored = Stored("9", 0, Joined("tea", "eve", self.eve.client.id))
        self.assertEqual(len(lines.of(stored)), 2)
        (line,) = lines.earlier(stored)
        assert isinstance(line, Message)
        self.assertEqual((line.command, *line.params), ("JOIN", "#tea"))

    def test_who_is_away_when_joining_is_shown_so(self) -> None:
        """To those who asked for it."""
        alice = self.irc("alice", "lobby", capabilities="away-notify")
        self.eve.types(r"\away lunch", r"\join tea")
        alice.sees()
        join, *_ = alice.asks("JOIN #tea")
        self.assertTrue(join.endswith(" JOIN #tea"))
        self.eve.types(r"\leave", r"\join tea")
        seen = [line.partition(" ")[2] for line in alice.sees()]
        self.assertEqual(seen, ["PART #tea", "JOIN #tea", "AWAY :lunch"])

    def test_who_logs_in_has_another_host(self) -> None:
        """And an account; who logs out has those of a guest again."""
        capabilities = "account-notify chghost"
        alice = self.irc("alice", "lobby", capabilities=capabilities)
        guest = self.shared.server.sources.host(self.eve.client.id)
        self.eve.types(r"\register long-password")
        account = self.shared.server.sources.host(self.eve.client.id)
        self.assertNotEqual(guest, account)
        self.assertEqual(
            alice.sees(),
            [
                f":eve!~chat@{guest} CHGHOST ~chat {account}",
                f":eve!~chat@{account} ACCOUNT eve",
            ],
        )
        self.eve.types(r"\logout")
        _, host, logged_out = alice.sees()
        self.assertRegex(host, rf":guest_\d+!~chat@{account} CHGHOST ~chat {guest}\Z")
        self.assertTrue(logged_out.endswith(" ACCOUNT *"))

    def test_times_are_in_utc_with_milliseconds(self) -> None:
        """As the tag has them."""
        self.assertEqual(server_time(1_700_000_000_007), "2023-11-14T22:13:20.007Z")
