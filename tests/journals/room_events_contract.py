"""The part of the contract test of journals that is about what rooms were shown."""

from __future__ import annotations

from typing import Any

from tests.support.journals import JournalHarness, JournalUnderTest, said
from twisted_chat.core.events import (
    AwaySet,
    Deleted,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Message,
    Quit,
    Renamed,
    Stored,
    TopicSet,
)
from twisted_chat.core.history_query import (
    BESIDES_MESSAGES,
    SOMEONE,
    DirectMessages,
    HistoryQuery,
)
from twisted_chat.core.moderation_events import (
    Kicked,
    RoleChanged,
    RoomBanned,
    RoomChanged,
    RoomExcepted,
    RoomUnbanned,
)

DAY = 24 * 60 * 60.0

MANY = 500
"""As many room events as every journal keeps."""


def shown(stored: Stored) -> str:
    """What a room was shown, briefly."""
    event: Any = stored.event
    match event:
        case Joined(room=room, nick=nick):
            return f"{nick} joined {room}"
        case Left(room=room, nick=nick, text=text):
            return f"{nick} left {room}: {text}"
        case Quit(nick=nick, text=text):
            return f"{nick} quit: {text}"
        case Renamed(old=old, new=new):
            return f"{old} is {new}"
        case Kicked(nick=nick, target=target, text=text):
            return f"{nick} kicked {target}: {text}"
        case Message(text=text) | TopicSet(text=text):
            return text
        case _:
            return type(event).__name__


def account(nick: str, client_id: str, room: str = "lobby") -> Joined:
    """One more client of an account of that name."""
    return Joined(room, nick, client_id, f"@{nick}", nick)


