"""Tests of twisted_chat.journals.redis.roster."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.events import (
    NO_ROOM,
    AwaySet,
    Event,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Message,
    Quit,
    Renamed,
    Stored,
    Switched,
)
from twisted_chat.core.presence import Member, Presence
from twisted_chat.journals.redis.roster import Roster, read_presence


def stored(event: Event, key: str = "other-1") -> Stored:
    return Stored("p", 0, event, key)


def shown(member: Member) -> tuple[str, tuple[str, ...], str]:
    return member.nick, member.rooms, member.away


def _all_of(member: Member) -> tuple[object, ...]:
    # The order of clients is that in which this server learnt of them.
    clients = set(member.client_ids)
    rooms = set(member.rooms), member.room if member.account else None
    return member.nick, rooms, member.away, member.account, clients


_CLIENTS = st.sampled_from("abc")
_ACCOUNTS = st.sampled_from(["1", "2"])
_ROOMS = st.sampled_from([NO_ROOM, "lobby", "tea"])
_EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(lambda c, r: Joined(r, f"guest_{c}", c), _CLIENTS, _ROOMS),
    st.builds(
        lambda c, r, a: Joined(r, f"nick{a}", c, f"@{a}", f"account{a}"),
        *(_CLIENTS, _ROOMS, _ACCOUNTS),
    ),
    st.builds(
        lambda c, a: LoggedIn("x", f"nick{a}", c, f"@{a}", f"account{a}"),
        *(_CLIENTS, _ACCOUNTS),
    ),
    st.builds(lambda c: LoggedOut("x", f"guest_{c}", c), _CLIENTS),
    st.builds(lambda c: Quit("x", c), _CLIENTS),
    st.builds(lambda c, n: Renamed("x", n, c), _CLIENTS, st.sampled_from("xyz")),
    st.builds(lambda c, r: Switched(r, "x", c), _CLIENTS, _ROOMS),
    st.builds(lambda c, t: AwaySet("x", t, c), _CLIENTS, st.sampled_from(["", "tea"])),
)


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

    def test_changes_of_accounts_lead_to_the_actual_presence(self) -> None:
        """Logins, logouts and clients that have come or gone."""
        self.roster.apply(
            [
                stored(LoggedIn("alice", "al", "a", "@1", "al"), "me-3"),
                stored(Joined("lobby", "al", "a2", "@1", "al")),
                stored(Joined("lobby", "carl", "c", "@2", "carl")),
            ]
        )
        self.assertEqual(self.roster.local_ids(), ["@1"])
        now = Presence()
        for event in (
            Joined("lobby", "guest_1", "a"),
            Joined("lobby", "bert", "b", "@3", "bert"),
            Joined("tea", "al", "a3", "@1", "al"),
            Joined("lobby", "al", "c", "@1", "al"),
            Switched("tea", "al", "c"),
        ):
            now.apply(event)
        events = self.roster.changes_to(now.members)
        self.assertCountEqual(
            events,
            [
                LoggedOut("al", "guest_1", "a"),
                Left("tea", "guest_1", "a"),
                LoggedIn("bob", "bert", "b", "@3", "bert"),
                Quit("al", "a2"),
                Joined("tea", "al", "a3", "@1", "al"),
                Joined("lobby", "al", "a3", "@1", "al"),
                LoggedOut("carl", "carl", "c"),
                LoggedIn("carl", "al", "c", "@1", "al"),
            ],
        )
        self.roster.apply(stored(event, "me-x") for event in events)
        self.assertEqual(self.roster.changes_to(now.members), [])

    @given(st.lists(_EVENTS, max_size=30), st.integers(0, 30))
    def test_changes_always_lead_to_the_actual_presence(
        self, events: list[Event], missed: int
    ) -> None:
        """Whatever was missed."""
        roster, now = Roster("me-"), Presence()
        for event in events:
            now.apply(event)
        roster.apply(stored(event) for event in events[: len(events) - missed])
        roster.apply(stored(event) for event in roster.changes_to(now.members))
        self.assertEqual(
            {member.id: _all_of(member) for member in roster.members.values()},
            {member.id: _all_of(member) for member in now.members.values()},
        )

    def test_evicted_client_of_an_account_is_as_its_member_was(self) -> None:
        """Though the member goes on with another client."""
        self.roster.apply(
            [
                stored(LoggedIn("alice", "al", "a", "@1", "al"), "me-3"),
                stored(Joined("lobby", "al", "a2", "@1", "al")),
                stored(Quit("al", "a"), "expired"),
                stored(Renamed("al", "ally", "a2")),
            ]
        )
        evicted = self.roster.evicted["a"]
        self.assertEqual(
            (evicted.id, evicted.nick, evicted.account), ("@1", "al", "al")
        )
        self.assertEqual(self.roster.local_ids(), [])

    def test_presence_is_read_from_redis(self) -> None:
        """With the members on this server."""
        found = [
            *(
                b"me",
                b"a",
                '{"id":"a","nick":"älice","rooms":"lobby tea","away":""}'.encode(),
            ),
            *(b"other", b"b", b'{"id":"b","nick":"bob","rooms":"","away":"lunch"}'),
        ]
        members, local = read_presence(found, "me")
        self.assertEqual(
            {client_id: shown(member) for client_id, member in members.items()},
            {"a": ("älice", ("lobby", "tea"), ""), "b": ("bob", (), "lunch")},
        )
        self.assertEqual(local, {"a"})
