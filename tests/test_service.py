"""The whole server, on a reactor in memory."""

from __future__ import annotations

import json
import signal
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import CannotListenError

from tests.support.memory import Wire
from tests.support.service import ServiceCase
from twisted_chat import service
from twisted_chat.core.events import LOBBY
from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.limits import RateLimit
from twisted_chat.core.routes.table import standard_table
from twisted_chat.net.admission import log_addresses
from twisted_chat.server import ports
from twisted_chat.server.open_files import OpenFiles
from twisted_chat.server.options import Options
from twisted_chat.server.settings import Settings
from twisted_chat.server.startup_errors import StartupErrorService
from twisted_chat.service import (
    STOP_TIMEOUT,
    ChatService,
    makeService,
)


class StartTests(ServiceCase):
    """``twistd chat``"""

    def test_started_server_logs_its_port_and_welcomes_clients(self) -> None:
        """Once the store is open."""
        self.started(port=("4000",))
        (port,) = self.reactor.tcpServers
        self.assertEqual((port[0], port[2], port[3]), (4000, 511, "::"))
        self.assertIn("chat running on port 4000", self.log.lines())
        seen = self.connect().take().decode()
        self.assertRegex(seen, r"\AWelcome, guest_\d+!\r\nguest_\d+: joined the chat")

    def test_service_listens_without_a_privileged_start(self) -> None:
        """Some parents start in one step."""
        self.service(port=("4000",)).startService()
        self.assertEqual(len(self.reactor.tcpServers), 1)

    def test_each_port_is_logged(self) -> None:
        """By its number, or as it was given."""
        service = self.started(port=("4000", "tcp:4001:interface=127.0.0.1"))
        self.assertEqual(len(service.ports), 2)
        self.assertIn("chat running on port 4001", self.log.lines())

    def test_port_in_use_is_a_startup_error(self) -> None:
        """One line, and the process exits."""

        def listen(port: int, *_: object, **__: object) -> None:
            raise CannotListenError("", port, OSError(98, "Address already in use"))

        self.patch(self.reactor, "listenTCP", listen)
        self.started(port=("4000",))
        reason = (
            "cannot listen on port 4000: Address already in use; give another --port"
        )
        self.assertEqual(self.failures, [reason])
        self.assertIn(f"server error: {reason}", self.log.lines())
        self.assertNotIn("chat running", " ".join(self.log.lines()))

    def test_port_that_fails_later_is_a_startup_error(self) -> None:
        """Some endpoints take time."""
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

    def test_store_that_cannot_be_opened_is_a_startup_error(self) -> None:
        """No connection is accepted."""
        service = self.service()

        async def no_room(*_: object) -> None:
            raise StoreError("no room for it")

        self.patch(service.journal, "open", no_room)
        service.startService()
        self.assertEqual(self.failures, ["no room for it"])
        self.assertNotIn("chat running", " ".join(self.log.lines()))

    def test_file_that_is_not_a_database_is_a_startup_error(self) -> None:
        """It is found before the start is over."""
        path = self.directory / "chat.sqlite"
        path.write_text("not a database, by far; just some text in a file\n" * 50)
        self.started(store=f"sqlite:{path}")
        self.assertEqual(len(self.failures), 1)
        self.assertIn("chat.sqlite", self.failures[0])

    def test_options_reach_the_chat(self) -> None:
        """Through ``makeService``."""
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

    def test_invalid_options_are_a_startup_error(self) -> None:
        """Reported once the log is open."""
        options = Options()
        options.error = "--history: invalid number 'many'"
        service = makeService(options, self.reactor)
        assert isinstance(service, StartupErrorService)
        self.assertIn("--history", service.reason)
        self.assertIn("--help", service.reason)

    def test_invalid_certificate_is_a_startup_error(self) -> None:
        """Found when the service is made."""
        options = Options()
        cert = self.directory / "cert.pem"
        cert.write_text("no certificate")
        options.parseOptions(
            ["--store=memory:", f"--tls-cert={cert}", f"--tls-key={cert}"]
        )
        self.assertIsInstance(makeService(options, self.reactor), StartupErrorService)

    def test_own_command_table_adds_routes(self) -> None:
        """To this server only."""
        table = standard_table()
        table.route("x", "", "mine")(lambda ask: None)
        settings = Settings(store="memory:")
        service = ChatService(settings, self.reactor, table=table)
        self.assertIn("x", service.chat.table)
        self.assertNotIn("x", self.service().chat.table)

    def test_server_is_full_when_descriptors_would_run_out(self) -> None:
        """So that whoever is refused is told why."""
        few = OpenFiles(1, "", "open files: only 2 are allowed")
        self.patch(service, "raise_limit", lambda _: few)
        self.started()
        self.connect()
        refused = self.connect()
        self.assertIn(b"the server is full", refused.take())
        self.assertIn(few.warning, self.log.lines())


