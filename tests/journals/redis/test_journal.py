"""Tests of twisted_chat.journals.redis, by way of a Redis within the test."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.journals.contract import NOW, JournalContract, entry, said, texts
from tests.support.redis import FakeRedis
from twisted_chat.core.events import (
    AwaySet,
    Entry,
    Event,
    HistoryGap,
    Joined,
    Quit,
    Renamed,
    Stored,
)
from twisted_chat.core.interfaces import OutcomeUnknown, StoreError
from twisted_chat.journals.redis.address import RedisAddress
from twisted_chat.journals.redis.connector import Line
from twisted_chat.journals.redis.entries import Place
from twisted_chat.journals.redis.errors import RedisError, away
from twisted_chat.journals.redis.journal import RedisJournal, open_redis

T = TypeVar("T")
ADDRESS = RedisAddress((("fake", 1),))


class FakeRedisTestCase(SynchronousTestCase):
    """Servers on one Redis, all within the test."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(NOW)
        self.redis = FakeRedis(self.clock)
        self.heard: list[Stored] = []

    def journal(self, name: str = "me", keep: int | None = None) -> RedisJournal:
        return RedisJournal(ADDRESS, self.clock, name, keep, dial=self.redis.dial)

    def start(self, name: str = "me") -> tuple[RedisJournal, list[Stored]]:
        """A server that runs, and what it announces."""
        journal = self.journal(name)
        heard: list[Stored] = []
        journal.subscribe(heard.extend)
        self.now(journal.open())
        self.addCleanup(lambda: self.now(journal.close()))
        return journal, heard

    def now(self, awaitable: Awaitable[T]) -> T:
        """What comes of it without any time going by."""

        async def wait() -> T:
            return await awaitable

        waiting = Deferred.fromCoroutine(wait())
        for _ in range(20):
            self.clock.advance(0)
        return self.successResultOf(waiting)

    def fails(self, awaitable: Awaitable[object]) -> StoreError:
        """Why it cannot be."""

        async def wait() -> None:
            await awaitable

        waiting = Deferred.fromCoroutine(wait())
        for _ in range(20):
            self.clock.advance(0)
        error = self.failureResultOf(waiting, StoreError).value
        assert isinstance(error, StoreError)
        return error

    def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds * 20)):
            self.clock.advance(0.05)

    def say(self, journal: RedisJournal, *events: Event) -> list[Entry]:
        entries = [Entry(f"me-{id(event)}", event) for event in events]
        self.now(journal.append(entries))
        return entries


class RedisJournalTests(JournalContract, FakeRedisTestCase):
    """What every journal does."""

    def make(self, keep: int | None = None) -> RedisJournal:
        self.redis.forget()
        return self.journal(keep=keep)

    def run_now(self, awaitable: Awaitable[T]) -> T:
        return self.now(awaitable)


class SeveralServersTests(FakeRedisTestCase):
    """One conversation."""

    def test_everyone_hears_everything_once_in_order(self) -> None:
        """Whoever stored it."""
        one, first = self.start("one")
        two, second = self.start("two")
        for n in range(3):
            self.say(one, said(f"one {n}"))
            self.say(two, said(f"two {n}"))
        self.assertEqual(
            texts(first), [f"{who} {n}" for n in range(3) for who in ("one", "two")]
        )
        self.assertEqual(first, second)
        self.assertEqual(len(first), 6)

    def test_whoever_starts_hears_who_is_there(self) -> None:
        """First of all, before anything that happens then."""
        one, _ = self.start("one")
        self.say(
            one,
            Joined("lobby", "alice", "a"),
            Joined("tea", "alice", "a"),
            AwaySet("alice", "lunch", "a"),
            said("hi"),
        )
        _, heard = self.start("two")
        self.assertEqual(
            [one.event for one in heard],
            [
                Joined("lobby", "alice", "a"),
                Joined("tea", "alice", "a"),
                AwaySet("alice", "lunch", "a"),
            ],
        )

    def test_a_server_that_dies(self) -> None:
        """The others hear that its people are gone, once."""
        one, _ = self.start("one")
        _, second = self.start("two")
        _, third = self.start("three")
        self.say(one, Joined("lobby", "alice", "a"))
        self.assertTrue(self.now(one.names.claim(["=alice"], "a")))
        for link in (one._writer, one._reader, one._asker):
            self.now(link.stop())
        self.pass_time(10)
        gone = [s.event for s in second if isinstance(s.event, Quit)]
        self.assertEqual(gone, [Quit("alice", "a")])
        self.assertEqual(second, third)
        self.assertNotIn("=alice", self.redis.names)

    def test_a_server_that_ends(self) -> None:
        """Whoever is still there leaves with it."""
        one, _ = self.start("one")
        _, second = self.start("two")
        self.say(one, Joined("lobby", "alice", "a"))
        self.now(one.close())
        self.assertEqual(second[-1].event, Quit("alice", "a"))
        self.assertIn("closing", str(self.fails(one.append([entry(said("x"))]))))


