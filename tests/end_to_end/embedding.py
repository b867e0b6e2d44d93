"""Runs the programs of docs/embedding.md, as they stand there, and talks to them.

HTTP is ``http.client``'s, WebSocket is ``websockets``'s: nothing here is ours but the
server.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from twisted.trial import unittest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.end_to_end.harness import PATIENCE, ROOT, environment, eventually
from tests.end_to_end.shared import shared

PING_INTERVAL = 0.3
PING_TIMEOUT = 0.2

_PROGRAM = re.compile(r"```python\n# (\w+)\.py PORT\n(.*?)```", re.DOTALL)


def program(name: str) -> str:
    """The source of a program that the page shows."""
    page = (ROOT / "docs" / "embedding.md").read_text("utf-8")
    shown: dict[str, str] = dict(_PROGRAM.findall(page))
    return shown[name]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Program:
    """One of the programs, running.

    :param name: its name on the page.
    """

    def __init__(self, name: str) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="twisted-chat-"))
        source = self.directory / f"{name}.py"
        source.write_text(program(name), "utf-8")
        self.port = free_port()
        self._process = subprocess.Popen(
            [sys.executable, str(source), str(self.port)],
            cwd=self.directory,
            env=environment(),
        )
        eventually("the program listens", self._listens, PATIENCE)

    def is_running(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True


class ProgramTestCase(unittest.SynchronousTestCase):
    """One of the programs runs while its tests do.

    :cvar shown: its name on the page.
    :cvar path: where it serves.
    """

    shown = ""
    path = ""

    def setUp(self) -> None:
        self.port = shared(self.shown, lambda: Program(self.shown)).port

    # Polling.

    def fetch(
        self, query: str, body: str | None = None, method: str = ""
    ) -> tuple[int, str]:
        """One HTTP request; the status and the body of its answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            method = method or ("GET" if body is None else "POST")
            data = None if body is None else body.encode()
            connection.request(method, f"{self.path}?{query}", data)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def poll(self, sid: str, body: str | None = None) -> tuple[int, str]:
        return self.fetch(f"EIO=4&transport=polling&sid={sid}", body)

    def poll_soon(self, sid: str) -> Later:
        """A GET that waits, in a thread of its own."""
        return Later(lambda: self.poll(sid))

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
        self.assertEqual(str(client.recv(PATIENCE))[:1], "0")
        return client

    def expect_closed(self, client: ClientConnection) -> list[Any]:
        """Wait for the end; whatever came before it."""
        seen: list[Any] = []
        try:
            while True:
                seen.append(client.recv(PATIENCE))
        except ConnectionClosed:
            return seen

    def answers(self, client: ClientConnection, count: int = 1) -> list[Any]:
        """So many messages that are no heartbeats."""
        seen: list[Any] = []
        while len(seen) < count:
            message = client.recv(PATIENCE)
            if message != "2":
                seen.append(message)
        return seen


class Later:
    """Something that is done in a thread of its own."""

    def __init__(self, what: Any) -> None:
        self._result: Any = None

        def run() -> None:
            self._result = what()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def result(self) -> Any:
        self._thread.join(PATIENCE)
        return self._result
