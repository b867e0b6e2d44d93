"""Tests of twisted_chat.journals.redis.connector, in memory and byte by byte."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionRefusedError as Refused
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.logger import capturedLogs, formatEvent
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.journals.redis.address import RedisAddress
from twisted_chat.journals.redis.connector import ANSWER, CONNECT, Dialer, Line
from twisted_chat.journals.redis.errors import RedisError

GOOD = "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n"


class Peer(StringTransport):
    """The other end: a Redis, or a sentinel, that answers by the command."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        super().__init__()
        self.answers = answers
        self.asked: list[list[str]] = []
        self.protocol: Any = None
        self.aborted = False

    def setTcpNoDelay(self, enabled: bool) -> None:
        """As a TCP transport has it."""

    def write(self, data: bytes) -> None:
        words = [part.decode() for part in data.split(b"\r\n")[2::2]]
        self.asked.append(words)
        answer = self.answers.get(words[0], b"+OK\r\n")
        if answer:
            self.protocol.dataReceived(answer)

    def abortConnection(self) -> None:
        if not self.aborted:
            self.aborted = True
            self.protocol.connectionLost(Failure(Refused()))


def bulk(text: str) -> bytes:
    return b"$%d\r\n%s\r\n" % (len(text.encode()), text.encode())


def answers(**changes: bytes) -> dict[str, bytes]:
    """What a good Redis says."""
    role = b"*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"
    return {"INFO": bulk(GOOD), "ROLE": role, **changes}


