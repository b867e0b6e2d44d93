"""Tests of twisted_chat.journals.redis.persistent_connection."""

from __future__ import annotations

from itertools import pairwise

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.redis import FakeRedis
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.redis.connection import RedisConnection
from twisted_chat.journals.redis.errors import RedisError, unreachable
from twisted_chat.journals.redis.persistent_connection import (
    MAX_BACKOFF,
    PersistentConnection,
)
from twisted_chat.journals.redis.scripts import RESOLVE_BATCH


class PersistentConnectionTests(SynchronousTestCase):
    """A connection that is made again whenever it is lost."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.redis = FakeRedis(self.clock)
        self.connects = 0
        self.connection = PersistentConnection(
            "test", self.redis.connect, self.clock, on_connect=self.on_connect
        )
        self.addCleanup(lambda: Deferred.fromCoroutine(self.connection.stop()))

    async def on_connect(self, connection: PersistentConnection) -> None:
        self.connects += 1

    def resolve(self, connection: PersistentConnection | None = None) -> object:
        running = (connection or self.connection).run_script(RESOLVE_BATCH, "me", 1)
        return self.successResultOf(Deferred.fromCoroutine(running))

    def test_commands_are_replied_to_while_connected(self) -> None:
        """And no error is kept."""
        self.connection.start()
        self.successResultOf(Deferred.fromCoroutine(self.connection.wait_connected()))
        self.assertIsNone(self.connection.error)
        self.assertEqual(self.resolve(), 0)

    def test_commands_fail_at_once_without_a_connection(self) -> None:
        """With the reason."""
        for call in (
            self.connection.call("HGET", "a", "b"),
            self.connection.call_early("HGET", "a", "b"),
            self.connection.run_script(RESOLVE_BATCH, "me", 1),
        ):
            waiting = Deferred.fromCoroutine(call)
            error = self.failureResultOf(waiting, RedisError).value
            self.assertEqual(error.code, "UNREACHABLE")
        self.connection.reset(RedisError("X", "nothing to drop"))

    def test_pauses_between_attempts_grow_to_a_bound(self) -> None:
        """Redis is not flooded with attempts, and its return is noticed soon."""
        self.redis.down = unreachable("fake:1", "connection refused")
        attempts: list[float] = []

        async def connect() -> RedisConnection:
            attempts.append(self.clock.seconds())
            raise unreachable("fake:1", "connection refused")

        connection = PersistentConnection("test", connect, self.clock)
        connection.start()
        for _ in range(400):
            self.clock.advance(0.05)
        pauses = [b - a for a, b in pairwise(attempts)]
        self.assertLess(pauses[0], 0.2)
        self.assertGreater(pauses[-1], MAX_BACKOFF / 2)
        self.assertLess(max(pauses), MAX_BACKOFF * 1.5)
        self.successResultOf(Deferred.fromCoroutine(connection.stop()))
        count = len(attempts)
        self.clock.advance(10)
        self.assertEqual(len(attempts), count)

    def test_lost_connection_is_made_again(self) -> None:
        """``on_connect`` is called each time."""
        self.connection.start()
        self.redis.disconnect_all()
        self.assertIn("closed the connection", str(self.connection.error))
        self.clock.advance(0.2)
        self.assertEqual(self.connects, 2)
        self.assertEqual(self.resolve(), 0)

    def test_cause_of_a_reset_is_the_error(self) -> None:
        """Commands fail with it until there is a new connection."""
        self.connection.start()
        self.connection.reset(RedisError("LOST", "forgotten"))
        self.assertEqual(str(self.connection.error), "forgotten")

    def test_reason_is_that_of_the_last_loss(self) -> None:
        """Not what failed on an earlier connection, as it was lost."""

        async def run(connection: PersistentConnection) -> None:
            try:
                await connection.sleep(1000)
            except StoreError:
                raise RedisError("READONLY", "a read-only replica") from None

        connection = PersistentConnection(
            "test", self.redis.connect, self.clock, run=run
        )
        self.addCleanup(lambda: Deferred.fromCoroutine(connection.stop()))
        connection.start()
        for _ in range(2):
            self.redis.disconnect_all()
            self.assertIn("closed the connection", str(connection.error))
            self.clock.advance(0.2)
            self.assertIsNone(connection.error)

    def test_error_of_on_connect_closes_the_connection(self) -> None:
        """It is the error of those who wait for the connection."""

        async def on_connect(_connection: PersistentConnection) -> None:
            raise RedisError("FORMAT", "no")

        connection = PersistentConnection(
            "test", self.redis.connect, self.clock, on_connect=on_connect
        )
        connection.start()
        waiting = Deferred.fromCoroutine(connection.wait_connected())
        self.clock.advance(0.2)
        error = self.failureResultOf(waiting, RedisError).value
        self.assertEqual(error.code, "FORMAT")
        self.successResultOf(Deferred.fromCoroutine(connection.stop()))

    def test_unexpected_error_of_on_connect_is_logged(self) -> None:
        """Then a new connection is made."""

        async def on_connect(_connection: PersistentConnection) -> None:
            self.connects += 1
            if self.connects == 1:
                raise ZeroDivisionError

        connection = PersistentConnection(
            "test", self.redis.connect, self.clock, on_connect=on_connect
        )
        connection.start()
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.clock.advance(0.2)
        self.assertIsNone(connection.error)
        self.successResultOf(Deferred.fromCoroutine(connection.stop()))

    def test_unexpected_error_while_connecting_is_logged(self) -> None:
        """It must not be lost."""

        async def connect() -> RedisConnection:
            raise ZeroDivisionError

        connection = PersistentConnection("test", connect, self.clock)
        connection.start()
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_flushed_scripts_are_loaded_again(self) -> None:
        """The script that failed is run again."""
        self.connection.start()
        self.redis.errors["resolve_batch"] = "NOSCRIPT No matching script."
        reply = self.redis.reply

        def flush_errors(*command: bytes) -> object:
            if command[0] == b"SCRIPT":
                self.redis.errors.clear()
            return reply(*command)

        self.patch(self.redis, "reply", flush_errors)
        self.assertEqual(self.resolve(), 0)

    def test_refused_command_does_not_close_the_connection(self) -> None:
        """Its error is raised."""
        self.connection.start()
        self.redis.errors["resolve_batch"] = "OOM no"
        waiting = Deferred.fromCoroutine(
            self.connection.run_script(RESOLVE_BATCH, "me", 1)
        )
        self.failureResultOf(waiting, StoreError)
        self.assertIsNone(self.connection.error)

    def test_sleep_ends_when_the_connection_is_lost(self) -> None:
        """It fails at once, and again once the connection is stopped."""
        self.connection.start()
        waiting = Deferred.fromCoroutine(self.connection.sleep(10))
        self.redis.disconnect_all()
        self.failureResultOf(waiting, StoreError)
        self.successResultOf(Deferred.fromCoroutine(self.connection.stop()))
        self.failureResultOf(
            Deferred.fromCoroutine(self.connection.sleep(1)), StoreError
        )

    def test_waiting_for_a_connection_ends_when_it_is_stopped(self) -> None:
        """And fails at once after that."""
        waiting = Deferred.fromCoroutine(self.connection.wait_connected())
        self.successResultOf(Deferred.fromCoroutine(self.connection.stop()))
        self.failureResultOf(waiting, StoreError)
        later = Deferred.fromCoroutine(self.connection.wait_connected())
        self.failureResultOf(later, StoreError)

    def test_connection_made_after_a_stop_is_closed(self) -> None:
        """``on_connect`` is not called."""
        connecting: Deferred[RedisConnection] = Deferred()

        async def connect() -> RedisConnection:
            return await connecting

        connection = PersistentConnection(
            "test", connect, self.clock, on_connect=self.on_connect
        )
        connection.start()
        waiting = Deferred.fromCoroutine(connection.stop())
        self.assertNoResult(waiting)
        made = Deferred.fromCoroutine(self.redis.connect())
        connecting.callback(self.successResultOf(made))
        self.successResultOf(waiting)
        self.assertEqual(self.connects, 0)
        self.assertFalse(any(each.open for each in self.redis.connections))
