"""The stores by their addresses."""

from __future__ import annotations

from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.journals.retention import Retention
from twisted_chat.journals.sqlite.journal import SqliteJournal
from twisted_chat.journals.stores import check_store, open_store


class StoresTests(SynchronousTestCase):
    """What ``--store`` names."""

    def test_each_scheme_has_its_journal(self) -> None:
        for address, kind in (
            ("memory:", MemoryJournal),
            ("sqlite:chat.sqlite", SqliteJournal),
        ):
            journal, _ = open_store(address, MemoryReactorClock(), "n", Retention())
            self.assertIsInstance(journal, kind)

    def test_directory_that_does_not_exist_is_refused_before_the_start(self) -> None:
        """Only a file can be checked so early."""
        with self.assertRaises(StoreError):
            check_store("sqlite:/no/such/directory/chat.sqlite")
        check_store("memory:")
        check_store("redis://localhost:1/0")
