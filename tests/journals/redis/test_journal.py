"""Tests of twisted_chat.journals.redis.journal, on a Redis in memory."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred

from tests.journals.contract import JournalContract
from tests.journals.expiry_contract import ExpiryContract
from tests.support.journals import JournalUnderTest, entry, said, texts
from tests.support.redis import LIVE, FakeRedisTestCase
from twisted_chat.core.events import (
    AwaySet,
    Entry,
    HistoryGap,
    Joined,
    Quit,
    Renamed,
    ValuesMissed,
)
from twisted_chat.core.history_query import PRESENCE, HistoryQuery
from twisted_chat.core.interfaces import OutcomeUnknown, StoreError, Unstored
from twisted_chat.core.store_log import StoreLog
from twisted_chat.journals.redis.connection import RedisConnection
from twisted_chat.journals.redis.errors import RedisError, unreachable
from twisted_chat.journals.redis.journal import RedisJournal, open_redis
from twisted_chat.journals.retention import KEEP_ALL, Retention

T = TypeVar("T")


class RedisJournalTests(ExpiryContract, JournalContract, FakeRedisTestCase):
    """What every journal does."""

    def make(self, retention: Retention = KEEP_ALL) -> RedisJournal:
        self.redis.flush()
        return self.journal(retention=retention)

    def let_pass(self, seconds: float) -> None:
        self.clock.advance(seconds)
        if seconds > 1:
            # Reconnect after the silence.
            self.pass_time(3)

    def run_now(self, awaitable: Awaitable[T]) -> T:
        return self.result(awaitable)

    def everything_kept(self, journal: JournalUnderTest) -> bytes:
        return self.redis.commands.content()


class SeveralServersTests(FakeRedisTestCase):
    """Several servers have one conversation."""

    def test_all_servers_announce_all_batches_once_in_order(self) -> None:
        """Whichever server stored them."""
        one, first = self.start("one")
        two, second = self.start("two")
        for n in range(3):
            self.store(one, said(f"one {n}"))
            self.store(two, said(f"two {n}"))
        self.assertEqual(
            texts(first), [f"{who} {n}" for n in range(3) for who in ("one", "two")]
        )
        self.assertEqual(first, second)
        self.assertEqual(len(first), 6)

    def test_server_that_starts_announces_the_members_present(self) -> None:
        """Before any other event."""
        one, _ = self.start("one")
        self.store(
            one,
            Joined("lobby", "alice", "a"),
            Joined("tea", "alice", "a"),
            AwaySet("alice", "lunch", "a"),
            said("hi"),
        )
        _, announced = self.start("two")
        self.assertEqual(
            [one.event for one in announced],
            [
                Joined("lobby", "alice", "a"),
                Joined("tea", "alice", "a"),
                AwaySet("alice", "lunch", "a"),
            ],
        )

    def test_members_of_an_expired_server_quit(self) -> None:
        """Each other server announces it once."""
        one, _ = self.start("one")
        _, second = self.start("two")
        _, third = self.start("three")
        self.store(one, Joined("lobby", "alice", "a"))
        self.assertTrue(self.result(one.names.claim(["=alice"], "a")))
        for connection in (one._writer, one._reader, one._following):
            self.result(connection.stop())
        self.pass_time(10)
        quits = [s.event for s in second if isinstance(s.event, Quit)]
        self.assertEqual(quits, [Quit("alice", "a")])
        self.assertEqual(second, third)
        self.assertNotIn("=alice", self.redis.names)

    def test_departures_that_servers_conclude_are_in_the_rooms(self) -> None:
        """Of a server that has expired, and of a client that came from another one."""
        one, _ = self.start("one")
        two, _ = self.start("two")
        self.store(one, Joined("lobby", "alice", "a"), Joined("tea", "alice", "a"))
        self.store(one, Joined("tea", "bob", "b"))
        self.store(one, Joined("tea", "carol", "c1", "@carol", "carol"))
        self.store(two, Joined("tea", "carol", "c2", "@carol", "carol"))
        self.store(two, Joined("tea", "bob", "b"))
        for connection in (one._writer, one._reader, one._following):
            self.result(connection.stop())
        self.pass_time(10)
        self.store(two, Quit("carol", "c2"))
        query = HistoryQuery("tea", 99, besides=PRESENCE)
        found = [each.event for each in self.result(two.history.page(query))]
        self.assertEqual(
            found,
            [
                Joined("tea", "alice", "a"),
                Joined("tea", "bob", "b"),
                Joined("tea", "carol", "@carol", "@carol", "carol"),
                Quit("bob", "b"),
                Joined("tea", "bob", "b"),
                Quit("alice", "a"),
                Quit("carol", "@carol"),
            ],
        )
        query = HistoryQuery("lobby", 99, besides=PRESENCE)
        found = [each.event for each in self.result(two.history.page(query))]
        self.assertEqual(found, [Joined("lobby", "alice", "a"), Quit("alice", "a")])

    def test_members_of_a_stopped_server_quit(self) -> None:
        """Those that are still present when it stops."""
        one, _ = self.start("one")
        _, second = self.start("two")
        self.store(one, Joined("lobby", "alice", "a"))
        self.result(one.close())
        self.assertEqual(second[-1].event, Quit("alice", "a"))
        self.assertIn("shutting down", str(self.error(one.append([entry(said("x"))]))))


class RightsTests(FakeRedisTestCase):
    """Server one has changed rights in #tea, which server two has not read."""

    def setUp(self) -> None:
        super().setUp()
        self.one, _ = self.start("one")
        self.two, self.announced = self.start("two")
        self.held: list[tuple[bytes, Deferred[Any]]] = []
        wake = self.redis.wake
        self.patch(self.redis, "wake", lambda *reader: self.held.append(reader))
        self.wake = wake
        change = Entry("one-1", said("change"), scope="tea")
        self.change = Deferred.fromCoroutine(self.one.append([change]))
        self.clock.advance(0)
        self.talk = [
            Entry("two-1", said("first"), depends_on=("tea",)),
            Entry("two-2", said("second"), depends_on=("den",)),
        ]

    def read(self) -> None:
        """Both servers read the stream."""
        self.redis.wake = self.wake  # type: ignore[method-assign]
        for reader in self.held:
            self.wake(*reader)
        self.clock.advance(0)

    def append(self, *entries: Entry) -> Deferred[Unstored]:
        waiting = Deferred.fromCoroutine(self.two.append(entries))
        self.clock.advance(0)
        return waiting

    def test_what_is_outdated_is_returned_once_the_change_is_announced(self) -> None:
        """It can be appended again then."""
        waiting = self.append(*self.talk[:1])
        self.assertNoResult(waiting)
        self.read()
        self.assertEqual(self.successResultOf(waiting), Unstored((), ("two-1",)))
        self.assertEqual(texts(self.announced), ["change"])
        self.result(self.two.append(self.talk[:1]))
        self.assertEqual(texts(self.announced), ["change", "first"])

    def test_rest_of_the_batch_is_stored(self) -> None:
        """What depends on other rooms does not wait."""
        waiting = self.append(*self.talk)
        self.read()
        self.assertEqual(self.successResultOf(waiting).outdated, ("two-1",))
        self.assertEqual(texts(self.announced), ["change", "second"])

    def test_batch_that_waits_for_its_turn_is_as_old_as_before(self) -> None:
        """The change is announced while another batch is in flight."""
        in_flight: Deferred[None] = Deferred()
        self.two._lock.run(lambda: in_flight)
        waiting = self.append(*self.talk[:1])
        self.read()
        self.assertEqual(texts(self.announced), ["change"])
        in_flight.callback(None)
        self.clock.advance(0)
        self.assertEqual(self.successResultOf(waiting).outdated, ("two-1",))

    def test_without_a_connection_to_follow_attempts_are_waited_for(self) -> None:
        """Each time it is appended, one."""
        attempts: list[int] = []

        async def refuse() -> RedisConnection:
            attempts.append(1)
            raise unreachable("fake:1", "connection refused")

        following = self.two._following
        assert following._connection is not None
        following._connect = refuse
        following._connection.abort("closed the connection")
        for number in (1, 2):
            waiting = self.append(*self.talk[:1])
            self.assertNoResult(waiting)
            while len(attempts) < number:
                self.clock.advance(0.05)
            self.assertEqual(self.successResultOf(waiting).outdated, ("two-1",))
        following._connect = self.redis.connect
        self.read()
        self.pass_time(3)
        self.result(self.two.append(self.talk[:1]))
        self.assertEqual(texts(self.announced), ["change", "first"])

    def test_own_change_counts_while_it_is_not_announced(self) -> None:
        """The connection that follows was lost after it was stored."""
        self.read()
        self.patch(self.redis, "wake", lambda *_: None)
        mine = Entry("two-0", said("mine"), scope="tea")
        waiting = self.append(mine)
        following = self.two._following
        assert following._connection is not None
        following._connection.abort("closed the connection")
        self.successResultOf(waiting)
        again = self.append(*self.talk[:1])
        self.assertNoResult(again)
        self.pass_time(1)
        self.assertEqual(self.successResultOf(again).outdated, ("two-1",))
        self.assertEqual(texts(self.announced), ["change", "mine"])

    def test_close_does_not_wait_for_the_announcement(self) -> None:
        """What is outdated is not stored."""
        waiting = self.append(*self.talk[:1])
        self.result(self.two.close())
        self.assertEqual(self.successResultOf(waiting).outdated, ("two-1",))