class DialTests(SynchronousTestCase):
    """A connection is ready, or there is one line that says why not."""

    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()

    def dial(self, address: str) -> Deferred[Line]:
        dialer = Dialer(RedisAddress.parse(address), self.reactor)
        return Deferred.fromCoroutine(dialer.dial())

    def connect(self, peer: Peer) -> None:
        """Let the last attempt come to this peer."""
        factory = self.reactor.tcpClients[-1][2]
        peer.protocol = factory.buildProtocol(None)
        peer.protocol.makeConnection(peer)

    def refused(self, waiting: Deferred[Line]) -> RedisError:
        error = self.failureResultOf(waiting, RedisError).value
        assert isinstance(error, RedisError)
        self.assertNotIn("\n", str(error))
        return error

    def test_ready(self) -> None:
        """Logged in, on its database, checked."""
        waiting = self.dial("redis://u:p@127.0.0.1:7000/3")
        self.assertEqual(self.reactor.tcpClients[0][:2], ("127.0.0.1", 7000))
        peer = Peer(answers())
        self.connect(peer)
        line = self.successResultOf(waiting)
        self.assertEqual(line.where, "127.0.0.1:7000")
        self.assertEqual(
            [" ".join(words) for words in peer.asked],
            [
                "AUTH u p",
                "SELECT 3",
                "INFO server",
                "INFO persistence memory",
                "ROLE",
            ],
        )

    def test_not_ready(self) -> None:
        """Each with its reason; the connection is let go of."""
        for changes, code in (
            ({"INFO": bulk(GOOD.replace("7.0", "6.2"))}, "VERSION"),
            ({"INFO": bulk(GOOD.replace("standalone", "cluster"))}, "CROSSSLOT"),
            ({"INFO": bulk(GOOD + "loading:1\r\n")}, "LOADING"),
            ({"INFO": b"-NOAUTH Authentication required.\r\n"}, "NOAUTH"),
            ({"ROLE": b"*1\r\n$5\r\nslave\r\n"}, "READONLY"),
            ({"AUTH": b"-WRONGPASS invalid\r\n"}, "WRONGPASS"),
            ({"SELECT": b"-ERR DB index is out of range\r\n"}, "DB"),
        ):
            waiting = self.dial("redis://:p@127.0.0.1/3")
            peer = Peer(answers(**changes))
            self.connect(peer)
            self.assertEqual(self.refused(waiting).code, code)
            self.assertTrue(peer.aborted)

    def test_a_careless_redis(self) -> None:
        """The operator is told once how it may lose what was said."""
        dialer = Dialer(RedisAddress.parse("redis://127.0.0.1"), self.reactor)
        careless = "aof_enabled:0\r\nmaxmemory:100\r\nmaxmemory_policy:allkeys-lru\r\n"
        careful = "aof_enabled:1\r\nmaxmemory:100\r\nmaxmemory_policy:noeviction\r\n"
        unbounded = "aof_enabled:1\r\nmaxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n"
        told: list[str] = []
        for info in (careful, unbounded, careless, careless):
            with capturedLogs() as events:
                waiting = Deferred.fromCoroutine(dialer.dial())
                self.connect(Peer(answers(INFO=bulk(GOOD + info))))
                self.successResultOf(waiting)
            told.append("\n".join(formatEvent(event) for event in events))
        self.assertEqual((told[0], told[1], told[3]), ("", "", ""))
        self.assertIn("127.0.0.1:6379 keeps no append-only file", told[2])
        self.assertIn("its policy is allkeys-lru", told[2])

    def test_nobody_listens(self) -> None:
        """Refused, or not a word."""
        waiting = self.dial("redis://127.0.0.1")
        factory: Any = self.reactor.tcpClients[-1][2]
        factory.clientConnectionFailed(None, Failure(Refused()))
        self.assertIn("127.0.0.1:6379 cannot be reached", self.refused(waiting).full)
        waiting = self.dial("redis://[::1]")
        self.reactor.advance(CONNECT)
        self.assertIn("no answer in time", str(self.refused(waiting)))

    def test_no_answer(self) -> None:
        """It accepts, and says nothing."""
        waiting = self.dial("redis://127.0.0.1")
        self.connect(Peer(answers(INFO=b"")))
        self.reactor.advance(ANSWER)
        self.assertIn("does not answer", str(self.refused(waiting)))

    def test_a_line(self) -> None:
        """What is asked is answered in order; when it is gone everyone hears."""
        waiting = self.dial("redis://127.0.0.1")
        peer = Peer(answers(GET=b""))
        self.connect(peer)
        line = self.successResultOf(waiting)
        gone = Deferred.fromCoroutine(_wait(line))
        first = Deferred.fromCoroutine(_call(line, "GET", "a"))
        second = Deferred.fromCoroutine(_call(line, "GET", "b"))
        peer.protocol.dataReceived(b"$1\r\n1\r\n")
        self.assertEqual(self.successResultOf(first), b"1")
        peer.protocol.connectionLost(Failure(Refused()))
        self.assertEqual(self.refused(second).code, "BROKEN")
        self.assertEqual(self.successResultOf(gone), "closed the connection")
        line.drop("twice")
        third = Deferred.fromCoroutine(_call(line, "GET", "c"))
        self.assertEqual(self.refused(third).code, "BROKEN")

    def test_sentinels(self) -> None:
        """The first one that knows tells where the master is."""
        waiting = self.dial(
            "redis+sentinel://127.0.0.1:1,127.0.0.1:2/chat?sentinel_password=q"
        )
        factory: Any = self.reactor.tcpClients[-1][2]
        factory.clientConnectionFailed(None, Failure(Refused()))
        sentinel = Peer({"SENTINEL": b"*2\r\n" + bulk("127.0.0.9") + bulk("7009")})
        self.connect(sentinel)
        self.assertEqual(sentinel.asked[0], ["AUTH", "q"])
        self.assertEqual(sentinel.asked[1][2], "chat")
        self.assertEqual(self.reactor.tcpClients[-1][:2], ("127.0.0.9", 7009))
        self.connect(Peer(answers()))
        self.assertEqual(self.successResultOf(waiting).where, "127.0.0.9:7009")

    def test_no_sentinel_knows(self) -> None:
        """One line; a wrong password is told at once."""
        waiting = self.dial("redis+sentinel://127.0.0.1/chat")
        self.connect(Peer({"SENTINEL": b"*-1\r\n"}))
        self.assertIn("no master chat is known", self.refused(waiting).full)
        waiting = self.dial("redis+sentinel://127.0.0.1/chat")
        self.connect(Peer({"SENTINEL": b"-NOAUTH Authentication required.\r\n"}))
        self.assertEqual(self.refused(waiting).code, "NOAUTH")

    def test_tls_that_cannot_begin(self) -> None:
        """A file that is none."""
        with TemporaryDirectory() as folder:
            file = Path(folder, "x.pem")
            file.write_text("nothing")
            for setting in (f"ca={file}", f"cert={file}&key={file}", "ca=/nowhere"):
                waiting = self.dial(f"rediss://localhost?{setting}")
                self.assertEqual(self.refused(waiting).code, "TLS")

    def test_tls(self) -> None:
        """It says hello; the name of the host is what its certificate must have."""
        waiting = self.dial("rediss://127.0.0.1")
        self.assertNoResult(waiting)
        self.assertEqual(self.reactor.tcpClients[-1][1], 6379)
        self.reactor.advance(CONNECT)
        self.refused(waiting)


async def _call(line: Line, *words: str) -> Any:
    return await line.call(*words)


async def _wait(line: Line) -> str:
    return await line.lost()