class RoomEventsContract(JournalHarness):
    """What a journal returns of who was in a room, and what was changed in it."""

    def room_events(
        self,
        journal: JournalUnderTest,
        room: str = "lobby",
        limit: int = 99,
        **query: Any,
    ) -> tuple[Stored, ...]:
        query.setdefault("besides", BESIDES_MESSAGES)
        asked = HistoryQuery(room, limit, **query)
        return self.run_now(journal.history.page(asked))

    def shown(
        self, journal: JournalUnderTest, room: str = "lobby", **query: Any
    ) -> list[str]:
        return [shown(each) for each in self.room_events(journal, room, **query)]

    def test_members_come_and_go_in_the_order_of_the_messages(self) -> None:
        """Each event has its own position and time."""
        journal = self.opened()
        stored = self.append(
            journal,
            Joined("lobby", "bob", "b"),
            said("hi"),
            Left("lobby", "bob", "b", "tea time"),
            said("later"),
            Joined("lobby", "bob", "b"),
            Quit("bob", "b", "so long"),
        )
        found = self.room_events(journal)
        self.assertEqual(
            list(map(shown, found)),
            [
                "bob joined lobby",
                "hi",
                "bob left lobby: tea time",
                "later",
                "bob joined lobby",
                "bob quit: so long",
            ],
        )
        for one, other in zip(found, stored, strict=True):
            self.assertEqual((one.position, one.time), (other.position, other.time))
        self.assertEqual(self.shown(journal, besides=frozenset()), ["hi", "later"])
        kinds = frozenset({Quit})
        self.assertEqual(
            self.shown(journal, besides=kinds), ["hi", "later", "bob quit: so long"]
        )

    def test_departure_is_in_the_rooms_that_the_member_was_in(self) -> None:
        """And so is a new nickname; other rooms have nothing of it."""
        journal = self.opened()
        self.append(journal, Joined("lobby", "bob", "b"), Joined("tea", "bob", "b"))
        self.append(journal, Joined("sea", "bob", "b"), Renamed("bob", "rob", "b"))
        self.append(journal, Left("sea", "rob", "b"), Quit("rob", "b"))
        for room in ("lobby", "tea"):
            self.assertEqual(
                self.shown(journal, room),
                [f"bob joined {room}", "bob is rob", "rob quit: "],
            )
        self.assertEqual(
            self.shown(journal, "sea"),
            ["bob joined sea", "bob is rob", "rob left sea: "],
        )
        self.assertEqual(self.shown(journal, "a"), [])
        direct = HistoryQuery(DirectMessages("b"), 99, besides=BESIDES_MESSAGES)
        self.assertEqual(self.run_now(journal.history.page(direct)), ())

    def test_events_that_show_nowhere_are_left_out(self) -> None:
        """A second arrival, leaving a room without being there, away texts."""
        journal = self.opened()
        self.append(
            journal,
            Joined("lobby", "bob", "b"),
            Joined("lobby", "bob", "b"),
            Left("tea", "bob", "b"),
            Renamed("bob", "bob", "b"),
            AwaySet("bob", "lunch", "b"),
            Quit("carol", "c"),
            Joined("", "dave", "d"),
            Quit("dave", "d"),
        )
        self.assertEqual(self.shown(journal), ["bob joined lobby"])

    def test_account_comes_with_its_first_client_and_goes_with_its_last(self) -> None:
        """Its id is kept, by which its host is known."""
        journal = self.opened()
        self.append(journal, account("al", "a1"), account("al", "a2"))
        self.append(journal, account("al", "a2", "tea"), Quit("al", "a1"))
        self.append(journal, Quit("al", "a2", "bye"))
        found = self.room_events(journal)
        self.assertEqual(list(map(shown, found)), ["al joined lobby", "al quit: bye"])
        self.assertEqual([one.event.client_id for one in found], ["@al", "@al"])
        joined = found[0].event
        assert isinstance(joined, Joined)
        self.assertEqual((joined.account, joined.member_id), ("al", "@al"))
        self.assertEqual(self.shown(journal, "tea"), ["al joined tea", "al quit: bye"])

    def test_login_shows_as_what_becomes_of_the_guest(self) -> None:
        """It has another nickname, or leaves if the account is present."""
        journal = self.opened()
        self.append(journal, Joined("lobby", "guest_1", "a1"))
        self.append(journal, LoggedIn("guest_1", "al", "a1", "@al", "al"))
        self.append(journal, Joined("lobby", "guest_2", "a2"))
        self.append(journal, LoggedIn("guest_2", "al", "a2", "@al", "al"))
        self.append(journal, LoggedOut("al", "guest_3", "a2"))
        self.append(journal, LoggedOut("al", "guest_4", "a1"))
        self.append(journal, Quit("guest_4", "a1"))
        self.assertEqual(
            self.shown(journal),
            [
                "guest_1 joined lobby",
                "guest_1 is al",
                "guest_2 joined lobby",
                "guest_2 quit: ",
                "guest_3 joined lobby",
                "al is guest_4",
                "guest_4 quit: ",
            ],
        )

    def test_changes_of_a_room_are_part_of_it(self) -> None:
        """Without what its members are not shown, as its key and addresses."""
        journal = self.opened()
        by_al = ("lobby", "al", "bob")
        ban = ("=192.0.2.7", "=bob", "192.0.2.7", "")
        self.append(
            journal,
            account("al", "a"),
            Joined("lobby", "bob", "b"),
            RoleChanged(*by_al, "voice", True, "a", "b", "op", 3, 5),
            RoomChanged("lobby", "al", "key", "tell", "a", "op", 3, 5, "limit=5"),
            RoomExcepted(*by_al, "except", True, "a", "192.0.2.7", *ban[1:], "", 3, 5),
            Kicked(*by_al, "spam", "a", "b", "op", 5),
            Quit("bob", "b"),
            RoomBanned(*by_al, "", "a", "", *ban[:3], 0, "op", 3, 5),
            RoomUnbanned(*by_al, "a", "room/lobby/3/ban/192.0.2.7", "op", 5),
        )
        found: list[Any] = [one.event for one in self.room_events(journal)][2:]
        self.assertEqual(
            [type(event) for event in found],
            [RoleChanged, RoomChanged, RoomExcepted, Kicked, RoomBanned, RoomUnbanned],
        )
        for event in found:
            self.assertEqual((event.nick, event.client_id), ("al", "@al"))
            self.assertNotIn("192.0.2.7", str(event))
            self.assertNotIn("tell", str(event))
        role, changed, _, kicked, banned, _ = found
        assert isinstance(role, RoleChanged)
        self.assertEqual((role.target, role.role, role.granted), ("bob", "voice", True))
        self.assertEqual(role.target_id, SOMEONE)
        assert isinstance(changed, RoomChanged)
        self.assertEqual(changed.changes, (("key", "*"), ("limit", "5")))
        assert isinstance(kicked, Kicked)
        self.assertEqual((kicked.target, kicked.text), ("bob", "spam"))
        assert isinstance(banned, RoomBanned)
        self.assertEqual((banned.target, banned.target_id), ("bob", ""))

    def test_member_that_was_removed_is_in_the_room_no_more(self) -> None:
        """Its departure shows in the others."""
        journal = self.opened()
        self.append(
            journal,
            Joined("lobby", "bob", "b"),
            Joined("tea", "bob", "b"),
            Kicked("lobby", "al", "bob", "", "a", "b", "op", 5),
            RoomBanned("tea", "al", "bob", "", "a", "b", "", "", "", 0, "op", 3, 5),
            Quit("bob", "b"),
        )
        self.assertEqual(self.shown(journal), ["bob joined lobby", "al kicked bob: "])
        self.assertEqual(self.shown(journal, "tea"), ["bob joined tea", "RoomBanned"])

    def test_deletions_are_part_of_a_page(self) -> None:
        """With the ids of the messages, which are not there any more."""
        journal = self.opened()
        one, _ = self.append(journal, said("one"), said("two"))
        self.append(journal, Deleted("lobby", "alice", "", one.position, "id-alice"))
        message, deleted = self.room_events(journal)
        self.assertEqual(shown(message), "two")
        assert isinstance(deleted.event, Deleted)
        self.assertEqual(deleted.event.ids, (one.position,))

    def test_pages_meet_without_gap_or_duplicate(self) -> None:
        """Whichever kinds of events are at their borders; limits count all of them."""
        journal = self.opened()
        self.append(journal, Joined("lobby", "bob", "b"))
        for n in range(6):
            self.append(
                journal,
                said(str(n)),
                Joined("lobby", f"n{n}", f"c{n}"),
                TopicSet("lobby", "bob", f"t{n}", "b"),
                said("x", room="tea"),
                Renamed(f"n{n}", f"m{n}", f"c{n}"),
                Quit(f"m{n}", f"c{n}"),
            )
        everything = self.room_events(journal)
        self.assertEqual(len(everything), 31)
        for limit in (1, 2, 3, 7, 30, 31, 32):
            back: tuple[Stored, ...] = ()
            end = None
            while page := self.room_events(journal, limit=limit, end=end):
                self.assertLessEqual(len(page), limit)
                back, end = (*page, *back), page[0].position
            self.assertEqual(back, everything)
            ahead = self.room_events(journal, limit=1, first=True)
            while True:
                start = ahead[-1].position
                page = self.room_events(
                    journal, limit=limit + 1, start=start, first=True
                )
                if len(page) < 2:
                    break
                ahead += page[1:]
            self.assertEqual(ahead, everything)

    def test_position_of_a_time_is_that_of_any_event(self) -> None:
        """So that a page from a time on begins with whatever was first."""
        journal = self.opened()
        self.append(journal, said("one"))
        self.let_pass(self.a_moment)
        (joined,) = self.append(journal, Joined("lobby", "bob", "b"))
        self.append(journal, said("two"))
        start = self.run_now(journal.history.position_at(joined.time))
        self.assertEqual(self.shown(journal, start=start), ["bob joined lobby", "two"])

    def test_room_events_are_bounded(self) -> None:
        """Those of a busy room; the last ones are kept."""
        journal = self.opened()
        for n in range(MANY):
            self.append(
                journal, Joined("lobby", f"n{n}", f"c{n}"), Quit(f"n{n}", f"c{n}")
            )
        page = self.shown(journal, limit=MANY)
        self.assertEqual(len(page), MANY)
        self.assertEqual(page[-1], f"n{MANY - 1} quit: ")

    def test_any_text_is_kept(self) -> None:
        """Also one that looks like what is stored, or cannot be stored."""
        journal = self.opened()
        text = ' lobby \n["Gone", "x"] \ud800'
        self.append(journal, Joined("tea", "bob", "b"), Left("tea", "bob", "b", text))
        self.assertEqual(self.shown(journal), [])
        self.assertEqual(self.shown(journal, "tea")[1], f"bob left tea: {text}")

    def test_old_room_events_are_trimmed(self) -> None:
        """As messages are that were sent at that time."""
        journal = self.opened(days=self.a_moment / DAY)
        self.append(journal, said("hi"), Joined("lobby", "bob", "b"))
        self.let_pass(2 * self.a_moment)
        self.append(journal, said("later"), Quit("bob", "b"))
        while self.run_now(journal.trim(())).more:
            pass
        self.assertEqual(self.shown(journal), ["later", "bob quit: "])
