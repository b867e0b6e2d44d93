"""The server as systemd runs it: notifications, watchdog, socket activation."""

from __future__ import annotations

import configparser
import os
import re
import signal
import socket
from pathlib import Path

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import ROOT, TWISTD, Server, ServerTestCase, free_port
from tests.end_to_end.requirements import require_program
from tests.end_to_end.waiting import TIMEOUT, eventually

UNITS = ROOT / "examples" / "systemd"


class NotificationTests(ServerTestCase):
    """The test is the service manager."""

    def listen(self, address: str | bytes) -> None:
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.bind(address)
        self.manager.settimeout(TIMEOUT)

    def start_notifying(self, address: str, watchdog: float = 0) -> Server:
        env = {"NOTIFY_SOCKET": address, "WATCHDOG_PID": None}
        env["WATCHDOG_USEC"] = f"{watchdog * 1e6:.0f}" if watchdog else None
        return self.launch("--store", "memory:", env=env)

    def expect(self, *words: str) -> str:
        """The next notification with each of these; the watchdog may be fed before."""
        while True:
            text = self.manager.recv(4096).decode()
            if all(word in text.splitlines() for word in words):
                return text
            self.assertEqual(text, "WATCHDOG=1")

    def test_stages_are_notified_in_order(self) -> None:
        """Start, reload, stop; when the start is, clients can connect."""
        path = str(self.directory / "notify")
        self.listen(path)
        server = self.start_notifying(path, watchdog=0.2)
        ready = self.expect("READY=1")
        found = re.search(r"^STATUS=chat running on port (\d+)$", ready, re.MULTILINE)
        assert found is not None
        client = LineClient(int(found[1]))
        self.addCleanup(client.close)
        client.expect("Welcome, guest_")
        self.expect("WATCHDOG=1")
        self.expect("WATCHDOG=1")
        server.signal(signal.SIGHUP)
        self.assertIn("MONOTONIC_USEC=", self.expect("RELOADING=1"))
        self.expect("READY=1")
        server.signal(signal.SIGTERM)
        self.expect("STOPPING=1")
        server.wait()

    def test_socket_may_be_abstract(self) -> None:
        """As systemd's own is in containers."""
        name = f"twisted-chat-{os.getpid()}-{free_port()}"
        self.listen(b"\0" + name.encode())
        self.start_notifying(f"@{name}")
        self.expect("READY=1")

    def test_stuck_server_writes_where_it_is_when_it_is_killed(self) -> None:
        """By the signal of the watchdog."""
        path = str(self.directory / "notify")
        self.listen(path)
        server = self.start_notifying(path, watchdog=10)
        self.expect("READY=1")
        self.expect("WATCHDOG=1")
        server.signal(signal.SIGABRT)
        self.assertEqual(server.wait(), -signal.SIGABRT)
        stacks = server.stderr_path.read_text()
        self.assertIn("Fatal Python error: Aborted", stacks)
        self.assertIn("(most recent call first)", stacks)


class SocketActivationTests(ServerTestCase):
    """``systemd-socket-activate`` in the place of the socket unit."""

    def activate(self, endpoint: str, *listen: str) -> None:
        """Start the server with its first client."""
        program = str(Path(TWISTD).with_name("twisted-chat"))
        self.spawn(
            require_program("systemd-socket-activate"),
            *("--fdname=chat", *(f"--listen={one}" for one in listen)),
            *(program, "--store", "memory:", "--port", endpoint),
        )
        eventually("the socket", lambda: "Listening on" in self.output())

    def test_endpoint_of_the_unit_is_the_one_of_its_comment(self) -> None:
        """It is named, and listens for IPv6 and IPv4."""
        text = (UNITS / "twisted-chat.socket").read_text("utf-8")
        unit = configparser.ConfigParser()
        unit.read_string(text)
        found = re.search(r'^# +port = \["(systemd:[^"]+)"\]$', text, re.MULTILINE)
        assert found is not None
        self.assertIn(f"name={unit['Socket']['FileDescriptorName']}", found[1])
        port = unit["Socket"]["ListenStream"]
        self.assertTrue(port.isdecimal())
        number = free_port()
        self.activate(found[1], f"{number}")
        client = LineClient(number)
        self.addCleanup(client.close)
        client.expect("Welcome, guest_")
        eventually("the log", lambda: "joined from 127.0.0.1" in self.output())

    def test_wrong_family_is_a_startup_error(self) -> None:
        """The addresses of clients would be wrong."""
        number = free_port()
        self.activate("systemd:domain=INET:name=chat", f"{number}")
        with socket.create_connection(("127.0.0.1", number), TIMEOUT):
            eventually("the error", lambda: "give domain=INET6" in self.output())
