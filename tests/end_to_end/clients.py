"""Line clients: a plain socket, and any program under a terminal."""

from __future__ import annotations

import codecs
import os
import re
import select
import shlex
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.end_to_end.delayed import connect_tls, trusting_context
from tests.end_to_end.waiting import TIMEOUT, NotSeen

# Make the terminal on standard input the controlling terminal, so that Ctrl-C works,
# then become the program.  A separate process, because a test runner with threads must
# not fork.
ON_A_TERMINAL = (
    "import fcntl, os, sys, termios; os.setsid();"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)


class Expecting:
    """A source of text that a test waits for.

    A wait consumes the text up to and including its match.
    """

    name = "the other side"

    def __init__(self) -> None:
        self.waiting = ""
        self.ended = False
        # A character may arrive in two parts; invalid UTF-8 must not be lost.
        decoder = codecs.getincrementaldecoder("utf-8")
        self._decoder = decoder("surrogateescape")

    def fileno(self) -> int:
        raise NotImplementedError

    def read_some(self) -> bytes:
        """The bytes that are available; empty at the end."""
        raise NotImplementedError

    def pump(self, timeout: float) -> None:
        """Read once, if bytes arrive within ``timeout`` seconds."""
        if self.ended or not select.select([self.fileno()], [], [], timeout)[0]:
            return
        data = self.read_some()
        self.ended = not data
        self.waiting += self._decoder.decode(data, final=self.ended)

    def expect(self, text: str | re.Pattern[str], timeout: float = TIMEOUT) -> str:
        """Wait for a text or a pattern.

        :return: everything up to and including the match.
        """
        pattern = text if isinstance(text, re.Pattern) else re.compile(re.escape(text))
        deadline = time.monotonic() + timeout
        while not (match := pattern.search(self.waiting)):
            left = deadline - time.monotonic()
            if self.ended or left <= 0:
                why = "it ended" if self.ended else f"not within {timeout:g} s"
                what = f"{self.name}: no {pattern.pattern!r}: {why}"
                raise NotSeen(f"{what}; seen: {self.waiting!r}")
            self.pump(left)
        seen, self.waiting = self.waiting[: match.end()], self.waiting[match.end() :]
        return seen

    def expect_end(self, timeout: float = TIMEOUT) -> str:
        """Wait until the other side closes; return the rest of its text."""
        deadline = time.monotonic() + timeout
        while not self.ended:
            left = deadline - time.monotonic()
            if left <= 0:
                raise NotSeen(f"{self.name} has not ended; seen: {self.waiting!r}")
            self.pump(left)
        return self.waiting


class LineClient(Expecting):
    """A client with a plain socket, like ``nc``."""

    def __init__(self, port: int, receive_buffer: int | None = None) -> None:
        super().__init__()
        self.name = f"a client of port {port}"
        self.socket = socket.socket()
        self.socket.settimeout(TIMEOUT)
        if receive_buffer is not None:
            # The kernel accepts this much for a client that does not read.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def fileno(self) -> int:
        return self.socket.fileno()

    def read_some(self) -> bytes:
        try:
            return self.socket.recv(65536)
        except ConnectionError:
            return b""

    def say(self, *lines: str) -> None:
        """Send lines with LF line ends."""
        self.send("".join(f"{line}\n" for line in lines).encode())

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def line(self, timeout: float = TIMEOUT) -> str:
        """The next line, without its line end."""
        return self.expect("\r\n", timeout)[:-2]

    def join_as(self, nick: str) -> None:
        """Take a nickname, and wait for the event."""
        self.say(f"\\nick {nick}")
        self.named(nick)

    def named(self, nick: str) -> None:
        """Wait for the event of a nickname that was requested."""
        self.expect(f"is now known as {nick}\r\n")
        self.name = nick

    def half_close(self) -> None:
        """Close the sending direction, as ``nc -N`` does at the end of its input."""
        self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.socket.close()


class TlsClient(LineClient):
    """A client over TLS, which trusts every server.

    :param certificate: a PEM file with the client's own certificate and key.
    :param delayed: called after each handshake that came too late.
    """

    def __init__(
        self,
        port: int,
        certificate: Path | None = None,
        *,
        delayed: Callable[[], object] | None = None,
    ) -> None:
        Expecting.__init__(self)
        self.name = f"a client of port {port}"
        self.socket: socket.socket = connect_tls(
            port, trusting_context(certificate), delayed
        )

    def pump(self, timeout: float) -> None:
        # What TLS has read already is not on the socket.
        assert isinstance(self.socket, ssl.SSLSocket)
        if self.socket.pending():
            self.waiting += self._decoder.decode(self.socket.recv(65536))
        else:
            super().pump(timeout)


class Terminal(Expecting):
    """A program under a terminal of its own, and its keyboard."""

    def __init__(self, *command: str, env: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.name = shlex.join(command)
        self.master, slave = os.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", ON_A_TERMINAL, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "vt100", "LC_ALL": "C.UTF-8", **(env or {})},
        )
        os.close(slave)

    def fileno(self) -> int:
        return self.master

    def read_some(self) -> bytes:
        try:
            return os.read(self.master, 65536)
        except (
            OSError
        ):  # Linux reports this after the last program on a terminal has ended
            return b""

    def type(self, keys: str) -> None:
        """Press these keys; Return is ``\\r``, Ctrl-C ``\\x03``, Up ``\\x1b[A``."""
        os.write(self.master, keys.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(TIMEOUT)
        os.close(self.master)
