"""The programs of docs/embedding.md, running, and the test case for them.

The clients are ``http.client`` and ``websockets``, so that nothing but the server is
our own code.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from twisted.trial import unittest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.end_to_end.harness import (
    ROOT,
    TIMEOUT,
    environment,
    eventually,
    free_port,
)
from tests.end_to_end.shared import shared

PING_INTERVAL = 0.3
PING_TIMEOUT = 0.2
"""Both as the programs have them."""

NO_TIMEOUT = 60.0
"""Seconds to answer a ping, for all tests but those of the timeout: on a busy machine
a test may not get to answer within a fifth of a second.
"""

_PROGRAM = re.compile(r"```python\n# (\w+)\.py PORT\n(.*?)```", re.DOTALL)


def program(name: str) -> str:
    """The source of a program, as the page shows it."""
    page = (ROOT / "docs" / "embedding.md").read_text("utf-8")
    shown: dict[str, str] = dict(_PROGRAM.findall(page))
    return shown[name]


class Program:
    """One of the programs, running.

    :param name: its name on the page.
    :param ping_timeout: instead of the one on the page.
    """

    def __init__(self, name: str, ping_timeout: float) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="twisted-chat-"))
        source = self.directory / f"{name}.py"
        text = program(name).replace(
            f"ping_timeout={PING_TIMEOUT}", f"ping_timeout={ping_timeout}"
        )
        source.write_text(text, "utf-8")
        self.port = free_port()
        self._process = subprocess.Popen(
            [sys.executable, str(source), str(self.port)],
            cwd=self.directory,
            env=environment(),
        )
        eventually("the program listens", self._listens, TIMEOUT)

    def is_running(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        self._process.kill()
        self._process.wait(TIMEOUT)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True


class ProgramTestCase(unittest.SynchronousTestCase):
    """Tests of one of the programs.

    :cvar shown: its name on the page.
    :cvar path: the path that it serves.
    :cvar ping_timeout: seconds that a client has to answer a ping.
    """

    shown = ""
    path = ""
    ping_timeout = NO_TIMEOUT

    def setUp(self) -> None:
        running = shared(
            f"{self.shown} {self.ping_timeout}",
            lambda: Program(self.shown, self.ping_timeout),
        )
        self.port = running.port

    # Polling.

    def fetch(
        self, query: str, body: str | None = None, method: str = ""
    ) -> tuple[int, str]:
        """One HTTP request; the status and the body of its response."""
        return self.request(query, body, method).response()

    def request(self, query: str, body: str | None = None, method: str = "") -> Pending:
        """One HTTP request, sent, without waiting for its response."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        method = method or ("GET" if body is None else "POST")
        data = None if body is None else body.encode()
        connection.request(method, f"{self.path}?{query}", data)
        return Pending(connection)

    def poll(self, sid: str, body: str | None = None) -> tuple[int, str]:
        return self.start_poll(sid, body).response()

    def start_poll(self, sid: str, body: str | None = None) -> Pending:
        """A GET that the server may keep waiting.

        The server receives it before any later request, because the kernel has it.
        """
        return self.request(f"EIO=4&transport=polling&sid={sid}", body)

    def open_polling(self) -> str:
        status, text = self.fetch("EIO=4&transport=polling")
        self.assertEqual(status, 200)
        return str(json.loads(text[1:])["sid"])

    # WebSocket.

    def socket(self, query: str = "EIO=4&transport=websocket") -> ClientConnection:
        uri = f"ws://127.0.0.1:{self.port}{self.path}?{query}"
        return self.enterContext(connect(uri, close_timeout=1))

    def open_websocket(self) -> ClientConnection:
        client = self.socket()
        self.assertEqual(str(client.recv(TIMEOUT))[:1], "0")
        return client

    def expect_closed(self, client: ClientConnection) -> list[Any]:
        """Wait for the end of the connection; return the messages before it."""
        seen: list[Any] = []
        try:
            while True:
                seen.append(client.recv(TIMEOUT))
        except ConnectionClosed:
            return seen

    def answers(self, client: ClientConnection, count: int = 1) -> list[Any]:
        """The next messages that are not heartbeats."""
        seen: list[Any] = []
        while len(seen) < count:
            message = client.recv(TIMEOUT)
            if message != "2":
                seen.append(message)
        return seen


class Pending:
    """A request whose response has not been read."""

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection

    def response(self) -> tuple[int, str]:
        """Wait for the response; its status and its body."""
        try:
            response = self._connection.getresponse()
            return response.status, response.read().decode()
        finally:
            self._connection.close()

    def cancel(self) -> None:
        """Close the connection, as a client does that gives up."""
        self._connection.close()