class RunningTests(ServiceCase):
    """While it runs."""

    def test_masked_words_are_reloaded_on_sighup(self) -> None:
        """And the log says so."""
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
        self.assertIn("reloaded the word list and the certificate", self.log.lines())
        wire.send(b"darn heck\r\n")
        self.reactor.advance(0)
        self.assertEqual(wire.take(), b"bob: darn ****\r\n")

    def test_departure_is_logged_but_no_message(self) -> None:
        """With the nickname."""
        self.started()
        wire = self.connect()
        wire.send(b"\\nick bob\r\nsecret\r\n")
        self.reactor.advance(0)
        wire.disconnect()
        self.assertIn("bob quit", self.log.lines())
        self.assertNotIn("secret", " ".join(self.log.lines()))

    def test_log_names_the_store_once_the_server_accepts(self) -> None:
        """With its whole path."""
        service = self.started()
        named = "messages are stored in memory: until the server stops"
        self.assertEqual(self.log.lines()[-2:], [named, "chat running on port 3000"])
        service.stopService()

    def test_arrival_and_rename_are_logged(self) -> None:
        """With the address, by which a nuisance can be found."""
        self.started()
        self.connect().send(b"\\nick bob\r\n")
        self.reactor.advance(0)
        joined, renamed = self.log.lines()[-2:]
        self.assertRegex(joined, r"\Aguest_\d+ joined from 192\.0\.2\.1 by telnet\Z")
        self.assertEqual(renamed, f"{joined.split()[0]} is now known as bob")

    def test_log_names_no_addresses_if_they_are_off(self) -> None:
        """In no line: of a client, and of a connection that is refused."""
        self.addCleanup(log_addresses, shown=True)
        self.started(log_addresses=False)
        self.connect()
        Wire().accept(self.reactor.tcpServers[0][1]).send(b"\x16\x03\x01\x02\x00\x01")
        lines = self.log.lines()
        self.assertRegex(lines[-2], r"\Aguest_\d+ joined by telnet\Z")
        self.assertIn("client error: a client requested TLS", lines[-1])
        self.assertNotIn("192.0.2", "\n".join(lines))


class StopTests(ServiceCase):
    """SIGTERM, or Ctrl-C."""

    def stop(self, service: ChatService) -> Deferred[None]:
        stopped = service.stopService()
        self.reactor.advance(0)
        return stopped

    def test_stop_stores_everything_and_notifies_everyone(self) -> None:
        """Then the connections are closed."""
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

    def test_stop_waits_for_polling_clients(self) -> None:
        """Between two GETs, for a moment."""
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

    def test_empty_server_stops_at_once(self) -> None:
        """And closes its ports."""
        service = self.started()
        closed: list[int] = []

        def stop_listening() -> Deferred[None]:
            closed.append(1)
            return succeed(None)

        for port in service.ports:
            self.patch(port, "stopListening", stop_listening)
        self.successResultOf(self.stop(service))
        self.assertEqual(closed, [1])

    def test_stop_gives_up_on_a_store_that_hangs(self) -> None:
        """After a few seconds; the log says so."""
        service = self.started()
        wire = self.connect()

        def forever(*_: object) -> Deferred[None]:
            return Deferred()

        self.patch(service.journal, "append", forever)
        wire.send(b"hi\r\n")
        stopped = self.stop(service)
        self.assertNoResult(stopped)
        self.reactor.advance(STOP_TIMEOUT)
        self.successResultOf(stopped)
        self.assertIn("not everything was stored", " ".join(self.log.lines()))

    def test_failing_store_does_not_delay_the_stop(self) -> None:
        """Such as a full disk."""
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
