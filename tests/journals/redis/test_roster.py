"""Tests of twisted_chat.journals.redis.roster."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.events import (
    AwaySet,
    Event,
    Joined,
    Left,
    Message,
    Quit,
    Renamed,
    Stored,
)
from twisted_chat.core.presence import Member
from twisted_chat.journals.redis.roster import Roster, read_presence


def stored(event: Event, key: str = "other-1") -> Stored:
    return Stored("p", 0, event, key)


def shown(member: Member) -> tuple[str, tuple[str, ...], str]:
    return member.nick, member.rooms, member.away


class RosterTests(SynchronousTestCase):
    """Presence on all servers, and local members that were evicted."""

    def setUp(self) -> None:
        self.roster = Roster("me-")
        self.roster.apply(
            [
                stored(Joined("lobby", "alice", "a"), "me-1"),
                stored(Joined("tea", "alice", "a"), "me-2"),
                stored(Joined("lobby", "bob", "b")),
            ]
        )

    def test_roster_follows_members_of_all_servers(self) -> None:
        """Events of unknown members and messages change nothing."""
        self.roster.apply(
            [
                stored(Renamed("bob", "bert", "b")),
                stored(AwaySet("bert", "lunch", "b")),
                stored(Left("tea", "alice", "a"), "me-3"),
                stored(Renamed("x", "y", "nobody")),
                stored(Message("lobby", "bert", "hi", "b")),
            ]
        )
        self.assertEqual(
            {client_id: shown(m) for client_id, m in self.roster.members.items()},
            {"a": ("alice", ("lobby",), ""), "b": ("bert", ("lobby",), "lunch")},
        )
        self.roster.apply([stored(Quit("bert", "b"))])
        self.assertNotIn("b", self.roster.members)
        self.assertEqual(self.roster.evicted, {})

    def test_members_of_own_entries_are_local(self) -> None:
        """Their rooms are those that this server must fill gaps in."""
        self.assertEqual(self.roster.local, {"a"})
        self.assertEqual(self.roster.local_rooms(), ["lobby", "tea"])

    def test_local_member_that_others_let_quit_is_evicted(self) -> None:
        """Until it has joined again."""
        self.roster.apply([stored(Quit("alice", "a"), "expired")])
        self.assertEqual(self.roster.evicted["a"].rooms, ("lobby", "tea"))
        self.roster.apply([stored(Joined("lobby", "alice", "a"), "me-back-1")])
        self.assertEqual(self.roster.evicted, {})
        self.assertEqual(self.roster.local, {"a"})

    def test_member_that_moved_to_another_server_is_not_evicted(self) -> None:
        """It is not local any more."""
        self.roster.apply(
            [
                stored(Quit("alice", "a"), "moved"),
                stored(Joined("lobby", "alice", "a"), "other-2"),
            ]
        )
        self.assertEqual(self.roster.evicted, {})
        self.assertEqual(self.roster.local, set())
        self.assertEqual(self.roster.local_rooms(), [])

    def test_member_that_is_quitting_is_not_evicted(self) -> None:
        """Its own quit is on its way."""
        self.roster.mark_quitting("a")
        self.roster.apply([stored(Quit("alice", "a"), "expired")])
        self.assertEqual(self.roster.evicted, {})
        self.roster.mark_quitting("nobody")

    def test_evicted_member_that_quits_is_not_evicted_any_more(self) -> None:
        """It must not be brought back."""
        self.roster.apply([stored(Quit("alice", "a"), "expired")])
        self.roster.mark_quitting("a")
        self.assertEqual(self.roster.evicted, {})

    def test_member_that_quits_by_an_own_entry_is_not_evicted(self) -> None:
        """It was announced by this server itself."""
        self.roster.apply([stored(Quit("alice", "a"), "me-9")])
        self.assertEqual(self.roster.evicted, {})

    def test_changes_lead_to_the_actual_presence(self) -> None:
        """Once they are applied there are none left."""
        actual = {
            "a": Member("a", "alice", rooms=("tea", "den")),
            "c": Member("c", "carol", rooms=("lobby",), away="lunch"),
        }
        events = self.roster.changes_to(actual)
        self.assertEqual(
            events,
            [
                Quit("bob", "b"),
                Left("lobby", "alice", "a"),
                Joined("den", "alice", "a"),
                Joined("lobby", "carol", "c"),
                AwaySet("carol", "lunch", "c"),
            ],
        )
        self.roster.apply(stored(event, "me-x") for event in events)
        self.assertEqual(self.roster.changes_to(actual), [])

    def test_another_nickname_is_a_rename(self) -> None:
        """Not a quit and a join."""
        actual = {
            "a": Member("a", "alice", rooms=("lobby", "tea")),
            "b": Member("b", "bert", rooms=("lobby",)),
        }
        self.assertEqual(self.roster.changes_to(actual), [Renamed("bob", "bert", "b")])

    def test_presence_is_read_from_redis(self) -> None:
        """With the members on this server."""
        found = [
            *(b"me", b"a", '{"nick":"älice","rooms":"lobby tea","away":""}'.encode()),
            *(b"other", b"b", b'{"nick":"bob","rooms":"","away":"lunch"}'),
        ]
        members, local = read_presence(found, "me")
        self.assertEqual(
            {client_id: shown(member) for client_id, member in members.items()},
            {"a": ("älice", ("lobby", "tea"), ""), "b": ("bob", (), "lunch")},
        )
        self.assertEqual(local, {"a"})
