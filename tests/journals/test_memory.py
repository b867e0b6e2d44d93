"""Tests of twisted_chat.journals.memory, beside the contract of all journals."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.journals.contract import JournalContract
from tests.journals.expiry_contract import ExpiryContract
from tests.support.journals import NOW, JournalUnderTest, entry, said
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.journals.retention import KEEP_ALL, Retention


class MemoryJournalTests(ExpiryContract, JournalContract, SynchronousTestCase):
    """A server with ``--store memory:``."""

    def make(self, retention: Retention = KEEP_ALL) -> MemoryJournal:
        return MemoryJournal(lambda: self.time, retention)

    def everything_kept(self, journal: JournalUnderTest) -> bytes:
        return repr(vars(journal.history)).encode()

    def test_time_never_runs_backwards(self) -> None:
        """Though the clock is set back."""
        times = iter((NOW, NOW - 3600, NOW + 1))
        journal = MemoryJournal(lambda: next(times))
        self.patch(self, "make", lambda _: journal)
        opened = self.opened()
        stored = [self.append(opened, said("hi"))[0].time for _ in range(3)]
        self.assertEqual(stored, [NOW * 1000, NOW * 1000, (NOW + 1) * 1000])

    def test_append_after_close_is_refused(self) -> None:
        """With a reason."""
        journal = self.opened()
        self.run_now(journal.close())
        refused = self.refused(journal.append([entry(said("hi"))]))
        self.assertIn("shutting down", refused)
