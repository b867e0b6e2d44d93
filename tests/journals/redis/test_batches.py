"""Tests of twisted_chat.journals.redis.batches, on a Redis in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.journals import entry, said
from tests.support.redis import LIVE, FakeRedisTestCase
from twisted_chat.core.events import Entry
from twisted_chat.core.interfaces import OutcomeUnknown, StoreError, Unstored
from twisted_chat.core.submission import ANYWHERE
from twisted_chat.journals.redis.batches import Batches, Outcome
from twisted_chat.journals.redis.entries import decode_batch
from twisted_chat.journals.redis.persistent_connection import PersistentConnection
from twisted_chat.journals.redis.position import BEGINNING, StreamPosition
from twisted_chat.journals.redis.scripts import REGISTER_SERVER


class BatchesTests(FakeRedisTestCase):
    """A server changes rights; another stores what depends on them, or does not."""

    def setUp(self) -> None:
        super().setUp()
        self.changing, self.batches = self.server("other"), self.server("me")

    def server(self, name: str) -> Batches:
        connection = PersistentConnection("writing", self.redis.connect, self.clock)
        connection.start()
        self.addCleanup(lambda: self.result(connection.stop()))
        self.result(connection.run_script(REGISTER_SERVER, name, 60_000, 0))
        return Batches(name, 0, connection)

    def change(self, *scopes: str) -> StreamPosition:
        """Change rights; the position after that."""
        entries = [entry(said("change"), scope=scope) for scope in scopes]
        outcome = self.result(self.changing.store(entries, BEGINNING))
        assert outcome.position is not None
        return outcome.position

    def send(self, *entries: Entry, seen: StreamPosition = BEGINNING) -> Outcome:
        return self.result(self.batches.store(entries, seen))

    def talk(self, text: str, *scopes: str) -> Entry:
        return entry(said(text), depends_on=scopes)

    @property
    def stored(self) -> list[str]:
        """The texts in the stream, without the changes."""
        found = []
        for (ms, number), (_, data) in self.redis.commands.stream(LIVE).entries:
            _, batch = decode_batch(f"{ms}-{number}".encode(), data)
            found += [getattr(each.event, "text", "") for each in batch]
        return [text for text in found if text != "change"]

    def at_script(self, number: int, do: Callable[[], object]) -> None:
        """Do something before the next but so many scripts is run."""
        run, count = self.redis.run, [0]

        def counted(text: str, *arguments: bytes) -> Any:
            count[0] += 1
            if count[0] == number:
                do()
            return run(text, *arguments)

        self.patch(self.redis, "run", counted)

    def test_change_that_was_not_seen_outdates_what_depends_on_it(self) -> None:
        """It is stored once the change is seen."""
        position = self.change("tea")
        talk = self.talk("hi", "tea")
        self.assertEqual(self.send(talk), Outcome(Unstored((), (talk.key,)), position))
        self.assertEqual(self.stored, [])
        outcome = self.send(talk, seen=position)
        self.assertEqual(outcome.unstored, Unstored())
        self.assertEqual(self.stored, ["hi"])

    def test_only_the_scopes_of_an_entry_matter(self) -> None:
        """And nothing matters to what depends on none."""
        self.change("tea", "den")
        entries = [
            self.talk("a", "lobby"),
            self.talk("b", "lobby", "den"),
            self.talk("c"),
            self.talk("d", ANYWHERE),
        ]
        outcome = self.send(*entries)
        self.assertEqual(outcome.unstored.outdated, (entries[1].key, entries[3].key))
        self.assertEqual(self.stored, ["a", "c"])

    def test_last_change_of_a_scope_counts(self) -> None:
        """Whoever has seen an earlier one has not seen it."""
        first, last = self.change("tea"), self.change("tea")
        talk = self.talk("hi", "tea")
        self.assertEqual(self.send(talk, seen=first).unstored.outdated, (talk.key,))
        self.assertEqual(self.send(talk, seen=last).unstored.outdated, ())

    def test_nothing_else_is_outdated_by_what_was_stored(self) -> None:
        """Messages change no rights."""
        self.send(self.talk("one", "tea"))
        self.send(self.talk("two", "tea", ANYWHERE))
        self.assertEqual(self.stored, ["one", "two"])

    def test_too_many_changes_are_forgotten(self) -> None:
        """What has not seen them is checked again, whatever it depends on."""
        before = self.change("tea")
        last = self.change(*(f"room{n}" for n in range(1001)))
        self.assertEqual(self.redis.commands.hash("chat:changes"), {})
        talk = self.talk("hi", "lobby")
        self.assertEqual(self.send(talk, seen=before).unstored.outdated, (talk.key,))
        self.assertEqual(self.send(talk, seen=last).unstored.outdated, ())

    def test_changes_are_forgotten_only_when_there_are_too_many(self) -> None:
        """Those of a thousand rooms are known."""
        before = self.change("tea")
        self.change(*(f"room{n}" for n in range(999)))
        self.send(self.talk("hi", "lobby", "tea"), seen=before)
        self.assertEqual(self.stored, ["hi"])

    def test_what_becomes_outdated_later_keeps_its_place(self) -> None:
        """Another server changes more between the two attempts to store the batch."""
        self.change("den")
        entries = [self.talk("one", "tea"), self.talk("two", "tea", "den")]
        self.at_script(2, lambda: self.change("tea"))
        keys = tuple(each.key for each in entries)
        self.assertEqual(self.send(*entries).unstored.outdated, keys)
        self.assertEqual(self.stored, [])

    def test_batch_in_doubt_is_only_what_was_sent_last(self) -> None:
        """What was outdated before is stored later, and nothing twice."""
        position = self.change("tea")
        entries = [self.talk("late", "tea"), self.talk("rest")]
        self.at_script(2, lambda: setattr(self.redis, "lose_replies", 1))
        self.assertIsInstance(
            self.error(self.batches.store(entries, BEGINNING)), OutcomeUnknown
        )
        self.pass_time(1)
        self.result(self.batches.resolve())
        self.send(*self.batches.to_store(entries), seen=position)
        self.assertEqual(self.stored, ["rest", "late"])

    def test_batch_that_was_not_stored_is_told_once_the_connection_can_be_used(
        self,
    ) -> None:
        """And only then, once."""
        for is_stored in (True, False):
            if is_stored:
                self.redis.lose_replies = 1
            else:
                self.redis.lose_scripts.add("append")
            error = self.error(self.batches.store([self.talk("hi")], BEGINNING))
            assert isinstance(error, OutcomeUnknown)
            calls: list[bool] = []
            error.when_not_stored(lambda calls=calls: calls.append(True))  # type: ignore[misc]
            self.batches.tell_not_stored()
            self.pass_time(1)
            self.result(self.batches.resolve())
            self.assertEqual(calls, [])
            self.batches.tell_not_stored()
            self.batches.tell_not_stored()
            self.assertEqual(calls, [] if is_stored else [True])

    def test_what_was_outdated_before_is_surely_not_stored(self) -> None:
        """The rest of the batch is in doubt."""
        self.change("tea")
        late, rest = self.talk("late", "tea"), self.talk("rest")
        self.at_script(2, lambda: setattr(self.redis, "lose_replies", 1))
        error = self.error(self.batches.store([late, rest], BEGINNING))
        assert isinstance(error, OutcomeUnknown)
        self.assertTrue(error.concerns(rest.key))
        self.assertFalse(error.concerns(late.key))

    def test_refusal_ends_with_the_first_batch_that_is_accepted(self) -> None:
        """Also with one that stores nothing."""
        self.redis.errors["append"] = "OOM no"
        self.error(self.batches.store([self.talk("hi")], BEGINNING))
        self.assertFalse(self.result(self.batches.probe()))
        self.assertIsNotNone(self.batches.refusal)
        self.redis.errors.clear()
        self.assertTrue(self.result(self.batches.probe()))
        self.assertIsNone(self.batches.refusal)
        self.assertEqual(self.stored, [])

    def test_nothing_is_sent_once_it_is_closed(self) -> None:
        """The error says why."""
        self.batches.closed = True
        error = self.error(self.batches.store([self.talk("hi")], BEGINNING))
        self.assertIn("shutting down", str(error))
        self.assertNotIsInstance(error, OutcomeUnknown)
        self.assertIsInstance(error, StoreError)