class OutageTests(FakeRedisTestCase):
    """Redis fails, and recovers."""

    def cut_off_follower(self) -> None:
        """Have nothing announced until ``redis.errors`` is cleared."""
        self.redis.errors["xread"] = "LOADING not yet"
        self.redis.disconnect_all()
        self.pass_time(1)

    def test_batch_is_refused_at_once_without_a_connection(self) -> None:
        """The error does not name the address, and ends with the outage."""
        journal, announced = self.start()
        self.redis.down = unreachable("fake:1", "connection refused")
        self.redis.disconnect_all()
        error = self.error(journal.append([entry(said("x"))]))
        self.assertNotIsInstance(error, OutcomeUnknown)
        self.assertNotIn("fake:1", str(error))
        self.assertIn("Redis", str(journal.problem()))
        self.redis.down = None
        self.pass_time(3)
        self.assertIsNone(journal.problem())
        self.store(journal, said("y"))
        self.assertEqual(texts(announced), ["y"])

    def test_what_is_read_is_refused_for_the_present_reason(self) -> None:
        """And not for why nothing could be stored some time before."""
        journal, _ = self.start()
        self.redis.errors["heartbeat"] = "NOREPLICAS not enough good replicas"
        self.pass_time(5)
        self.result(journal.history.room("lobby", 5))
        self.assertIn("replicas", str(journal.problem()))
        self.redis.down = unreachable("fake:1", "connection refused")
        self.redis.disconnect_all()
        for _ in range(3):
            error = self.error(journal.history.room("lobby", 5))
            self.assertNotIn("replicas", str(error))
            self.pass_time(1)

    def test_batch_whose_reply_is_lost_is_in_doubt_and_stored_once(self) -> None:
        """Appending it again stores only what is new."""
        journal, announced = self.start()
        self.cut_off_follower()
        self.redis.lose_replies = 1
        one = entry(said("x"))
        error = self.error(journal.append([one]))
        self.assertIsInstance(error, OutcomeUnknown)
        self.assertIn("not known whether", str(error))
        self.pass_time(1)
        self.result(journal.append([one, entry(said("y"))]))
        self.result(journal.append([]))
        self.assertEqual(announced, [])
        self.redis.errors.clear()
        self.pass_time(2)
        self.assertEqual(texts(announced), ["x", "y"])

    def test_batch_that_was_stored_after_all_is_not_stored_again(self) -> None:
        """Appending it again has no effect, however often."""
        journal, announced = self.start()
        self.cut_off_follower()
        self.redis.lose_replies = 1
        one = entry(said("x"))
        self.error(journal.append([one]))
        self.pass_time(1)
        for _ in range(2):
            self.result(journal.append([one]))
        self.redis.errors.clear()
        self.pass_time(2)
        self.assertEqual(texts(announced), ["x"])

    def test_nothing_is_kept_of_what_was_in_doubt(self) -> None:
        """Whether it is announced before its outcome is known, or after that."""
        for is_cut_off in (False, True):
            journal, announced = self.start(f"server-{is_cut_off}")
            if is_cut_off:
                self.cut_off_follower()
            self.redis.lose_replies = 1
            self.error(journal.append([entry(said("x"))]))
            self.pass_time(1)
            self.assertEqual(texts(announced), [] if is_cut_off else ["x"])
            self.redis.errors.clear()
            self.pass_time(2)
            self.assertEqual(texts(announced), ["x"])
            self.assertEqual(journal._batches._sent, set())
            self.assertEqual(journal._batches._stored_after_all, set())

    def test_batch_behind_one_in_doubt_is_not_sent(self) -> None:
        """It would take the place of the other, whose outcome is unknown."""
        journal, announced = self.start()
        self.redis.frozen = True
        first, second = (
            Deferred.fromCoroutine(journal.append([entry(said(text))])) for text in "xy"
        )
        self.pass_time(3)
        self.failureResultOf(first, OutcomeUnknown)
        error = self.failureResultOf(second, StoreError).value
        self.assertNotIsInstance(error, OutcomeUnknown)
        self.redis.frozen = False
        self.pass_time(3)
        self.assertEqual(announced, [])

    def test_batch_that_never_arrived_can_be_stored_again(self) -> None:
        """It was in doubt, and was not stored."""
        journal, announced = self.start()
        self.redis.frozen = True
        waiting = Deferred.fromCoroutine(journal.append([entry(said("x"))]))
        self.pass_time(3)
        self.failureResultOf(waiting, OutcomeUnknown)
        self.redis.frozen = False
        self.pass_time(3)
        self.assertEqual(announced, [])
        self.store(journal, said("x"))
        self.assertEqual(texts(announced), ["x"])

    def test_refusal_makes_the_journal_unhealthy_until_a_batch_is_stored(self) -> None:
        """As when Redis is out of memory."""
        journal, _ = self.start()
        self.redis.errors["append"] = "OOM command not allowed"
        self.assertIn(
            "out of memory", str(self.error(journal.append([entry(said("x"))])))
        )
        self.assertIn("out of memory", str(journal.problem()))
        self.redis.errors.clear()
        self.store(journal, said("y"))
        self.assertIsNone(journal.problem())

    def test_outage_is_reported_once_for_all_connections(self) -> None:
        """It ends with the last of those that are needed, without a batch."""
        log: list[str] = []
        journal, _ = self.start(report=StoreLog(log.append).report)
        self.assertEqual(log, [])
        self.redis.down = unreachable("fake:1", "connection refused")
        self.redis.disconnect_all()
        self.pass_time(5)
        self.error(journal.append([entry(said("x"))]))
        self.assertEqual(len(log), 1)
        self.assertRegex(log[0], "^store error: Redis at fake:1 ")
        self.redis.down = None
        self.pass_time(3)
        self.assertEqual(log[1:], ["storing works again"])

    def test_end_of_a_refusal_is_reported_without_a_batch(self) -> None:
        """The server tries by itself."""
        log: list[str] = []
        store_log = StoreLog(log.append)
        journal, _ = self.start(report=store_log.report)
        self.redis.errors["append"] = "OOM command not allowed"
        store_log.report(self.error(journal.append([entry(said("x"))])))
        self.pass_time(1.5)
        self.assertEqual(len(log), 1)
        self.assertIn("store error: Redis at fake:1 is out of memory", log[0])
        self.redis.errors.clear()
        self.pass_time(1.5)
        self.assertEqual(log[1:], ["storing works again"])

    def test_stop_is_not_an_outage(self) -> None:
        """Though its connections end."""
        log: list[str] = []
        journal, _ = self.start(report=StoreLog(log.append).report)
        self.result(journal.close())
        self.assertEqual(log, [])

    def test_connection_to_a_replica_is_replaced(self) -> None:
        """So that the master is found after a failover."""
        journal, _ = self.start()
        connection = journal._writer._connection
        self.redis.errors["append"] = "READONLY no"
        self.error(journal.append([entry(said("x"))]))
        self.redis.errors.clear()
        self.pass_time(1)
        self.assertIsNot(journal._writer._connection, connection)
        self.store(journal, said("y"))

    def test_server_that_redis_does_not_know_registers_again(self) -> None:
        """The batch is refused; the next one is stored."""
        journal, announced = self.start()
        self.redis.commands.call(b"DEL", b"chat:servers")
        self.assertIn(
            "reconnecting", str(self.error(journal.append([entry(said("x"))])))
        )
        self.pass_time(1)
        self.store(journal, said("y"))
        self.assertEqual(texts(announced), ["y"])

    def test_storing_does_not_wait_for_a_lost_following_connection(self) -> None:
        """The batch is announced after the reconnection."""
        journal, announced = self.start()
        following = journal._following
        assert following._connection is not None
        following._connection.abort("closed the connection")
        self.store(journal, said("x"))
        self.pass_time(1)
        self.assertEqual(texts(announced), ["x"])

    def test_append_returns_when_the_following_connection_is_lost(self) -> None:
        """It does not wait for an announcement that cannot come."""
        journal, announced = self.start()
        self.patch(self.redis, "wake", lambda *_: None)
        waiting = Deferred.fromCoroutine(journal.append([entry(said("x"))]))
        self.clock.advance(0)
        self.assertNoResult(waiting)
        self.redis.disconnect_all()
        self.successResultOf(waiting)
        self.pass_time(1)
        self.assertEqual(texts(announced), ["x"])

    def test_gap_is_filled_from_the_indexes(self) -> None:
        """With the missed messages and changes of presence."""
        journal, announced = self.start("me")
        other, _ = self.start("two")
        self.store(journal, Joined("lobby", "alice", "a"), said("before"))
        self.result(other.append([Entry("two-1", Joined("lobby", "bob", "b"))]))
        following = journal._following
        assert following._connection is not None
        following._connect = self._refuse
        following._connection.abort("closed the connection")
        self.result(other.append([Entry("two-2", Renamed("bob", "bert", "b"))]))
        self.result(other.append([Entry("two-3", said("missed"))]))
        del self.redis.commands.stream(LIVE).entries[:-1]
        following._connect = self.redis.connect
        self.pass_time(3)
        self.result(other.append([Entry("two-4", said("after"))]))
        self.assertEqual(
            [getattr(s.event, "text", s.event) for s in announced[2:]],
            [
                Joined("lobby", "bob", "b"),
                "missed",
                ValuesMissed(),
                Renamed("bob", "bert", "b"),
                "after",
            ],
        )

    def test_gap_that_cannot_be_filled_is_announced(self) -> None:
        """For each room of local members."""
        journal, announced = self.start("me")
        self.store(journal, Joined("lobby", "alice", "a"), said("before"))
        other = self.journal("two", Retention(1))
        self.result(other.open())
        self.addCleanup(lambda: self.result(other.close()))
        following = journal._following
        assert following._connection is not None
        following._connect = self._refuse
        following._connection.abort("closed the connection")
        for n in range(3):
            self.result(other.append([Entry(f"two-{n}", said(f"missed {n}"))]))
        del self.redis.commands.stream(LIVE).entries[:-1]
        following._connect = self.redis.connect
        self.pass_time(3)
        missed = [ValuesMissed(), HistoryGap("lobby")]
        self.assertEqual([s.event for s in announced[2:]], missed)

    def test_members_rejoin_after_redis_lost_its_data(self) -> None:
        """The conversation continues."""
        journal, announced = self.start("me")
        self.store(journal, Joined("lobby", "alice", "a"), said("before"))
        self.redis.flush()
        self.redis.disconnect_all()
        self.pass_time(5)
        self.assertIn('"alice"', self.redis.members("me")["a"])
        self.store(journal, said("after"))
        self.assertEqual(announced[-1].event, said("after"))

    async def _refuse(self) -> RedisConnection:
        raise unreachable("fake:1", "connection refused")


