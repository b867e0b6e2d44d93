"""A chat service on a reactor in memory, for tests."""

from __future__ import annotations

import signal
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.logs import Log
from tests.support.memory import Wire
from tests.support.threads import MEMORY
from twisted_chat.server.settings import Settings
from twisted_chat.service import ChatService


class ServiceCase(SynchronousTestCase):
    """A server with a store in memory."""

    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()
        self.calls: list[Any] = []
        # Calls from another thread wait until the test makes them.
        vars(self.reactor)["callFromThread"] = self.calls.append
        self.log = Log(self)
        former = signal.getsignal(signal.SIGHUP)
        self.addCleanup(signal.signal, signal.SIGHUP, former)
        directory = TemporaryDirectory(dir=MEMORY)
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.environment: dict[str, str] = {}
        self.failures: list[str] = []
        self.stderr = StringIO()
        self.patch(sys, "__stderr__", self.stderr)

    def tearDown(self) -> None:
        """Standard error has the startup errors, and nothing else."""
        errors = "".join(f"server error: {reason}\n" for reason in self.failures)
        self.assertEqual(self.stderr.getvalue(), errors)

    def service(self, **given: Any) -> ChatService:
        given = {"store": "memory:", "flood": None, **given}
        service = ChatService(
            Settings(**given), self.reactor, environment=self.environment
        )
        service.on_startup_error = self.failures.append
        return service

    def started(self, **given: Any) -> ChatService:
        service = self.service(**given)
        service.privilegedStartService()
        service.startService()
        return service

    def connect(self) -> Wire:
        """A line client, which has been silent for long enough to be known as one."""
        port = self.reactor.tcpServers[0]
        wire = Wire().accept(port[1])
        self.reactor.advance(0.3)
        self.reactor.advance(0)
        return wire
