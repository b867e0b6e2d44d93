"""Tests of twisted_chat.journals.redis.values, beside the contract of all journals."""

from __future__ import annotations

from tests.support.redis import FakeRedisTestCase
from twisted_chat.core.interfaces import OutcomeUnknown
from twisted_chat.journals.redis.errors import unreachable
from twisted_chat.journals.redis.journal import RedisJournal


class RedisValuesTests(FakeRedisTestCase):
    """Values of several servers, and in an outage."""

    def load(self, journal: RedisJournal) -> dict[str, str]:
        return self.result(journal.values.load("a/"))

    def test_servers_share_their_values(self) -> None:
        """Of two that register a name, one succeeds."""
        one, _ = self.start("one")
        two, _ = self.start("two")
        changes = ({"a/bob": "one"}, {"a/bob": "two"})
        done = [
            self.result(server.values.write(change, {"a/bob": None}))
            for server, change in zip((one, two), changes, strict=True)
        ]
        self.assertEqual(done, [True, False])
        self.assertEqual(self.load(one), {"a/bob": "one"})
        self.assertEqual(self.load(one), self.load(two))

    def test_values_survive_the_servers(self) -> None:
        """They are not part of the presence of any."""
        journal, _ = self.start("one")
        self.result(journal.values.write({"a/bob": "one"}))
        self.redis.expire_server("one")
        after, _ = self.start("two")
        self.assertEqual(self.load(after), {"a/bob": "one"})

    def test_change_whose_reply_is_lost_is_in_doubt(self) -> None:
        """It may have been made; it is not made twice."""
        journal, _ = self.start()
        self.redis.lose_replies = 1
        error = self.error(journal.values.write({"a/bob": "one"}))
        self.assertIsInstance(error, OutcomeUnknown)
        self.assertIn("not known whether", str(error))
        self.pass_time(1)
        self.assertEqual(self.load(journal), {"a/bob": "one"})

    def test_change_is_refused_without_a_connection(self) -> None:
        """Nothing was sent, so the outcome is known."""
        journal, _ = self.start()
        self.redis.down = unreachable("fake:1", "connection refused")
        self.redis.disconnect_all()
        error = self.error(journal.values.write({"a/bob": "one"}))
        self.assertNotIsInstance(error, OutcomeUnknown)
        self.assertNotIn("fake:1", str(error))
