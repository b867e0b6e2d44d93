"""Tests of twisted_chat.journals.redis.attempts."""

from __future__ import annotations

from tests.support.redis import FakeRedisTestCase


class RedisAttemptsTests(FakeRedisTestCase):
    """Two servers count the same."""

    def setUp(self) -> None:
        super().setUp()
        (one, _), (two, _) = self.start("one"), self.start("two")
        self.one, self.two = one.attempts, two.attempts

    def test_attempts_of_all_servers_are_counted(self) -> None:
        """Of each subject apart; the oldest first."""
        self.assertEqual(self.result(self.one.ages("bob")), [])
        self.result(self.one.count("bob", 5, 300))
        self.clock.advance(2)
        self.result(self.two.count("bob", 5, 300))
        self.result(self.two.count("carol", 5, 300))
        self.clock.advance(1)
        for attempts in (self.one, self.two):
            self.assertEqual(self.result(attempts.ages("bob")), [3.0, 1.0])
            self.assertEqual(self.result(attempts.ages("carol")), [1.0])

    def test_only_the_last_ones_are_kept(self) -> None:
        """As many as count, and for as long."""
        for _ in range(7):
            self.result(self.one.count("bob", 5, 300))
            self.clock.advance(1)
        self.assertEqual(self.result(self.two.ages("bob")), [5.0, 4.0, 3.0, 2.0, 1.0])
        self.clock.advance(299)
        self.pass_time(3)
        self.assertEqual(self.result(self.two.ages("bob")), [])

    def test_what_is_tried_is_not_in_redis(self) -> None:
        """Someone may have typed a password for the name."""
        self.result(self.one.count("correct horse", 5, 300))
        self.assertNotIn(b"horse", self.redis.commands.content())
