"""One TCP connection of an attacker or a bystander, on asyncio."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import socket
from collections.abc import Iterable
from typing import Self

CONNECT_SECONDS = 15.0
"""For a connection, and for each answer of a handshake."""

_KEPT = 1024
"""How many of the last bytes are kept, to read why a connection was closed."""

_CHUNK = 256 * 1024


class NotEntered(Exception):
    """A server did not let someone in; the text says why."""


class Connection:
    """Writes and reads until the server closes.

    :ivar sent: bytes.
    :ivar received: bytes.
    :ivar tail: the last bytes that were received.
    :ivar ended: how the connection ended; empty while it is open.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.sent = 0
        self.received = 0
        self.tail = b""
        self.ended = ""

    @classmethod
    async def open(
        cls, target: tuple[str, int], source: str, *, receive_buffer: int = 0
    ) -> Self:
        """Connect from an address.

        :param receive_buffer: of the kernel, in bytes; its default if 0.
        :raises NotEntered: if the server does not accept the connection.
        """
        sock = socket.socket()
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        loop = asyncio.get_running_loop()
        try:
            sock.bind((source, 0))
            async with asyncio.timeout(CONNECT_SECONDS):
                await loop.sock_connect(sock, target)
        except OSError as error:
            sock.close()
            raise NotEntered(f"no connection: {_words(error)}") from error
        return cls(sock)

    async def write(self, data: bytes | memoryview) -> bool:
        """Write everything; False if the connection has ended."""
        loop = asyncio.get_running_loop()
        view = memoryview(data)
        while view and not self.ended:
            try:
                await loop.sock_sendall(self._sock, view[:_CHUNK])
            except OSError as error:
                self._end(_words(error))
            else:
                self.sent += len(view[:_CHUNK])
                view = view[_CHUNK:]
        return not self.ended

    async def write_all(self, parts: Iterable[bytes], pause: float = 0.0) -> None:
        """Write one after the other, with a pause in seconds, until the end."""
        for part in parts:
            if not await self.write(part):
                return
            await asyncio.sleep(pause)

    async def repeat(self, data: bytes, pause: float = 0.0) -> None:
        """Write the same again and again, until the connection ends."""
        await self.write_all(itertools.repeat(data), pause)

    async def read(self, size: int = _CHUNK) -> bytes:
        """What comes next, up to so many bytes; empty at the end."""
        loop = asyncio.get_running_loop()
        try:
            data = await loop.sock_recv(self._sock, size)
        except OSError as error:
            self._end(_words(error))
            return b""
        if not data:
            self._end("closed")
        self.received += len(data)
        self.tail = (self.tail + data)[-_KEPT:]
        return data

    async def read_until(self, mark: bytes, seconds: float = CONNECT_SECONDS) -> bytes:
        """Everything up to a mark, and what came with it.

        :raises NotEntered: if the connection ends first, or it takes too long.
        """
        data = b""
        try:
            async with asyncio.timeout(seconds):
                while mark not in data:
                    more = await self.read()
                    if not more:
                        raise NotEntered(_refusal(data, self.ended))
                    data += more
        except TimeoutError as error:
            raise NotEntered(f"no answer within {seconds:.0f} s") from error
        return data

    async def drain(self) -> None:
        """Read until the end and keep nothing."""
        while await self.read():
            pass

    async def drain_for(self, seconds: float) -> None:
        """Read for so long, or until the end."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.drain()

    def half_close(self) -> None:
        """End the sending direction."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close it; what has not been read is dropped."""
        self._end("left")
        self._sock.close()

    def _end(self, how: str) -> None:
        self.ended = self.ended or how


def _words(error: OSError) -> str:
    if isinstance(error, (ConnectionResetError, BrokenPipeError)):
        return "reset"
    if isinstance(error, TimeoutError):
        return f"no answer within {CONNECT_SECONDS:.0f} s"
    return (error.strerror or str(error)).lower()


def _refusal(data: bytes, ended: str) -> str:
    """The last line that a server sent before it closed, for example a status."""
    # A server's own names for its clients, such as (guest@198.51.100.10), are dropped.
    text = re.sub(r"\(\S+@\S+\) ", "", data.decode("utf-8", "replace"))
    lines = text.split("\r\n")
    first = lines[0] if lines[0].startswith("HTTP/") else lines[-1] or lines[-2:][0]
    return f"{first.removeprefix('HTTP/1.1 ')[:80]} ({ended})" if data else ended