class AwayTests(FakeRedisTestCase):
    """Redis goes away, and comes back."""

    def test_refused_at_once(self) -> None:
        """While there is no connection."""
        journal, heard = self.start()
        self.redis.down = away("fake:1", "nobody listens")
        self.redis.cut()
        error = self.fails(journal.append([entry(said("x"))]))
        self.assertNotIsInstance(error, OutcomeUnknown)
        self.assertNotIn("fake:1", str(error))
        self.assertIn("Redis", str(journal.healthy()))
        self.redis.down = None
        self.pass_time(3)
        self.assertIsNone(journal.healthy())
        self.say(journal, said("y"))
        self.assertEqual(texts(heard), ["y"])

    def test_a_lost_answer(self) -> None:
        """The sender is told that it is not known; it is said once."""
        journal, heard = self.start()
        self.redis.lose_answers = 1
        one = entry(said("x"))
        error = self.fails(journal.append([one]))
        self.assertIsInstance(error, OutcomeUnknown)
        self.assertIn("not known whether", str(error))
        self.pass_time(1)
        self.assertEqual(texts(heard), ["x"])
        self.now(journal.append([one, entry(said("y"))]))
        self.now(journal.append([]))
        self.assertEqual(texts(heard), ["x", "y"])

    def test_all_of_it_was_stored(self) -> None:
        """Then there is nothing to do any more."""
        journal, heard = self.start()
        self.redis.lose_answers = 1
        one = entry(said("x"))
        self.fails(journal.append([one]))
        self.pass_time(1)
        self.now(journal.append([one]))
        self.assertEqual(texts(heard), ["x"])

    def test_a_question_that_never_arrived(self) -> None:
        """It was not stored, and can be tried again."""
        journal, heard = self.start()
        self.redis.frozen = True
        waiting = Deferred.fromCoroutine(journal.append([entry(said("x"))]))
        self.pass_time(3)
        self.failureResultOf(waiting, OutcomeUnknown)
        self.redis.frozen = False
        self.pass_time(3)
        self.assertEqual(heard, [])
        self.say(journal, said("x"))
        self.assertEqual(texts(heard), ["x"])

    def test_out_of_memory(self) -> None:
        """Refused with the reason, until there is memory."""
        journal, _ = self.start()
        self.redis.says["append"] = "OOM command not allowed"
        self.assertIn(
            "out of memory", str(self.fails(journal.append([entry(said("x"))])))
        )
        self.assertIn("out of memory", str(journal.healthy()))
        self.redis.says.clear()
        self.say(journal, said("y"))
        self.assertIsNone(journal.healthy())

    def test_a_replica(self) -> None:
        """The connection is given up, so that the master is looked for."""
        journal, _ = self.start()
        line = journal._writer._line
        self.redis.says["append"] = "READONLY no"
        self.fails(journal.append([entry(said("x"))]))
        self.redis.says.clear()
        self.pass_time(1)
        self.assertIsNot(journal._writer._line, line)
        self.say(journal, said("y"))

    def test_forgotten(self) -> None:
        """A Redis that knows nothing of us any more: refused, then all is well."""
        journal, heard = self.start()
        self.redis.servers.clear()
        self.assertIn(
            "coming back", str(self.fails(journal.append([entry(said("x"))])))
        )
        self.pass_time(1)
        self.say(journal, said("y"))
        self.assertEqual(texts(heard), ["y"])

    def test_stored_while_we_cannot_follow(self) -> None:
        """Storing does not wait for a reader that is away."""
        journal, heard = self.start()
        reader = journal._reader
        assert reader._line is not None
        reader._line.drop("closed the connection")
        self.say(journal, said("x"))
        self.pass_time(1)
        self.assertEqual(texts(heard), ["x"])

    def test_following_breaks_while_someone_waits(self) -> None:
        """Nobody waits for ever."""
        journal, heard = self.start()
        self.patch(self.redis, "_wake", lambda *_: None)
        waiting = Deferred.fromCoroutine(journal.append([entry(said("x"))]))
        self.clock.advance(0)
        self.assertNoResult(waiting)
        self.redis.cut()
        self.successResultOf(waiting)
        self.pass_time(1)
        self.assertEqual(texts(heard), ["x"])

    def test_long_away(self) -> None:
        """What was missed is shown from what is kept, and who came and went."""
        journal, heard = self.start("me")
        other, _ = self.start("two")
        self.say(journal, Joined("lobby", "alice", "a"), said("before"))
        self.now(other.append([Entry("two-1", Joined("lobby", "bob", "b"))]))
        reader = journal._reader
        assert reader._line is not None
        reader._dial = self._nobody
        reader._line.drop("closed the connection")
        self.now(other.append([Entry("two-2", Renamed("bob", "bert", "b"))]))
        self.now(other.append([Entry("two-3", said("missed"))]))
        del self.redis.streams["chat:live"][:-1]
        reader._dial = self.redis.dial
        self.pass_time(3)
        self.now(other.append([Entry("two-4", said("after"))]))
        self.assertEqual(
            [getattr(s.event, "text", s.event) for s in heard[2:]],
            [
                Joined("lobby", "bob", "b"),
                "missed",
                Renamed("bob", "bert", "b"),
                "after",
            ],
        )

    def test_too_long_away(self) -> None:
        """What is not kept any more is said to be missing."""
        journal, heard = self.start("me")
        self.say(journal, Joined("lobby", "alice", "a"), said("before"))
        other = self.journal("two", keep=1)
        self.now(other.open())
        self.addCleanup(lambda: self.now(other.close()))
        reader = journal._reader
        assert reader._line is not None
        reader._dial = self._nobody
        reader._line.drop("closed the connection")
        for n in range(3):
            self.now(other.append([Entry(f"two-{n}", said(f"missed {n}"))]))
        del self.redis.streams["chat:live"][:-1]
        reader._dial = self.redis.dial
        self.pass_time(3)
        self.assertEqual([s.event for s in heard[2:]], [HistoryGap("lobby")])

    def test_everything_is_lost(self) -> None:
        """Redis is empty: our people are put there again."""
        journal, heard = self.start("me")
        self.say(journal, Joined("lobby", "alice", "a"), said("before"))
        self.redis.forget()
        self.redis.cut()
        self.pass_time(5)
        self.assertEqual(self.redis.people["a"]["nick"], "alice")
        self.say(journal, said("after"))
        self.assertEqual(heard[-1].event, said("after"))

    async def _nobody(self) -> Line:
        raise away("fake:1", "nobody listens")


