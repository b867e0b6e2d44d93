"""Tests of twisted_chat.journals.redis.connection, in memory and byte by byte."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from OpenSSL import SSL
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.journals.redis.connection import (
    REPLY_TIMEOUT,
    TxRedisConnection,
    ssl_reason,
)
from twisted_chat.journals.redis.errors import RedisError

T = TypeVar("T")
CLOSED = Failure(ConnectionDone())


class TxRedisConnectionTests(SynchronousTestCase):
    """Commands and replies."""

    def setUp(self) -> None:
        from txredisapi import RedisProtocol

        self.clock = Clock()
        self.protocol: Any = RedisProtocol(charset=None, convertNumbers=False)
        self.protocol.reason = CLOSED
        self.transport = StringTransport()
        self.protocol.makeConnection(self.transport)
        self.connection = TxRedisConnection(self.protocol, self.clock, "db:1")

    def start(self, coroutine: Coroutine[Any, Any, T]) -> Deferred[T]:
        return Deferred.fromCoroutine(coroutine)

    def error(self, waiting: Deferred[Any]) -> RedisError:
        error = self.failureResultOf(waiting, RedisError).value
        assert isinstance(error, RedisError)
        return error

    def test_replies_arrive_in_the_order_of_commands(self) -> None:
        """Each command has its own reply."""
        first = self.start(self.connection.call("GET", "a"))
        second = self.start(self.connection.call("GET", b"b"))
        for byte in b"$1\r\n1\r\n$1\r\n2\r\n":
            self.protocol.dataReceived(bytes([byte]))
        self.assertEqual(self.successResultOf(first), b"1")
        self.assertEqual(self.successResultOf(second), b"2")
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_error_reply_is_explained(self) -> None:
        """With its code."""
        waiting = self.start(self.connection.call("GET", "a"))
        self.protocol.dataReceived(b"-OOM command not allowed\r\n")
        self.assertEqual(self.error(waiting).code, "OOM")

    def test_commands_without_a_reply_fail_when_the_connection_is_lost(self) -> None:
        """So do later ones."""
        waiting = self.start(self.connection.call("GET", "a"))
        self.protocol.connectionLost(CLOSED)
        self.assertEqual(self.error(waiting).code, "BROKEN")
        self.assertEqual(
            self.successResultOf(self.connection.closed()), "closed the connection"
        )
        self.connection.abort("again")
        late = self.start(self.connection.call("GET", "b"))
        self.assertEqual(self.error(late).code, "BROKEN")

    def test_first_reply_that_does_not_come_over_tls_names_the_cause(self) -> None:
        """A Redis without TLS waits for more of what it takes for a command."""
        for reply, hint in ((b"", True), (b"+OK\r\n", False)):
            self.setUp()
            self.connection = TxRedisConnection(
                self.protocol, self.clock, "db:1", tls=True
            )
            vars(self.transport)["abortConnection"] = lambda: (
                self.protocol.connectionLost(CLOSED)
            )
            if reply:
                first = self.start(self.connection.call("PING"))
                self.protocol.dataReceived(reply)
                self.successResultOf(first)
            waiting = self.start(self.connection.call("PING"))
            self.clock.advance(REPLY_TIMEOUT)
            says = "if it is a Redis without TLS, write redis://"
            self.assertEqual(says in str(self.error(waiting)), hint)

    def test_connection_without_a_reply_is_aborted(self) -> None:
        """After the timeout, and the error says so."""
        aborted: list[bool] = []

        def abort() -> None:
            aborted.append(True)
            self.protocol.connectionLost(CLOSED)

        self.patch(self.transport, "abortConnection", abort)
        waiting = self.start(self.connection.call("GET", "a"))
        self.clock.advance(REPLY_TIMEOUT)
        self.assertEqual(aborted, [True])
        self.assertIn("does not reply (waited 2 s)", str(self.error(waiting)))

    def test_failed_tls_handshake_is_the_reason(self) -> None:
        """An operator must see why the certificate was not accepted."""
        error = SSL.Error([("SSL routines", "", "certificate verify failed")])
        self.protocol.reason = Failure(error)
        self.protocol.connectionLost(CLOSED)
        self.assertEqual(
            self.successResultOf(self.connection.closed()),
            "failed the TLS handshake: certificate verify failed",
        )

    def test_tls_error_without_a_reason_is_named(self) -> None:
        """OpenSSL does not always give one."""
        self.assertEqual(ssl_reason(SSL.ZeroReturnError()), "ZeroReturnError")
