"""The contract test of journals: what each of them does.

A test case for a journal is this mixin, a ``SynchronousTestCase`` and ``make``:

    class RedisJournalTests(JournalContract, SynchronousTestCase):
        def make(self, keep=None): ...

If the journal needs more than its own call to finish, override ``run_now`` and
``refused``, too; if it trims in the background, ``settle`` and ``slack``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.events import (
    Action,
    AwaySet,
    CustomEvent,
    DirectMessage,
    Entry,
    Event,
    Joined,
    Left,
    Message,
    Quit,
    Renamed,
    Stored,
    TopicSet,
)
from twisted_chat.core.interfaces import Journal, MissedEvents, StoreError

T = TypeVar("T")

NOW = 1_700_000_000.25
"""The time of a journal under test, in seconds since 1970."""

if TYPE_CHECKING:
    Base = SynchronousTestCase
else:
    Base = object

_keys = count()


def entry(event: Event) -> Entry:
    """An event with a unique key."""
    return Entry(f"key-{next(_keys)}", event)


def said(text: str, room: str = "lobby", nick: str = "alice") -> Message:
    """A message."""
    return Message(room, nick, text, "id-" + nick)


def texts(messages: Sequence[Stored]) -> list[str]:
    """The texts of events."""
    return [getattr(one.event, "text", "?") for one in messages]


EVERY_EVENT: tuple[Event, ...] = (
    said("hi"),
    Message("lobby", "alice", "from a page", "id-alice", '"from a page"'),
    Action("lobby", "alice", "waves", "id-alice"),
    CustomEvent("lobby", "alice", '{"typing":true}', "id-alice"),
    DirectMessage("alice", "bob", "psst", "id-alice", "id-bob"),
    Joined("lobby", "carol", "id-carol"),
    Left("lobby", "carol", "id-carol"),
    Quit("carol", "id-carol"),
    Renamed("carol", "caroline", "id-carol"),
    TopicSet("lobby", "alice", "weather", "id-alice"),
    AwaySet("alice", "lunch", "id-alice"),
)

any_text = st.text(st.characters(codec="utf-8"), max_size=60)


class JournalHarness(Base):
    """Calls a journal and collects what it announces."""

    def make(self, keep: int | None = None) -> Journal:
        """A new, empty journal whose clock is at ``NOW``."""
        raise NotImplementedError

    def run_now(self, awaitable: Awaitable[T]) -> T:
        """The result, which must be available at once."""

        async def wait() -> T:
            return await awaitable

        return self.successResultOf(Deferred.fromCoroutine(wait()))

    def refused(self, awaitable: Awaitable[object]) -> str:
        """The one-line error that it fails with."""

        async def wait() -> None:
            await awaitable

        failure = self.failureResultOf(Deferred.fromCoroutine(wait()), StoreError)
        line = str(failure.value)
        self.assertNotIn("\n", line)
        return line

    def opened(self, keep: int | None = None) -> Journal:
        """A new journal that is open; it is closed after the test."""
        journal = self.make(keep)
        self.announced: list[Stored] = []
        self.batches: list[int] = []

        def announce(batch: Sequence[Stored]) -> None:
            self.announced += batch
            self.batches.append(len(batch))

        journal.subscribe(announce)
        self.run_now(journal.open())
        self.addCleanup(lambda: self.run_now(journal.close()))
        return journal

    @cached_property
    def one_journal(self) -> Journal:
        """One for all examples of a test, opened with the first of them.

        The making of examples may take longer, the first time, than a server that
        others rely on may be silent.
        """
        return self.opened()

    def append(self, journal: Journal, *events: Event) -> list[Stored]:
        """Append the events as one batch; what was announced of it."""
        before = len(self.announced)
        self.run_now(journal.append([entry(event) for event in events]))
        return self.announced[before:]


class JournalContract(JournalHarness):
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

    def test_journal_that_can_store_is_healthy(self) -> None:
        """``/healthz`` replies "ok"."""
        journal = self.opened()
        self.append(journal, said("hi"))
        self.assertIsNone(journal.healthy())

    # History

    def test_new_room_has_no_topic_and_no_messages(self) -> None:
        """The first member of a room sees an empty history."""
        state = self.run_now(self.opened().history.room("lobby", 10))
        self.assertEqual((state.topic, tuple(state.recent)), ("", ()))

    def test_room_has_its_last_messages_oldest_first(self) -> None:
        """Without arrivals, topics and direct messages."""
        journal = self.opened()
        self.append(journal, *EVERY_EVENT, said("elsewhere", room="other"))
        heard = self.append(journal, said("three"), said("four"))
        state = self.run_now(journal.history.room("lobby", 4))
        self.assertEqual(texts(state.recent), ["from a page", "waves", "three", "four"])
        self.assertEqual(state.recent[-1].position, heard[-1].position)
        self.assertEqual(state.recent[-1].time, heard[-1].time)

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

    def test_paging_back_returns_every_message_once(self) -> None:
        """And ends."""
        journal = self.opened()
        for n in range(10):
            self.append(journal, said(str(n)), said("x", room="other"))
        seen: list[str] = []
        position: str | None = None
        while page := self.run_now(journal.history.before("lobby", position, 3)):
            seen = texts(page) + seen
            position = page[0].position
        self.assertEqual(seen, [str(n) for n in range(10)])

    def test_nothing_is_before_an_invalid_position(self) -> None:
        """As an id of another history, which a page may still have."""
        journal = self.opened()
        self.append(journal, said("hi"))
        for position in ("", "0", "x" * 40, "9" * 40, "\0", "-1", "é"):
            self.assertEqual(
                self.run_now(journal.history.before("lobby", position, 9)), ()
            )

    # Resuming

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
        by_position = {one.position: one.event for one in self.announced}
        whisper = missed.events[3]
        self.assertEqual(whisper.event, by_position[whisper.position])

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

    # Bounds

    def test_oldest_messages_of_a_room_are_dropped(self) -> None:
        """With ``--keep 5`` each room keeps its last five messages."""
        journal = self.opened(keep=5)
        (quiet,) = self.append(journal, said("quiet", room="quiet"))
        for n in range(100):
            self.append(journal, *(said(f"{n}.{m}") for m in range(10)))
        self.settle(journal)
        last = self.run_now(journal.history.before("lobby", None, 1000))
        self.assertEqual(texts(last)[-5:], [f"99.{m}" for m in range(5, 10)])
        self.assertLessEqual(len(last), self.slack(5))
        other = self.run_now(journal.history.before("quiet", None, 10))
        self.assertEqual(texts(other), ["quiet"])
        self.assertEqual(self.run_now(journal.history.search("lobby", "0.0", 10)), ())
        rooms = ["lobby"]
        old = self.run_now(journal.history.since(quiet.position, rooms, "x", 10_000))
        self.assertEqual(old, MissedEvents(False, ()))
        recent = self.announced[-3].position
        missed = self.run_now(journal.history.since(recent, rooms, "x", 10))
        self.assertEqual((missed.complete, len(missed.events)), (True, 2))
        missed = self.run_now(journal.history.since(quiet.position, ["quiet"], "x", 10))
        self.assertTrue(missed.complete)

    def settle(self, journal: Journal) -> None:
        """Let a journal finish what it does in the background."""

    def slack(self, keep: int) -> int:
        """The most messages of a room that may be kept with this ``keep``."""
        return keep

    # Search

    def found(self, text: str, words: str) -> bool:
        """Whether a search for the words finds a message with this text."""
        journal = self.opened()
        self.append(journal, said("another one"), said(text), said(text, room="x"))
        hits = self.run_now(journal.history.search("lobby", words, 10))
        return texts(hits) == [text]

    def test_search_matches_messages_with_all_the_words(self) -> None:
        """``\\search cheese moon`` finds messages with both words, in any order."""
        text = "The Moon is made of green cheese."
        self.assertTrue(self.found(text, "cheese moon"))
        self.assertTrue(self.found(text, "  CHEESE  "))
        self.assertFalse(self.found(text, "cheese mars"))

    def test_search_matches_beginnings_of_words(self) -> None:
        """``\\search chee`` finds cheese; ``\\search heese`` does not."""
        self.assertTrue(self.found("green cheese", "chee gre"))
        self.assertFalse(self.found("green cheese", "heese"))

    def test_search_ignores_case_accents_and_width(self) -> None:
        """In any script, composed or not."""
        for text, words in (
            ("Crème BRÛLÉE", "creme brulee"),
            ("creme brulee", "CRÈME"),
            ("cre\u0300me", "crème"),
            ("ПРИВЕТ, мир", "привет МИР"),
            ("full ｗｉｄｔｈ", "width"),
            ("half width", "ＷＩＤＴＨ"),
        ):
            self.assertTrue(self.found(text, words), (text, words))

    def test_search_matches_any_part_of_text_without_spaces(self) -> None:
        """As in Chinese, Japanese and Thai, and among emoji."""
        for text, words in (
            ("我喜欢喝绿茶", "绿茶"),
            ("我喜欢喝绿茶", "茶"),
            ("東京タワーへ行く", "タワー 東京"),
            ("สวัสดีครับ", "ครับ"),
            ("party🎉tonight", "🎉"),
            ("한국어 채팅", "한국"),
        ):
            self.assertTrue(self.found(text, words), (text, words))
        self.assertFalse(self.found("我喜欢喝绿茶", "茶绿"))

    def test_search_returns_the_last_hits_oldest_first(self) -> None:
        """Only messages and actions."""
        journal = self.opened()
        self.append(journal, *(said(f"tea {n}") for n in range(5)))
        self.append(journal, Action("lobby", "bob", "drinks tea", "id-bob"))
        self.append(journal, TopicSet("lobby", "bob", "tea", "id-bob"))
        self.append(journal, DirectMessage("bob", "alice", "tea", "id-bob", "id-alice"))
        hits = self.run_now(journal.history.search("lobby", "tea", 3))
        self.assertEqual(texts(hits), ["tea 3", "tea 4", "drinks tea"])

    def test_search_without_a_word_finds_nothing(self) -> None:
        """As ``\\search !``; it must not find everything."""
        journal = self.opened()
        self.append(journal, said("hi! * \" ' ("))
        for words in ("", "  ", "!", '"', "'", "*", "( )", "- ^ :", "\0", "\ufe0e~"):
            self.assertEqual(
                self.run_now(journal.history.search("lobby", words, 10)), ()
            )

    def test_search_has_no_query_syntax(self) -> None:
        """What is syntax of a search engine is text here."""
        for text in (
            'say "cheese" NEAR OR AND NOT me',
            "text:cheese -cheese ^cheese cheese* (cheese) {cheese} a+b 50% a_b",
            "'); DROP TABLE events; --",
            "NEAR(a b, 3)",
            "\\search it",
        ):
            self.assertTrue(self.found(text, text), text)

    def test_search_accepts_any_text(self) -> None:
        """No text makes it an error."""

        @given(st.text(max_size=80), any_text)
        def check(words: str, text: str) -> None:
            journal = self.one_journal
            self.append(journal, said(text))
            self.run_now(journal.history.search("lobby", words, 10))
            self.run_now(journal.history.search("lobby", text, 10))
            self.run_now(journal.history.search(words, text, 10))

        check()

    def test_message_is_found_by_its_own_words(self) -> None:
        """A search for a whole message finds it."""

        @given(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=40))
        def check(text: str) -> None:
            journal = self.one_journal
            (sent,) = self.append(journal, said(text))
            hits = self.run_now(journal.history.search("lobby", text, 1))
            self.assertEqual([hit.position for hit in hits], [sent.position])

        check()

    def test_texts_are_returned_as_they_were_appended(self) -> None:
        """Character by character."""

        @given(any_text, any_text, any_text)
        def check(text: str, nick: str, room: str) -> None:
            journal = self.one_journal
            sent = Message(room, nick, text, "id", '"' + text + '"')
            self.append(journal, sent)
            (back,) = self.run_now(journal.history.before(room, None, 1))
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
        last = self.run_now(journal.history.before("lobby", None, 2))
        self.assertEqual(texts(last)[1:], ["ok"])
        self.run_now(journal.history.room("lob\ud83dby", 1))
        self.run_now(journal.history.search("lobby", "\ud83d b", 1))
