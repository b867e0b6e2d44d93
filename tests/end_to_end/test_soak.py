"""The load generator of long runs, against a real server, and behind a faulty proxy."""

from __future__ import annotations

import contextlib
import os
import socketserver
import tempfile
import threading
from pathlib import Path
from socket import create_connection, socket
from typing import ClassVar

from bench.soak import Watch, load
from bench.soak_results import SoakRun
from bench.tools import Tools
from tests.end_to_end.harness import ROOT, ServerTestCase
from tests.end_to_end.requirements import require_program

MARK = b"^"
SOUND_MESSAGES = 3
"""Messages that the faulty proxy first passes on to a client."""


class FaultyProxy(socketserver.ThreadingTCPServer):
    """Passes connections on to a server; one message to one client it does not.

    :ivar copies: how often that message is sent: 0 or 2.
    """

    daemon_threads = True
    request_queue_size = 128
    server_port = 0
    copies = 1

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.lock = threading.Lock()
        self.faulty = True

    def take_fault(self) -> bool:
        """Whether the caller is to be the fault; true once."""
        with self.lock:
            faulty, self.faulty = self.faulty, False
            return faulty


class Passing(socketserver.BaseRequestHandler):
    """One connection; the lines of a line client are passed on one by one."""

    server: FaultyProxy
    request: socket

    def handle(self) -> None:
        """Pass bytes on in both directions until one side closes."""
        with create_connection(("127.0.0.1", self.server.server_port)) as upstream:
            sending = threading.Thread(
                target=self._pass_requests, args=(upstream,), daemon=True
            )
            sending.start()
            with contextlib.suppress(OSError):
                self._pass_lines(upstream)
                self.request.shutdown(2)

    def _pass_requests(self, upstream: socket) -> None:
        with contextlib.suppress(OSError):
            while data := self.request.recv(65536):
                upstream.sendall(data)
            upstream.shutdown(1)

    def _pass_lines(self, upstream: socket) -> None:
        is_line_client, messages, rest = None, 0, b""
        while data := upstream.recv(65536):
            if is_line_client is None:
                is_line_client = data.startswith(b"Welcome")
            if not is_line_client:
                self.request.sendall(data)
                continue
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                copies = 1
                if MARK in line:
                    messages += 1
                    if messages > SOUND_MESSAGES and self.server.take_fault():
                        copies = self.server.copies
                self.request.sendall((line + b"\n") * copies)


class SoakTests(ServerTestCase):
    """Every client receives every message of its rooms once, in one order."""

    build: ClassVar[tempfile.TemporaryDirectory[str]]
    program: ClassVar[Path]

    @classmethod
    def setUpClass(cls) -> None:
        """Compile the load generator, once."""
        super().setUpClass()
        require_program("cc")
        cls.build = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.build.cleanup)
        tools = Tools(ROOT, Path(cls.build.name))
        tools.compile("soak")
        cls.program = tools.build / "soak"

    def run_load(self, port: int) -> SoakRun:
        """Load the server of this process for some seconds."""
        run = SoakRun("", "", clients=80, seconds=4, rate=50)
        pid = os.getpid()
        load(self.program, port, run, Watch(run, pid), set())
        return run

    def proxy(self, copies: int) -> int:
        """The port of a faulty proxy in front of a server."""
        proxy = FaultyProxy()
        proxy.copies = copies
        proxy.server_port = self.start("--store", "memory:").port
        serving = threading.Thread(target=proxy.serve_forever, daemon=True)
        serving.start()
        self.addCleanup(serving.join, 10)
        self.addCleanup(proxy.server_close)
        self.addCleanup(proxy.shutdown)
        return int(proxy.server_address[1])

    def test_nothing_is_lost(self) -> None:
        """Clients of all kinds come, go and resume; some are slow."""
        run = self.run_load(self.start().port)
        assert run.end is not None
        self.assertEqual((run.faults, run.end.faults), ([], 0))
        self.assertGreater(run.end.received, run.end.sent)
        self.assertGreater(run.end.returned, 0)
        self.assertGreater(run.rooms, 3)

    def test_message_that_is_lost_is_reported(self) -> None:
        """With the client that has not received it."""
        run = self.run_load(self.proxy(copies=0))
        self.assertRegex(run.faults[0], r"client \d+, line.*: lost 1 messages of \w+")
        self.assertEqual(len(run.faults), 1)

    def test_message_that_is_doubled_is_reported(self) -> None:
        """It is the same message, and the next one was expected."""
        run = self.run_load(self.proxy(copies=2))
        self.assertRegex(run.faults[0], r"client \d+, line.*: received .* again")
        self.assertEqual(len(run.faults), 1)
