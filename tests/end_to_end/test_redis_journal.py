"""The Redis journal with a real Redis: the contract of every journal, and more."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Collection
from typing import TypeVar

from twisted.trial.unittest import SynchronousTestCase

from tests.end_to_end.redis_server import RedisServer
from tests.end_to_end.shared import shared
from tests.end_to_end.spinning import Spinner
from tests.journals.contract import JournalContract
from tests.support.journals import JournalUnderTest, said
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.redis.address import RedisAddress
from twisted_chat.journals.redis.journal import RedisJournal
from twisted_chat.journals.retention import KEEP_ALL, Retention

T = TypeVar("T")

AGE_ROOMS = """
redis.call('SELECT', ARGV[1])
for _, name in ipairs(redis.call('ZRANGE', 'chat:topics:used', 0, -1)) do
  redis.call('ZINCRBY', 'chat:topics:used', -ARGV[2], name)
end
"""


class RedisJournalTests(JournalContract, SynchronousTestCase):
    """A journal on ``redis://HOST:PORT/DB``."""

    def setUp(self) -> None:
        self.redis = shared("redis", lambda: RedisServer("databases 64").start())
        self.spinner = Spinner()
        self.addCleanup(self.spinner.close)
        self.made = 0

    def make(self, retention: Retention = KEEP_ALL) -> RedisJournal:
        """A new journal, in a database of its own."""
        if not self.made:
            self.redis.call("FLUSHALL")
        self.made += 1
        address = RedisAddress.parse(f"redis://{self.redis}/{self.made}")
        return RedisJournal(
            address, self.spinner.reactor, f"server{self.made}", retention
        )

    a_moment = 0.5

    def let_pass(self, seconds: float) -> None:
        """Real time, or what is noted of the rooms becomes that much older."""
        if seconds < 60:
            end = time.monotonic() + seconds
            self.spinner.until("the time", lambda: time.monotonic() >= end)
        else:
            ms = str(round(seconds * 1000))
            self.redis.call("EVAL", AGE_ROOMS, "0", str(self.made), ms)

    def trim(self, journal: JournalUnderTest, occupied: Collection[str] = ()) -> int:
        assert isinstance(journal, RedisJournal)
        # Unused rooms are looked for once an hour.
        journal._trimming._unused_at = 0
        return super().trim(journal, occupied)

    def run_now(self, awaitable: Awaitable[T]) -> T:
        return self.spinner.result(awaitable)

    def everything_kept(self, journal: JournalUnderTest) -> bytes:
        """The file of Redis, with all that it has in memory."""
        self.redis.call("CONFIG", "SET", "rdbcompression", "no")
        self.redis.call("SAVE")
        return (self.redis.directory / "dump.rdb").read_bytes()

    def refused(self, awaitable: Awaitable[object]) -> str:
        with self.assertRaises(StoreError) as caught:
            self.run_now(awaitable)
        line = str(caught.exception)
        self.assertNotIn("\n", line)
        return line

    def test_time_of_an_event_is_that_of_its_arrival(self) -> None:
        """Overrides the contract: all servers share the clock of Redis."""
        journal = self.opened()
        before = time.time() * 1000
        (one,) = self.append(journal, said("hi"))
        self.assertTrue(before - 1 <= one.time <= time.time() * 1000 + 1)
