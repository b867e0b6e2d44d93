"""Tests of twisted_chat.journals.room_events; see also the contract of journals."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import EVERY_EVENT, any_text
from twisted_chat.core.events import (
    Event,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Quit,
    Renamed,
)
from twisted_chat.core.history_query import ROOM_EVENTS
from twisted_chat.core.moderation_events import Kicked, RoomChanged
from twisted_chat.core.presence import Presence
from twisted_chat.journals.room_events import (
    RoomEvent,
    Whereabouts,
    from_text,
    to_text,
    without_secrets,
)

CLIENTS = st.sampled_from(["a", "b", "c", "d"])
ROOMS = st.sampled_from(["lobby", "tea", "sea"])
NICKS = st.sampled_from(["al", "bob", "carol"])
ACCOUNTS = st.sampled_from(["al", "bob"])


def _kicked(target_id: str, room: str) -> Kicked:
    return Kicked(room, "op", "x", "", "o", target_id, "op", 5)


EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Joined, st.one_of(ROOMS, st.just("")), NICKS, CLIENTS),
    st.builds(
        lambda room, client, name: Joined(room, name, client, f"@{name}", name),
        ROOMS,
        CLIENTS,
        ACCOUNTS,
    ),
    st.builds(Left, ROOMS, NICKS, CLIENTS),
    st.builds(Quit, NICKS, CLIENTS),
    st.builds(Renamed, NICKS, NICKS, CLIENTS),
    st.builds(
        lambda client, name: LoggedIn("x", name, client, f"@{name}", name),
        CLIENTS,
        ACCOUNTS,
    ),
    st.builds(LoggedOut, NICKS, NICKS, CLIENTS),
    st.builds(_kicked, st.one_of(CLIENTS, st.sampled_from(["@al", "@bob"])), ROOMS),
)


class WhereaboutsTests(SynchronousTestCase):
    """Where members are, as ``core.presence`` has it."""

    @settings(deadline=None)
    @given(st.lists(st.lists(EVENTS, max_size=6), max_size=8))
    def test_members_are_where_presence_has_them(
        self, batches: list[list[Event]]
    ) -> None:
        """After any events, in any batches."""
        presence, whereabouts = Presence(), Whereabouts()
        for batch in batches:
            whereabouts.of(batch)
            whereabouts.keep()
            for event in batch:
                presence.apply(event)
            self.assertEqual(
                {
                    member_id: (place.nick, set(place.rooms), set(place.clients))
                    for member_id, place in whereabouts._members.items()
                },
                {
                    member.id: (member.nick, set(member.rooms), set(member.clients))
                    for member in presence.members.values()
                },
            )

    def test_batch_that_is_not_stored_changes_nothing(self) -> None:
        """What follows is shown as if there had been none."""
        whereabouts = Whereabouts()
        whereabouts.of([Joined("tea", "bob", "b"), Joined("tea", "al", "a")])
        whereabouts.of([Joined("tea", "bob", "b")])
        whereabouts.keep()
        whereabouts.of([Quit("bob", "b"), Joined("tea", "al", "a", "@al", "al")])
        shown = whereabouts.of([Quit("bob", "b"), Quit("al", "a")])
        self.assertEqual(shown, [RoomEvent(("tea",), Quit("bob", "b")), None])

    def test_what_is_shown_is_of_a_kind_that_may_be_asked_for(self) -> None:
        """Nothing else is kept."""
        for shown in Whereabouts().of(EVERY_EVENT):
            if shown is not None:
                self.assertIn(type(shown.event), ROOM_EVENTS)


class TextTests(SynchronousTestCase):
    """How SQLite keeps them."""

    def test_event_is_read_as_it_was_written(self) -> None:
        """Except ids of guests, which are secrets."""
        for shown in Whereabouts().of(EVERY_EVENT):
            if shown is None:
                continue
            text = to_text(shown)
            self.assertNotIn("id-", text)
            back = from_text(text)
            self.assertEqual(back.rooms, shown.rooms)
            self.assertEqual(to_text(back), text)
        joined = RoomEvent(("tea",), Joined("tea", "al", "@1", "@1", "al"))
        self.assertEqual(from_text(to_text(joined)), joined)

    @given(any_text)
    def test_any_text_is_kept(self, text: str) -> None:
        """With line ends and blanks."""
        shown = RoomEvent(("lobby", "tea"), Quit("al", "@1", text))
        self.assertEqual(from_text(to_text(shown)), shown)

    def test_key_of_a_room_is_no_part_of_it(self) -> None:
        """Wherever it is among several settings; that it was removed is."""
        for setting, value, others, changes in (
            ("key", "tell", "", (("key", "*"),)),
            ("key", "", "", (("key", ""),)),
            (
                "limit",
                "5",
                "key=tell quiet=",
                (("limit", "5"), ("key", "*"), ("quiet", "")),
            ),
        ):
            event = RoomChanged("tea", "al", setting, value, "a", "op", 3, 5, others)
            self.assertEqual(without_secrets(event).changes, changes)
