"""Tests of twisted_chat.journals.redis.follower, beside those of ``test_redis``."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.journals.contract import entry, said, texts
from tests.support.redis import FakeRedis
from twisted_chat.core.events import Stored
from twisted_chat.journals.redis.connection import Link
from twisted_chat.journals.redis.entries import Place, script_arguments, to_bytes, write
from twisted_chat.journals.redis.follower import BYTES, Follower
from twisted_chat.journals.redis.history import History
from twisted_chat.journals.redis.roster import Roster


class FollowerTests(SynchronousTestCase):
    """Every batch once, in order, whatever happens."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.redis = FakeRedis(self.clock)
        self.redis.servers["other"] = 0
        self.batches: list[list[str]] = []
        self.mistake = False
        self.roster = Roster("me-")
        self.follower = Follower("me", self.roster, self.history, self.hear)
        self.link = Link(
            "following",
            self.redis.dial,
            self.clock,
            greet=self.follower.greet,
            tend=self.follower.tend,
        )
        self.addCleanup(lambda: Deferred.fromCoroutine(self.link.stop()))
        self.asker = Link("asking", self.redis.dial, self.clock)
        self.asker.start()
        self.addCleanup(lambda: Deferred.fromCoroutine(self.asker.stop()))
        self.batch = 0

    def history(self) -> History:
        return History(lambda: self.asker, lambda: self.follower.place)

    def hear(self, batch: Sequence[Stored]) -> None:
        if self.mistake:
            self.mistake = False
            raise ZeroDivisionError
        self.roster.heard(batch)
        self.batches.append(texts(batch))

    def say(self, *lines: str) -> None:
        words: list[str] = []
        for line in lines:
            one = entry(said(line))
            words += [*script_arguments(one.event), write(one).decode()]
        self.batch += 1
        self.redis.do_append("other", f"{self.batch}", "100", *words)

    def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds * 20)):
            self.clock.advance(0.05)

    def heard(self) -> list[str]:
        return [line for batch in self.batches for line in batch]

    def test_from_now_on(self) -> None:
        """What was said before we came is history."""
        self.say("before")
        self.link.start()
        self.say("one")
        self.say("two", "three")
        self.pass_time(1)
        self.assertEqual(self.heard(), ["one", "two", "three"])

    def test_much_at_once(self) -> None:
        """Whoever reads slowly gets a chance to, before there is more."""
        self.link.start()
        self.redis.cut()
        for n in range(4):
            self.say(f"{n}" + "x" * BYTES)
        self.pass_time(1)
        self.assertEqual([line[0] for line in self.heard()], ["0", "1", "2", "3"])
        self.assertEqual(len(self.batches), 4)

    def test_a_batch_that_cannot_be_read(self) -> None:
        """It is passed over, and said so in the log."""
        self.link.start()
        self.say("one")
        self.pass_time(0.1)
        self.redis.number += 1
        bad = Place(1_000_100, self.redis.number)
        self.redis.streams["chat:live"].append((bad, b"{"))
        self.say("two")
        self.redis.cut()
        self.pass_time(1)
        self.assertEqual(self.heard(), ["one", "two"])
        self.assertEqual(len(self.flushLoggedErrors()), 1)

    def test_a_mistake_while_announcing(self) -> None:
        """It ends in the log; the next batch is announced."""
        self.link.start()
        self.mistake = True
        self.say("one")
        self.pass_time(0.1)
        self.say("two")
        self.pass_time(0.1)
        self.assertEqual(self.heard(), ["two"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_a_replica_took_over(self) -> None:
        """The last that we announced never reached it: we go on where we both were."""
        self.link.start()
        self.say("one")
        self.say("two")
        self.pass_time(0.1)
        live = self.redis.streams["chat:live"]
        del live[-1]
        self.redis.number -= 1
        self.redis.cut()
        self.pass_time(1)
        self.say("other two")
        self.pass_time(1)
        self.assertEqual(self.heard(), ["one", "two", "other two"])

    def test_texts_are_bytes(self) -> None:
        """A word of any kind is sent."""
        self.assertEqual(to_bytes("ä"), b"\xc3\xa4")
