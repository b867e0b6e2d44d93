"""The process that measures: ``python -m bench.logins.talk KIND PORT``.

Two line clients, of which one posts a message again and again and the other reads it.
It prints a line as it begins.  When its input ends it prints, as JSON, when each
message was sent, by the monotonic clock of the machine, and the seconds until the other
had it.
"""

from __future__ import annotations

import json
import re
import select
import socket
import sys
import time

from bench.logins.kinds import BY_KEY, Kind
from bench.processes import BenchError

_MESSAGE = re.compile(rb": tick (\d+)\r\n")

_PATIENCE = 30.0
"""Seconds for an answer, and for the last messages."""

_CHUNK = 1 << 20


def _connect(kind: Kind, port: int) -> socket.socket:
    """A line client in the room."""
    client = socket.create_connection(("127.0.0.1", port), _PATIENCE)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    mark = b"No such words"
    if kind.room != "lobby":
        client.sendall(b"\\join %b\n\\leave lobby\n" % kind.room.encode())
    client.sendall(b"%b\n" % mark)
    received = b""
    while mark not in received:
        received += client.recv(_CHUNK)
    client.setblocking(False)
    return client


class Talk:
    """The messages of the two.

    :ivar sent: when each was sent.
    :ivar delays: how long each took; ``None`` until it is received.
    """

    def __init__(self, kind: Kind, port: int) -> None:
        self._pause = kind.pause
        self._speaker = _connect(kind, port)
        self._reader = _connect(kind, port)
        self._unread = b""
        self.sent: list[float] = []
        self.delays: list[float | None] = []

    def run(self) -> None:
        """Talk until the standard input ends.

        :raises BenchError: a message is not received.
        """
        again = time.monotonic()
        sources = [self._reader, self._speaker, sys.stdin]
        while True:
            wait = max(again - time.monotonic(), 0.0)
            ready, _, _ = select.select(sources, (), (), wait)
            self._read(ready)
            if sys.stdin in ready:
                break
            if time.monotonic() >= again:
                self._send()
                again = max(again + self._pause, self.sent[-1])
        end = time.monotonic() + _PATIENCE
        while None in self.delays:
            if time.monotonic() > end:
                raise BenchError("a message was not received")
            self._read(select.select(sources[:2], (), (), 1.0)[0])

    def _send(self) -> None:
        self.sent.append(time.monotonic())
        self.delays.append(None)
        self._speaker.send(b"tick %d\n" % (len(self.sent) - 1))

    def _read(self, ready: list[object]) -> None:
        if self._speaker in ready:
            self._speaker.recv(_CHUNK)
        if self._reader not in ready:
            return
        data = self._reader.recv(_CHUNK)
        now = time.monotonic()
        if not data:
            raise BenchError("the server closed a connection")
        lines, newline, self._unread = (self._unread + data).rpartition(b"\n")
        for found in _MESSAGE.finditer(lines + newline):
            number = int(found[1])
            self.delays[number] = now - self.sent[number]


if __name__ == "__main__":
    talk = Talk(BY_KEY[sys.argv[1]], int(sys.argv[2]))
    print("begun", flush=True)
    talk.run()
    print(json.dumps(list(zip(talk.sent, talk.delays, strict=True))))
