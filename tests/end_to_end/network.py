"""A network between clients and a server, which a test can let fail.

While it fails nothing passes and nothing is refused, as when a cable is pulled: both
ends keep connections that are dead.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from threading import Event, Lock, Thread

_RESET = struct.pack("ii", 1, 0)


class Network:
    """Forwards the connections to a port of its own.

    :param port: of the server on 127.0.0.1.
    :param delay: seconds that what the server sends is on its way.
    :ivar port: for the clients.
    """

    def __init__(self, port: int, delay: float = 0.0) -> None:
        self._target = port
        self._delay = delay
        self._works = Event()
        self._works.set()
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def fail(self) -> None:
        """Let nothing pass from now on."""
        self._works.clear()

    def recover(self) -> None:
        """Work again; what was connected before is reset."""
        self._reset_all()
        self._works.set()

    def close(self) -> None:
        self._listener.close()
        self._reset_all()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                with self._lock:
                    self._open.add(client)
                if self._works.is_set():
                    self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            self._reset(client)
            return
        with self._lock:
            self._open.add(server)
        ways = ((client, server, 0.0), (server, client, self._delay))
        for way in ways:
            Thread(target=self._forward, args=way, daemon=True).start()

    def _forward(
        self, source: socket.socket, sink: socket.socket, delay: float
    ) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                time.sleep(delay)
                if self._works.is_set():
                    sink.sendall(data)
        if self._works.is_set():
            self._reset(source)
            self._reset(sink)

    def _reset_all(self) -> None:
        with self._lock:
            sockets = list(self._open)
        for each in sockets:
            self._reset(each)

    def _reset(self, each: socket.socket) -> None:
        with self._lock:
            if each not in self._open:
                return
            self._open.remove(each)
        with contextlib.suppress(OSError):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            each.shutdown(socket.SHUT_RDWR)
        each.close()
