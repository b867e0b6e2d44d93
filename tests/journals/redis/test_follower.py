"""Tests of twisted_chat.journals.redis.follower, beside those of the journal."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.journals import said, texts
from tests.support.redis import LIVE, FakeRedisTestCase
from twisted_chat.core.events import (
    AwaySet,
    Entry,
    Event,
    HistoryGap,
    Joined,
    Stored,
    ValuesMissed,
)
from twisted_chat.journals.redis.entries import append_arguments, to_bytes
from twisted_chat.journals.redis.follower import MAX_ANNOUNCED_BYTES, Follower
from twisted_chat.journals.redis.history import RedisHistory
from twisted_chat.journals.redis.persistent_connection import PersistentConnection
from twisted_chat.journals.redis.roster import Roster
from twisted_chat.journals.redis.scripts import APPEND, REGISTER_SERVER


class FollowerTests(FakeRedisTestCase):
    """Each batch is announced once, in order."""

    def setUp(self) -> None:
        super().setUp()
        self.register("other")
        self.announced: list[list[Stored]] = []
        self.fails_once = False
        self.roster = Roster("me-")
        history = RedisHistory(lambda: self.reader, lambda: self.follower.position)
        self.follower = Follower("me", self.roster, history, self.announce)
        self.connection = PersistentConnection(
            "following",
            self.redis.connect,
            self.clock,
            on_connect=self.follower.on_connect,
            run=self.follower.run,
        )
        self.addCleanup(lambda: self.result(self.connection.stop()))
        self.reader = PersistentConnection("reading", self.redis.connect, self.clock)
        self.reader.start()
        self.addCleanup(lambda: self.result(self.reader.stop()))
        self.batches = 0

    def register(self, server: str) -> None:
        self.redis.run(REGISTER_SERVER.text, server.encode(), b"60000", b"0")

    def announce(self, batch: Sequence[Stored]) -> None:
        if self.fails_once:
            self.fails_once = False
            raise ZeroDivisionError
        self.roster.apply(batch)
        self.announced.append(list(batch))

    def append(self, *events: Event, server: str = "other") -> None:
        """A server stores a batch."""
        arguments: list[bytes] = []
        for event in events:
            stored = Entry(f"{server}-{id(event)}", event)
            arguments += append_arguments(stored)
        self.batches += 1
        head = (server, f"{self.batches}", "100", "0-0")
        self.redis.run(APPEND.text, *map(to_bytes, head), *arguments)

    def shown(self) -> list[str]:
        """The messages that were announced; ``?`` for what was missed besides."""
        return [text for batch in self.announced for text in texts(batch)]

    def test_follower_starts_at_the_end_of_the_stream(self) -> None:
        """Earlier messages are history."""
        self.append(said("before"))
        self.connection.start()
        self.append(said("one"))
        self.append(said("two"), said("three"))
        self.pass_time(1)
        self.assertEqual(self.shown(), ["one", "two", "three"])

    def test_large_batches_are_announced_one_by_one(self) -> None:
        """So that slow clients can read in between."""
        self.connection.start()
        self.redis.disconnect_all()
        for n in range(4):
            self.append(said(f"{n}" + "x" * MAX_ANNOUNCED_BYTES))
        self.pass_time(1)
        self.assertEqual([text[0] for text in self.shown()], ["0", "1", "2", "3"])
        self.assertEqual(len(self.announced), 4)

    def test_invalid_batch_is_logged_and_skipped(self) -> None:
        """The messages around it are announced."""
        self.connection.start()
        self.append(said("one"))
        self.pass_time(0.1)
        self.append(said("damaged"))
        self.redis.commands.stream(LIVE).entries[-1][1][1] = b"{"
        self.append(said("two"))
        self.redis.disconnect_all()
        self.pass_time(1)
        self.assertEqual(self.shown(), ["one", "two"])
        self.assertEqual(len(self.flushLoggedErrors()), 1)

    def test_error_while_announcing_does_not_stop_the_next_batch(self) -> None:
        """It is logged."""
        self.connection.start()
        self.fails_once = True
        self.append(said("one"))
        self.pass_time(0.1)
        self.append(said("two"))
        self.pass_time(0.1)
        self.assertEqual(self.shown(), ["two"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_after_a_failover_the_last_common_batch_is_found(self) -> None:
        """The replica never received the last batch that was announced."""
        self.connection.start()
        self.append(said("one"))
        self.pass_time(0.1)
        stream = self.redis.commands.stream(LIVE)
        meta = self.redis.commands.data[b"chat:meta"]
        room = self.redis.commands.stream("chat:room:lobby")
        before = stream.last, dict(meta), room.last
        self.append(said("two"))
        self.pass_time(0.1)
        self.redis.commands.data[b"chat:meta"] = before[1]
        for each, last in ((stream, before[0]), (room, before[2])):
            del each.entries[-1]
            each.added -= 1
            each.last = last
        self.redis.disconnect_all()
        self.pass_time(1)
        self.append(said("other two"))
        self.pass_time(1)
        self.assertEqual(self.shown(), ["one", "two", "?", "other two"])

    def test_gap_between_two_batches_is_filled(self) -> None:
        """The numbers of the events show that a batch is missing."""
        self.register("me")
        self.connection.start()
        self.append(Joined("lobby", "alice", "a"), said("one"), server="me")
        self.pass_time(0.1)
        self.redis.disconnect_all()
        self.append(said("two"))
        del self.redis.commands.stream(LIVE).entries[-1]
        self.append(said("three"))
        self.pass_time(1)
        self.append(said("four"))
        self.pass_time(1)
        self.assertEqual(self.shown()[1:], ["one", "two", "three", "?", "four"])

    def test_local_members_stay_local_over_a_gap(self) -> None:
        """Changes of presence that were missed have keys as of their own server."""
        self.register("me")
        self.connection.start()
        self.append(said("one"))
        self.pass_time(0.1)
        self.redis.disconnect_all()
        self.append(Joined("tea", "alice", "a"), server="me")
        self.append(Joined("tea", "bob", "b"))
        self.append(AwaySet("bob", "lunch", "b"))
        del self.redis.commands.stream(LIVE).entries[:-1]
        self.pass_time(1)
        events = [stored.event for batch in self.announced for stored in batch]
        self.assertCountEqual(
            events[1:],
            [
                Joined("tea", "alice", "a"),
                Joined("tea", "bob", "b"),
                AwaySet("bob", "lunch", "b"),
                ValuesMissed(),
            ],
        )
        self.assertEqual(self.roster.local, {"a"})
        self.assertNotIn(HistoryGap("tea"), events)
