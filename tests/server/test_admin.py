"""The port for operators."""

from __future__ import annotations

import sys
from typing import Any
from unittest import mock

from prometheus_client.parser import text_string_to_metric_families
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.server.test_site import Reply
from tests.support.memory import Wire
from twisted_chat.net.admission import Admission
from twisted_chat.net.hosts import Hosts
from twisted_chat.net.timer_delay import SAMPLE_INTERVAL
from twisted_chat.server.admin import MAX_CONNECTIONS, Admin
from twisted_chat.server.settings import SettingError
from twisted_chat.server.sources import Sources
from twisted_chat.testing import TestChat


class AdminTests(SynchronousTestCase):
    """Requests to the port."""

    def setUp(self) -> None:
        self.room = TestChat()
        self.clock = Clock()
        self.reason: str | None = None
        self.admin = self.make()

    def make(self) -> Admin:
        chat = self.room.chat
        sources = Sources(chat, self.room.committer, Admission(10, 10))
        hosts = Hosts(["chat.example"], own=tuple)
        return Admin(sources, lambda: self.reason, self.clock, hosts)

    def ask(self, path: str, method: str = "GET", **headers: str) -> Reply:
        wire = Wire().accept(self.admin.factory)
        lines = {"host": "127.0.0.1:9464", **headers}
        head = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in lines.items())]
        wire.send("\r\n".join((*head, "", "")).encode())
        return Reply(wire.take())

    def test_metrics_are_those_of_the_moment(self) -> None:
        """In the text format of Prometheus, and never cached."""
        for members in (0, 1):
            reply = self.ask("/metrics")
            self.assertEqual(reply.status, 200)
            self.assertEqual(reply.headers["cache-control"], "no-store")
            self.assertIn("version=", reply.headers["content-type"])
            families = {
                family.name: family
                for family in text_string_to_metric_families(reply.body.decode())
            }
            (sample,) = families["twisted_chat_members"].samples
            self.assertEqual(sample.value, members)
            self.room.client("alice")

    def test_format_is_the_one_that_is_accepted(self) -> None:
        """OpenMetrics, for those who ask for it."""
        reply = self.ask(
            "/metrics", accept="application/openmetrics-text;version=1.0.0"
        )
        self.assertIn("openmetrics", reply.headers["content-type"])
        self.assertTrue(reply.body.endswith(b"# EOF\n"))

    def test_health_has_the_reason(self) -> None:
        """With its details."""
        reply = self.ask("/healthz")
        self.assertEqual((reply.status, reply.body), (200, b"ok\n"))
        self.reason = "/var/lib/chat/chat.sqlite: disk full"
        reply = self.ask("/healthz")
        expected = (503, b"/var/lib/chat/chat.sqlite: disk full\n")
        self.assertEqual((reply.status, reply.body), expected)

    def test_nothing_else_is_served(self) -> None:
        """No page, no WebSocket, nothing below the two."""
        for path in ("/", "/ws", "/client.js", "/socket.io/", "/metrics/x", "/x"):
            self.assertEqual(self.ask(path).status, 404, path)
        self.assertEqual(self.ask("/metrics", "POST").status, 405)

    def test_head_has_the_length_alone(self) -> None:
        """Of the metrics."""
        reply = self.ask("/metrics", "HEAD")
        self.assertEqual((reply.status, reply.body), (200, b""))
        self.assertGreater(int(reply.headers["content-length"]), 1000)

    def test_page_of_a_stranger_cannot_read_it(self) -> None:
        """By a name that its owner lets point to this machine."""
        self.assertEqual(self.ask("/metrics", host="evil.example").status, 421)
        self.assertEqual(self.ask("/metrics", host="chat.example").status, 200)

    def test_other_protocols_are_closed(self) -> None:
        """Also one that sends nothing."""
        wire = Wire().accept(self.admin.factory)
        wire.send(b"hello\r\n")
        self.assertTrue(wire.disconnecting)
        silent = Wire().accept(self.admin.factory)
        self.clock.advance(1)
        self.clock.advance(0)
        self.assertTrue(silent.disconnecting)
        self.assertEqual(self.room.log, [])

    def test_connections_are_bounded(self) -> None:
        """Those beyond the limit are refused; those that end make room."""
        held = [Wire().accept(self.admin.factory) for _ in range(MAX_CONNECTIONS)]
        self.assertEqual(self.ask("/healthz").status, 503)
        held[0].disconnect()
        self.assertEqual(self.ask("/healthz").status, 200)

    def test_late_timers_are_measured_while_it_runs(self) -> None:
        """Of the reactor."""

        def delays() -> bytes:
            lines = self.ask("/metrics").body.splitlines()
            name = b"twisted_chat_reactor_delay_seconds_"
            return b" ".join(
                x.split()[1] for x in lines if x.startswith((name + b"c", name + b"s"))
            )

        self.admin.start()
        self.clock.advance(SAMPLE_INTERVAL + 3.0)
        self.assertEqual(delays(), b"1.0 3.0")
        self.admin.stop()
        self.clock.advance(60.0)
        self.assertEqual(delays(), b"1.0 3.0")

    def test_missing_package_is_named(self) -> None:
        """With the command that installs it; another missing module is a bug."""
        absent: Any = {"prometheus_client": None}
        with mock.patch.dict(sys.modules, absent):
            del sys.modules["twisted_chat.server.metrics"]
            with self.assertRaises(SettingError) as caught:
                self.make()
        self.assertEqual(
            str(caught.exception),
            "--admin needs a package: pip install '.[metrics]' in the checkout",
        )
        absent = {"twisted_chat.core.counters": None}
        with mock.patch.dict(sys.modules, absent):
            del sys.modules["twisted_chat.server.metrics"]
            self.assertRaises(ModuleNotFoundError, self.make)
