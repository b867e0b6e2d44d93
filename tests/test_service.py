"""Everything together, on a reactor in memory."""

from __future__ import annotations

import json
import signal
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import CannotListenError
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import ILogObserver, LogEvent, formatEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from tests.support.memory import Wire
from tests.support.threads import MEMORY
from twisted_chat.core.events import LOBBY
from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.limits import RateLimit
from twisted_chat.core.routes import standard_table
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.journals.sqlite.journal import SqliteJournal
from twisted_chat.server import ports
from twisted_chat.server.options import Options
from twisted_chat.server.settings import Settings
from twisted_chat.server.startup_errors import FailedService
from twisted_chat.service import GRACE, ChatService, makeService, open_store, spawn


class ServiceCase(SynchronousTestCase):
    """A server that keeps what is said in memory."""

    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()
        self.calls: list[Any] = []
        # What another thread asks for is done when the test says so.
        vars(self.reactor)["callFromThread"] = self.calls.append
        self.logged: list[str] = []

        @implementer(ILogObserver)
        def log(event: LogEvent) -> None:
            self.logged.append(formatEvent(event))

        globalLogPublisher.addObserver(log)
        self.addCleanup(globalLogPublisher.removeObserver, log)
        former = signal.getsignal(signal.SIGHUP)
        self.addCleanup(signal.signal, signal.SIGHUP, former)
        directory = TemporaryDirectory(dir=MEMORY)
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.failures: list[str] = []
        self.stderr = StringIO()
        self.patch(sys, "__stderr__", self.stderr)

    def tearDown(self) -> None:
        """Who started it reads why it failed, and nothing else."""
        told = "".join(f"server error: {reason}\n" for reason in self.failures)
        self.assertEqual(self.stderr.getvalue(), told)

    def service(self, **given: Any) -> ChatService:
        given = {"store": "memory:", "flood": None, **given}
        service = ChatService(Settings(**given), self.reactor)
        service.failed = self.failures.append
        return service

    def started(self, **given: Any) -> ChatService:
        service = self.service(**given)
        service.privilegedStartService()
        service.startService()
        return service

    def connect(self) -> Wire:
        """Someone with telnet; the first bytes of silence have passed."""
        port = self.reactor.tcpServers[0]
        wire = Wire().accept(port[1])
        self.reactor.advance(0.3)
        self.reactor.advance(0)
        return wire


