"""Tests of twisted_chat.journals.redis.rewriting."""

from __future__ import annotations

from tests.journals.corrections_contract import deleted
from tests.support.journals import said
from tests.support.logs import Log
from tests.support.redis import FakeRedisTestCase
from twisted_chat.journals.redis.journal import RedisJournal
from twisted_chat.journals.redis.rewriting import REWRITE_INTERVAL


class RewritingTests(FakeRedisTestCase):
    """The append-only file has what was deleted until it is rewritten."""

    def delete_one(self, journal: RedisJournal) -> None:
        """Say something, and delete it."""
        announced = self.announced
        self.store(journal, said("oops"))
        self.store(journal, deleted(announced[-1]))

    def setUp(self) -> None:
        super().setUp()
        self.redis.commands.persistence = b"aof_enabled:1"
        self.one, self.announced = self.start("one")

    @property
    def rewritten(self) -> int:
        """How often it was asked for."""
        return self.redis.commands.rewritten

    def test_file_is_rewritten_after_a_deletion(self) -> None:
        """Not after messages; and not again and again."""
        self.store(self.one, said("hi"))
        self.pass_time(3)
        self.assertEqual(self.rewritten, 0)
        self.delete_one(self.one)
        self.pass_time(2)
        self.assertEqual(self.rewritten, 1)
        self.delete_one(self.one)
        self.pass_time(3)
        self.assertEqual(self.rewritten, 1)
        self.clock.advance(REWRITE_INTERVAL)
        self.pass_time(5)
        self.assertEqual(self.rewritten, 2)
        self.clock.advance(REWRITE_INTERVAL)
        self.pass_time(5)
        self.assertEqual(self.rewritten, 2)

    def test_file_is_rewritten_as_the_server_stops(self) -> None:
        """However short ago the last time was."""
        self.delete_one(self.one)
        self.pass_time(2)
        self.delete_one(self.one)
        self.result(self.one.close())
        self.assertEqual(self.rewritten, 2)

    def test_redis_without_such_a_file_is_not_asked(self) -> None:
        """It would make one that nobody reads."""
        self.redis.commands.persistence = b"aof_enabled:0"
        self.delete_one(self.one)
        self.pass_time(2)
        self.assertEqual(self.rewritten, 0)

    def test_refusal_is_logged_and_the_chat_goes_on(self) -> None:
        """As without the permission; it is tried again."""
        log = Log(self)
        self.redis.errors["bgrewriteaof"] = "NOPERM this user has no permissions"
        self.delete_one(self.one)
        self.pass_time(2)
        self.assertIsNone(self.one.problem())
        self.assertIn("append-only file not rewritten", "".join(log.lines()))
        self.redis.errors.clear()
        self.clock.advance(REWRITE_INTERVAL)
        self.pass_time(5)
        self.assertEqual(self.rewritten, 1)
