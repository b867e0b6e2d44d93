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
from twisted_chat.journals.redis.roster import Resident, Roster, residents


def stored(event: Event, key: str = "other-1") -> Stored:
    return Stored("p", 0, event, key)


class RosterTests(SynchronousTestCase):
    """Who is where, and whom of ours the others gave up."""

    def setUp(self) -> None:
        self.roster = Roster("me-")
        self.roster.heard(
            [
                stored(Joined("lobby", "alice", "a"), "me-1"),
                stored(Joined("tea", "alice", "a"), "me-2"),
                stored(Joined("lobby", "bob", "b")),
            ]
        )

    def test_what_happens(self) -> None:
        """It follows everyone."""
        self.roster.heard(
            [
                stored(Renamed("bob", "bert", "b")),
                stored(AwaySet("bert", "lunch", "b")),
                stored(Left("tea", "alice", "a"), "me-3"),
                stored(Renamed("x", "y", "nobody")),
                stored(Message("lobby", "bert", "hi", "b")),
            ]
        )
        self.assertEqual(
            self.roster.people,
            {
                "a": Resident("alice", ("lobby",), "", True),
                "b": Resident("bert", ("lobby",), "lunch", False),
            },
        )
        self.roster.heard([stored(Quit("bert", "b"))])
        self.assertNotIn("b", self.roster.people)
        self.assertEqual(self.roster.exiled, {})

    def test_home(self) -> None:
        """Our own people and their rooms."""
        self.assertEqual(self.roster.home(), (["a"], ["lobby", "tea"]))

    def test_exiled(self) -> None:
        """One of ours whom the others gave up, until it is back."""
        self.roster.heard([stored(Quit("alice", "a"), "dead")])
        self.assertEqual(self.roster.exiled["a"].rooms, ("lobby", "tea"))
        self.roster.heard([stored(Joined("lobby", "alice", "a"), "me-back-1")])
        self.assertEqual(self.roster.exiled, {})

    def test_moved(self) -> None:
        """One of ours who came to another server is not ours any more."""
        self.roster.heard(
            [
                stored(Quit("alice", "a"), "moved"),
                stored(Joined("lobby", "alice", "a"), "other-2"),
            ]
        )
        self.assertEqual(self.roster.exiled, {})
        self.assertEqual(self.roster.home(), ([], []))

    def test_leaving(self) -> None:
        """Who is on its way out is not brought back."""
        self.roster.leaves("a")
        self.roster.heard([stored(Quit("alice", "a"), "dead")])
        self.assertEqual(self.roster.exiled, {})
        self.roster.leaves("nobody")

    def test_leaving_while_exiled(self) -> None:
        """Nor is who leaves before it could be."""
        self.roster.heard([stored(Quit("alice", "a"), "dead")])
        self.roster.leaves("a")
        self.assertEqual(self.roster.exiled, {})

    def test_our_own_word(self) -> None:
        """Who leaves because we say so is simply gone."""
        self.roster.heard([stored(Quit("alice", "a"), "me-9")])
        self.assertEqual(self.roster.exiled, {})

    def test_changes(self) -> None:
        """What must have happened while we did not listen; told, it has."""
        now = {
            "a": Resident("alice", ("tea", "den"), "", True),
            "c": Resident("carol", ("lobby",), "lunch"),
        }
        events = self.roster.changes(now)
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
        self.roster.heard(stored(event, "me-x") for event in events)
        self.assertEqual(self.roster.changes(now), [])

    def test_a_new_name(self) -> None:
        """Somebody took another name meanwhile."""
        now = {
            "a": Resident("alice", ("lobby", "tea")),
            "b": Resident("bert", ("lobby",)),
        }
        self.assertEqual(self.roster.changes(now), [Renamed("bob", "bert", "b")])

    def test_residents(self) -> None:
        """What Redis keeps of people."""
        found = [
            *(b"me", b"a", '{"nick":"älice","rooms":"lobby tea","away":""}'.encode()),
            *(b"other", b"b", b'{"nick":"bob","rooms":"","away":"lunch"}'),
        ]
        self.assertEqual(
            residents(found, "me"),
            {
                "a": Resident("älice", ("lobby", "tea"), "", True),
                "b": Resident("bob", (), "lunch", False),
            },
        )