class StartTests(ServiceCase):
    """``twistd chat``"""

    def test_started(self) -> None:
        """The log says so once people can come, and someone can."""
        self.started(port=("4000",))
        (port,) = self.reactor.tcpServers
        self.assertEqual((port[0], port[2], port[3]), (4000, 511, "::"))
        self.assertIn("chat running on port 4000", self.logged)
        seen = self.connect().take().decode()
        self.assertRegex(seen, r"\AWelcome, guest_\d+!\r\nguest_\d+: joined the chat")

    def test_without_privileges(self) -> None:
        """A parent that does not start in two steps gets a server as well."""
        self.service(port=("4000",)).startService()
        self.assertEqual(len(self.reactor.tcpServers), 1)

    def test_several_ports(self) -> None:
        """Each is named in the log, as it is or as it was given."""
        service = self.started(port=("4000", "tcp:4001:interface=127.0.0.1"))
        self.assertEqual(len(service.ports), 2)
        self.assertIn("chat running on port 4001", self.logged)

    def test_a_busy_port(self) -> None:
        """One clear line, and the end."""

        def listen(port: int, *_: object, **__: object) -> None:
            raise CannotListenError("", port, OSError(98, "Address already in use"))

        self.patch(self.reactor, "listenTCP", listen)
        self.started(port=("4000",))
        reason = (
            "cannot listen on port 4000: Address already in use; give another --port"
        )
        self.assertEqual(self.failures, [reason])
        self.assertIn(f"server error: {reason}", self.logged)
        self.assertNotIn("chat running", " ".join(self.logged))

    def test_a_port_that_fails_later(self) -> None:
        """Also one that only says so after a while."""
        later: Deferred[None] = Deferred()

        class Endpoint:
            def listen(self, _factory: object) -> Deferred[None]:
                return later

        self.patch(
            ports,
            "serverFromString",
            lambda *_: Endpoint(),
        )
        self.started(port=("tcp:1",))
        self.assertEqual(self.failures, [])
        later.errback(OSError("no"))
        self.assertEqual(self.failures, ["cannot listen on tcp:1: no"])

    def test_a_store_that_cannot_be_opened(self) -> None:
        """One clear line, and nobody is let in."""
        service = self.service()

        async def no_room(*_: object) -> None:
            raise StoreError("no room for it")

        self.patch(service.journal, "open", no_room)
        service.startService()
        self.assertEqual(self.failures, ["no room for it"])
        self.assertNotIn("chat running", " ".join(self.logged))

    def test_a_file_that_is_no_database(self) -> None:
        """It is noticed before the start is over."""
        path = self.directory / "chat.sqlite"
        path.write_text("not a database, by far; just some text in a file\n" * 50)
        self.started(store=f"sqlite:{path}")
        self.assertEqual(len(self.failures), 1)
        self.assertIn("chat.sqlite", self.failures[0])

    def test_options(self) -> None:
        """What the command line says reaches the chat."""
        motd = self.directory / "motd"
        motd.write_text("Be kind.\n")
        options = Options()
        options.parseOptions(
            [
                "--port=0",
                "--store=memory:",
                "--history=3",
                "--flood=2:1",
                f"--motd={motd}",
            ]
        )
        service = makeService(options, self.reactor)
        assert isinstance(service, ChatService)
        self.assertEqual(service.settings.flood, RateLimit(2, 1))
        self.assertEqual(service.chat.pool._history, 3)
        self.assertEqual(service.name, "chat")
        service.startService()
        self.assertIn(b"Be kind.\r\n", self.connect().take())

    def test_bad_options(self) -> None:
        """One line that says what to do, once the log is there."""
        options = Options()
        options.mistake = "--history: 'many' is no whole number"
        service = makeService(options, self.reactor)
        assert isinstance(service, FailedService)
        self.assertIn("--history", service.reason)
        self.assertIn("--help", service.reason)

    def test_a_store_that_cannot_be(self) -> None:
        """The same, for what only shows when it is made."""
        options = Options()
        cert = self.directory / "cert.pem"
        cert.write_text("no certificate")
        options.parseOptions(
            ["--store=memory:", f"--tls-cert={cert}", f"--tls-key={cert}"]
        )
        self.assertIsInstance(makeService(options, self.reactor), FailedService)

    def test_a_table_of_ones_own(self) -> None:
        """Its routes are there for everyone."""
        table = standard_table()
        table.route("x", "", "mine")(lambda ask: None)
        settings = Settings(store="memory:")
        service = ChatService(settings, self.reactor, table=table)
        self.assertIn("x", service.chat.table)
        self.assertNotIn("x", self.service().chat.table)

    def test_stores(self) -> None:
        """Each scheme has its journal."""
        for store, kind in (
            ("memory:", MemoryJournal),
            ("sqlite:chat.sqlite", SqliteJournal),
        ):
            journal, _ = open_store(Settings(store=store), self.reactor, "n")
            self.assertIsInstance(journal, kind)


class RunningTests(ServiceCase):
    """While it runs."""

    def test_masked_words(self) -> None:
        """They are read at the start, and again on SIGHUP."""
        words = self.directory / "words"
        words.write_text("darn\n")
        self.started(filter_words=words)
        wire = self.connect()
        wire.send(b"\\nick bob\r\ndarn heck\r\n")
        self.reactor.advance(0)
        self.assertIn(b"bob: **** heck\r\n", wire.take())
        words.write_text("heck\n")
        handler = signal.getsignal(signal.SIGHUP)
        assert callable(handler)
        handler(signal.SIGHUP, None)
        self.calls.pop()()
        self.assertIn("read the words and the certificate again", self.logged)
        wire.send(b"darn heck\r\n")
        self.reactor.advance(0)
        self.assertEqual(wire.take(), b"bob: darn ****\r\n")

    def test_words_that_cannot_be_read_again(self) -> None:
        """The old ones stay, and the log says so."""
        words = self.directory / "words"
        words.write_text("darn\n")
        service = self.started(filter_words=words)
        words.unlink()
        service.read_again()
        self.assertIn("what was read before stays", " ".join(self.logged))
        self.assertEqual(service.chat.mask("darn"), "****")

    def test_the_log_of_a_client(self) -> None:
        """Who goes is named; what was said is not in it."""
        self.started()
        wire = self.connect()
        wire.send(b"\\nick bob\r\nsecret\r\n")
        self.reactor.advance(0)
        wire.hang_up()
        self.assertIn("bob quit", self.logged)
        self.assertNotIn("secret", " ".join(self.logged))

    def test_spawn(self) -> None:
        """What a coroutine raises is in the log."""

        async def broken() -> None:
            raise ZeroDivisionError

        spawn(broken())
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)


