"""Those who join the chat: a plain socket, and any program in a terminal."""

from __future__ import annotations

import codecs
import os
import re
import select
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Mapping

from tests.end_to_end.waiting import PATIENCE, NotSeen

# Make the terminal on standard input the one that Ctrl-C comes from, then become the
# program.  A program of its own, because forking a test runner with threads is unsafe.
ON_A_TERMINAL = (
    "import fcntl, os, sys, termios; os.setsid();"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)


class Expecting:
    """Something that sends us text: wait for a part of it, and no longer.

    What was waited for is used up: the next wait begins behind it.
    """

    name = "the other side"

    def __init__(self) -> None:
        self.waiting = ""
        self.ended = False
        # A letter may come in two parts; bytes that are no UTF-8 must not be lost.
        decoder = codecs.getincrementaldecoder("utf-8")
        self._decoder = decoder("surrogateescape")

    def fileno(self) -> int:
        raise NotImplementedError

    def read_some(self) -> bytes:
        """Whatever is there; empty at the end."""
        raise NotImplementedError

    def pump(self, timeout: float) -> None:
        """Take in what comes within so many seconds; return at the first of it."""
        if self.ended or not select.select([self.fileno()], [], [], timeout)[0]:
            return
        data = self.read_some()
        self.ended = not data
        self.waiting += self._decoder.decode(data, final=self.ended)

    def expect(self, text: str | re.Pattern[str], timeout: float = PATIENCE) -> str:
        """Wait for a text, or for what a pattern matches.

        :return: everything up to and including it.
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

    def expect_end(self, timeout: float = PATIENCE) -> str:
        """Wait until the other side closes; return the last that it sent."""
        deadline = time.monotonic() + timeout
        while not self.ended:
            left = deadline - time.monotonic()
            if left <= 0:
                raise NotSeen(f"{self.name} is still there; seen: {self.waiting!r}")
            self.pump(left)
        return self.waiting


class LineClient(Expecting):
    """A person with a plain socket, as ``nc`` gives it."""

    def __init__(self, port: int, receive_buffer: int | None = None) -> None:
        super().__init__()
        self.name = f"a client of port {port}"
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE)
        if receive_buffer is not None:
            # How much the kernel takes in for one who does not read.
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
        """Send lines, each with the end that ``nc`` gives it."""
        self.send("".join(f"{line}\n" for line in lines).encode())

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def line(self, timeout: float = PATIENCE) -> str:
        """The next line, without its end."""
        return self.expect("\r\n", timeout)[:-2]

    def join_as(self, nick: str) -> None:
        """Take a name, and wait until everyone was told."""
        self.say(f"\\nick {nick}")
        self.named(nick)

    def named(self, nick: str) -> None:
        """Wait until everyone was told of a name that was asked for."""
        self.expect(f"is now known as {nick}\r\n")
        self.name = nick

    def half_close(self) -> None:
        """Send no more, as ``nc -N`` does at the end of its input."""
        self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.socket.close()


class Terminal(Expecting):
    """A program that runs under a terminal, and the one who types there."""

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
        except OSError:  # what Linux says when the last program on a terminal is gone
            return b""

    def type(self, keys: str) -> None:
        """Press these keys; Return is ``\\r``, Ctrl-C ``\\x03``, Up ``\\x1b[A``."""
        os.write(self.master, keys.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        os.close(self.master)
