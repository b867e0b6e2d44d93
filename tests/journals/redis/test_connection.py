"""Tests of twisted_chat.journals.redis.connection."""

from __future__ import annotations

from itertools import pairwise

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.redis import FakeRedis
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.redis.connection import LONGEST_PAUSE, Link
from twisted_chat.journals.redis.errors import RedisError, away
from twisted_chat.journals.redis.scripts import FENCE


class LinkTests(SynchronousTestCase):
    """A connection that is made again whenever it breaks."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.redis = FakeRedis(self.clock)
        self.greeted = 0
        self.link = Link("test", self.redis.dial, self.clock, greet=self.greet)
        self.addCleanup(lambda: Deferred.fromCoroutine(self.link.stop()))

    async def greet(self, link: Link) -> None:
        self.greeted += 1

    def ask(self, link: Link | None = None) -> object:
        asking = (link or self.link).run(FENCE, "me", 1)
        return self.successResultOf(Deferred.fromCoroutine(asking))

    def test_connected(self) -> None:
        """What is asked is answered."""
        self.link.start()
        self.successResultOf(Deferred.fromCoroutine(self.link.up()))
        self.assertIsNone(self.link.trouble)
        self.assertEqual(self.ask(), 0)

    def test_not_connected(self) -> None:
        """Nobody waits: refused at once, with the reason."""
        for asking in (
            self.link.call("HGET", "a", "b"),
            self.link.ask("HGET", "a", "b"),
            self.link.run(FENCE, "me", 1),
        ):
            waiting = Deferred.fromCoroutine(asking)
            error = self.failureResultOf(waiting, RedisError).value
            self.assertEqual(error.code, "AWAY")
        self.link.drop(RedisError("X", "nothing to drop"))

    def test_pauses_grow(self) -> None:
        """A Redis that is away is not stormed, and not forgotten either."""
        self.redis.down = away("fake:1", "nobody listens")
        attempts: list[float] = []

        async def dial() -> object:
            attempts.append(self.clock.seconds())
            raise away("fake:1", "nobody listens")

        link = Link("test", dial, self.clock)  # type: ignore[arg-type]
        link.start()
        for _ in range(400):
            self.clock.advance(0.05)
        pauses = [b - a for a, b in pairwise(attempts)]
        self.assertLess(pauses[0], 0.2)
        self.assertGreater(pauses[-1], LONGEST_PAUSE / 2)
        self.assertLess(max(pauses), LONGEST_PAUSE * 1.5)
        self.successResultOf(Deferred.fromCoroutine(link.stop()))
        count = len(attempts)
        self.clock.advance(10)
        self.assertEqual(len(attempts), count)

    def test_broken(self) -> None:
        """It is made again, and greeted again."""
        self.link.start()
        self.redis.cut()
        self.assertIn("closed the connection", str(self.link.trouble))
        self.clock.advance(0.2)
        self.assertEqual(self.greeted, 2)
        self.assertEqual(self.ask(), 0)

    def test_a_cause(self) -> None:
        """Why we gave it up is what others are told."""
        self.link.start()
        self.link.drop(RedisError("LOST", "forgotten"))
        self.assertEqual(str(self.link.trouble), "forgotten")

    def test_a_greeting_that_fails(self) -> None:
        """The connection is not used, and the reason is told."""

        async def greet(_link: Link) -> None:
            raise RedisError("FORMAT", "no")

        link = Link("test", self.redis.dial, self.clock, greet=greet)
        link.start()
        waiting = Deferred.fromCoroutine(link.up())
        self.clock.advance(0.2)
        error = self.failureResultOf(waiting, RedisError).value
        self.assertEqual(error.code, "FORMAT")
        self.successResultOf(Deferred.fromCoroutine(link.stop()))

    def test_a_mistake_of_ours(self) -> None:
        """It ends in the log, and we begin again."""

        async def greet(_link: Link) -> None:
            self.greeted += 1
            if self.greeted == 1:
                raise ZeroDivisionError

        link = Link("test", self.redis.dial, self.clock, greet=greet)
        link.start()
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.clock.advance(0.2)
        self.assertIsNone(link.trouble)
        self.successResultOf(Deferred.fromCoroutine(link.stop()))

    def test_a_dial_that_fails_oddly(self) -> None:
        """A mistake while connecting ends in the log."""

        async def dial() -> object:
            raise ZeroDivisionError

        link = Link("test", dial, self.clock)  # type: ignore[arg-type]
        link.start()
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_flushed_scripts(self) -> None:
        """Somebody flushed the scripts: they are loaded, and it is asked again."""
        self.link.start()
        self.redis.says["fence"] = "NOSCRIPT No matching script."
        load = self.redis.do_script

        def do_script(*words: str) -> bytes:
            self.redis.says.clear()
            return load(*words)

        self.patch(self.redis, "do_script", do_script)
        self.assertEqual(self.ask(), 0)

    def test_an_error_is_passed_on(self) -> None:
        """What Redis refuses is refused."""
        self.link.start()
        self.redis.says["fence"] = "OOM no"
        waiting = Deferred.fromCoroutine(self.link.run(FENCE, "me", 1))
        self.failureResultOf(waiting, StoreError)
        self.assertIsNone(self.link.trouble)

    def test_waiting_ends_with_the_connection(self) -> None:
        """Whoever waits between two questions hears of it at once."""
        self.link.start()
        waiting = Deferred.fromCoroutine(self.link.wait(10))
        self.redis.cut()
        self.failureResultOf(waiting, StoreError)
        self.successResultOf(Deferred.fromCoroutine(self.link.stop()))
        self.failureResultOf(Deferred.fromCoroutine(self.link.wait(1)), StoreError)

    def test_stopped_while_connecting(self) -> None:
        """The connection that comes then is let go of."""
        dialled: Deferred[object] = Deferred()

        async def dial() -> object:
            return await dialled

        link = Link("test", dial, self.clock, greet=self.greet)  # type: ignore[arg-type]
        link.start()
        waiting = Deferred.fromCoroutine(link.stop())
        self.assertNoResult(waiting)
        made = Deferred.fromCoroutine(self.redis.dial())
        dialled.callback(self.successResultOf(made))
        self.successResultOf(waiting)
        self.assertEqual(self.greeted, 0)
        self.assertFalse(any(line.open for line in self.redis.lines))
