"""Tests of twisted_chat.journals.sqlite, beside the contract of all journals."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.trial.unittest import SynchronousTestCase

from tests.journals.contract import NOW, JournalContract
from tests.journals.threads import Caller, Pools
from twisted_chat.journals.sqlite import SqliteJournal


class SqliteJournalTests(JournalContract, SynchronousTestCase):
    """A server with ``--store sqlite:PATH``, the default."""

    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.caller = Caller()
        self.pools = Pools()

    def make(self, keep: int | None = None) -> SqliteJournal:
        self.path = self.folder / f"chat{len(self.pools.made)}.sqlite"
        return SqliteJournal(str(self.path), self.caller, lambda: NOW, keep, self.pools)
