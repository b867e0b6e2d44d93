"""Tests of twisted_chat.journals.sqlite.values, beside the contract of all journals."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from tests.support.sqlite import SqliteTestCase


class SqliteValuesTests(SqliteTestCase):
    """Values in the file."""

    def test_values_are_there_after_a_restart(self) -> None:
        """In the file, as events are."""
        journal = self.started()
        self.run_now(journal.values.write({"a/1": "one"}))
        self.run_now(journal.close())
        self.assertEqual(self.run_now(self.started().values.load("a/")), {"a/1": "one"})

    def test_change_is_done_once_it_is_on_the_disk(self) -> None:
        """Not before."""
        journal = self.started()
        writing = self.threads.made[0]
        writing.hold = True
        asked = Deferred.fromCoroutine(journal.values.write({"a/1": "one"}))
        self.assertNoResult(asked)
        self.assertEqual(self.run_now(journal.values.load("a/")), {})
        writing.work()
        self.assertTrue(self.successResultOf(asked))
        self.assertEqual(self.run_now(journal.values.load("a/")), {"a/1": "one"})

    def test_values_that_were_being_written_are_kept_by_a_stop(self) -> None:
        """As batches are."""
        journal = self.started()
        writing = self.threads.made[0]
        writing.hold = True
        asked = Deferred.fromCoroutine(journal.values.write({"a/1": "one"}))
        closing = Deferred.fromCoroutine(journal.close())
        writing.hold = False
        writing.work()
        self.successResultOf(closing)
        self.assertTrue(self.successResultOf(asked))
        self.assertEqual(self.run_now(self.started().values.load("a/")), {"a/1": "one"})
