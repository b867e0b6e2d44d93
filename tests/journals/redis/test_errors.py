"""Tests of twisted_chat.journals.redis.errors."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.redis.errors import (
    broken,
    explain,
    server_expired,
    unreachable,
)


class ErrorsTests(SynchronousTestCase):
    """Each error reply becomes one line that says what can be done."""

    def test_error_replies_are_explained(self) -> None:
        """With the address for the operator, and without it for clients."""
        for answer, words in (
            ("OOM command not allowed", "is out of memory"),
            ("READONLY You can't write against a read only replica.", "replica"),
            ("LOADING Redis is loading the dataset in memory", "still loading"),
            ("NOAUTH Authentication required.", "requires a password"),
            ("WRONGPASS invalid username-password pair", "rejects this user name"),
            ("ERR invalid password", "rejects this user name"),
            (
                "ERR AUTH <password> called without any password configured",
                "has no pas",
            ),
            ("ERR DB index is out of range", "no database with that number"),
            ("NOPERM this user has no permissions", "lacks a permission"),
            (
                "ERR The user executing the script can't run this command",
                "lacks permissions",
            ),
            ("MISCONF Redis is configured to save", "cannot write to its disk"),
            ("ERR some\r\nother", "replied: ERR some other"),
        ):
            error = explain("db:6379", answer)
            self.assertIn(words, str(error))
            self.assertIn("Redis at db:6379", error.operator_text)
            self.assertIn(words, error.operator_text)
            self.assertNotIn("db:6379", str(error))
            self.assertNotIn("\n", str(error))

    def test_errors_say_whether_a_retry_or_a_new_connection_helps(self) -> None:
        """Some need an operator, some another Redis, some only time."""
        self.assertTrue(explain("x", "WRONGPASS no").is_permanent)
        self.assertFalse(explain("x", "LOADING").is_permanent)
        self.assertTrue(explain("x", "READONLY").needs_reconnect)
        self.assertFalse(explain("x", "OOM").needs_reconnect)
        self.assertEqual(StoreError("so").operator_text, "so")
        self.assertEqual(unreachable("x", "why").code, "UNREACHABLE")
        self.assertEqual(server_expired().code, "EXPIRED")
        self.assertEqual(broken("x", "is gone").operator_text, "Redis at x is gone")
