"""The history in memory, beside the contract of all journals."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import NOW, JournalHarness, entry, said, texts
from twisted_chat.core.events import DirectMessage, Joined, Stored, TopicSet
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.core.interfaces import MissedEvents
from twisted_chat.journals import memory_history
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.journals.retention import KEEP_ALL, Retention


class MemoryHistoryTests(JournalHarness, SynchronousTestCase):
    """What is kept, and for how long."""

    def make(self, retention: Retention = KEEP_ALL) -> MemoryJournal:
        return MemoryJournal(lambda: self.time, retention)

    def test_position_of_another_process_is_incomplete(self) -> None:
        """After a restart a client that resumes learns that events may be missing."""
        old = self.opened()
        (one,) = self.append(old, said("hi"))
        new = self.opened()
        self.append(new, said("hi"), said("hi"))
        missed = self.run_now(new.history.since(one.position, ["lobby"], "x", 10))
        self.assertEqual(missed, MissedEvents(False, ()))

    def test_memory_use_is_bounded(self) -> None:
        """However many messages and rooms there are."""
        journal = MemoryJournal(lambda: NOW, Retention(bytes=20_000))
        first = None
        announced: list[Stored] = []
        journal.subscribe(announced.extend)
        for n in range(200):
            batch = [
                entry(said("x" * 100, room=f"room{n}")),
                entry(DirectMessage("a", "b", "y" * 100, f"a{n}", f"b{n}")),
                entry(TopicSet(f"room{n}", "a", "topic", "a")),
            ]
            self.run_now(journal.append(batch))
            first = first or announced[0]
        assert first is not None
        self.assertLess(len(journal.history._kept), 20)
        self.assertLess(len(journal.history._index), 40)
        kept = self.run_now(journal.history.page(HistoryQuery("room199", 10)))
        self.assertEqual(texts(kept), ["x" * 100])
        missed = self.run_now(journal.history.since(first.position, ["room0"], "x", 10))
        self.assertFalse(missed.complete)
        missed = self.run_now(
            journal.history.since(announced[-3].position, ["x"], "b199", 10)
        )
        self.assertEqual(texts(missed.events), ["y" * 100])

    def test_page_with_room_events_looks_at_few_messages(self) -> None:
        """However many there are before or after it."""
        journal = self.opened()
        for number in range(2000):
            self.append(journal, said(f"{number}"))
        middle = self.announced[1000].position
        looked_at = 0

        def position(stored: Stored) -> str:
            nonlocal looked_at
            looked_at += 1
            return stored.position

        self.patch(memory_history, "_POSITION", position)
        besides = frozenset({Joined})
        for query, first in (
            (HistoryQuery("lobby", 3, besides=besides), 1997),
            (HistoryQuery("lobby", 3, end=middle, besides=besides), 997),
            (HistoryQuery("lobby", 3, middle, first=True, besides=besides), 1000),
            (HistoryQuery("lobby", 3, first=True, besides=besides), 0),
        ):
            looked_at = 0
            page = self.run_now(journal.history.page(query))
            self.assertEqual(texts(page), [f"{first + n}" for n in range(3)])
            self.assertLess(looked_at, 30)

    def test_number_of_nicknames_is_bounded(self) -> None:
        """The client that was named longest ago is forgotten first."""
        self.patch(memory_history, "KEPT_NICKNAMES", 2)
        journal = self.opened()
        self.append(journal, *(Joined("lobby", one, one) for one in "abcd"))
        found = [self.run_now(journal.history.nickname(one)) for one in "abcd"]
        self.assertEqual(found, [None, None, "c", "d"])

    def test_keep_zero_keeps_no_messages(self) -> None:
        """They are announced all the same."""
        journal = self.opened(keep=0)
        one, _ = self.append(journal, said("hi"), said("ho"))
        self.assertEqual(
            self.run_now(journal.history.page(HistoryQuery("lobby", 10))), ()
        )
        missed = self.run_now(journal.history.since(one.position, ["lobby"], "x", 10))
        self.assertFalse(missed.complete)

    def test_every_time_and_position_is_found_in_a_long_history(self) -> None:
        """Also where messages of other rooms are in between."""
        journal = self.opened()
        stored: list[Stored] = []
        for n in range(50):
            self.time = NOW + n // 3
            stored += self.append(journal, said(f"{n}", room=("lobby", "tea")[n % 2]))
        history = journal.history
        for number, one in enumerate(stored):
            # Those with an even number are in the lobby.
            expected = [f"{n}" for n in range(0, number, 2)][-7:]
            found = self.run_now(
                history.page(HistoryQuery("lobby", 7, end=one.position))
            )
            self.assertEqual(texts(found), expected)
            first = stored[number // 3 * 3]
            at = self.run_now(history.position_at(one.time))
            self.assertEqual(at, first.position)
        later = stored[-1].time + 1
        self.assertIsNone(self.run_now(history.position_at(later)))
        self.assertEqual(self.run_now(history.page(HistoryQuery("lobby", 0))), ())
