"""IRC clients that run during fault injection and record what they receive.

``IrcSender`` behaves like a client that knows today's capabilities: after a disconnect
it joins again, and asks by ``CHATHISTORY`` for what it has missed.  ``IrcReceiver``
knows none, and connects again each time.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.end_to_end.fault_clients import Receiver, Sender
from twisted_chat.clients.irc.message import Message, parse

ROOM = "#lobby"
CAPABILITIES = (
    "batch draft/chathistory echo-message labeled-response message-tags"
    " standard-replies"
)
PAGE = 100
"""Messages that are asked for at once."""

PAUSE = 0.3
"""Seconds until something that was refused is asked for again."""

CONNECT_TIMEOUT = 3.0


class IrcConnection:
    """A connection of an IRC client that joins the lobby."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, nick: str
    ) -> None:
        self._reader = reader
        self._writer = writer
        self.nick = nick

    def send(self, *lines: str) -> None:
        """Send lines."""
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())

    async def messages(self) -> AsyncIterator[Message]:
        """What it receives once it is registered; what it must answer is answered.

        :raises OSError: the connection has ended.
        """
        while line := await self._reader.readline():
            message = parse(line.rstrip(b"\r\n"))
            match message.command, message.params:
                case "PING", params:
                    self.send(f"PONG :{params[-1]}")
                case "433", _:
                    # Its former connection has not ended everywhere.
                    await asyncio.sleep(PAUSE)
                    self.send(f"NICK {self.nick}")
                case "001", _:
                    self.send(f"JOIN {ROOM}")
                case "FAIL", ["JOIN", *_]:
                    await asyncio.sleep(PAUSE)
                    self.send(f"JOIN {ROOM}")
                case _:
                    yield message
        raise ConnectionResetError


@asynccontextmanager
async def connected(
    port: int, nick: str, capabilities: str = ""
) -> AsyncIterator[IrcConnection]:
    """A connection that registers."""
    async with asyncio.timeout(CONNECT_TIMEOUT):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        connection = IrcConnection(reader, writer, nick)
        if capabilities:
            connection.send(f"CAP REQ :{capabilities}", "CAP END")
        connection.send(f"NICK {nick}", f"USER {nick} 0 * :{nick}")
        yield connection
    finally:
        writer.close()


def author(message: Message) -> str:
    """The nickname in the source of a message."""
    return message.source.partition("!")[0]


class IrcSender(Sender):
    """An IRC client that sends messages, and reads later what it has missed."""

    _connection: IrcConnection
    _names: set[str]
    # The page of missed messages that arrives, and those that were said meanwhile.
    _page: list[tuple[str, str]] | None = None
    _live: list[tuple[str, str]] | None = None
    _batch = ""

    async def _connect(self, port: int, interval: float) -> None:
        sending: asyncio.Task[None] | None = None
        async with connected(port, self.name, CAPABILITIES) as connection:
            self._connection, self._names = connection, set()
            self._page = self._live = None
            try:
                async for message in connection.messages():
                    if message.command == "366" and sending is None:
                        self._enter()
                        sending = asyncio.create_task(self._talk(interval))
                    await self._receive(message)
            finally:
                if sending is not None:
                    sending.cancel()

    async def _talk(self, interval: float) -> None:
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / interval))
            if self._sending:
                ref = str(next(self._count))
                self._pending[ref] = text = f"{self.name} {ref}"
                self._connection.send(f"@label={ref} PRIVMSG {ROOM} :{text}")

    def _enter(self) -> None:
        """It is in the room: it asks for what it has missed."""
        self.members = self._names
        if self.seen:
            self.resumed += 1
            self._live = []
            self._ask()

    def _ask(self) -> None:
        last, _ = self.seen[-1]
        self._connection.send(f"CHATHISTORY AFTER {ROOM} msgid={last} {PAGE}")

    async def _receive(self, message: Message) -> None:
        nick, params = author(message), message.params
        match message.command:
            case "PRIVMSG":
                self._received_text(message)
            case "BATCH" if params[0].startswith("+"):
                self._batch, self._page = params[0][1:], []
            case "BATCH":
                self._end_page()
            case "FAIL" if params[0] == "CHATHISTORY":
                await asyncio.sleep(PAUSE)
                self._ask()
            case "353":
                self._names.update(name.lstrip("@+") for name in params[-1].split())
            case "JOIN":
                self.members.add(nick)
            case "PART" | "QUIT":
                self.members.discard(nick)
            case "KICK":
                self.members.discard(params[1])
            case "NICK":
                self.members.discard(nick)
                self.members.add(params[0])
            case _ if "label" in message.tags:
                self._refused(message.tags["label"], params[-1])

    def _received_text(self, message: Message) -> None:
        tags, text = message.tags, message.params[-1]
        one = tags["msgid"], text
        if self._page is not None and tags.get("batch") == self._batch:
            self._page.append(one)
        elif self._live is not None:
            self._live.append(one)
        else:
            self.seen.append(one)
        if tags.get("label") in self._pending:
            self.stored[self._pending.pop(tags["label"])] = tags["msgid"]

    def _refused(self, label: str, why: str) -> None:
        text = self._pending.pop(label, "")
        if text:
            known = why.startswith("not stored:")
            (self.refused if known else self.unknown).add(text)

    def _end_page(self) -> None:
        """A page has arrived: it was the last, or there may be more."""
        page, live = self._page or [], self._live or []
        self.seen += page
        self._page = None
        if len(page) == PAGE:
            self._ask()
            return
        known = set(self.seen)
        self.seen += (one for one in live if one not in known)
        self._live = None


class IrcReceiver(Receiver):
    """An IRC client that is shown the last messages when it joins, and all others."""

    _numbers = itertools.count()

    async def run(self) -> None:
        """Receive, and connect again whenever the connection ends."""
        while True:
            with contextlib.suppress(OSError, TimeoutError):
                nick = f"reader{next(self._numbers)}"
                async with connected(self.port, nick) as connection:
                    await self._read(connection)
            await asyncio.sleep(PAUSE)

    async def _read(self, connection: IrcConnection) -> None:
        shown: list[str] = []
        async for message in connection.messages():
            nick = author(message)
            if message.command == "JOIN" and nick == connection.nick:
                self.lines.append(shown)
            elif message.command == "PRIVMSG":
                shown.append(f"{nick}: {message.params[-1]}")