class StartTests(FakeRedisTestCase):
    """A start that cannot be ends soon, with one line."""

    def test_nobody_listens(self) -> None:
        """For a few seconds it is tried again."""
        self.redis.down = away("fake:1", "nobody listens")
        waiting = Deferred.fromCoroutine(self.journal().open())
        self.pass_time(1)
        self.assertNoResult(waiting)
        self.pass_time(4)
        error = self.failureResultOf(waiting, StoreError)
        self.assertIn("nobody listens", str(error.value))

    def test_it_comes_while_we_wait(self) -> None:
        """Both may be started at the same time."""
        self.redis.down = away("fake:1", "nobody listens")
        waiting = Deferred.fromCoroutine(self.journal().open())
        self.pass_time(1)
        self.redis.down = None
        self.pass_time(2)
        self.successResultOf(waiting)

    def test_wrong_password(self) -> None:
        """Trying again would change nothing."""
        self.redis.down = RedisError("WRONGPASS", "no")
        waiting = Deferred.fromCoroutine(self.journal().open())
        self.pass_time(0.2)
        self.failureResultOf(waiting, StoreError)

    def test_loading(self) -> None:
        """A Redis that loads its data is waited for longer."""
        self.redis.down = RedisError("LOADING", "still loading")
        waiting = Deferred.fromCoroutine(self.journal().open())
        self.pass_time(20)
        self.assertNoResult(waiting)
        self.redis.down = None
        self.pass_time(2)
        self.successResultOf(waiting)

    def test_a_later_format(self) -> None:
        """What a later version keeps is not touched."""
        self.redis.format = 2
        waiting = Deferred.fromCoroutine(self.journal().open())
        self.pass_time(0.2)
        error = self.failureResultOf(waiting, StoreError)
        self.assertIn("format 2", str(error.value))
        self.assertEqual(self.redis.servers, {})

    def test_by_address(self) -> None:
        """What the service asks for."""
        journal, names = open_redis("redis://db:1/2", self.clock, "me", 5)
        self.assertIs(journal.names, names)
        self.assertIsNotNone(journal.healthy())
        self.assertRaises(StoreError, open_redis, "redis://", self.clock, "me", None)

    def test_stop_while_it_is_away(self) -> None:
        """It ends all the same."""
        journal = self.journal()
        journal.subscribe(_nothing)
        self.now(journal.open())
        self.redis.frozen = True
        waiting = Deferred.fromCoroutine(journal.close())
        self.pass_time(3)
        self.successResultOf(waiting)


def _nothing(_batch: Sequence[Stored]) -> None:
    assert Place(0, 0)