class StartTests(FakeRedisTestCase):
    """A start succeeds, or fails soon with one line."""

    def test_start_fails_after_seconds_without_a_connection(self) -> None:
        """Connecting is retried until then."""
        self.redis.down = unreachable("fake:1", "connection refused")
        waiting = Deferred.fromCoroutine(self.journal().open())
        self.pass_time(1)
        self.assertNoResult(waiting)
        self.pass_time(4)
        error = self.failureResultOf(waiting, StoreError)
        self.assertIn("connection refused", str(error.value))

    def test_start_waits_for_a_redis_that_is_starting(self) -> None:
        """Both may be started at the same time."""
        self.redis.down = unreachable("fake:1", "connection refused")
        waiting = Deferred.fromCoroutine(self.journal().open())
        self.pass_time(1)
        self.redis.down = None
        self.pass_time(2)
        self.successResultOf(waiting)

    def test_start_fails_at_once_with_a_wrong_password(self) -> None:
        """A retry would be useless."""
        self.redis.down = RedisError("WRONGPASS", "no")
        waiting = Deferred.fromCoroutine(self.journal().open())
        self.pass_time(0.2)
        self.failureResultOf(waiting, StoreError)

    def test_start_waits_longer_for_a_redis_that_loads_its_data(self) -> None:
        """Loading may take a minute."""
        self.redis.down = RedisError("LOADING", "still loading")
        waiting = Deferred.fromCoroutine(self.journal().open())
        self.pass_time(20)
        self.assertNoResult(waiting)
        self.redis.down = None
        self.pass_time(2)
        self.successResultOf(waiting)

    def test_data_of_a_later_format_is_refused_unchanged(self) -> None:
        """The server does not register."""
        self.redis.commands.call(b"HSET", b"chat:meta", b"format", b"2")
        waiting = Deferred.fromCoroutine(self.journal().open())
        self.pass_time(0.2)
        error = self.failureResultOf(waiting, StoreError)
        self.assertIn("format 2", str(error.value))
        self.assertEqual(self.redis.servers, {})

    def test_open_redis_makes_journal_and_names_of_an_address(self) -> None:
        """It does not connect yet, and refuses an invalid address."""
        journal, names = open_redis("redis://db:1/2", self.clock, "me", Retention(5))
        self.assertIs(journal.names, names)
        self.assertIsNotNone(journal.problem())
        self.assertRaises(StoreError, open_redis, "redis://", self.clock, "me", None)

    def test_close_does_not_hang_without_replies(self) -> None:
        """The connections are closed after the timeout."""
        journal = self.journal()
        self.result(journal.open())
        self.redis.frozen = True
        waiting = Deferred.fromCoroutine(journal.close())
        self.pass_time(3)
        self.successResultOf(waiting)
