"""How people enter a chat and talk in it, by each protocol."""

from __future__ import annotations

import json
import re
import secrets
from typing import Protocol

from bench.attacks.connection import Connection, NotEntered
from bench.attacks.frames import PONG, close_reason, frame

_KEY = "dGhlIHNhbXBsZSBub25jZQ=="
"""The key of the handshake; servers do not compare it with others."""


def request(
    target: str,
    host: str,
    *headers: str,
    method: str = "GET",
) -> bytes:
    """An HTTP request without a body, or its head."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *headers, "", ""]
    return "\r\n".join(lines).encode()


def upgrade(target: str, host: str, *headers: str) -> bytes:
    """The request of a WebSocket handshake."""
    return request(
        target,
        host,
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {_KEY}",
        *headers,
    )


HANDSHAKES = {
    "websocket": ("/ws", b"Welcome"),
    "json": ("/ws?format=json", b'"welcome"'),
    "socketio": ("/socket.io/?EIO=4&transport=websocket", b'"sid"'),
}
"""By the key of a ``Wire``: where its WebSocket is, and what it is greeted with."""


def json_frame(**fields: object) -> bytes:
    """A frame with a JSON object."""
    return frame(json.dumps(fields).encode())


class Wire(Protocol):
    """One protocol of a chat.

    :ivar key: its name in the catalogue of attacks.
    :ivar alive: what a client sends every ten seconds to stay connected; it answers
        the server's pings, which are not read.
    """

    key: str
    alive: bytes

    async def enter(self, connection: Connection, host: str, nick: str) -> bytes:
        """Join the chat; the last bytes that were received.

        :param host: for ``Host``.
        :param nick: the nickname to use; a guest's if it is empty.
        :raises NotEntered: if the server refuses.
        """

    def say(self, text: str) -> bytes:
        """A message for everyone."""

    def last_words(self, tail: bytes) -> str:
        """Why the server closed, as it told the client; empty if it did not."""


class Line:
    """The line chat."""

    key = "line"
    alive = b""

    async def enter(self, connection: Connection, _host: str, nick: str) -> bytes:
        """See ``Wire``."""
        if nick:
            await connection.write(f"\\nick {nick}\r\n".encode())
            return await connection.read_until(f"now known as {nick}".encode())
        return await connection.read_until(b"Welcome, ")

    def say(self, text: str) -> bytes:
        """See ``Wire``."""
        return text.encode() + b"\n"

    def last_words(self, tail: bytes) -> str:
        """See ``Wire``."""
        return _last_line(tail, "error:")


class PlainWebSocket:
    """WebSocket with one text for each message."""

    key = "websocket"
    alive = frame(b"", PONG)

    async def enter(self, connection: Connection, host: str, nick: str) -> bytes:
        """See ``Wire``."""
        target, welcome = HANDSHAKES[self.key]
        if nick and "?" in target:
            target += f"&nick={nick}"
        return await open_websocket(connection, upgrade(target, host), welcome)

    def say(self, text: str) -> bytes:
        """See ``Wire``."""
        return frame(text.encode())

    def last_words(self, tail: bytes) -> str:
        """See ``Wire``."""
        return close_reason(tail)


class JsonWebSocket(PlainWebSocket):
    """WebSocket with one JSON object for each message, as this server's page has it."""

    key = "json"

    def say(self, text: str) -> bytes:
        """See ``Wire``."""
        return json_frame(type="message", text=text)


class SocketIo:
    """Socket.IO over WebSocket alone."""

    key = "socketio"
    alive = frame(b"3")

    async def enter(self, connection: Connection, host: str, nick: str) -> bytes:
        """See ``Wire``."""
        target, welcome = HANDSHAKES[self.key]
        await open_websocket(connection, upgrade(target, host), welcome)
        await connection.write(frame(b"40"))
        answer = await connection.read_until(b"40{")
        if nick:
            await connection.write(self.event("join", nick))
        return answer

    def event(self, name: str, *arguments: object) -> bytes:
        """One event."""
        return frame(b"42" + json.dumps([name, *arguments]).encode())

    def say(self, text: str) -> bytes:
        """See ``Wire``."""
        return self.event("messages", text)

    def last_words(self, tail: bytes) -> str:
        """See ``Wire``."""
        return close_reason(tail)


class Irc:
    """IRC; everyone is in one channel."""

    key = "irc"
    alive = b"PONG x\r\n"
    channel = "#lobby"

    async def enter(self, connection: Connection, _host: str, nick: str) -> bytes:
        """See ``Wire``."""
        if not nick:
            nick = f"g{secrets.token_hex(5)}"
        await connection.write(f"NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n".encode())
        await connection.read_until(b" 001 ")
        await connection.write(f"JOIN {self.channel}\r\n".encode())
        return await connection.read_until(b" 366 ")

    def say(self, text: str) -> bytes:
        """See ``Wire``."""
        return f"PRIVMSG {self.channel} :{text}\r\n".encode()

    def last_words(self, tail: bytes) -> str:
        """See ``Wire``."""
        return re.sub(r"\(.*?\) ", "", _last_line(tail, "ERROR "))


async def open_websocket(
    connection: Connection, handshake: bytes, welcome: bytes
) -> bytes:
    """Open a WebSocket and read its first message.

    :raises NotEntered: if the server refuses.
    """
    await connection.write(handshake)
    answer = await connection.read_until(b"\r\n\r\n")
    status = answer.split(b"\r\n", 1)[0]
    if b" 101 " not in status:
        raise NotEntered(status.decode("latin-1").removeprefix("HTTP/1.1 "))
    if welcome in answer:
        return answer
    return await connection.read_until(welcome)


def _last_line(tail: bytes, beginning: str) -> str:
    """The last line, if it begins so."""
    lines = tail.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines and lines[-1].startswith(beginning) else ""


WIRES: dict[str, Wire] = {
    wire.key: wire
    for wire in (Line(), PlainWebSocket(), JsonWebSocket(), SocketIo(), Irc())
}
