"""The service with a port for operators."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Any
from unittest import mock

from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError

from tests.server.test_site import Reply
from tests.support.memory import Wire
from tests.support.service import ServiceCase
from twisted_chat.core.interfaces import StoreError
from twisted_chat.net.timer_delay import SAMPLE_INTERVAL
from twisted_chat.server.options import Options
from twisted_chat.server.settings import Settings
from twisted_chat.server.startup_errors import StartupErrorService
from twisted_chat.service import ChatService, makeService

ADMIN = "tcp:9464:interface=127.0.0.1"


class AdminPortTests(ServiceCase):
    """``--admin``."""

    def ask(self, path: str) -> Reply:
        """A request to the second port."""
        wire = Wire("127.0.0.1").accept(self.reactor.tcpServers[1][1])
        wire.send(f"GET {path} HTTP/1.1\r\nHost: localhost:9464\r\n\r\n".encode())
        return Reply(wire.take())

    def metric(self, name: str) -> float:
        text = self.ask("/metrics").body.decode()
        (line,) = [x for x in text.splitlines() if x.startswith(f"{name} ")]
        return float(line.split()[1])

    def test_metrics_and_health_are_served(self) -> None:
        """On their own port, which the log names before the others."""
        self.started(admin=ADMIN)
        number, _, _, interface = self.reactor.tcpServers[1]
        self.assertEqual((number, interface), (9464, "127.0.0.1"))
        lines = self.log.lines()
        self.assertLess(
            lines.index("metrics are served on port 9464"),
            lines.index("chat running on port 3000"),
        )
        self.connect()
        self.assertEqual(self.metric("twisted_chat_members"), 1)
        self.assertEqual(self.metric("twisted_chat_connections"), 1)
        self.assertEqual(self.metric("twisted_chat_connections_limit"), 10000)
        self.assertEqual(self.ask("/healthz").body, b"ok\n")

    def test_refused_connections_are_counted(self) -> None:
        """For all reasons in one place."""
        self.started(admin=ADMIN, max_clients=2, max_per_host=1)
        port = self.reactor.tcpServers[0][1]
        Wire().accept(port)
        Wire().accept(port)
        Wire("192.0.2.2").accept(port).send(b"\x16\x03\x01\x02\x00\x01")
        Wire("192.0.2.3").accept(port)
        text = self.ask("/metrics").body.decode()
        for reason in ("full", "per_host", "foreign"):
            name = f'twisted_chat_refused_connections_total{{reason="{reason}"}} 1.0'
            self.assertIn(name, text)

    def test_health_is_served_while_the_store_is_being_opened(self) -> None:
        """With the reason."""
        service = self.service(admin=ADMIN)
        opened: Deferred[None] = Deferred()
        journal: Any = service.journal
        journal.open = lambda: opened
        journal.problem = lambda: "the store is loading"
        service.startService()
        reply = self.ask("/healthz")
        self.assertEqual((reply.status, reply.body), (503, b"the store is loading\n"))
        self.assertNotIn("chat running on port 3000", self.log.lines())
        opened.callback(None)
        self.assertIn("chat running on port 3000", self.log.lines())

    def test_health_names_what_only_operators_may_know(self) -> None:
        """As the log does."""
        service = self.started(admin=ADMIN)
        journal: Any = service.journal

        async def append(_batch: object) -> None:
            raise StoreError("the disk is full", "/srv/chat.sqlite: the disk is full")

        journal.append = append
        journal.problem = lambda: "the disk is full"
        self.assertEqual(self.ask("/healthz").body, b"the disk is full\n")
        self.connect()
        expected = b"/srv/chat.sqlite: the disk is full\n"
        self.assertEqual(self.ask("/healthz").body, expected)

    def test_port_in_use_is_a_startup_error(self) -> None:
        """That names the option."""
        listen_tcp = self.reactor.listenTCP
        taken = CannotListenError("", 9464, OSError(errno.EADDRINUSE, "in use"))

        def listen(port: int, *more: Any, **others: Any) -> Any:
            if port == 9464:
                raise taken
            return listen_tcp(port, *more, **others)

        self.patch(self.reactor, "listenTCP", listen)
        self.started(admin=ADMIN)
        reason = "cannot listen on port 9464: in use; give another --admin"
        self.assertEqual(self.failures, [reason])

    def test_missing_package_is_a_startup_error(self) -> None:
        """Only if it is needed."""
        absent: Any = {"prometheus_client": None}
        options = Options()
        with mock.patch.dict(sys.modules, absent):
            sys.modules.pop("twisted_chat.server.metrics", None)
            options.settings = Settings(store="memory:")
            self.assertIsInstance(makeService(options, self.reactor), ChatService)
            options.settings = Settings(store="memory:", admin=ADMIN)
            service = makeService(options, self.reactor)
        assert isinstance(service, StartupErrorService)
        self.assertIn("pip install '.[metrics]'", service.reason)

    def test_stop_leaves_nothing_behind(self) -> None:
        """No timer, and no port."""
        service = self.started(admin=ADMIN)
        self.reactor.advance(SAMPLE_INTERVAL)
        stopped = service.stopService()
        self.reactor.pump([0] * 5)
        self.successResultOf(stopped)
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_metrics_package_is_not_loaded_without_the_option(self) -> None:
        """It would slow the start."""
        for path in (Path(__file__).parents[1] / "twisted_chat").rglob("*.py"):
            if path.name != "metrics.py":
                source = path.read_text("utf-8")
                self.assertNotIn("import prometheus", source, path)
                self.assertNotIn("from prometheus", source, path)