class StopTests(ServiceCase):
    """SIGTERM, or Ctrl-C."""

    def stop(self, service: ChatService) -> Deferred[None]:
        stopped = service.stopService()
        self.reactor.advance(0)
        return stopped

    def test_everyone_is_told(self) -> None:
        """What was said is stored and shown, everyone is told, then it ends."""
        service = self.started()
        wire = self.connect()
        wire.send(b"\\nick bob\r\nlast words\r\n")
        stopped = self.stop(service)
        self.reactor.advance(0)
        self.successResultOf(stopped)
        self.assertTrue(
            wire.take().endswith(b"bob: last words\r\nThe server is shutting down.\r\n")
        )
        self.assertTrue(wire.disconnecting)
        self.assertEqual(len(service.chat.pool), 0)
        state = self.successResultOf(
            Deferred.fromCoroutine(_wait(service.journal.history.room(LOBBY, 9)))
        )
        self.assertEqual([one.event.text for one in state.recent], ["last words"])
        refused = Deferred.fromCoroutine(_wait(service.journal.append([])))
        self.failureResultOf(refused, StoreError)

    def test_one_who_polls(self) -> None:
        """A Socket.IO client between two GETs is waited for, a little."""
        service = self.started()

        def fetch(query: str, body: bytes | None = None) -> str:
            wire = Wire().accept(service.factory)
            method = "GET" if body is None else "POST"
            head = f"{method} /socket.io/?EIO=4&transport=polling{query} HTTP/1.1\r\n"
            head += f"Host: x\r\nContent-Length: {len(body or b'')}\r\n\r\n"
            wire.send(head.encode() + (body or b""))
            self.reactor.advance(0)
            return wire.take().decode().partition("\r\n\r\n")[2]

        sid = str(json.loads(fetch("")[1:])["sid"])
        fetch(f"&sid={sid}", b"40")
        fetch(f"&sid={sid}")
        stopped = self.stop(service)
        self.assertNoResult(stopped)
        self.assertIn("The server is shutting down.", fetch(f"&sid={sid}"))
        self.reactor.advance(0)
        self.successResultOf(stopped)

    def test_nobody_there(self) -> None:
        """An empty server ends at once, and closes its ports."""
        service = self.started()
        closed: list[int] = []

        def stop_listening() -> Deferred[None]:
            closed.append(1)
            return succeed(None)

        for port in service.ports:
            self.patch(port, "stopListening", stop_listening)
        self.successResultOf(self.stop(service))
        self.assertEqual(closed, [1])

    def test_a_store_that_hangs(self) -> None:
        """After a while what is left is given up, and the log says so."""
        service = self.started()
        wire = self.connect()

        def forever(*_: object) -> Deferred[None]:
            return Deferred()

        self.patch(service.journal, "append", forever)
        wire.send(b"hi\r\n")
        stopped = self.stop(service)
        self.assertNoResult(stopped)
        self.reactor.advance(GRACE)
        self.successResultOf(stopped)
        self.assertIn("not everything could be stored", " ".join(self.logged))

    def test_a_store_that_fails(self) -> None:
        """A full disk does not keep it from ending."""
        service = self.started()
        wire = self.connect()
        error = StoreError("the disk is full")
        self.patch(service.journal, "append", lambda _batch: fail(error))
        wire.take()
        wire.send(b"hi\r\n")
        stopped = self.stop(service)
        self.assertIn(b"error: not stored: the disk is full\r\n", wire.take())
        for _ in range(3):
            self.reactor.advance(1)
        self.successResultOf(stopped)


async def _wait(awaitable: Any) -> Any:
    return await awaitable
