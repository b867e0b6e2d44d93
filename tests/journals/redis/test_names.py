"""Tests of twisted_chat.journals.redis.names."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.redis import FakeRedis
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.redis.connection import Link
from twisted_chat.journals.redis.errors import away
from twisted_chat.journals.redis.names import RedisNames

T = TypeVar("T")


class RedisNamesTests(SynchronousTestCase):
    """Names are unique on all servers."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.redis = FakeRedis(self.clock)
        self.redis.servers = {"one": 0, "two": 0}
        self.one, self.link = self.server("one")
        self.two, _ = self.server("two")

    def server(self, name: str) -> tuple[RedisNames, Link]:
        async def greet(link: Link) -> None:
            await names.come_back(forgotten=self.forgotten)

        self.forgotten = False
        link = Link(name, self.redis.dial, self.clock, greet=greet)
        names = RedisNames(link, name)
        link.start()
        self.addCleanup(lambda: Deferred.fromCoroutine(link.stop()))
        return names, link

    def now(self, asking: Coroutine[Any, Any, T]) -> T:
        return self.successResultOf(Deferred.fromCoroutine(asking))

    def test_all_or_none(self) -> None:
        """Whoever has one of a name's keys has the name."""
        self.assertTrue(self.now(self.one.claim(["=a", "~a"], "alice")))
        self.assertFalse(self.now(self.two.claim(["=b", "~a"], "bob")))
        self.assertTrue(self.now(self.two.claim(["=b", "~b"], "bob")))
        self.assertTrue(self.now(self.one.claim(["=a", "~a"], "alice")))

    def test_released(self) -> None:
        """A name that nobody has any more is free everywhere."""
        self.now(self.one.claim(["=a"], "alice"))
        self.now(self.two.release(["=a"], "bob"))
        self.assertFalse(self.now(self.two.claim(["=a"], "bob")))
        self.now(self.one.release(["=a"], "alice"))
        self.assertTrue(self.now(self.two.claim(["=a"], "bob")))

    def test_moved(self) -> None:
        """A client that is on another server now keeps its name there."""
        self.now(self.one.claim(["=a"], "alice"))
        self.assertTrue(self.now(self.two.claim(["=a"], "alice")))
        self.now(self.one.release(["=a"], "alice"))
        self.assertFalse(self.now(self.one.claim(["=a"], "bob")))

    def test_redis_is_away(self) -> None:
        """Taking is refused; letting go is done later, and nobody waits for it."""
        self.now(self.one.claim(["=a", "=b"], "alice"))
        self.redis.down = away("fake:1", "it is gone")
        self.redis.cut()
        self.failureResultOf(
            Deferred.fromCoroutine(self.one.claim(["=c"], "alice")), StoreError
        )
        self.now(self.one.release(["=a"], "alice"))
        self.assertEqual(set(self.redis.names), {"=a", "=b"})
        self.redis.down = None
        self.clock.advance(2)
        self.assertEqual(set(self.redis.names), {"=b"})

    def test_wanted_again(self) -> None:
        """What was to be let go of later, and is taken again meanwhile, stays."""
        self.now(self.one.claim(["=a"], "alice"))
        self.redis.says["release"] = "BUSY no"
        self.now(self.one.release(["=a"], "alice"))
        self.redis.says.clear()
        self.assertTrue(self.now(self.one.claim(["=a"], "alice")))
        self.redis.cut()
        self.clock.advance(2)
        self.assertEqual(set(self.redis.names), {"=a"})

    def test_a_lost_answer(self) -> None:
        """A name that was perhaps taken is let go of."""
        self.redis.lose_answers = 1
        self.failureResultOf(
            Deferred.fromCoroutine(self.one.claim(["=a"], "alice")), StoreError
        )
        self.assertEqual(set(self.redis.names), {"=a"})
        self.clock.advance(2)
        self.assertEqual(set(self.redis.names), set())

    def test_refused(self) -> None:
        """Out of memory, say: nothing was taken, so nothing is let go of."""
        self.redis.says["claim"] = "OOM no"
        self.failureResultOf(
            Deferred.fromCoroutine(self.one.claim(["=a"], "alice")), StoreError
        )
        self.assertEqual(self.one._unwanted, {})

    def test_forgotten(self) -> None:
        """After we were taken for dead: refused, then taken again where free."""
        self.now(self.one.claim(["=a"], "alice"))
        self.now(self.one.claim(["=b"], "bert"))
        self.redis.bury("one")
        self.failureResultOf(
            Deferred.fromCoroutine(self.one.claim(["=c"], "carol")), StoreError
        )
        self.now(self.two.claim(["=b"], "bob"))
        self.redis.servers["one"] = 0
        self.forgotten = True
        self.clock.advance(2)
        self.assertEqual(
            self.redis.names, {"=a": ("one", "alice"), "=b": ("two", "bob")}
        )
