"""Tests of twisted_chat.journals.redis.errors."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.redis.errors import away, broken, explain, in_full


class ErrorsTests(SynchronousTestCase):
    """Each answer becomes one line that says what can be done."""

    def test_what_redis_says(self) -> None:
        """The errors that are known."""
        for answer, words in (
            ("OOM command not allowed", "is out of memory"),
            ("READONLY You can't write against a read only replica.", "replica"),
            ("LOADING Redis is loading the dataset in memory", "still loading"),
            ("NOAUTH Authentication required.", "asks for a password"),
            ("WRONGPASS invalid username-password pair", "does not accept"),
            ("ERR invalid password", "does not accept"),
            (
                "ERR AUTH <password> called without any password configured",
                "has no pas",
            ),
            ("ERR DB index is out of range", "no database of that number"),
            ("NOPERM this user has no permissions", "may not do what is needed"),
            ("ERR The user executing the script can't run this command", "may not run"),
            ("MISCONF Redis is configured to save", "cannot write to its disk"),
            ("ERR some\r\nother", "says: ERR some other"),
        ):
            error = explain("db:6379", answer)
            self.assertIn(words, str(error))
            self.assertIn("Redis at db:6379", error.full)
            self.assertIn(words, error.full)
            self.assertNotIn("db:6379", str(error))
            self.assertNotIn("\n", str(error))

    def test_what_to_do_about_it(self) -> None:
        """Some need an operator, some another Redis, some only time."""
        self.assertTrue(explain("x", "WRONGPASS no").final)
        self.assertFalse(explain("x", "LOADING").final)
        self.assertTrue(explain("x", "READONLY").elsewhere)
        self.assertFalse(explain("x", "OOM").elsewhere)
        self.assertEqual(in_full(StoreError("so")), "so")
        self.assertEqual(away("x", "why").code, "AWAY")
        self.assertEqual(in_full(broken("x", "is gone")), "Redis at x is gone")
