"""The contract test of journals: what each of them does.

A test case for a journal is this mixin, a ``SynchronousTestCase`` and ``make``:

    class RedisJournalTests(JournalContract, SynchronousTestCase):
        def make(self, retention=KEEP_ALL): ...

If the journal needs more than its own call to finish, override ``run_now`` and
``refused``, too; if its clock is not ``time``, ``let_pass``.
"""

from __future__ import annotations

from hypothesis import given

from tests.journals.corrections_contract import CorrectionsContract
from tests.journals.direct_contract import DirectContract
from tests.journals.pages_contract import PagesContract
from tests.journals.room_events_contract import RoomEventsContract
from tests.journals.search_contract import SearchContract
from tests.journals.values_contract import ValuesContract
from tests.support.journals import (
    EVERY_EVENT,
    any_text,
    entry,
    said,
    texts,
)
from twisted_chat.core.events import (
    Action,
    DirectMessage,
    Joined,
    Message,
    Quit,
    Renamed,
    TopicSet,
)
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.core.interfaces import MissedEvents, TopicOrigin, Unstored
from twisted_chat.core.moderation_events import RoomClosed
from twisted_chat.core.submission import ANYWHERE


class JournalContract(
    SearchContract,
    CorrectionsContract,
    ValuesContract,
    DirectContract,
    PagesContract,
    RoomEventsContract,
):
    """See the module docstring."""

    # Announcing

    def test_appended_events_are_announced_in_order(self) -> None:
        """With their keys, and unchanged."""
        journal = self.opened()
        entries = [entry(event) for event in EVERY_EVENT]
        self.run_now(journal.append(entries))
        self.assertEqual([one.event for one in self.announced], list(EVERY_EVENT))
        self.assertEqual([one.key for one in self.announced], [e.key for e in entries])

    def test_positions_sort_as_text_in_the_order_of_arrival(self) -> None:
        """Programs may compare ids, see docs/protocol.md."""
        journal = self.opened()
        for n in range(12):
            self.append(journal, *(said(f"{n}.{m}") for m in range(9)))
        positions = [one.position for one in self.announced]
        self.assertEqual(positions, sorted(set(positions)))
        self.assertEqual(len(positions), 108)

    def test_time_of_an_event_is_that_of_its_arrival(self) -> None:
        """To the millisecond."""
        (one,) = self.append(self.opened(), said("hi"))
        self.assertEqual(one.time, 1_700_000_000_250)

    def test_empty_batch_is_not_announced(self) -> None:
        """Nothing is written to any client."""
        journal = self.opened()
        self.run_now(journal.append([]))
        self.assertEqual(self.announced, [])

    def test_change_of_rights_that_was_announced_outdates_nothing(self) -> None:
        """What depends on it was checked after it."""
        journal = self.opened()
        self.run_now(journal.append([entry(said("change"), scope="tea")]))
        later = entry(said("later"), scope="tea", depends_on=("tea", ANYWHERE))
        unstored = self.run_now(journal.append([later]))
        self.assertEqual(texts(self.announced), ["change", "later"])
        self.assertIn(unstored, (None, Unstored((), ())))

    def test_journal_that_can_store_is_healthy(self) -> None:
        """``/healthz`` replies "ok"."""
        journal = self.opened()
        self.append(journal, said("hi"))
        self.assertIsNone(journal.problem())

    # Nicknames

    def test_last_nickname_of_a_client_that_left_is_known(self) -> None:
        """So that it gets it back when it resumes."""
        journal = self.opened()
        self.append(journal, Joined("lobby", "guest_1", "a"), Joined("tea", "bob", "b"))
        self.append(journal, Renamed("guest_1", "anna", "a"))
        self.append(journal, Quit("anna", "a"), Quit("bob", "b"))
        for client_id, nick in (("a", "anna"), ("b", "bob"), ("c", None)):
            found = self.run_now(journal.history.nickname(client_id))
            self.assertEqual(found, nick)

    def test_nickname_of_an_event_with_any_text_is_kept(self) -> None:
        """No text makes storing fail."""
        journal = self.opened()
        self.append(journal, Joined("lobby", "x\ud800", "\udfff"))
        self.append(journal, Quit("x\ud800", "\udfff"))
        self.assertTrue(self.run_now(journal.history.nickname("\udfff")))

    def test_nickname_of_a_client_that_left_is_known_for_a_day(self) -> None:
        """Counted from its departure, not from its arrival."""
        journal = self.opened()
        self.append(journal, Joined("lobby", "bob", "b"))
        self.let_pass(self.a_moment)
        self.append(journal, Quit("bob", "b"))
        self.assertEqual(self.run_now(journal.history.nickname("b")), "bob")

    def test_nickname_of_a_client_that_cannot_resume_is_forgotten(self) -> None:
        """It has quit; another that may resume is not affected."""
        journal = self.opened()
        self.append(journal, Joined("lobby", "bob", "b"), Joined("lobby", "al", "a"))
        self.append(journal, Quit("bob", "b"), Joined("lobby", "bob", "b"))
        ends = [entry(Quit("bob", "b"), resumable=False), entry(Quit("al", "a"))]
        self.run_now(journal.append(ends))
        for client_id, nick in (("a", "al"), ("b", None)):
            found = self.run_now(journal.history.nickname(client_id))
            self.assertEqual(found, nick)

    # History

    def test_new_room_has_no_topic_and_no_messages(self) -> None:
        """The first member of a room sees an empty history."""
        state = self.run_now(self.opened().history.room("lobby", 10))
        self.assertEqual((state.topic, tuple(state.recent)), ("", ()))

    def test_room_has_its_last_messages_oldest_first(self) -> None:
        """Without arrivals, topics and direct messages."""
        journal = self.opened()
        self.append(journal, *EVERY_EVENT, said("elsewhere", room="other"))
        announced = self.append(journal, said("three"), said("four"))
        state = self.run_now(journal.history.room("lobby", 4))
        self.assertEqual(texts(state.recent), ["from a page", "waves", "three", "four"])
        self.assertEqual(state.recent[-1].position, announced[-1].position)
        self.assertEqual(state.recent[-1].time, announced[-1].time)

    def test_room_with_limit_zero_has_no_messages(self) -> None:
        """As with ``--history 0``."""
        journal = self.opened()
        self.append(journal, said("hi"))
        self.assertEqual(
            tuple(self.run_now(journal.history.room("lobby", 0)).recent), ()
        )

    def test_topic_is_the_last_one_set(self) -> None:
        """An empty text clears it; each room has its own."""
        journal = self.opened()
        self.append(journal, TopicSet("lobby", "alice", "weather", "id-alice"))
        self.append(journal, TopicSet("lobby", "bob", "food", "id-bob"))
        self.append(journal, TopicSet("other", "bob", "cars", "id-bob"))
        self.assertEqual(self.run_now(journal.history.room("lobby", 1)).topic, "food")
        self.append(journal, TopicSet("lobby", "bob", "", "id-bob"))
        self.assertEqual(self.run_now(journal.history.room("lobby", 1)).topic, "")
        self.assertEqual(self.run_now(journal.history.room("other", 1)).topic, "cars")

    def test_topic_has_who_set_it_and_when(self) -> None:
        """Also a while later; one that was cleared has nobody."""
        journal = self.opened()
        (first,) = self.append(journal, TopicSet("lobby", "a b", "one", "id-a"))
        (second,) = self.append(journal, TopicSet("other", "bob", "cars", "id-bob"))
        self.let_pass(self.a_moment)
        for room, nick, time in (
            ("lobby", "a b", first.time),
            ("other", "bob", second.time),
        ):
            state = self.run_now(journal.history.room(room, 1))
            self.assertEqual(state.topic_origin, TopicOrigin(nick, time))
        (third,) = self.append(journal, TopicSet("lobby", "carol", "two", "id-c"))
        self.append(journal, TopicSet("other", "carol", "", "id-c"))
        state = self.run_now(journal.history.room("lobby", 1))
        self.assertEqual(state.topic_origin, TopicOrigin("carol", third.time))
        for room in ("other", "nowhere"):
            state = self.run_now(journal.history.room(room, 1))
            self.assertIsNone(state.topic_origin)

    def test_topic_is_closed_with_the_history_of_its_room(self) -> None:
        """Of that room only, and not if the history stays open to all."""
        journal = self.opened()
        for room in ("tea", "den", "attic"):
            self.append(journal, TopicSet(room, "al", f"of {room}", "id-al"))
            self.run_now(journal.history.room(room, 1))
        self.append(journal, RoomClosed("tea", "", "", "", ""))
        (said_last,) = self.append(journal, said("hi", room="den"))
        self.append(journal, RoomClosed("den", "", "", "", said_last.position))
        for room, topic in (("tea", "of tea"), ("den", ""), ("attic", "of attic")):
            state = self.run_now(journal.history.room(room, 1))
            self.assertEqual((room, state.topic), (room, topic))
            self.assertEqual(state.topic_origin is None, not topic)
        self.append(journal, TopicSet("den", "bo", "new", "id-bo"))
        self.assertEqual(self.run_now(journal.history.room("den", 1)).topic, "new")

    def test_paging_back_returns_every_message_once(self) -> None:
        """And ends."""
        journal = self.opened()
        for n in range(10):
            self.append(journal, said(str(n)), said("x", room="other"))
        seen: list[str] = []
        position: str | None = None
        while page := self.run_now(
            journal.history.page(HistoryQuery("lobby", 3, end=position))
        ):
            seen = texts(page) + seen
            position = page[0].position
        self.assertEqual(seen, [str(n) for n in range(10)])

    def test_position_of_a_time_is_after_all_that_is_earlier(self) -> None:
        """And before all else."""
        journal = self.opened()
        (first,) = self.append(journal, said("one"))
        self.let_pass(self.a_moment)
        (second,) = self.append(journal, said("two"))
        self.assertLess(first.time, second.time)
        for time, shown in (
            (0, []),
            (first.time, []),
            (first.time + 1, ["one"]),
            (second.time, ["one"]),
            (second.time + 1, ["one", "two"]),
        ):
            position = self.run_now(journal.history.position_at(time))
            found = self.run_now(
                journal.history.page(HistoryQuery("lobby", 9, end=position))
            )
            self.assertEqual(texts(found), shown)

    def test_nothing_is_before_an_invalid_position(self) -> None:
        """As an id of another history, which a page may still have."""
        journal = self.opened()
        self.append(journal, said("hi"))
        for position in ("", "0", "x" * 40, "9" * 40, "\0", "-1", "é"):
            self.assertEqual(
                self.run_now(
                    journal.history.page(HistoryQuery("lobby", 9, end=position))
                ),
                (),
            )

    def test_text_of_several_lines_is_kept_unchanged(self) -> None:
        """In the room, before a position and since one: it is one message."""
        journal = self.opened()
        (start,) = self.append(journal, said("seen"))
        lines = ["def f(x):", "", "\tif x:", "\t    return '\\n'", *["x" * 160] * 96]
        program = "\n".join(lines)
        direct = DirectMessage("bob", "alice", program, "id-bob", "id-alice")
        action = Action("lobby", "alice", program, "id-alice")
        self.append(journal, said(program), action, direct)
        history, room = journal.history, "lobby"
        state = self.run_now(history.room(room, 2))
        page = self.run_now(history.page(HistoryQuery(room, 2)))
        missed = self.run_now(history.since(start.position, [room], "id-alice", 9))
        for found, count in ((state.recent, 2), (page, 2), (missed.events, 3)):
            self.assertEqual(texts(found), [program] * count)

    # Resuming

    def test_much_more_text_than_can_be_replayed_is_not_read(self) -> None:
        """Long before there are too many events."""
        journal = self.opened()
        (start,) = self.append(journal, said("seen"))
        self.append(journal, *[said("x" * 16_000)] * 100)
        since = journal.history.since
        missed = self.run_now(since(start.position, ["lobby"], "id-alice", 2000))
        self.assertEqual(missed, MissedEvents(False, ()))
        last = self.announced[-5].position
        missed = self.run_now(since(last, ["lobby"], "id-alice", 2000))
        self.assertEqual(len(missed.events), 4)

    def test_since_returns_what_the_client_would_have_seen(self) -> None:
        """Messages, actions, topics and its direct messages, in order."""
        journal = self.opened()
        (start,) = self.append(journal, said("seen"))
        self.append(
            journal,
            *EVERY_EVENT,
            said("elsewhere", room="other"),
            said("second room", room="second"),
            DirectMessage("bob", "carol", "not for alice", "id-bob", "id-carol"),
            DirectMessage("bob", "alice", "for alice", "id-bob", "id-alice"),
            DirectMessage("alice", "alice", "to self", "id-alice", "id-alice"),
        )
        missed = self.run_now(
            journal.history.since(start.position, ["lobby", "second"], "id-alice", 100)
        )
        self.assertTrue(missed.complete)
        self.assertEqual(
            texts(missed.events),
            [
                "hi",
                "from a page",
                "waves",
                "psst",
                "weather",
                "second room",
                "for alice",
                "to self",
            ],
        )
        direct = missed.events[3].event
        assert isinstance(direct, DirectMessage)
        ids = direct.sender_id, direct.recipient_id
        self.assertEqual(ids, ("id-alice", "id-bob"))

    def test_since_the_last_position_is_complete_and_empty(self) -> None:
        """Also if the last event is part of no history."""
        journal = self.opened()
        *_, last = self.append(journal, said("hi"), Joined("lobby", "bob", "id-bob"))
        missed = self.run_now(
            journal.history.since(last.position, ["lobby"], "id-bob", 10)
        )
        self.assertEqual(missed, MissedEvents(True, ()))

    def test_since_without_rooms_returns_direct_messages(self) -> None:
        """They do not depend on rooms."""
        journal = self.opened()
        (start, *_) = self.append(
            journal,
            said("hi"),
            DirectMessage("alice", "bob", "psst", "id-alice", "id-bob"),
        )
        missed = self.run_now(journal.history.since(start.position, [], "id-bob", 10))
        self.assertEqual((missed.complete, texts(missed.events)), (True, ["psst"]))

    def test_since_with_too_many_events_is_incomplete(self) -> None:
        """The client gets the last messages instead."""
        journal = self.opened()
        start, *_ = self.append(journal, *(said(str(n)) for n in range(6)))
        since = journal.history.since
        self.assertTrue(self.run_now(since(start.position, ["lobby"], "x", 5)).complete)
        self.assertEqual(
            self.run_now(since(start.position, ["lobby"], "x", 4)),
            MissedEvents(False, ()),
        )

    def test_since_an_invalid_position_is_incomplete(self) -> None:
        """Clients may send any text."""
        journal = self.opened()
        (one,) = self.append(journal, said("hi"))
        later = one.position[:-2] + "zz"
        for position in ("", "0", "x" * 40, "9" * 40, later, "\0", "-1", "é"):
            missed = self.run_now(
                journal.history.since(position, ["lobby"], "id-x", 10)
            )
            self.assertEqual(missed, MissedEvents(False, ()), position)

    # Texts

    def test_texts_are_returned_as_they_were_appended(self) -> None:
        """Character by character."""

        @given(any_text, any_text, any_text)
        def check(text: str, nick: str, room: str) -> None:
            journal = self.one_journal
            sent = Message(room, nick, text, "id", '"' + text + '"')
            self.append(journal, sent)
            (back,) = self.run_now(journal.history.page(HistoryQuery(room, 1)))
            assert isinstance(back.event, Message)
            self.assertEqual(
                (back.event.room, back.event.nick, back.event.text, back.event.raw),
                (room, nick, text, sent.raw),
            )

        check()

    def test_lone_surrogates_are_stored_or_replaced(self) -> None:
        """No client can send them; they must not stop other messages."""
        journal = self.opened()
        self.append(journal, said("a \ud83d b"), said("ok"))
        self.append(journal, TopicSet("lob\ud83dby", "x", "\ud83d", "x"))
        last = self.run_now(journal.history.page(HistoryQuery("lobby", 2)))
        self.assertEqual(texts(last)[1:], ["ok"])
        self.run_now(journal.history.room("lob\ud83dby", 1))
        self.run_now(journal.history.search("lobby", "\ud83d b", 1))
