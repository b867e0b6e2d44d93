"""The service under systemd."""

from __future__ import annotations

from tests.support.service import ServiceCase
from twisted_chat.server import systemd
from twisted_chat.server.systemd import Systemd


class ServiceTests(ServiceCase):
    """A server that systemd has started."""

    def setUp(self) -> None:
        super().setUp()
        self.sent: list[str] = []
        self.environment = {"NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": "2000000"}
        self.patch(systemd, "_dump_stacks_on_abort", lambda: None)

        def send(data: bytes, _address: bytes) -> None:
            self.sent.append(data.decode())

        self.patch(Systemd.__init__, "__defaults__", (send,))

    def test_each_stage_is_notified(self) -> None:
        """The start only once connections are accepted."""
        service = self.started(port=("3000", "3001"))
        ready = "READY=1\nSTATUS=chat running on port 3000, chat running on port 3001"
        self.assertEqual(self.sent, [ready, "WATCHDOG=1"])
        service.reload()
        self.assertIn("RELOADING=1", self.sent[2])
        self.assertEqual(self.sent[3], "READY=1")
        stopped = service.stopService()
        self.reactor.pump([0] * 5)
        self.successResultOf(stopped)
        self.assertEqual(self.sent[4], "STOPPING=1")
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_server_that_cannot_start_is_not_ready(self) -> None:
        """It exits."""
        self.directory.joinpath("x").write_text("no database")
        self.started(store=f"sqlite:{self.directory / 'x'}")
        self.assertEqual(len(self.failures), 1)
        self.assertEqual(self.sent, [])
