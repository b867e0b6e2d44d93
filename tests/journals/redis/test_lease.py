"""Tests of twisted_chat.journals.redis.lease."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.redis import FakeRedis
from twisted_chat.journals.redis.connection import Link
from twisted_chat.journals.redis.errors import RedisError
from twisted_chat.journals.redis.lease import LEASE, Lease

T = TypeVar("T")


class LeaseTests(SynchronousTestCase):
    """Who does not say that it is there is dead, after a while."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.redis = FakeRedis(self.clock)
        self.link = Link("test", self.redis.dial, self.clock)
        self.link.start()
        self.lease = Lease("me")
        self.addCleanup(lambda: Deferred.fromCoroutine(self.link.stop()))

    def now(self, asking: Coroutine[Any, Any, T]) -> T:
        return self.successResultOf(Deferred.fromCoroutine(asking))

    def beat(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.clock.advance(1)
            self.assertTrue(self.now(self.lease.beat(self.link)))

    def test_enter(self) -> None:
        """New at first, and after everyone forgot us."""
        self.assertTrue(self.now(self.lease.enter(self.link, 0)))
        self.assertFalse(self.now(self.lease.enter(self.link, 3)))
        self.redis.bury("me")
        self.assertFalse(self.now(self.lease.beat(self.link)))
        self.assertTrue(self.now(self.lease.enter(self.link, 3)))
        self.assertEqual(self.redis.servers["me"], 3)
        self.now(self.lease.leave(self.link))
        self.assertEqual(self.redis.servers, {})

    def test_a_later_format(self) -> None:
        """Another version's Redis is left alone."""
        self.redis.format = 2
        waiting = Deferred.fromCoroutine(self.lease.enter(self.link, 0))
        self.assertEqual(self.failureResultOf(waiting, RedisError).value.code, "FORMAT")

    def test_another_dies(self) -> None:
        """Noticed soon, but only by one who was there long enough to know."""
        self.now(Lease("other").enter(self.link, 0))
        self.now(self.lease.enter(self.link, 0))
        self.beat(LEASE)
        self.assertIn("other", self.redis.servers)
        self.beat(2)
        self.assertNotIn("other", self.redis.servers)

    def test_after_a_pause(self) -> None:
        """After all were stopped for long, everyone has time to come back."""
        self.now(self.lease.enter(self.link, 0))
        self.beat(20)
        other = Lease("other")
        self.now(other.enter(self.link, 0))
        self.clock.advance(30)
        self.beat(3)
        self.assertTrue(self.now(other.beat(self.link)))
        self.beat(5)
        self.assertIn("other", self.redis.servers)
        self.beat(5)
        self.assertNotIn("other", self.redis.servers)
