"""Tests of twisted_chat.journals.redis.trimming, beside the contract of journals."""

from __future__ import annotations

from typing import Any

from tests.support.journals import said, texts
from tests.support.redis import FakeRedisTestCase
from twisted_chat.core.events import DirectMessage, Joined, TopicSet
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.redis import trimming as redis_trimming
from twisted_chat.journals.redis.journal import RedisJournal
from twisted_chat.journals.retention import Retention

DAY = 24 * 60 * 60.0


class RedisTrimmingTests(FakeRedisTestCase):
    """Trimming by several servers."""

    def trim(self, journal: RedisJournal, *occupied: str) -> int:
        """One run: how many events it deleted."""
        deleted = 0
        while True:
            trimmed = self.result(journal.trim(occupied))
            deleted += trimmed.events
            if not trimmed.more:
                return deleted

    def call(self, *command: str) -> Any:
        return self.redis.commands.call(*(word.encode() for word in command))

    def fill(self, journal: RedisJournal, number: int, room: str = "lobby") -> None:
        for n in range(number):
            self.store(journal, said(f"{n} " + "x" * 100, room=room))
            self.clock.advance(0.01)

    def kept(self, journal: RedisJournal, room: str = "lobby") -> int:
        return len(self.result(journal.history.page(HistoryQuery(room, 10_000))))

    def test_one_server_trims_at_a_time(self) -> None:
        """The others do nothing, until its lease has expired."""
        retention = Retention(days=1)
        one, _ = self.start("one", retention)
        two, _ = self.start("two", retention)
        self.fill(one, 30)
        self.clock.advance(2 * DAY)
        self.pass_time(3)
        self.result(one.trim(()))
        self.assertEqual(self.trim(two), 0)
        self.assertEqual(self.call("XLEN", "chat:room:lobby"), 30)
        self.assertEqual(self.trim(one), 30)
        self.fill(one, 10)
        self.clock.advance(2 * DAY)
        self.pass_time(3)
        self.assertEqual(self.trim(two), 10)

    def test_run_is_due_when_much_was_stored(self) -> None:
        """By any server, until a run begins; never without a limit."""
        retention = Retention(bytes=40_000)
        one, _ = self.start("one", retention)
        two, _ = self.start("two", retention)
        other, _ = self.start("other", Retention(messages=10))
        due: list[str] = []
        one.on_growth(lambda: due.append("one"))
        other.on_growth(lambda: due.append("other"))
        self.fill(two, 20)
        self.assertEqual(due, [])
        self.fill(two, 20)
        self.assertIn("one", due)
        due.clear()
        self.fill(two, 1)
        self.assertEqual(due, ["one"])
        self.trim(one)
        self.fill(two, 1)
        self.assertEqual(due, ["one"])

    def test_run_is_lost_to_a_server_that_took_over(self) -> None:
        """As after a long silence; it does not go on with what it measured."""
        retention = Retention(days=1)
        one, _ = self.start("one", retention)
        two, _ = self.start("two", retention)
        self.fill(one, 30)
        self.clock.advance(2 * DAY)
        self.pass_time(3)
        for _ in range(2):
            self.assertTrue(self.result(one.trim(())).more)
        self.clock.advance(redis_trimming.LEASE_MS / 1000 + 1)
        self.pass_time(3)
        self.result(two.trim(()))
        self.assertEqual(self.trim(one), 0)
        self.assertEqual(self.call("XLEN", "chat:room:lobby"), 30)
        self.assertEqual(self.trim(two), 30)

    def test_floor_is_known_before_anything_is_deleted(self) -> None:
        """To all servers: no client misses something without noticing."""
        retention = Retention(days=1)
        one, announced = self.start("one", retention)
        two, _ = self.start("two", retention)
        self.fill(one, 100)
        self.fill(one, 5, "tea")
        position = announced[0].position
        self.clock.advance(0.9 * DAY)
        self.pass_time(3)
        since = two.history.since
        self.assertTrue(self.result(since(position, ["tea"], "x", 10)).complete)
        self.clock.advance(0.2 * DAY)
        self.pass_time(3)
        while not (trimmed := self.result(one.trim(()))).events:
            self.assertTrue(trimmed.more)
        self.assertFalse(self.result(since(position, ["tea"], "x", 10)).complete)
        self.trim(one)
        self.assertEqual(self.call("EXISTS", "chat:room:lobby"), 0)
        self.assertEqual(self.call("ZCARD", "chat:rooms"), 0)
        self.store(one, said("new"))
        last = announced[-1].position
        self.assertTrue(self.result(since(last, ["lobby"], "x", 10)).complete)

    def test_portions_are_bounded(self) -> None:
        """Redis does nothing else while a script runs."""
        self.patch(redis_trimming, "MAX_ENTRIES", 20)
        journal, _ = self.start("one", Retention(days=1))
        self.fill(journal, 95)
        self.clock.advance(2 * DAY)
        self.pass_time(3)
        deleted = []
        more = True
        while more:
            trimmed = self.result(journal.trim(()))
            more = trimmed.more
            deleted.append(trimmed.events)
        self.assertEqual([n for n in deleted if n], [20, 20, 20, 20, 10, 5])

    def test_room_with_more_messages_loses_more(self) -> None:
        """All rooms lose what is older than one time."""
        journal, _ = self.start("one", Retention(bytes=200_000))
        self.fill(journal, 200, "old")
        self.clock.advance(1)
        for n in range(1_500):
            self.store(journal, said(f"{n} " + "x" * 100, room=f"room{n % 3}"))
            self.clock.advance(0.01)
        self.trim(journal)
        self.assertEqual(self.kept(journal, "old"), 0)
        kept = [self.kept(journal, f"room{n}") for n in range(3)]
        self.assertGreater(min(kept), 200)
        self.assertLess(max(kept), 450)
        self.assertEqual(self.trim(journal), 0)

    def test_dense_beginning_does_not_make_it_delete_far_more(self) -> None:
        """What came in evenly is only estimated."""
        journal, _ = self.start("one", Retention(bytes=200_000))
        self.fill(journal, 1_250)
        self.clock.advance(100)
        self.fill(journal, 10)
        self.trim(journal)
        self.assertGreater(self.kept(journal), 600)

    def test_direct_messages_are_limited_too(self) -> None:
        """Those of clients that will not come back."""
        journal, _ = self.start("one", Retention(bytes=100_000))
        for n in range(400):
            event = DirectMessage("a", "b", "x" * 500, f"a{n}", "")
            self.store(journal, event)
            self.clock.advance(0.01)
        self.trim(journal)
        clients = self.call("ZCARD", "chat:clients")
        self.assertGreater(clients, 80)
        self.assertLess(clients, 200)
        self.assertEqual(self.call("EXISTS", "chat:whispers:a0"), 0)
        self.assertEqual(self.call("EXISTS", "chat:whispers:a399"), 1)

    def test_names_without_streams_are_dropped(self) -> None:
        """Those of direct messages that have expired."""
        journal, _ = self.start("one", Retention(days=30))
        self.store(journal, DirectMessage("a", "b", "hi", "a", "b"))
        self.assertEqual(self.call("ZCARD", "chat:clients"), 2)
        self.clock.advance(1.1 * DAY)
        self.pass_time(3)
        self.trim(journal)
        self.assertEqual(self.call("ZCARD", "chat:clients"), 0)

    def test_number_of_topics_is_bounded(self) -> None:
        """Those used longest ago are dropped; the lobby's is not."""
        self.patch(redis_trimming, "KEPT_TOPICS", 3)
        journal, _ = self.start()
        for room in ("lobby", "a", "b", "c", "d", "e"):
            self.store(journal, TopicSet(room, "x", f"topic of {room}", "x"))
            self.clock.advance(0.01)
        self.store(journal, Joined("a", "bob", "bob"))
        self.clock.advance(0.01)
        self.trim(journal)
        self.assertEqual(
            set(self.redis.commands.hash("chat:topics")), {"lobby", "a", "e"}
        )
        self.assertEqual(self.call("EXISTS", "chat:topic:b"), 0)

    def test_topics_of_the_first_version_count_as_used_now(self) -> None:
        """It does not note when."""
        journal, _ = self.start()
        self.call("HSET", "chat:topics", "tea", "old", "lobby", "old")
        self.trim(journal)
        self.assertEqual(set(self.redis.commands.hash("chat:topics")), {"tea", "lobby"})
        self.clock.advance(31 * DAY)
        self.pass_time(3)
        self.trim(journal)
        self.assertEqual(set(self.redis.commands.hash("chat:topics")), {"lobby"})

    def test_many_rooms_in_use_are_noted_in_portions(self) -> None:
        """Before any topic is dropped."""
        self.patch(redis_trimming, "MAX_NAMES", 2)
        journal, _ = self.start()
        rooms = [f"r{n}" for n in range(7)]
        for room in rooms:
            self.store(journal, TopicSet(room, "x", "t", "x"))
        self.clock.advance(31 * DAY)
        self.pass_time(3)
        self.trim(journal, *rooms)
        self.assertEqual(set(self.redis.commands.hash("chat:topics")), set(rooms))

    def test_failed_run_begins_anew(self) -> None:
        """Nothing is lost."""
        journal, _ = self.start("one", Retention(days=1))
        self.fill(journal, 30)
        self.clock.advance(2 * DAY)
        self.pass_time(3)
        self.redis.errors["trim"] = "OOM no memory"
        with self.assertRaises(StoreError):
            while True:
                self.assertTrue(self._more(journal))
        del self.redis.errors["trim"]
        self.assertEqual(self.trim(journal), 30)
        self.store(journal, said("new"))
        found = self.result(journal.history.page(HistoryQuery("lobby", 10)))
        self.assertEqual(texts(found), ["new"])

    def _more(self, journal: RedisJournal) -> bool:
        trimming: list[Any] = []
        waiting = self._settle(journal.trim(()))
        waiting.addBoth(trimming.append)
        if hasattr(trimming[0], "raiseException"):
            trimming[0].raiseException()
        return bool(trimming[0].more)
