"""Tests of twisted_chat.journals.redis.lease."""

from __future__ import annotations

from tests.support.logs import Log
from tests.support.redis import FakeRedisTestCase
from twisted_chat.journals.redis.errors import RedisError
from twisted_chat.journals.redis.lease import LEASE_SECONDS, Lease
from twisted_chat.journals.redis.persistent_connection import PersistentConnection


class LeaseTests(FakeRedisTestCase):
    """A server without heartbeats expires after a while."""

    def setUp(self) -> None:
        super().setUp()
        self.connection = PersistentConnection("test", self.redis.connect, self.clock)
        self.connection.start()
        self.addCleanup(lambda: self.result(self.connection.stop()))
        self.lease = Lease("me")

    def register(self, lease: Lease, batch: int = 0) -> bool:
        return self.result(lease.register(self.connection, batch))

    def heartbeat(self, lease: Lease) -> bool:
        return self.result(lease.heartbeat(self.connection))

    def heartbeats(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.clock.advance(1)
            self.assertTrue(self.heartbeat(self.lease))

    def test_server_is_new_until_it_is_registered(self) -> None:
        """And again after it has expired, with its last batch."""
        self.assertTrue(self.register(self.lease))
        self.assertFalse(self.register(self.lease, 3))
        self.redis.expire_server("me")
        self.assertFalse(self.heartbeat(self.lease))
        self.assertTrue(self.register(self.lease, 3))
        self.assertEqual(self.redis.servers, {"me": "3"})
        self.result(self.lease.unregister(self.connection))
        self.assertEqual(self.redis.servers, {})

    def test_data_of_a_later_format_is_refused(self) -> None:
        """A later version has written it."""
        self.redis.commands.call(b"HSET", b"chat:meta", b"format", b"2")
        error = self.error(self.lease.register(self.connection, 0))
        assert isinstance(error, RedisError)
        self.assertEqual(error.code, "FORMAT")

    def test_expired_server_is_removed(self) -> None:
        """By a server that was itself registered for longer than a lease."""
        self.register(Lease("other"))
        self.register(self.lease)
        self.heartbeats(LEASE_SECONDS)
        self.assertIn("other", self.redis.servers)
        self.heartbeats(2)
        self.assertNotIn("other", self.redis.servers)

    def test_servers_of_an_earlier_version_are_logged(self) -> None:
        """When one comes, and when the last one has gone."""
        log = Log(self)
        self.register(self.lease)
        self.heartbeats(2 * LEASE_SECONDS)
        self.assertEqual(log.lines(), [])
        self.redis.commands.call(b"HSET", b"chat:servers", b"old", b"0")
        lease = (b"SET", b"chat:lease:old", b"1", b"PX", b"3000")
        self.redis.commands.call(*lease)
        self.register(Lease("new"))
        self.heartbeats(2)
        (line,) = log.lines()
        self.assertIn("servers of an earlier version on this Redis: 1; bans", line)
        self.heartbeats(2)
        lines = log.lines()[1:]
        self.assertIn("servers that stopped: 1; members removed: 0", lines)
        gone = "servers of an earlier version on this Redis: 0"
        self.assertEqual(lines.count(gone), 1)

    def test_no_server_is_removed_directly_after_an_outage(self) -> None:
        """All servers have the duration of a lease to come back."""
        self.register(self.lease)
        self.heartbeats(20)
        other = Lease("other")
        self.register(other)
        self.clock.advance(30)
        self.heartbeats(3)
        self.assertTrue(self.heartbeat(other))
        self.heartbeats(5)
        self.assertIn("other", self.redis.servers)
        self.heartbeats(5)
        self.assertNotIn("other", self.redis.servers)
