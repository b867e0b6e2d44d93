"""Tests of twisted_chat.journals.redis.connector, in memory and byte by byte."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from OpenSSL import SSL
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, DNSLookupError
from twisted.internet.error import ConnectionRefusedError as Refused
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.logger import capturedLogs, formatEvent
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.journals.redis.address import RedisAddress
from twisted_chat.journals.redis.connection import REPLY_TIMEOUT, RedisConnection
from twisted_chat.journals.redis.connector import (
    CONNECT_TIMEOUT,
    Connector,
    connect_reason,
    tls_options,
)
from twisted_chat.journals.redis.errors import RedisError

GOOD = "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n"


class Peer(StringTransport):
    """The other end: a Redis, or a sentinel, that replies by command."""

    def __init__(self, replies: dict[str, bytes]) -> None:
        super().__init__()
        self.replies = replies
        self.commands: list[list[str]] = []
        self.protocol: Any = None
        self.aborted = False

    def setTcpNoDelay(self, enabled: bool) -> None:
        """As a TCP transport has it."""

    def write(self, data: bytes) -> None:
        words = [part.decode() for part in data.split(b"\r\n")[2::2]]
        self.commands.append(words)
        reply = self.replies.get(words[0], b"+OK\r\n")
        if reply:
            self.protocol.dataReceived(reply)

    def abortConnection(self) -> None:
        if not self.aborted:
            self.aborted = True
            self.protocol.connectionLost(Failure(Refused()))


def bulk(text: str) -> bytes:
    return b"$%d\r\n%s\r\n" % (len(text.encode()), text.encode())


def replies(**changes: bytes) -> dict[str, bytes]:
    """The replies of a Redis that can be used."""
    role = b"*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"
    return {"INFO": bulk(GOOD), "ROLE": role, **changes}


class ConnectorTests(SynchronousTestCase):
    """A connection is ready, or one line says why not."""

    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()

    def connect(self, address: str) -> Deferred[RedisConnection]:
        connector = Connector(RedisAddress.parse(address), self.reactor)
        return Deferred.fromCoroutine(connector.connect())

    def accept(self, peer: Peer) -> None:
        """Let this peer accept the last attempt."""
        factory = self.reactor.tcpClients[-1][2]
        peer.protocol = factory.buildProtocol(None)
        peer.protocol.makeConnection(peer)

    def error(self, waiting: Deferred[RedisConnection]) -> RedisError:
        error = self.failureResultOf(waiting, RedisError).value
        assert isinstance(error, RedisError)
        self.assertNotIn("\n", str(error))
        return error

    def test_connection_is_logged_in_on_its_database_and_checked(self) -> None:
        """In this order."""
        waiting = self.connect("redis://u:p@127.0.0.1:7000/3")
        self.assertEqual(self.reactor.tcpClients[0][:2], ("127.0.0.1", 7000))
        peer = Peer(replies())
        self.accept(peer)
        connection = self.successResultOf(waiting)
        self.assertEqual(connection.address, "127.0.0.1:7000")
        self.assertEqual(
            [" ".join(words) for words in peer.commands],
            [
                "AUTH u p",
                "SELECT 3",
                "INFO server",
                "INFO persistence memory",
                "ROLE",
            ],
        )

    def test_redis_that_cannot_be_used_is_refused(self) -> None:
        """With its reason; the connection is closed."""
        for changes, code in (
            ({"INFO": bulk(GOOD.replace("7.0", "6.2"))}, "VERSION"),
            ({"INFO": bulk(GOOD.replace("standalone", "cluster"))}, "CROSSSLOT"),
            ({"INFO": bulk(GOOD + "loading:1\r\n")}, "LOADING"),
            ({"INFO": b"-NOAUTH Authentication required.\r\n"}, "NOAUTH"),
            ({"ROLE": b"*1\r\n$5\r\nslave\r\n"}, "READONLY"),
            ({"AUTH": b"-WRONGPASS invalid\r\n"}, "WRONGPASS"),
            ({"SELECT": b"-ERR DB index is out of range\r\n"}, "DB"),
        ):
            waiting = self.connect("redis://:p@127.0.0.1/3")
            peer = Peer(replies(**changes))
            self.accept(peer)
            self.assertEqual(self.error(waiting).code, code)
            self.assertTrue(peer.aborted)

    def test_operator_is_warned_once_of_possible_data_loss(self) -> None:
        """Not for each connection."""
        connector = Connector(RedisAddress.parse("redis://127.0.0.1"), self.reactor)
        risky = "aof_enabled:0\r\nmaxmemory:100\r\nmaxmemory_policy:allkeys-lru\r\n"
        safe = "aof_enabled:1\r\nmaxmemory:100\r\nmaxmemory_policy:noeviction\r\n"
        unbounded = "aof_enabled:1\r\nmaxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n"
        logged: list[str] = []
        for info in (safe, unbounded, risky, risky):
            with capturedLogs() as events:
                waiting = Deferred.fromCoroutine(connector.connect())
                self.accept(Peer(replies(INFO=bulk(GOOD + info))))
                self.successResultOf(waiting)
            logged.append("\n".join(formatEvent(event) for event in events))
        self.assertEqual((logged[0], logged[1], logged[3]), ("", "", ""))
        self.assertIn("127.0.0.1:6379 keeps no append-only file", logged[2])
        self.assertIn("its policy is allkeys-lru", logged[2])

    def test_failed_attempt_says_why(self) -> None:
        """Refused, or timed out."""
        waiting = self.connect("redis://127.0.0.1")
        factory: Any = self.reactor.tcpClients[-1][2]
        factory.clientConnectionFailed(None, Failure(Refused()))
        error = self.error(waiting)
        self.assertIn("127.0.0.1:6379 cannot be reached", error.operator_text)
        self.assertIn("(start it, or check --store)", error.operator_text)
        self.assertNotIn("--store", str(error))
        waiting = self.connect("redis://[::1]")
        self.reactor.advance(CONNECT_TIMEOUT)
        self.assertIn("timed out", str(self.error(waiting)))

    def test_program_that_is_not_redis_is_refused_at_once(self) -> None:
        """In one line, without a traceback."""
        for reply in (
            b"Welcome, guest_1234!\r\n",
            b"HTTP/1.0 400 Bad Request\r\n\r\n",
            b"220 mail.example ESMTP\r\n",
            b"\xff\xfd\x18",
            b"*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n",
            bulk("hello"),
        ):
            waiting = self.connect("redis://127.0.0.1")
            peer = Peer(replies(INFO=b""))
            self.accept(peer)
            peer.protocol.dataReceived(reply)
            error = self.error(waiting)
            self.assertEqual(error.code, "NOT_REDIS", reply)
            self.assertTrue(error.is_permanent)
            self.assertIn("127.0.0.1:6379", error.operator_text)
            self.assertIn("another program answers there", error.operator_text)
            self.assertTrue(peer.aborted)
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_redis_with_tls_only_is_named(self) -> None:
        """It answers with a TLS alert."""
        waiting = self.connect("redis://127.0.0.1")
        peer = Peer(replies(INFO=b""))
        self.accept(peer)
        peer.protocol.dataReceived(b"\x15\x03\x03\x00\x02\x02\x28")
        self.assertIn("requires TLS: write rediss://", str(self.error(waiting)))

    def test_redis_that_does_not_reply_is_refused(self) -> None:
        """It accepts the connection, and sends nothing."""
        waiting = self.connect("redis://127.0.0.1")
        self.accept(Peer(replies(INFO=b"")))
        self.reactor.advance(REPLY_TIMEOUT)
        self.assertIn("does not reply", str(self.error(waiting)))

    def test_sentinels_are_asked_in_turn_for_the_master(self) -> None:
        """The first one that knows it is enough."""
        waiting = self.connect(
            "redis+sentinel://127.0.0.1:1,127.0.0.1:2/chat?sentinel_password=q"
        )
        factory: Any = self.reactor.tcpClients[-1][2]
        factory.clientConnectionFailed(None, Failure(Refused()))
        sentinel = Peer({"SENTINEL": b"*2\r\n" + bulk("127.0.0.9") + bulk("7009")})
        self.accept(sentinel)
        self.assertEqual(sentinel.commands[0], ["AUTH", "q"])
        self.assertEqual(sentinel.commands[1][2], "chat")
        self.assertEqual(self.reactor.tcpClients[-1][:2], ("127.0.0.9", 7009))
        self.accept(Peer(replies()))
        self.assertEqual(self.successResultOf(waiting).address, "127.0.0.9:7009")

    def test_error_of_the_last_sentinel_is_a_detail(self) -> None:
        """A permanent error, such as a wrong password, is the error itself."""
        waiting = self.connect("redis+sentinel://127.0.0.1/chat")
        self.accept(Peer({"SENTINEL": b"*-1\r\n"}))
        self.assertIn("knows no master chat", self.error(waiting).operator_text)
        waiting = self.connect("redis+sentinel://127.0.0.1/chat")
        self.accept(Peer({"SENTINEL": b"-NOAUTH Authentication required.\r\n"}))
        self.assertEqual(self.error(waiting).code, "NOAUTH")

    def test_invalid_tls_file_is_an_error(self) -> None:
        """Before a connection is made."""
        with TemporaryDirectory() as folder:
            file = Path(folder, "x.pem")
            file.write_text("nothing")
            for setting in (f"ca={file}", f"cert={file}&key={file}", "ca=/nowhere"):
                waiting = self.connect(f"rediss://localhost?{setting}")
                self.assertEqual(self.error(waiting).code, "TLS")

    def test_tls_uses_the_port_of_the_address(self) -> None:
        """And the same timeout."""
        waiting = self.connect("rediss://127.0.0.1")
        self.assertNoResult(waiting)
        self.assertEqual(self.reactor.tcpClients[-1][1], 6379)
        self.reactor.advance(CONNECT_TIMEOUT)
        self.error(waiting)


class ReasonTests(SynchronousTestCase):
    """Why a connection could not be made, for operators."""

    def test_reason_is_a_few_words(self) -> None:
        """On one line."""
        failed = SSL.Error([("SSL routines", "", "certificate verify failed")])
        for error, reason in (
            (DNSLookupError(), "there is no host of that name"),
            (ConnectionDone(), "it closed the connection"),
            (TimeoutError(), "timed out"),
            (ValueError("two\nlines"), "two lines"),
            (ValueError(), "ValueError"),
            (failed, "certificate verify failed"),
        ):
            self.assertEqual(connect_reason(error), reason)

    def test_system_certificates_are_trusted_without_ca(self) -> None:
        """The options can be made without any file."""
        self.assertIsNotNone(tls_options(RedisAddress.parse("rediss://db"), "db"))
