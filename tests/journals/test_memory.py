"""Tests of twisted_chat.journals.memory, beside the contract of all journals."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.journals.contract import JournalContract
from tests.support.journals import NOW, entry, said, texts
from twisted_chat.core.events import DirectMessage, Joined, Stored, TopicSet
from twisted_chat.core.interfaces import MissedEvents
from twisted_chat.journals import memory
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.journals.retention import KEEP_ALL, Retention


class MemoryJournalTests(JournalContract, SynchronousTestCase):
    """A server with ``--store memory:``."""

    def make(self, retention: Retention = KEEP_ALL) -> MemoryJournal:
        return MemoryJournal(lambda: self.time, retention)

    def test_time_never_runs_backwards(self) -> None:
        """Though the clock is set back."""
        times = iter((NOW, NOW - 3600, NOW + 1))
        journal = MemoryJournal(lambda: next(times))
        self.patch(self, "make", lambda _: journal)
        opened = self.opened()
        stored = [self.append(opened, said("hi"))[0].time for _ in range(3)]
        self.assertEqual(stored, [NOW * 1000, NOW * 1000, (NOW + 1) * 1000])

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
        kept = self.run_now(journal.history.before("room199", None, 10))
        self.assertEqual(texts(kept), ["x" * 100])
        missed = self.run_now(journal.history.since(first.position, ["room0"], "x", 10))
        self.assertFalse(missed.complete)
        missed = self.run_now(
            journal.history.since(announced[-3].position, ["x"], "b199", 10)
        )
        self.assertEqual(texts(missed.events), ["y" * 100])

    def test_number_of_nicknames_is_bounded(self) -> None:
        """The client that was named longest ago is forgotten first."""
        self.patch(memory, "KEPT_NICKNAMES", 2)
        journal = self.opened()
        self.append(journal, *(Joined("lobby", one, one) for one in "abcd"))
        found = [self.run_now(journal.history.nickname(one)) for one in "abcd"]
        self.assertEqual(found, [None, None, "c", "d"])

    def test_keep_zero_keeps_no_messages(self) -> None:
        """They are announced all the same."""
        journal = self.opened(keep=0)
        one, _ = self.append(journal, said("hi"), said("ho"))
        self.assertEqual(self.run_now(journal.history.before("lobby", None, 10)), ())
        missed = self.run_now(journal.history.since(one.position, ["lobby"], "x", 10))
        self.assertFalse(missed.complete)

    def test_number_of_topics_is_bounded(self) -> None:
        """The topic set longest ago is dropped."""
        self.patch(memory, "KEPT_TOPICS", 3)
        journal = self.opened()
        for n in range(5):
            self.append(journal, TopicSet(f"r{n}", "a", f"t{n}", "a"))
        topics = [
            self.run_now(journal.history.room(f"r{n}", 0)).topic for n in range(5)
        ]
        self.assertEqual(topics, ["", "", "t2", "t3", "t4"])

    def test_append_after_close_is_refused(self) -> None:
        """With a reason."""
        journal = self.opened()
        self.run_now(journal.close())
        refused = self.refused(journal.append([entry(said("hi"))]))
        self.assertIn("shutting down", refused)
