"""Tests of twisted_chat.journals.redis.tls; tests/end_to_end speaks it."""

from __future__ import annotations

from OpenSSL import SSL
from twisted.internet.error import ConnectionDone, DNSLookupError
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.journals.redis.address import RedisAddress
from twisted_chat.journals.redis.tls import tls_options, why


class TlsTests(SynchronousTestCase):
    """What an operator is told."""

    def test_why(self) -> None:
        """In a few words."""
        self.assertEqual(why(DNSLookupError()), "there is no host of that name")
        self.assertEqual(why(ConnectionDone()), "it closed the connection")
        self.assertEqual(why(TimeoutError()), "no answer in time")
        self.assertEqual(why(ValueError("two\nlines")), "two lines")
        self.assertEqual(why(ValueError()), "ValueError")
        failed = SSL.Error([("SSL routines", "", "certificate verify failed")])
        self.assertEqual(why(failed), "certificate verify failed")

    def test_options(self) -> None:
        """Without files the system says whom to trust."""
        self.assertIsNotNone(tls_options(RedisAddress.parse("rediss://db"), "db"))
