"""Programs that send what they have and exit without reading the answers."""

from __future__ import annotations

import re
import socket
import subprocess
from array import array
from fcntl import ioctl
from termios import TIOCOUTQ

from tests.end_to_end.delayed import connect_tls
from tests.end_to_end.harness import Server, ServerTestCase, require_program
from tests.end_to_end.test_many_clients import UPGRADE, frame
from tests.end_to_end.waiting import TIMEOUT, eventually
from tests.support.certificates import write_certificate, write_key

COUNT = 10_000


class UnreadAnswersTests(ServerTestCase):
    """The answers meet a closed connection, and the system resets it."""

    def setUp(self) -> None:
        super().setUp()
        cert = write_certificate(self.directory / "cert.pem")
        key = write_key(self.directory / "key.pem")
        options = ("--tls-cert", str(cert), "--tls-key", str(key), "--flood", "off")
        self.server: Server = self.start("--store", "memory:", *options)
        self.viewer = self.connect(self.server)

    def open(self, *, tls: bool) -> socket.socket:
        address = ("127.0.0.1", self.server.port)
        peer = (
            connect_tls(
                self.server.port,
                delayed=lambda: self.viewer.expect("left the chat\r\n"),
            )
            if tls
            else socket.create_connection(address, TIMEOUT)
        )
        self.addCleanup(peer.close)
        return peer

    def sends_and_exits(self, peer: socket.socket, data: bytes) -> None:
        """What the server's system has not taken is lost with the program."""
        peer.sendall(data)
        eventually("the system has taken all", lambda: unsent(peer) == 0)
        peer.close()

    def assert_all_posted(self) -> None:
        """In order, before the client leaves."""
        seen = self.viewer.expect("left the chat\r\n")
        numbers = [int(one) for one in re.findall(r": line (\d+)\r\n", seen)]
        self.assertEqual(numbers, list(range(COUNT)))

    def test_every_line_is_posted(self) -> None:
        """Within TLS, too."""
        lines = b"".join(b"line %d\n" % number for number in range(COUNT))
        for tls in (False, True):
            self.sends_and_exits(self.open(tls=tls), lines)
            self.assert_all_posted()

    def test_every_websocket_message_is_posted(self) -> None:
        """Within TLS, too."""
        messages = b"".join(frame(f"line {number}") for number in range(COUNT))
        for tls in (False, True):
            peer = self.open(tls=tls)
            peer.sendall(UPGRADE % b"/ws")
            self.viewer.expect("joined the chat\r\n")
            self.sends_and_exits(peer, messages)
            self.assert_all_posted()

    def test_every_socketio_event_is_posted(self) -> None:
        """By WebSocket."""
        peer = self.open(tls=False)
        peer.sendall(UPGRADE % b"/socket.io/?EIO=4&transport=websocket" + frame("40"))
        self.viewer.expect("joined the chat\r\n")
        events = (frame(f'42["messages","line {number}"]') for number in range(COUNT))
        self.sends_and_exits(peer, b"".join(events))
        self.assert_all_posted()

    def test_last_line_without_an_end_is_posted(self) -> None:
        """By programs that half-close, with or without TLS, and that just close."""
        netcat, socat = require_program("nc"), require_program("socat")
        tls = f"OPENSSL:127.0.0.1:{self.server.port},verify=0"
        port = str(self.server.port)
        for command in (
            (netcat, "-N", "127.0.0.1", port),
            (netcat, "-q0", "127.0.0.1", port),
            (socat, "-", tls),
        ):
            for data in (b"first\nlast", b"last"):
                subprocess.run(
                    command,
                    input=data,
                    capture_output=True,
                    check=True,
                    timeout=TIMEOUT,
                )
                self.viewer.expect(": last\r\n")
                self.viewer.expect(": left the chat\r\n")


def unsent(peer: socket.socket) -> int:
    """Bytes that the other side's system has not acknowledged."""
    count = array("i", [0])
    ioctl(peer.fileno(), TIOCOUTQ, count)
    return count[0]
