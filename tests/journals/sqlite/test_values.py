"""Tests of twisted_chat.journals.sqlite.values, beside the contract of all journals."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from tests.support.sqlite import SqliteTestCase
from tests.support.threads import FakeThread
from twisted_chat.core.interfaces import Changes, StoreError


class ReadingTestCase(SqliteTestCase):
    """The thread that reads, held."""

    def reading(self) -> FakeThread:
        """The thread of the newest journal."""
        made = self.threads.made
        return next(each for each in reversed(made) if each.name.endswith("-reader"))

    def ask(self, journal: Any, *keys: str) -> Deferred[dict[str, str]]:
        """Ask for these values."""
        return Deferred.fromCoroutine(journal.values.get(keys))


class SqliteValuesTests(ReadingTestCase):
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

    def test_area_that_was_never_used_is_not_read(self) -> None:
        """So it costs no call of a thread to choose a nickname while none is reserved.

        That is known after a restart, too.
        """
        journal = self.started()
        self.run_now(journal.values.write({"a/1": "one", "code": "x"}))
        self.run_now(journal.close())
        journal = self.started()
        reading = self.reading()
        reading.hold = True
        self.assertEqual(self.run_now(journal.values.get(["b/1", "c", "ab/1"])), {})
        self.assertEqual(self.run_now(journal.values.load("b/")), {})
        self.assertEqual(reading.waiting, [])
        for used in ("a/2", "code"):
            self.ask(journal, "b/1", used)
        reading.work()

    def test_area_that_becomes_used_is_read(self) -> None:
        """From the moment at which it can be."""
        journal = self.started()
        self.assertEqual(self.run_now(journal.values.get(["a/1"])), {})
        self.assertEqual(self.run_now(journal.values.load("a/")), {})
        self.run_now(journal.values.write({"a/1": "one"}))
        self.assertEqual(self.run_now(journal.values.get(["a/1"])), {"a/1": "one"})
        self.assertEqual(self.run_now(journal.values.load("a/")), {"a/1": "one"})


class ReadTogetherTests(ReadingTestCase):
    """What is asked for while other values are being read."""

    def setUp(self) -> None:
        """There are some values, and the thread is busy."""
        super().setUp()
        self.journal = self.started()
        self.run_now(self.journal.values.write({"a/1": "one", "a/2": "two"}))
        self.thread = self.reading()
        self.thread.hold = True
        self.first = self.ask(self.journal, "a/1")

    def test_it_is_read_by_one_call(self) -> None:
        """However much that is; everyone is given what they asked for, in order."""
        others = [
            self.ask(self.journal, f"a/{number}", "a/2", "a/1") for number in range(200)
        ]
        self.assertEqual(len(self.thread.waiting), 1)
        self.thread.waiting.pop(0)()
        self.assertEqual(self.successResultOf(self.first), {"a/1": "one"})
        self.assertEqual(len(self.thread.waiting), 1)
        self.thread.work()
        found = [self.successResultOf(other) for other in others]
        self.assertEqual(list(found[150].items()), [("a/2", "two"), ("a/1", "one")])

    def test_areas_are_loaded_by_one_call(self) -> None:
        """Those of many accounts that log in; each is given its own."""
        self.thread.hold = False
        self.thread.work()
        for number in range(20):
            self.run_now(self.journal.values.write({f"b{number}/1": str(number)}))
        self.thread.hold = True
        loaded = [
            Deferred.fromCoroutine(self.journal.values.load(f"b{number}/"))
            for number in range(20)
        ]
        self.assertEqual(len(self.thread.waiting), 1)
        self.thread.waiting.pop(0)()
        self.assertEqual(len(self.thread.waiting), 1)
        self.thread.work()
        found = [self.successResultOf(each) for each in loaded]
        self.assertEqual(found, [{f"b{n}/1": str(n)} for n in range(20)])

    def test_it_is_read_as_it_was_when_it_was_asked_for_or_later(self) -> None:
        """What was written before is found, although a read had begun."""
        self.thread.waiting, begun = [], self.thread.waiting
        self.run_now(self.journal.values.write({"a/1": "three"}))
        other = self.ask(self.journal, "a/1")
        self.assertNoResult(other)
        self.thread.waiting = begun
        self.thread.work()
        self.assertEqual(self.successResultOf(other), {"a/1": "three"})

    def test_failure_is_that_of_all_and_the_next_is_read(self) -> None:
        """Each of them is told."""
        connections = self.journal.values._connections
        assert connections is not None
        reader = connections[1]
        others = [self.ask(self.journal, "a/2") for _ in range(2)]
        self.thread.waiting.pop(0)()
        connection, reader._connection = reader._connection, None
        self.thread.work()
        for other in others:
            self.failureResultOf(other, StoreError)
        reader._connection = connection
        self.assertEqual(self.run_now(self.journal.values.get(["a/2"])), {"a/2": "two"})

    def test_it_is_read_when_the_journal_closes(self) -> None:
        """As what was asked for earlier."""
        other = self.ask(self.journal, "a/2")
        closing = Deferred.fromCoroutine(self.journal.close())
        self.thread.work()
        self.successResultOf(closing)
        self.assertEqual(self.successResultOf(other), {"a/2": "two"})


class WrittenTogetherTests(ReadingTestCase):
    """What is to be written while other values are being written."""

    def setUp(self) -> None:
        """The thread is busy."""
        super().setUp()
        self.journal = self.started()
        self.thread = self.threads.made[0]
        self.thread.hold = True
        self.first = self.change({"a/1": "one"})

    def change(
        self, changes: Changes, expected: Changes | None = None
    ) -> Deferred[bool]:
        return Deferred.fromCoroutine(self.journal.values.write(changes, expected))

    def test_it_is_one_commit(self) -> None:
        """So a message need not wait for a commit for each of many logins."""
        others = [self.change({f"b/{number}": "x"}) for number in range(20)]
        commits: list[str] = []

        def trace(statement: str) -> None:
            if statement == "COMMIT":
                commits.append(statement)

        self.connection(self.journal).set_trace_callback(trace)
        self.thread.work()
        self.assertTrue(self.successResultOf(self.first))
        self.assertTrue(all(map(self.successResultOf, others)))
        self.assertEqual(len(commits), 2)
        self.assertEqual(len(self.run_now(self.journal.values.load("b/"))), 20)

    def test_each_has_its_own_result(self) -> None:
        """Each depends on what those before it have changed."""
        second = self.change({"a/1": "two"}, {"a/1": "one"})
        late = self.change({"a/1": "x", "a/2": "x"}, {"a/1": "one"})
        third = self.change({"a/1": "three"}, {"a/1": "two"})
        self.thread.work()
        results = [self.successResultOf(each) for each in (second, late, third)]
        self.assertEqual(results, [True, False, True])
        self.assertEqual(self.run_now(self.journal.values.load("a/")), {"a/1": "three"})

    def test_it_is_written_by_a_stop(self) -> None:
        """As what was to be written earlier."""
        second = self.change({"a/2": "two"})
        closing = Deferred.fromCoroutine(self.journal.close())
        self.thread.work()
        self.successResultOf(closing)
        self.assertTrue(self.successResultOf(second))
        self.assertEqual(
            self.run_now(self.started().values.load("a/")), {"a/1": "one", "a/2": "two"}
        )
